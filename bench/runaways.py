"""Lets clients send runaway queries without pause and measures what ordinary queries notice of it.

    python bench/runaways.py --seconds 60 --clients 4 [--practices 2000]

Prints Markdown, and ends with 1 when look-ups fail or are slow (95 of 100 within 250 ms, counted from the
moment the first runaways have met their limit), when a runaway is answered otherwise than by its limit,
when memory goes above what docs/sparql.md promises, or when processors are still busy 2 s after the end.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent))

import sparql
import sparql_data

from kg.config import TABLE

RUNAWAYS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)+ ?b . ?b (!<urn:x>|^!<urn:y>)* ?c }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?e",
    "SELECT DISTINCT ?a ?e ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    'SELECT (GROUP_CONCAT(?c; separator="xxxxxxxx") AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }',
    'SELECT ?x { ?a ?b ?c . ?d ?e ?f BIND(REPLACE(STR(?c), "(.*)*x", STR(?f)) AS ?x) } ORDER BY ?x',
)
TIMEOUT_S = 5
P95_MAX_S = 0.25
DEFAULTS = {row.name: row.default for row in TABLE}


class Watch:
    """The processes of a server: the largest memory of all together, processor time."""

    def __init__(self) -> None:
        self.roots = psutil.Process().children()
        self.peak = 0

    def processes(self) -> set[psutil.Process]:
        found = set(self.roots)
        for root in self.roots:
            found |= set(root.children(recursive=True))
        return found

    def look(self) -> None:
        """Add the proportional memory (PSS): what processes share counts once."""
        total = 0
        for each in self.processes():
            try:
                total += each.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        self.peak = max(self.peak, total)

    def busy(self, seconds: float = 1.0) -> float:
        """Return how many processors are in use."""
        before = {each: sum(each.cpu_times()[:2]) for each in self.processes()}
        time.sleep(seconds)
        after = {each: sum(each.cpu_times()[:2]) for each in self.processes()}
        return sum(used - before.get(each, 0.0) for each, used in after.items()) / seconds


def run_away(url: str, number: int, until: float, seen: Counter[int]) -> None:
    client, turn = sparql.Client(url), number
    while time.monotonic() < until:
        turn += 1
        seen[client.ask(f"{RUNAWAYS[turn % len(RUNAWAYS)]} # {number} {turn}")[1]] += 1


def look_up(url: str, practices: int, until: float, times: list[tuple[float, float]], bad: list[int]) -> None:
    client, number = sparql.Client(url), 0
    while time.monotonic() < until:
        practice = f"<{sparql.BASE}id/practice/technologies_{900_000 + number % practices}>"
        for text in (f"ASK {{ {practice} ?p ?o }} # {number}", f"SELECT * {{ {practice} ?p ?o }} # {number}"):
            started = time.monotonic()
            seconds, status, _ = client.ask(text)
            times.append((started, seconds))
            if status != 200:
                bad.append(status)
        number += 1
        time.sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--practices", type=int, default=2000)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "landkg-bench")
    chosen = parser.parse_args()
    folder = chosen.work / f"{chosen.practices}"
    graph = folder / "graph.nq"
    if not graph.exists():
        sparql_data.write(graph, chosen.practices)
    with sparql.ours(graph, folder / "runaways", cache_mb=0, timeout_s=TIMEOUT_S) as url:
        sys.exit(0 if measure(url, chosen.seconds, chosen.clients, chosen.practices) else 1)


def measure(url: str, seconds: float, clients: int, practices: int) -> bool:
    """Run the whole; return whether all that is promised held."""
    watch, seen, bad = Watch(), Counter[int](), list[int]()
    watch.look()
    idle, times = watch.peak, list[tuple[float, float]]()
    begun = time.monotonic()
    until = begun + seconds
    threads = [threading.Thread(target=run_away, args=(url, n, until, seen)) for n in range(clients)]
    threads.append(threading.Thread(target=look_up, args=(url, practices, until, times, bad)))
    for each in threads:
        each.start()
    while time.monotonic() < until:
        watch.look()
        time.sleep(0.25)
    for each in threads:
        each.join()
    time.sleep(2)
    busy = watch.busy()
    settled = sorted(took for started, took in times if started > begun + TIMEOUT_S)
    p95 = settled[int(len(settled) * 0.95)]
    cap = idle + clients * DEFAULTS["sparql_worker_memory_mb"] * 1024 * 1024
    print("| what | measured | bound |\n|---|---|---|")
    print(f"| runaways by status | {dict(seen)} | 503 and 413 only |")
    print(f"| look-ups answered, failed | {len(times)}, {len(bad)} | 0 failed |")
    print(f"| look-ups p50, p95, longest | {statistics.median(settled) * 1000:.0f}, {p95 * 1000:.0f}, "
          f"{settled[-1] * 1000:.0f} ms | p95 {P95_MAX_S * 1000:.0f} ms |")  # fmt: skip
    print(f"| memory of all processes | {watch.peak >> 20} MB | {cap >> 20} MB |")
    print(f"| processors in use 2 s after the end | {busy:.2f} | 0.2 |")
    return set(seen) <= {503, 413} and not bad and p95 < P95_MAX_S and watch.peak < cap and busy < 0.2


if __name__ == "__main__":
    main()
