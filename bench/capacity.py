"""Measures how loading, disk, memory and queries grow with the graph, beside other servers on the same data.

    python bench/capacity.py --keep FOLDER --sizes 11260 112600 1126000 11260000 [--minutes 7]

A size is a number of statements. Each is made once and loaded embedded (store, columns and statistics, as a
build makes them), into the native Oxigraph server (PyPI package ``oxigraph``) and into Virtuoso 7; then all
three are started and asked in turns. What is done stays in FOLDER, and the next call goes on from there: with
``--minutes`` no step is begun after so many. Prints Markdown of all that is there.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

import capacity_mix
import psutil
import sparql
import sparql_data
from capacity_engines import ENGINES, memory_mb, newest, ran
from capacity_mix import CLIENTS, LOOKUPS, TEXTS

PER_PRACTICE: Final = 56.3
"""Statements of a practice with its part of the rest, at 20,000 practices."""
LIMIT_S: Final = 20
"""Of a query, in each engine."""
SILENT: Final = f"> {LIMIT_S} s"
Figures = dict[str, Any]
Step = Callable[[], Any]


class Size:
    """One size: its folder, what was measured there, and the steps that are left."""

    def __init__(self, keep: Path, statements: int, chosen: argparse.Namespace) -> None:
        self.folder = keep / str(statements)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.practices = max(1, round(statements / PER_PRACTICE))
        self.chosen = chosen
        self.file = self.folder / "figures.json"
        self.figures: Figures = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}

    @property
    def graph(self) -> Path:
        return self.folder / "graph.nq"

    def steps(self) -> Iterator[tuple[str, Step]]:
        yield "data", self.made
        for name in ENGINES:
            yield name, lambda name=name: self.loaded(name)
        yield "mix", self.mix
        yield "rates", self.rates

    def run(self, until: float) -> bool:
        """Do what is left; tell whether there was time for all of it."""
        for name, step in self.steps():
            if name in self.figures or (self.chosen.steps and name not in self.chosen.steps):
                continue
            if time.monotonic() > until:
                return False
            print(f"{self.folder.name}: {name}", file=sys.stderr, flush=True)
            self.figures[name] = step()
            self.file.write_text(json.dumps(self.figures), encoding="utf-8")
        return True

    def made(self) -> Figures:
        # Apart, because the memory of a child that loads is never told as less than that of its parent.
        ran([sys.executable, sparql_data.__file__, str(self.graph), str(self.practices)])
        with self.graph.open("rb") as file:
            count = sum(1 for _ in file)
        return {"practices": self.practices, "statements": count, "mb": self.graph.stat().st_size / 1e6}

    def loaded(self, name: str) -> Figures:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return asdict(ENGINES[name].load(self.graph, folder))

    def served(self, stack: ExitStack) -> tuple[dict[str, str], dict[str, psutil.Process], Figures]:
        """Start all engines; return the address, the process and the seconds to start of each."""
        urls, servers, seconds = {}, {}, {}
        for name, engine in ENGINES.items():
            began = time.monotonic()
            urls[name] = stack.enter_context(engine.serving(self.folder / name, LIMIT_S))
            seconds[name] = time.monotonic() - began
            servers[name] = newest()
        sparql.settle(urls["landkg"], self.graph)
        return urls, servers, seconds

    def mix(self) -> Figures:
        with ExitStack() as stack:
            urls, servers, seconds = self.served(stack)
            asked = capacity_mix.latencies(urls, self.practices, self.chosen.rounds, self.chosen.budget)
            memory = {name: memory_mb(server) for name, server in servers.items()}
        return {"start_s": seconds, "memory_mb": memory, "queries": asked}

    def rates(self) -> Figures:
        with ExitStack() as stack:
            urls, *_ = self.served(stack)
            return capacity_mix.rates(urls, self.practices, self.chosen.seconds)


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def table(heads: list[str], rows: list[list[str]]) -> None:
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


def show_loads(sizes: list[Figures]) -> None:
    rows = []
    for figures in sizes:
        count = figures["data"]["statements"]
        for name in ENGINES:
            if name not in figures:
                continue
            each, mix = figures[name], figures.get("mix")
            served = [f"{mix['start_s'][name]:.1f}", f"{mix['memory_mb'][name]:.0f}"] if mix else ["", ""]
            rows.append([
                f"{count:,}", name, f"{each['wall_s']:.1f}", f"{each['cpu_s']:.1f}",
                f"{each['cpu_s'] / count * 1e6:.1f}", f"{each['peak_mb']:.0f}", f"{each['disk_mb']:.0f}",
                *served,
            ])  # fmt: skip
    heads = [
        "statements",
        "engine",
        "load s",
        "processor s",
        "processor µs a statement",
        "memory while loading MB",
    ]
    table([*heads, "disk MB", "start s", "memory serving MB"], rows)


def medians(figures: Figures, query: str) -> dict[str, float]:
    """Return the median milliseconds of the engines that answered a query."""
    times = figures["mix"]["queries"][query]["times"]
    return {name: statistics.median(each) for name, each in times.items() if each}


def show_mix(figures: Figures) -> None:
    data = figures["data"]
    print(f"### {data['statements']:,} statements ({data['practices']:,} practices)\n")
    rows: list[list[str]] = []
    ratios: dict[str, list[float]] = {"oxigraph": [], "virtuoso": []}
    for query, found in figures["mix"]["queries"].items():
        middle = medians(figures, query)
        cells = [
            f"{middle[name]:.2f} / {p95(found['times'][name]):.2f}" if name in middle else SILENT
            for name in ENGINES
        ]
        for name, kept in ratios.items():
            if name in middle and "landkg" in middle:
                kept.append(middle["landkg"] / middle[name])
        rows.append(
            [
                query,
                *cells,
                f"{found['rows']:,}",
                f"not {', '.join(found['differ'])}" if found["differ"] else "yes",
            ]
        )
    table(["query", *(f"{name} p50 / p95 ms" for name in ENGINES), "rows", "agree"], rows)
    means = [
        f"{statistics.geometric_mean(kept):.2f} of {name} ({len(kept)} queries)"
        for name, kept in ratios.items()
    ]
    print(f"landkg's medians, geometric mean: {', '.join(means)}.\n")


def show_growth(sizes: list[Figures]) -> None:
    """Print landkg's medians by size, and each engine's growth as a power of the number of statements."""
    counts = [figures["data"]["statements"] for figures in sizes]
    rows = []
    for query in TEXTS:
        found = [medians(figures, query) for figures in sizes]
        cells = [f"{each['landkg']:.2f}" if "landkg" in each else SILENT for each in found]
        powers = [
            power([(n, each.get(name)) for n, each in zip(counts, found, strict=True)]) for name in ENGINES
        ]
        rows.append([f"{query}{' (lookup)' if query in LOOKUPS else ''}", *cells, *powers])
    heads = [f"landkg, {count:,}" for count in counts]
    table(["query", *heads, *(f"{name}: power" for name in ENGINES)], rows)


def power(medians: list[tuple[int, float | None]]) -> str:
    """Return the exponent between the first and the last size that were answered."""
    known = [(count, ms) for count, ms in medians if ms is not None]
    if len(known) < 2:
        return ""
    (first, fast), (last, slow) = known[0], known[-1]
    found = f"{math.log(slow / fast) / math.log(last / first):.2f}"
    return found if len(known) == len(medians) else f"{found} to {last:,}"


def show_rates(sizes: list[Figures]) -> None:
    rows = []
    for figures in sizes:
        for name, rates in figures.get("rates", {}).items():
            best = max(rates.values())
            knee = next(number for number in CLIENTS if rates[str(number)] >= 0.9 * best)
            cells = [f"{rates[str(number)]:.0f}" for number in CLIENTS]
            rows.append([f"{figures['data']['statements']:,}", name, *cells, str(knee)])
    table(["statements", "engine", *(f"{number} clients" for number in CLIENTS), "knee"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, required=True, help="folder for data, stores and figures")
    parser.add_argument("--sizes", type=int, nargs="+", default=[11_260, 112_600, 1_126_000, 11_260_000])
    parser.add_argument("--steps", nargs="*", help="do these alone: data, an engine to load, mix, rates")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no step after so many")
    parser.add_argument("--rounds", type=int, default=20, help="requests a query and engine")
    parser.add_argument("--budget", type=float, default=6, help="seconds a query, after the first request")
    parser.add_argument("--seconds", type=float, default=3, help="of a slice of the rates")
    chosen = parser.parse_args()
    until = time.monotonic() + chosen.minutes * 60
    sizes = [Size(chosen.keep, statements, chosen) for statements in sorted(chosen.sizes)]
    done = [each.run(until) for each in sizes]
    found = [each.figures for each in sizes if "data" in each.figures]
    show_loads(found)
    mixed = [each for each in found if "mix" in each]
    for each in mixed:
        show_mix(each)
    if mixed:
        show_growth(mixed)
    show_rates(found)
    if not all(done):
        print("Not done yet: call it again.")


if __name__ == "__main__":
    main()
