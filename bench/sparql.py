"""Measures the SPARQL service beside other servers on the same data, in turns within one run.

    python bench/sparql.py --practices 2000 --oxigraph PATH/TO/oxigraph [--endpoint virtuoso=URL]

The native Oxigraph server (PyPI package ``oxigraph``) is loaded, optimized and started here when its
path is given; any other server, such as a Virtuoso that holds the same statements, is measured by its
address. The cache of answers is off except in the last table. Prints Markdown.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pyoxigraph as px
import sparql_data

from kg import __version__
from kg.sparql import counting
from kg.sparql.columns import writing as columns
from kg.sparql.counting import FILE as STATISTICS

QUERIES = Path(__file__).resolve().parent / "queries"
LIGHT = ("01_lookup", "03_country_landuse", "07_facets", "11_construct", "12_ask")
ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9"
BASE = "https://w3id.org/landkg/"


def fill(text: str, rng: random.Random, practices: int) -> str:
    """Return a query with values for its parameters."""
    values = {
        "$practice": f"{BASE}id/practice/technologies_{900_000 + rng.randrange(practices)}",
        "$country": f"{BASE}id/country/C{int(rng.random() ** 2 * sparql_data.COUNTRIES):02d}",
        "$landuse": f"{BASE}id/concept/landuse_{rng.randrange(14)}",
        "$decision": f"{BASE}id/decision/d-{rng.randrange(max(50, practices // 10))}",
        "$prefix": rng.choice(sparql_data.WORDS)[:4],
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


class Client:
    """One connection kept alive."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(self.parts.hostname or "", self.parts.port, timeout=60)

    def ask(self, query: str) -> tuple[float, int, bytes]:
        """Return seconds, status and body."""
        target = f"{self.parts.path}?{urlencode({'query': query})}"
        started = time.perf_counter()
        try:
            self.connection.request("GET", target, headers={"Accept": ACCEPT})
            answer = self.connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return time.perf_counter() - started, 0, b""
        return time.perf_counter() - started, answer.status, body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: list[str], url: str, **options: Any) -> Iterator[str]:
    """Run a server until the block ends."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, **options) as process:
        try:
            for _ in range(600):
                if Client(url).ask("ASK {}")[1] == 200:
                    break
                time.sleep(0.1)
            else:
                raise SystemExit(f"{command[0]} did not start")
            yield url
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def ours(
    graph: Path, home: Path, *, cache_mb: int, timeout_s: float = 60, processes: int = 1
) -> Iterator[str]:
    """Serve the graph with this project: the whole application, in one web process or in several."""
    name = hashlib.sha256(str(graph).encode()).hexdigest()[:16]
    folder = home / "generations" / name
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "graph.nq").exists():
        os.link(graph, folder / "graph.nq")
    if not (folder / STATISTICS).exists():
        with tempfile.TemporaryDirectory() as scratch:
            store = px.Store(scratch)
            store.bulk_load(path=str(graph), format=px.RdfFormat.N_QUADS)
            counting.keep(folder, json.dumps(columns.write(store, folder).to_json()).encode())
    (folder / "manifest.json").write_text(json.dumps({"id": name}), encoding="utf-8")
    (home / "current").write_text(name, encoding="ascii")
    port = free_port()
    env = os.environ | {
        "KG_HOME": str(home), "KG_SPARQL_CACHE_MB": str(cache_mb), "KG_SPARQL_TIMEOUT_S": str(timeout_s),
        "KG_LOG_LEVEL": "ERROR", "KG_RATE_PER_MINUTE": "0",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "gunicorn", "kg.web:create_app()", "--worker-class", "kg.web.quick.QuickWorker",
        "--workers", str(processes), "--threads", "48",
        "--bind", f"127.0.0.1:{port}", "--keep-alive", "60", "--log-level", "error",
    ]  # fmt: skip
    with started(command, f"http://127.0.0.1:{port}/sparql", env=env, stderr=subprocess.DEVNULL) as url:
        settle(url, folder / STATISTICS)
        yield url


def settle(url: str, counts: Path) -> None:
    """Wait until a server has loaded the graph and counted it in the background; at most two minutes."""
    for number in range(120):
        Client(url).ask(f"ASK {{ <urn:a> <urn:b> <urn:c{number}> }}")
        time.sleep(1)
        if counts.exists() and number > 20:
            return


@contextmanager
def native(program: str, graph: Path, folder: Path) -> Iterator[str]:
    """Serve the graph with the native Oxigraph server from an optimized store."""
    location = ["--location", str(folder / "oxigraph")]
    if not (folder / "oxigraph").exists():
        subprocess.run(
            [program, "load", *location, "--file", str(graph)], check=True, stderr=subprocess.DEVNULL
        )
        subprocess.run([program, "optimize", *location], check=True, stderr=subprocess.DEVNULL)
    port = free_port()
    command = [program, "serve-read-only", *location, "--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    with started(command, f"http://127.0.0.1:{port}/query", stderr=subprocess.DEVNULL) as url:
        yield url


def latencies(
    engines: dict[str, str], texts: dict[str, str], practices: int, rounds: int, budget: float
) -> None:
    """Print the latency of each query on each engine, engines in turn; compare the number of rows first."""
    clients = {name: Client(url) for name, url in engines.items()}
    first = next(iter(engines))
    header = [f"{name} p50 / p95 / p99 ms" for name in engines]
    ratios = [f"{name} / {first}" for name in engines if name != first]
    print("| query | " + " | ".join([*header, *ratios]) + " | rows |")
    print("|---" * (2 + len(header) + len(ratios)) + "|")
    logs: dict[str, list[float]] = {name: [] for name in engines}
    for query, text in texts.items():
        rng = random.Random(query)
        found: dict[str, list[float]] = {name: [] for name in engines}
        rows: dict[str, int] = {}
        until = time.monotonic() + budget
        for turn in range(rounds):
            filled = fill(text, rng, practices)
            for name, client in clients.items():
                seconds, status, body = client.ask(filled)
                found[name].append(seconds * 1000 if status == 200 else float("nan"))
                if not turn:
                    rows[name] = count_rows(body)
            if time.monotonic() > until and turn:
                break
        cells = []
        for values in found.values():
            values.sort()
            cells.append(
                " / ".join(
                    f"{values[min(len(values) - 1, int(len(values) * q))]:.2f}" for q in (0.5, 0.95, 0.99)
                )
            )
        medians = {name: statistics.median(values) for name, values in found.items()}
        for name in engines:
            logs[name].append(medians[name] / medians[first])
        compared = [f"{medians[name] / medians[first]:.2f}" for name in engines if name != first]
        shown = "/".join(str(n) for n in dict.fromkeys(rows.values()))
        print(f"| {query} | " + " | ".join([*cells, *compared]) + f" | {shown} |", flush=True)
    means = ", ".join(
        f"{name} / {first} = {statistics.geometric_mean(values):.2f}"
        for name, values in logs.items()
        if name != first
    )
    print(f"\nGeometric mean of the ratios of medians: {means}\n")


def count_rows(body: bytes) -> int:
    """Return the rows of a JSON answer, or the lines of a graph."""
    try:
        document = json.loads(body)
    except ValueError:
        return len(body.splitlines())
    return len(document["results"]["bindings"]) if "results" in document else 1


def hammer(url: str, deck: list[str], seconds: float, seed: int, out: Any) -> None:
    """Send queries one after the other for some seconds; put the times and the failures."""
    client, rng, times, bad = Client(url), random.Random(seed), [], 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        taken, status, _ = client.ask(rng.choice(deck))
        times.append(taken)
        bad += status != 200
    out.put((times, bad))


def load(engines: dict[str, str], deck: Callable[[int], list[str]], seconds: float, rounds: int) -> None:
    """Print requests per second with 1, 4 and 16 clients, engines in turn."""
    context = get_context("spawn")
    first = next(iter(engines))
    print(f"| clients | engine | requests/s | / {first} | p50 ms | p95 | p99 | failed |")
    print("|---|---|---|---|---|---|---|---|")
    for clients in (1, 4, 16):
        rates: dict[str, list[float]] = {name: [] for name in engines}
        times: dict[str, list[float]] = {name: [] for name in engines}
        failed = dict.fromkeys(engines, 0)
        for turn in range(rounds):
            for name, url in engines.items():
                queue = context.Queue()
                threads = max(1, clients // 4)
                jobs = [
                    context.Process(
                        target=several, args=(threads, url, deck(turn * 100 + n), seconds, n, queue)
                    )
                    for n in range(min(clients, 4))
                ]
                for job in jobs:
                    job.start()
                got = [queue.get() for _ in jobs]
                for job in jobs:
                    job.join()
                both = [each for found, _ in got for each in found]
                rates[name].append(len(both) / seconds)
                times[name] += both
                failed[name] += sum(bad for _, bad in got)
        for name in engines:
            values = sorted(times[name])
            cells = [f"{values[int(len(values) * q)] * 1000:.2f}" for q in (0.5, 0.95, 0.99)]
            rate, ratio = (
                statistics.median(rates[name]),
                statistics.median(rates[name]) / statistics.median(rates[first]),
            )
            print(
                f"| {clients} | {name} | {rate:.0f} | {ratio:.2f} | "
                + " | ".join(cells)
                + f" | {failed[name]} |",
                flush=True,
            )
    print()


def several(threads: int, url: str, deck: list[str], seconds: float, seed: int, out: Any) -> None:
    """Run several clients in one process and put what they measured together."""
    import queue

    inner: queue.Queue[tuple[list[float], int]] = queue.Queue()
    jobs = [
        threading.Thread(target=hammer, args=(url, deck, seconds, seed * 10 + n, inner))
        for n in range(threads)
    ]
    for job in jobs:
        job.start()
    got = [inner.get() for _ in jobs]
    out.put(([each for found, _ in got for each in found], sum(bad for _, bad in got)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--practices", type=int, default=2000)
    parser.add_argument("--oxigraph", help="path of the native server's program")
    parser.add_argument("--endpoint", action="append", default=[], metavar="NAME=URL", help="another server")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "landkg-bench")
    parser.add_argument("--rounds", type=int, default=40, help="requests a query and engine")
    parser.add_argument("--budget", type=float, default=20, help="seconds a query at most")
    parser.add_argument("--seconds", type=float, default=4, help="of a slice of the load test")
    parser.add_argument("--processes", type=int, default=1, help="measure as many web processes as well")
    parser.add_argument("--skip", nargs="*", default=[], help="queries to leave out")
    parser.add_argument("--parts", nargs="*", default=["latency", "light", "mix", "repeated"])
    chosen = parser.parse_args()
    folder = chosen.work / f"{chosen.practices}"
    graph = folder / "graph.nq"
    if not graph.exists():
        sparql_data.write(graph, chosen.practices)
    texts = {
        path.stem: path.read_text("utf-8")
        for path in sorted(QUERIES.glob("*.rq"))
        if path.stem not in chosen.skip
    }
    with graph.open("rb") as file:
        size = sum(1 for _ in file)
    print(f"{chosen.practices} practices, {size} statements; {platform.processor() or platform.machine()}, "
          f"{os.cpu_count()} cores, Python {platform.python_version()}, landkg {__version__}\n")  # fmt: skip
    with ExitStack() as stack:
        engines = {}
        if chosen.oxigraph:
            engines["oxigraph"] = stack.enter_context(native(chosen.oxigraph, graph, folder))
        engines |= dict(each.split("=", 1) for each in chosen.endpoint)
        cached = (
            stack.enter_context(ours(graph, folder / "cached", cache_mb=64))
            if "repeated" in chosen.parts
            else ""
        )
        engines["landkg"] = stack.enter_context(ours(graph, folder / "home", cache_mb=0))
        if chosen.processes > 1:
            several_of_ours = ours(graph, folder / "several", cache_mb=0, processes=chosen.processes)
            engines[f"landkg, {chosen.processes} processes"] = stack.enter_context(several_of_ours)

        def deck(names: tuple[str, ...], seed: int, each: int = 40) -> list[str]:
            rng = random.Random(seed)
            return [
                fill(texts[name], rng, chosen.practices)
                for name in names
                if name in texts
                for _ in range(each)
            ]

        if "latency" in chosen.parts:
            latencies(engines, texts, chosen.practices, chosen.rounds, chosen.budget)
        if "light" in chosen.parts:
            print(f"Light mix ({', '.join(LIGHT)}):\n")
            load(engines, lambda seed: deck(LIGHT, seed), chosen.seconds, 3)
        if "mix" in chosen.parts:
            print("All queries:\n")
            load(engines, lambda seed: deck(tuple(texts), seed), chosen.seconds, 3)
        if "repeated" in chosen.parts:
            print("The same 28 queries again and again, with the cache of answers:\n")
            kept = {name: url for name, url in engines.items() if not name.startswith("landkg")}
            kept["landkg"] = cached
            load(kept, lambda _seed: deck(tuple(texts), 1, each=2), chosen.seconds, 3)


if __name__ == "__main__":
    main()
