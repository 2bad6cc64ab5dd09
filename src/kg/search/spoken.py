"""Ranks records by the concepts and things that they speak of, whatever words they use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kg.search.fusion import Ranked
from kg.search.index import Tables
from kg.search.understanding import Reading
from kg.search.weights import COVERAGE, COVERED, MEANT


class Spoken:
    """For each concept and glossary meaning, the records that speak of it, and how much."""

    def __init__(self, tables: Tables) -> None:
        self._count = len(tables.records)
        self._first_passage = tables.first_passage
        held: dict[str, tuple[list[int], list[float]]] = {}
        for number, record in enumerate(tables.records):
            for name, weight in record.mentions.items():
                numbers, weights = held.setdefault(name, ([], []))
                numbers.append(number)
                weights.append(weight)
        self._held = {
            name: (np.array(numbers, dtype=np.int32), np.array(weights, dtype=np.float64))
            for name, (numbers, weights) in held.items()
        }

    def of(self, name: str) -> NDArray[np.int32]:
        """Return the numbers of the records that speak of a concept or meaning, by its key."""
        return self._held[name][0] if name in self._held else np.zeros(0, dtype=np.int32)

    def ranked(self, reading: Reading, allowed: NDArray[np.bool_] | None, limit: int) -> Ranked:
        """Rank records by what the query names or implies, rare things counting more."""
        scores = np.zeros(self._count, dtype=np.float64)
        for wanted in reading.mentions:
            best = np.zeros(self._count, dtype=np.float64)
            for name, weight in wanted.items():
                if name in self._held:
                    numbers, said = self._held[name]
                    gained = weight * said * np.log(1 + self._count / len(numbers))
                    best[numbers] = np.maximum(best[numbers], gained)
            scores += best
        if allowed is not None:
            scores[~allowed] = 0.0
        order = np.argsort(-scores, kind="stable")[:limit]
        return [
            (int(number), float(scores[number]), int(self._first_passage[number]))
            for number in order
            if scores[number] > 0
        ]

    def coverage(self, reading: Reading) -> NDArray[np.float64]:
        """Return for each record a factor: how much of what the query names it speaks of."""
        total, covered = 0.0, np.zeros(self._count, dtype=np.float64)
        for aspect in reading.aspects:
            best = np.zeros(self._count, dtype=np.float64)
            most = 1
            for name, weight in aspect.items():
                if name in self._held:
                    numbers, said = self._held[name]
                    best[numbers] = np.maximum(best[numbers], np.minimum(1.0, weight * said * COVERED))
                    if weight >= MEANT["implied"]:
                        most = max(most, len(numbers))
            rarity = float(np.log(1 + self._count / most))
            total += rarity
            covered += rarity * best
        return np.asarray(1 - COVERAGE + COVERAGE * (covered / total if total else np.ones(self._count)))
