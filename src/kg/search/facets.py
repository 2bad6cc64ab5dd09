"""Filters as sets of records, and counts of what a set of results holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
        self._columns = self._arranged()

    def _arranged(self) -> dict[str, tuple[list[str], NDArray[np.int32], NDArray[np.int32]]]:
        """Return of each facet its values in order, and pairs of (record, number of the value)."""
        dated = np.flatnonzero(self._years)
        held = self._numbers | {
            ("year", str(year)): dated[self._years[dated] == year].astype(np.int32)
            for year in sorted(set(self._years[dated].tolist()))
        }
        found = {}
        for name in {facet for facet, _ in held}:
            values = sorted(value for facet, value in held if facet == name)
            owners = [held[name, value] for value in values]
            numbers = np.repeat(np.arange(len(values), dtype=np.int32), [len(each) for each in owners])
            found[name] = (values, np.concatenate(owners), numbers)
        return found

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

    def counts(
        self,
        holds: NDArray[np.bool_],
        filters: Mapping[str, Sequence[str]],
        exclude: Mapping[str, Sequence[str]],
        years: tuple[int | None, int | None] | None,
        language: str,
    ) -> dict[str, tuple[FacetCount, ...]]:
        """Count the values among the records held that pass the filters, most frequent first.

        The values of a facet that has a filter are counted as if it had none: they are alternatives, and a
        count tells what adding its value would give. Chosen values are there even if nothing has them.
        """
        passing = self.allowed(filters, exclude, years)
        held = holds if passing is None else holds & passing
        found: dict[str, tuple[FacetCount, ...]] = {}
        for name in [each for each in FACETS if each in self._columns]:
            mine = held
            if name in filters:
                others = {each: values for each, values in filters.items() if each != name}
                without = self.allowed(others, exclude, None if name == "year" else years)
                mine = holds if without is None else holds & without
            values, owners, numbers = self._columns[name]
            counted = np.bincount(numbers[mine[owners]], minlength=len(values))
            order = np.argsort(-counted, kind="stable")
            chosen = filters.get(name, ())
            shown = [values[at] for at in order[:_SHOWN] if counted[at]]
            shown += [value for value in chosen if name != "year" and value not in shown]
            places = {value: at for at, value in enumerate(values)}
            rows = [(value, int(counted[places[value]]) if value in places else 0) for value in shown]
            if rows:
                found[name] = tuple(self._count(name, value, count, language) for value, count in rows)
        return found

    def _count(self, name: str, value: str, count: int, language: str) -> FacetCount:
        entry = self._concepts.by_value.get(value)
        known: Any = entry if entry is not None and name in (*entry.facets, "framework", "region") else None
        if known is None:
            return FacetCount(value, self._concepts.label(name, value, language), count)
        broader = next((iri.rsplit("/", 1)[-1] for iri in known.broader), None)
        return FacetCount(value, known.label(language), count, known.iri, broader)
