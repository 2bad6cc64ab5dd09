"""Learns weights of the fusion from judged needs, and says how much of the gain holds on needs left out."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from bench.relevance import Bench, Observed, interval, ndcg
from kg.search.weights import RUNS
from kg.vocab import LANGUAGES

_STEPS: Final = (0.0, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
_LEAST_GAIN: Final = 0.002
_FOLDS: Final = 6
_SEED: Final = 3


def tune(bench: Bench, seed: int = _SEED) -> str:
    """Return proposed weights as JSON, for English and other queries, with their gain on needs held out."""
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
    return json.dumps(found, indent=2) + "\n"


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


def crossvalidate(bench: Bench) -> str:
    """Return nDCG@10 of needs left out, with weights learned from nothing but the other needs.

    Learning starts from equal weights, not from the ones in use, so that nothing is carried over.
    """
    ids = sorted({each.need.id for each in bench.observed})
    random.Random(_SEED).shuffle(ids)
    lines = ["| language | weights in use | learned on the others | equal weights |", "|---|---|---|---|"]
    scores: dict[str, dict[str, list[float]]] = {
        language: {"used": [], "learned": [], "equal": []} for language in LANGUAGES
    }
    for fold in range(_FOLDS):
        left = set(ids[fold::_FOLDS])
        for table in ("en", "other"):
            seen = [each for each in bench.observed if (each.language == "en") == (table == "en")]
            equal = dict.fromkeys(RUNS[table], 1.0)
            learned = _ascend(bench, [each for each in seen if each.need.id not in left], dict(equal))
            for each in [each for each in seen if each.need.id in left]:
                for name, weights in (("used", RUNS[table]), ("learned", learned), ("equal", equal)):
                    score = ndcg(bench.ranked(each, weights), each.need.graded)
                    scores[each.language][name].append(score)
    for language, found in scores.items():
        cells = [
            f"{np.mean(found[name]):.3f} ({_span(found[name])})" for name in ("used", "learned", "equal")
        ]
        lines.append(f"| {language} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _span(values: Sequence[float]) -> str:
    low, high = interval(values)
    return f"{low:.3f} to {high:.3f}"
