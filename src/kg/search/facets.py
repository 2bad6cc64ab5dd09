"""Filters as sets of records, and counts of what a set of results holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.search.concepts import Concepts
from kg.search.passages import SearchRecord
from kg.search.requests import FACETS, FacetCount

_SHOWN: Final = 60


class FacetTable:
    """Which records have which value, as sorted arrays of record numbers."""

    def __init__(self, records: Sequence[SearchRecord], concepts: Concepts) -> None:
        self._records = records
        self._concepts = concepts
        held: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, record in enumerate(records):
            for name, values in record.facets.items():
                for value in values:
                    held[name, value].append(number)
        self._numbers = {key: np.array(numbers, dtype=np.int32) for key, numbers in held.items()}
        self._years = np.array([record.year or 0 for record in records], dtype=np.int32)

    def having(self, name: str, value: str) -> NDArray[np.int32]:
        """Return the numbers of the records with this value."""
        return self._numbers.get((name, value), np.zeros(0, dtype=np.int32))

    def allowed(
        self,
        filters: Mapping[str, Sequence[str]],
        exclude: Mapping[str, Sequence[str]],
        years: tuple[int | None, int | None] | None,
    ) -> NDArray[np.bool_] | None:
        """Return which records pass, or None when all do."""
        narrowing = {name: values for name, values in filters.items() if name != "year"}
        if not narrowing and not exclude and years is None:
            return None
        passing = np.ones(len(self._records), dtype=np.bool_)
        for name, values in narrowing.items():
            passing &= self._any(name, values)
        for name, values in exclude.items():
            passing &= ~self._any(name, values)
        if years is not None:
            first, last = years
            passing &= (self._years > 0) & (self._years >= (first or 0)) & (self._years <= (last or 9999))
        return passing

    def _any(self, name: str, values: Sequence[str]) -> NDArray[np.bool_]:
        found = np.zeros(len(self._records), dtype=np.bool_)
        for value in values:
            found[self.having(name, value)] = True
        return found

    def counts(self, numbers: Iterable[int], language: str) -> dict[str, tuple[FacetCount, ...]]:
        """Count the values of the records given, most frequent first."""
        counters: dict[str, Counter[str]] = defaultdict(Counter)
        for number in numbers:
            record = self._records[number]
            for name, values in record.facets.items():
                counters[name].update(values)
            if record.year:
                counters["year"][str(record.year)] += 1
        return {
            name: tuple(
                self._count(name, value, count, language)
                for value, count in sorted(counters[name].items(), key=lambda each: (-each[1], each[0]))[
                    :_SHOWN
                ]
            )
            for name in FACETS
            if counters.get(name)
        }

    def _count(self, name: str, value: str, count: int, language: str) -> FacetCount:
        entry = self._concepts.by_value.get(value)
        known: Any = entry if entry is not None and name in (*entry.facets, "framework", "region") else None
        if known is None:
            return FacetCount(value, self._concepts.label(name, value, language), count)
        broader = next((iri.rsplit("/", 1)[-1] for iri in known.broader), None)
        return FacetCount(value, known.label(language), count, known.iri, broader)
