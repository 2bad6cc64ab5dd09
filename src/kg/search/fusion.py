"""Joins the rankings of several methods into one, by reciprocal rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.search.weights import RANK_K


@dataclass(slots=True)
class Fused:
    """A record with its score; ``parts`` maps a method to (rank from 1, share of the score)."""

    record: int
    score: float = 0.0
    parts: dict[str, tuple[int, float]] = field(default_factory=dict)
    passages: dict[str, int] = field(default_factory=dict)


Ranked = list[tuple[int, float, int]]
"""(record, score, best passage), best first"""


def by_record(
    passages: Iterable[tuple[int, float]], passage_record: np.ndarray[Any, np.dtype[np.int32]]
) -> Ranked:
    """Keep the best passage of each record, in order."""
    held = list(passages)
    records = passage_record[[passage for passage, _ in held]].tolist() if held else []
    seen: set[int] = set()
    found: Ranked = []
    for record, (passage, score) in zip(records, held, strict=True):
        if record not in seen:
            seen.add(record)
            found.append((record, score, passage))
    return found


def fuse(
    runs: Mapping[str, Ranked],
    weights: Mapping[str, float],
    factors: NDArray[np.float64] | None = None,
    k: float = RANK_K,
) -> list[Fused]:
    """Return all records of the runs, best first; equal scores in order of record number.

    A run gives a record weight / (k + rank), equal scores within a run an equal rank; ``factors``, one a
    record, scale the sums.
    """
    fused: dict[int, Fused] = {}
    for name, run in runs.items():
        weight = weights.get(name, 0.0)
        if not weight:
            continue
        ranks = _ranks([score for _, score, _ in run])
        scales = [1.0] * len(run) if factors is None else factors[[record for record, _, _ in run]].tolist()
        for (record, _, passage), rank, scale in zip(run, ranks, scales, strict=True):
            held = fused.get(record)
            if held is None:
                held = fused[record] = Fused(record)
            share = weight / (k + rank) * scale
            held.score += share
            held.parts[name] = (rank, share)
            held.passages[name] = passage
    return sorted(fused.values(), key=lambda each: (-each.score, each.record))


def _ranks(scores: Sequence[float]) -> list[int]:
    ranks: list[int] = []
    for at, score in enumerate(scores):
        ranks.append(ranks[-1] if at and score == scores[at - 1] else at + 1)
    return ranks
