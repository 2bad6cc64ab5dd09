"""Measures the ranking on the information needs of tests/relevance, and proposes weights.

    python -m bench.relevance report [--home FOLDER] [--out FILE]
    python -m bench.relevance tune   [--home FOLDER]

``report`` prints nDCG@10, recall@20 and MRR with 95 % bootstrap intervals, for each language and each type of
need, beside every single method (without the factor for coverage) and with each method left out. ``tune``
walks over the weights of the fusion, one at a time, with half of the needs held out, and prints what it would
put into kg/search/weights.py.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kg import generation
from kg.config import Settings
from kg.search import fusion, service
from kg.search.requests import SearchRequest
from kg.search.weights import RANK_K, RUNS
from kg.vocab import LANGUAGES

FOLDER: Final = Path(__file__).resolve().parents[1] / "tests" / "relevance"
_SAMPLES: Final = 2000
_DEPTH: Final = 20
_STEPS: Final = (0.0, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
_LEAST_GAIN: Final = 0.002


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


def needs() -> list[Need]:
    """Read needs.tsv and qrels.txt."""
    graded: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (FOLDER / "qrels.txt").read_text(encoding="utf-8").splitlines():
        need, _, record, grade = line.split()
        graded[need][record] = int(grade)
    head, *rows = (FOLDER / "needs.tsv").read_text(encoding="utf-8").splitlines()
    names = head.split("\t")
    found = []
    for row in rows:
        cells = dict(zip(names, row.split("\t"), strict=True))
        texts = {language: cells[language] for language in LANGUAGES}
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

    def __init__(self, home: str | None) -> None:
        settings = Settings.from_env(home=home)
        current = generation.current(settings.home_folder)
        self.index = service.open_index(current.index_folder, settings, current.id)
        self.records = [record.iri.split("/id/", 1)[1] for record in self.index.tables.records]
        self.observed = [self._observe(need, language) for need in needs() for language in LANGUAGES]

    def _observe(self, need: Need, language: str) -> Observed:
        request = SearchRequest(need.texts[language])
        reading = self.index.read(request)
        runs, factors = self.index.methods(reading, request, None)
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
        lines.append(_row(bench, method, lambda _, name=method: {name: 1.0}))
    lines += ["", "| left out | " + " | ".join(LANGUAGES) + " |", "|---|" + "---|" * len(LANGUAGES)]
    lines.append(_row(bench, "nothing", bench.weights))
    for method in methods:
        lines.append(_row(bench, method, lambda seen, name=method: {**bench.weights(seen), name: 0.0}))
    return "\n".join(lines) + "\n"


def _cell(bench: Bench, measure: str, language: str) -> str:
    values = bench.scores(measure, bench.weights, language)
    low, high = interval(values)
    return f"{np.mean(values):.3f} ({low:.3f} to {high:.3f})"


def _row(bench: Bench, name: str, weigh: Callable[[Observed], Mapping[str, float]]) -> str:
    cells = [f"{np.mean(bench.scores('nDCG@10', weigh, language)):.3f}" for language in LANGUAGES]
    return f"| {name} | " + " | ".join(cells) + " |"


def tune(bench: Bench, seed: int = 3) -> dict[str, dict[str, object]]:
    """Return proposed weights for English and other queries, with what they gain on needs held out."""
    found: dict[str, dict[str, object]] = {}
    for table in ("en", "other"):
        seen = [each for each in bench.observed if (each.language == "en") == (table == "en")]
        ids = sorted({each.need.id for each in seen})
        random.Random(seed).shuffle(ids)
        kept = set(ids[: len(ids) // 2])
        learn = [each for each in seen if each.need.id in kept]
        check = [each for each in seen if each.need.id not in kept]
        proposed = _ascend(bench, learn, dict(RUNS[table]))
        found[table] = {
            "weights": _ascend(bench, seen, dict(RUNS[table])),
            "held out, now": round(_mean(bench, check, RUNS[table]), 4),
            "held out, proposed on the other half": round(_mean(bench, check, proposed), 4),
        }
    return found


def _mean(bench: Bench, seen: Iterable[Observed], weights: Mapping[str, float]) -> float:
    return float(np.mean([ndcg(bench.ranked(each, weights), each.need.graded) for each in seen]))


def _ascend(bench: Bench, seen: Sequence[Observed], weights: dict[str, float]) -> dict[str, float]:
    best = _mean(bench, seen, weights)
    for name in list(weights):
        for step in _STEPS:
            tried = {**weights, name: step}
            if (score := _mean(bench, seen, tried)) > best + _LEAST_GAIN:
                best, weights = score, tried
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=("report", "tune"))
    parser.add_argument("--home", help="data folder with a built generation")
    parser.add_argument("--out", type=Path, help="also write the report here")
    asked = parser.parse_args()
    bench = Bench(asked.home)
    said = report(bench) if asked.task == "report" else json.dumps(tune(bench), indent=2) + "\n"
    print(said)
    if asked.out:
        asked.out.write_text(said, encoding="utf-8")


if __name__ == "__main__":
    main()
