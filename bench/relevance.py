"""Measures the ranking on the information needs of tests/relevance, and proposes weights.

    python -m bench.relevance report [--set SET] [--half a] [--home FOLDER] [--out FILE]
    python -m bench.relevance needs  [--set SET] [--half a] [--home FOLDER]
    python -m bench.relevance tune   [--set ...] [--home FOLDER]
    python -m bench.relevance crossvalidate [--set ...] [--home FOLDER]

``report`` prints nDCG@10, recall@20 and MRR with 95 % bootstrap intervals, for each language and each type of
need, beside every single method (without the factor for coverage) and with each method left out. ``needs``
prints the nDCG@10 of each need in each language and what was missed. ``tune`` and ``crossvalidate`` learn
weights; see :mod:`bench.search_weights`.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kg import generation
from kg.config import Settings
from kg.search import fusion, service
from kg.search.requests import SearchRequest
from kg.search.weights import RANK_K
from kg.vocab import LANGUAGES

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests" / "relevance"
SETS: Final = {
    "first": FOLDER,
    "second": FOLDER / "second",
    "third": FOLDER / "third",
    "fourth": FOLDER / "fourth",
}
_SAMPLES: Final = 2000
_DEPTH: Final = 20


@dataclass(frozen=True, slots=True)
class Need:
    """An information need: its type, its text in each language, and the graded records (TREC)."""

    id: str
    type: str
    texts: Mapping[str, str]
    graded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Observed:
    """What every method ranked for one need in one language; records as local identifiers."""

    need: Need
    language: str
    read_as: str
    runs: Mapping[str, fusion.Ranked]
    factors: np.ndarray[tuple[int], np.dtype[np.float64]]


def needs(folder: Path = FOLDER, half: str = "") -> list[Need]:
    """Read needs.tsv and qrels.txt; ``half`` keeps the needs whose names begin so."""
    graded: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
        need, _, record, grade = line.split()
        graded[need][record] = int(grade)
    head, *rows = (folder / "needs.tsv").read_text(encoding="utf-8").splitlines()
    names = head.split("\t")
    found = []
    for row in rows:
        cells = dict(zip(names, row.split("\t"), strict=True))
        texts = {language: cells[language] for language in LANGUAGES}
        if cells["id"].startswith(half):
            found.append(Need(cells["id"], cells["type"], texts, graded[cells["id"]]))
    return found


def ndcg(ranked: Sequence[str], graded: Mapping[str, int], depth: int = 10) -> float:
    """Return nDCG with linear gains, as trec_eval computes it."""
    gained = sum(graded.get(record, 0) / math.log2(at + 2) for at, record in enumerate(ranked[:depth]))
    best = sorted(graded.values(), reverse=True)[:depth]
    ideal = sum(grade / math.log2(at + 2) for at, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def recall(ranked: Sequence[str], graded: Mapping[str, int], depth: int = _DEPTH) -> float:
    relevant = {record for record, grade in graded.items() if grade > 0}
    return len(relevant & set(ranked[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], graded: Mapping[str, int]) -> float:
    return next((1.0 / (at + 1) for at, record in enumerate(ranked) if graded.get(record, 0) > 0), 0.0)


MEASURES: Final[dict[str, Callable[[Sequence[str], Mapping[str, int]], float]]] = {
    "nDCG@10": ndcg,
    "recall@20": recall,
    "MRR": reciprocal_rank,
}


def interval(values: Sequence[float], seed: int = 7) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean over needs."""
    draws = np.random.default_rng(seed).choice(np.array(values), (_SAMPLES, len(values)))
    low, high = np.percentile(draws.mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


class Bench:
    """An opened index with the rankings of all needs in all languages."""

    def __init__(self, home: str | None, wanted: Sequence[Need]) -> None:
        settings = Settings.from_env(home=home)
        current = generation.current(settings.home_folder)
        self.index = service.open_index(current.index_folder, settings, current.id)
        self.records = [record.iri.split("/id/", 1)[1] for record in self.index.tables.records]
        self.observed = [self._observe(need, language) for need in wanted for language in LANGUAGES]

    def _observe(self, need: Need, language: str) -> Observed:
        request = SearchRequest(need.texts[language])
        reading = self.index.read(request)
        runs, factors = self.index.methods(reading, None)
        return Observed(need, language, reading.language, runs, factors)

    def ranked(self, seen: Observed, weights: Mapping[str, float], k: float = RANK_K) -> list[str]:
        alone = len(weights) == 1
        fused = fusion.fuse(seen.runs, weights, None if alone else seen.factors, k)
        return [self.records[each.record] for each in fused[:_DEPTH]]

    def weights(self, seen: Observed) -> dict[str, float]:
        return self.index.weights(seen.read_as)

    def scores(
        self, measure: str, weigh: Callable[[Observed], Mapping[str, float]], language: str | None = None
    ) -> list[float]:
        """Return a measure for each need (and language)."""
        compute = MEASURES[measure]
        return [
            compute(self.ranked(seen, weigh(seen)), seen.need.graded)
            for seen in self.observed
            if language in (None, seen.language)
        ]


def report(bench: Bench) -> str:
    """Return the whole report in Markdown."""
    lines = ["| language | " + " | ".join(MEASURES) + " |", "|---|" + "---|" * len(MEASURES)]
    for language in LANGUAGES:
        lines.append(
            f"| {language} | " + " | ".join(_cell(bench, name, language) for name in MEASURES) + " |"
        )
    lines += ["", "| type | needs | nDCG@10, English | nDCG@10, other languages |", "|---|---|---|---|"]
    types = sorted({seen.need.type for seen in bench.observed})
    for kind in types:
        split: dict[bool, list[float]] = {True: [], False: []}
        for seen in bench.observed:
            if seen.need.type == kind:
                value = ndcg(bench.ranked(seen, bench.weights(seen)), seen.need.graded)
                split[seen.language == "en"].append(value)
        lines.append(
            f"| {kind} | {len(split[True])} | {np.mean(split[True]):.3f} | {np.mean(split[False]):.3f} |"
        )
    lines += ["", "| method alone | " + " | ".join(LANGUAGES) + " |", "|---|" + "---|" * len(LANGUAGES)]
    methods = sorted({name for seen in bench.observed for name in seen.runs})
    for method in [name for name in methods if not name.endswith("_f")]:
        lines.append(_row(bench, method, _only(method)))
    lines += ["", "| left out | " + " | ".join(LANGUAGES) + " |", "|---|" + "---|" * len(LANGUAGES)]
    lines.append(_row(bench, "nothing", bench.weights))
    for method in methods:
        lines.append(_row(bench, method, _without(bench, method)))
    return "\n".join(lines) + "\n"


def _only(method: str) -> Callable[[Observed], dict[str, float]]:
    return lambda _: {method: 1.0}


def _without(bench: Bench, method: str) -> Callable[[Observed], dict[str, float]]:
    return lambda seen: {**bench.weights(seen), method: 0.0}


def _cell(bench: Bench, measure: str, language: str) -> str:
    values = bench.scores(measure, bench.weights, language)
    low, high = interval(values)
    return f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"


def _row(bench: Bench, name: str, weigh: Callable[[Observed], Mapping[str, float]]) -> str:
    cells = [f"{np.mean(bench.scores('nDCG@10', weigh, language)):.3f}" for language in LANGUAGES]
    return f"| {name} | " + " | ".join(cells) + " |"


def each_need(bench: Bench) -> str:
    """Return each need's nDCG@10 in each language, and which records of grade 2 were not in its first ten."""
    lines = []
    for seen in bench.observed:
        ranked = bench.ranked(seen, bench.weights(seen))
        missed = [name for name, grade in seen.need.graded.items() if grade > 1 and name not in ranked[:10]]
        lines.append(
            f"{seen.need.id} {seen.language} {ndcg(ranked, seen.need.graded):.3f} "
            f"{seen.need.texts[seen.language]} | missed {', '.join(missed)} | first {', '.join(ranked[:5])}"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=("report", "needs", "tune", "crossvalidate"))
    parser.add_argument("--set", choices=(*SETS, "all"), default="first", help="which needs")
    parser.add_argument("--half", default="", help="only needs whose names begin so")
    parser.add_argument("--home", help="data folder with a built generation")
    parser.add_argument("--out", type=Path, help="also write the report here")
    asked = parser.parse_args()
    folders = SETS.values() if asked.set == "all" else [SETS[asked.set]]
    bench = Bench(asked.home, [need for folder in folders for need in needs(folder, asked.half)])
    said = _tasks()[asked.task](bench)
    print(said)
    if asked.out:
        asked.out.write_text(said, encoding="utf-8")


def _tasks() -> dict[str, Callable[[Bench], str]]:
    from bench.search_weights import crossvalidate, tune

    return {"report": report, "needs": each_need, "tune": tune, "crossvalidate": crossvalidate}


if __name__ == "__main__":
    main()
