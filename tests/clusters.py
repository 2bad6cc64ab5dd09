"""Starts a real Dask scheduler and workers, each a process of its own, for the tests and measurements."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import distributed
from started import free_port


@dataclass
class Dask:
    """A scheduler and its workers, which have a home of their own and none of our files."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add(self, count: int) -> None:
        """Start workers and wait until they are there."""
        for _ in range(count):
            options = [self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
            self.workers.append(_start("worker", options, self.folder))
        if count:
            with distributed.Client(self.address, set_as_default=False) as client:
                client.wait_for_workers(len(self.workers), timeout=60)

    def kill(self) -> None:
        """Kill the worker that was started first."""
        worker = self.workers.pop(0)
        worker.kill()
        worker.wait()


@contextmanager
def dask(workers: int, failures: int = 3) -> Iterator[Dask]:
    """Yield a cluster that tries what a lost worker had on others, as often as ``failures`` says."""
    with tempfile.TemporaryDirectory(prefix="kg-dask-") as name:
        folder = Path(name)
        port = free_port()
        options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-jupyter"]
        started = Dask(folder, f"tcp://127.0.0.1:{port}", _start("scheduler", options, folder, failures))
        try:
            _await(started.scheduler, folder / "scheduler.log")
            started.add(workers)
            yield started
        finally:
            for each in (*started.workers, started.scheduler):
                each.kill()
                each.wait()


def _start(kind: str, options: list[str], folder: Path, failures: int = 3) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    env |= {"KG_HOME": str(folder / "home"), "DASK_TEMPORARY_DIRECTORY": str(folder), "TMPDIR": str(folder)}
    env["DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"] = str(failures)
    with (folder / f"{kind}.log").open("ab") as log:
        command = [sys.executable, "-m", "dask", kind, *options]
        return subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)


def _await(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if b"Scheduler at" in log.read_bytes():
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))
