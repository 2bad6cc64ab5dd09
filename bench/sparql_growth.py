"""Measures how the time of each query of bench/queries grows with the graph, and how it spreads.

    python bench/sparql_growth.py --practices 2000 20000 200000 [--rounds 100]

Answers in this process by the same steps as a worker of the service: from columns, else by the engine with
joins in order, from an optimized store on disk. The clock is that of the processor, so other work on the
machine hardly matters. Each query is asked with other parameters each time (``spread``: p99 of these), and
then again and again with the parameters that took the median time (``same``). Prints Markdown.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import pyoxigraph as px
import sparql_data
from sparql import QUERIES, fill

from kg.sparql.columns import writing
from kg.sparql.columns.answering import APART, opened
from kg.sparql.reading import read_plain
from kg.sparql.rewrite import reorder

JSON = "application/sparql-results+json"
Answer = Callable[[str], int]


def opened_at(folder: Path, practices: int) -> Answer:
    """Return a function that answers a query over a generated graph and tells the bytes of the answer."""
    graph, disk = folder / "graph.nq", folder / "store"
    if not graph.exists():
        sparql_data.write(graph, practices)
    if not disk.exists():
        store = px.Store(str(disk))
        store.bulk_load(path=str(graph), format=px.RdfFormat.N_QUADS)
        store.optimize()
        del store
    store = px.Store.read_only(str(disk))
    counted = writing.write(store, folder)
    columns = opened(folder, {})
    if columns is None:
        raise SystemExit(f"{folder} has no columns")

    def answer(text: str) -> int:
        found = columns.answer(text, JSON, APART)
        if found is not None:
            return len(found)
        query = read_plain(text, {})
        found = store.query(
            text if query is None else reorder(text, query, counted), use_default_graph_as_union=True
        )
        if isinstance(found, px.QueryTriples):
            return len(found.serialize(format=px.RdfFormat.N_TRIPLES) or b"")
        return len(found.serialize(format=px.QueryResultsFormat.JSON) or b"")

    return answer


def measured(answer: Answer, texts: list[str], budget: float) -> list[tuple[float, str]]:
    """Return milliseconds of the processor with the text, sorted; the first text is asked twice."""
    answer(texts[0])
    found, until = [], time.monotonic() + budget
    for text in texts:
        began = time.process_time()
        answer(text)
        found.append(((time.process_time() - began) * 1000, text))
        if time.monotonic() > until and len(found) > 2:
            break
    return sorted(found)


def row(answer: Answer, template: str, practices: int, rounds: int, budget: float) -> list[float]:
    """Return the median and the p99 over parameters, and the p99 over the median for one parameter."""
    rng = random.Random(template)
    asked = measured(answer, [fill(template, rng, practices) for _ in range(rounds)], budget)
    times = [each for each, _ in asked]
    again = [each for each, _ in measured(answer, [asked[len(asked) // 2][1]] * rounds, budget)]
    return [statistics.median(times), p99(times), p99(again) / statistics.median(again)]


def p99(times: list[float]) -> float:
    return times[min(len(times) - 1, int(len(times) * 0.99))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--practices", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--rounds", type=int, default=100, help="requests a query")
    parser.add_argument("--budget", type=float, default=5, help="seconds a query at most")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "landkg-bench")
    chosen = parser.parse_args()
    templates = {path.stem: path.read_text("utf-8") for path in sorted(QUERIES.glob("*.rq"))}
    found: dict[str, list[list[float]]] = {name: [] for name in templates}
    for practices in chosen.practices:
        answer = opened_at(chosen.work / f"growth-{practices}", practices)
        for name, template in templates.items():
            found[name].append(row(answer, template, practices, chosen.rounds, chosen.budget))
    heads = [f"{each:,}: p50 ms | spread p99 ms | same p99/p50" for each in chosen.practices]
    print("| query | " + " | ".join(heads) + " | growth |")
    print("|---" * (2 + 3 * len(chosen.practices)) + "|")
    for name, rows in found.items():
        cells = [f"{median:.2f} | {most:.2f} | {ratio:.1f}" for median, most, ratio in rows]
        growth = " / ".join(f"{after[0] / before[0]:.1f}" for before, after in pairwise(rows))
        print(f"| {name} | {' | '.join(cells)} | {growth} |")


if __name__ == "__main__":
    main()
