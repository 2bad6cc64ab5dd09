"""The three engines of bench/capacity.py: how each is loaded, started and weighed.

python bench/capacity_engines.py GRAPH.nq GENERATION      what ``kg build`` makes of a graph
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import psutil
import pyoxigraph as px
import sparql

from kg.sparql import counting
from kg.sparql.columns import writing as columns

GENERATION: Final = "0" * 16
_INI: Final = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200

[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 340000
MaxDirtyBuffers = 250000
CheckpointInterval = 0
MaxSortedTopRows = 1000000
ThreadsPerQuery = 2
DefaultIsolation = 2

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 24

[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryExecutionTime = {limit}
"""
"""The buffers are those that its makers advise for 4 GB of memory; the isolation too."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading took: seconds on the clock and of processors, the largest memory, what lies on disk."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    disk_mb: float


class Engine(Protocol):
    """An engine that is loaded from an N-Quads file into a folder of its own and then serves it."""

    def load(self, graph: Path, folder: Path) -> Loaded: ...

    def serving(self, folder: Path, limit_s: int) -> AbstractContextManager[str]:
        """Serve what was loaded, each query for so many seconds at most; gives the address for queries."""
        ...


def disk_mb(folder: Path) -> float:
    return sum(each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file()) / 1e6


def ran(*commands: list[str]) -> tuple[float, float, float]:
    """Run commands one after the other; return seconds, seconds of processors, the largest memory in MB."""
    began, cpu, peak = time.monotonic(), 0.0, 0.0
    for command in commands:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        cpu += used.ru_utime + used.ru_stime
        peak = max(peak, used.ru_maxrss / 1e3)
    return time.monotonic() - began, cpu, peak


def newest() -> psutil.Process:
    """Return the child of this process that was started last."""
    return max(psutil.Process().children(), key=lambda each: each.create_time())


def memory_mb(server: psutil.Process) -> float:
    """Return the proportional memory (PSS) of a server's processes: what they share counts once."""
    total = 0
    for each in (server, *server.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += each.memory_full_info().pss
    return total / 1e6


class Landkg:
    """This project: a generation's folder, served by ``kg serve`` with the settings it has by default."""

    def load(self, graph: Path, folder: Path) -> Loaded:
        place = folder / "generations" / GENERATION
        place.mkdir(parents=True)
        os.link(graph, place / "graph.nq")
        taken = ran([sys.executable, str(Path(__file__).resolve()), str(graph), str(place)])
        (place / "manifest.json").write_text(json.dumps({"id": GENERATION}), encoding="utf-8")
        (folder / "current").write_text(GENERATION, encoding="ascii")
        return Loaded(*taken, disk_mb(folder) - graph.stat().st_size / 1e6)

    @contextmanager
    def serving(self, folder: Path, limit_s: int) -> Iterator[str]:
        port = sparql.free_port()
        env = os.environ | {
            "KG_SPARQL_CACHE_MB": "0", "KG_SPARQL_TIMEOUT_S": str(limit_s), "KG_RATE_PER_MINUTE": "0",
            "KG_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        kg = str(Path(sys.executable).with_name("kg"))
        command = [kg, "serve", "--home", str(folder), "--port", str(port)]
        url = f"http://127.0.0.1:{port}/sparql"
        with sparql.started(command, url, env=env, stderr=subprocess.DEVNULL):
            yield url


def generation(graph: Path, place: Path) -> None:
    """Make store, columns and statistics of a graph, as the stages ``store`` and ``count`` of a build do."""
    disk = px.Store(str(place / "store"))
    disk.bulk_load(path=str(graph), format=px.RdfFormat.N_QUADS)
    disk.optimize()
    disk.flush()
    del disk
    counted = columns.write(px.Store.read_only(str(place / "store")), place)
    counting.keep(place, json.dumps(counted.to_json()).encode())


class Native:
    """The native Oxigraph server (PyPI package ``oxigraph``) on an optimized store on disk."""

    program: Final = str(Path(sys.executable).with_name("oxigraph"))

    def load(self, graph: Path, folder: Path) -> Loaded:
        location = ["--location", str(folder / "store")]
        taken = ran(
            [self.program, "load", *location, "--file", str(graph)], [self.program, "optimize", *location]
        )
        return Loaded(*taken, disk_mb(folder))

    @contextmanager
    def serving(self, folder: Path, limit_s: int) -> Iterator[str]:
        port = sparql.free_port()
        command = [
            self.program, "serve-read-only", "--location", str(folder / "store"), "--union-default-graph",
            "--bind", f"127.0.0.1:{port}", "--timeout-s", str(limit_s),
        ]  # fmt: skip
        url = f"http://127.0.0.1:{port}/query"
        with sparql.started(command, url, stderr=subprocess.DEVNULL):
            yield url


class Virtuoso:
    """Virtuoso 7 (Debian package virtuoso-opensource), loaded by one loader, as advised for two cores."""

    def load(self, graph: Path, folder: Path) -> Loaded:
        os.link(graph, folder / "graph.nq")
        began = time.monotonic()
        with self._running(folder, 0) as (_, sql):
            server = newest()
            commands = f"ld_dir ('{folder}', 'graph.nq', 'urn:kg:none'); rdf_loader_run (); checkpoint;"
            command = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "VERBOSE=OFF", f"exec={commands}"]
            said = subprocess.run(command, capture_output=True, text=True, check=True)
            if "*** Error" in said.stdout + said.stderr:
                raise SystemExit(said.stdout + said.stderr)
            wall = time.monotonic() - began
            cpu = sum(server.cpu_times()[:2])
            peak = _peak_mb(server.pid)
        (folder / "graph.nq").unlink()
        return Loaded(wall, cpu, peak, disk_mb(folder))

    @contextmanager
    def serving(self, folder: Path, limit_s: int) -> Iterator[str]:
        with self._running(folder, limit_s) as (url, _):
            yield url

    @contextmanager
    def _running(self, folder: Path, limit_s: int) -> Iterator[tuple[str, int]]:
        http, sql = sparql.free_port(), sparql.free_port()
        ini = folder / "virtuoso.ini"
        ini.write_text(_INI.format(folder=folder, http=http, sql=sql, limit=limit_s))
        program = shutil.which("virtuoso-t") or "virtuoso-t"
        options: dict[str, Any] = {"stderr": subprocess.DEVNULL, "cwd": folder}
        url = f"http://127.0.0.1:{http}/sparql"
        command = [program, "+configfile", str(ini), "+foreground", "+wait"]
        with sparql.started(command, url, **options):
            yield url, sql


def _peak_mb(pid: int) -> float:
    """Return the largest resident memory that a running process had."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1e3


ENGINES: Final[dict[str, Engine]] = {"oxigraph": Native(), "virtuoso": Virtuoso(), "landkg": Landkg()}

if __name__ == "__main__":
    generation(Path(sys.argv[1]), Path(sys.argv[2]))
