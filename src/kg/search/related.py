"""Records related to one: near in meaning, alike in classification, or linked, each with its reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np

from kg.search import fusion
from kg.search.concepts import is_top
from kg.search.engines import Narrowing, VectorEngine
from kg.search.facets import FacetTable
from kg.search.fusion import Fused, Ranked
from kg.search.index import Tables
from kg.search.passages import PRACTICES, local

_COMPARED: Final = {
    "measure": ("same measure", 1.0),
    "degradation": ("same degradation", 1.0),
    "landUse": ("same land use", 0.7),
    "hazard": ("same hazard", 1.0),
    "purpose": ("same purpose", 0.6),
    "slmGroup": ("same SLM group", 1.2),
    "theme": ("same theme", 1.0),
    "framework": ("same framework", 0.8),
    "country": ("same country", 0.8),
    "region": ("same region", 0.4),
    "convention": ("same convention", 0.3),
}
_LINKED: Final = {"linkedPractice": "linked practice", "cites": "cited", "references": "cited"}
_CANDIDATES: Final = 100
_NEAR_COPY: Final = 0.96
_SAME_TITLE: Final = 2
"""Records of one title in a list, such as decisions of several sessions on one matter."""

_AT_ONCE: Final = 24
"""Vectors that are fetched together: an engine may be on another machine."""

_COMMON: Final = 0.4
"""Share of all records above which a value that two of them share is no reason."""

_MEANING, _CLASSIFICATION, _LINKS = 1.0, 0.7, 2.0


class Related:
    """Finds related records in the tables and vectors of an index."""

    def __init__(self, tables: Tables, facets: FacetTable) -> None:
        self._tables = tables
        self._facets = facets
        self._numbers = {record.iri: number for number, record in enumerate(tables.records)}
        self._linked: dict[int, dict[int, str]] = defaultdict(dict)
        for number, record in enumerate(tables.records):
            for name, other in record.relations:
                if (target := self._numbers.get(other)) is not None and target != number:
                    reason = _LINKED.get(name, name)
                    self._linked[number].setdefault(target, reason)
                    self._linked[target].setdefault(number, "cites it" if reason == "cited" else reason)

    def of(
        self, number: int, spaces: Mapping[str, VectorEngine], limit: int, types: tuple[str, ...]
    ) -> list[tuple[Fused, tuple[str, ...]]]:
        """Return related records with reasons, near copies of each other left out."""
        wanted = _kinds(types)
        runs: dict[str, Ranked] = {}
        for name, vectors in spaces.items():
            runs[name] = self._near(number, vectors, wanted)
        runs["classification"] = self.alike(number, wanted)
        runs["links"] = [
            (other, 1.0, int(self._tables.first_passage[other]))
            for other in sorted(self._linked.get(number, ()))
            if self._passes(other, wanted)
        ]
        weights = dict.fromkeys(spaces, _MEANING)
        weights |= {"classification": _CLASSIFICATION, "links": _LINKS}
        kept = self._spread(fusion.fuse(runs, weights), next(iter(spaces.values())), limit)
        return [(each, self._reasons(number, each)) for each in kept]

    def _passes(self, other: int, wanted: frozenset[str]) -> bool:
        return not wanted or self._tables.records[other].kind in wanted

    def _near(self, number: int, vectors: VectorEngine, wanted: frozenset[str]) -> Ranked:
        passage = int(self._tables.first_passage[number])
        records = self._tables.records
        mask = np.array([record.kind in wanted or not wanted for record in records], dtype=np.bool_)
        mask[number] = False
        kinds = {"type": sorted(wanted)} if wanted else {}
        narrowing = Narrowing(mask, self._tables.passage_record, kinds, {}, None, (number,))
        found = vectors.search(vectors.vectors([passage])[0], _CANDIDATES, narrowing)
        return fusion.by_record(found, self._tables.passage_record)

    def alike(self, number: int, wanted: frozenset[str] = frozenset()) -> Ranked:
        """Rank by shared values, rare ones counting more."""
        count = len(self._tables.records)
        scores = np.zeros(count, dtype=np.float64)
        for name, (_, weight) in _COMPARED.items():
            for value in self._tables.records[number].facets.get(name, ()):
                holders = self._facets.having(name, value)
                scores[holders] += weight * np.log(1 + count / max(1, len(holders)))
        scores[number] = 0.0
        best = np.argsort(-scores, kind="stable")[: _CANDIDATES * 2]
        return [
            (int(other), float(scores[other]), int(self._tables.first_passage[other]))
            for other in best
            if scores[other] > 0 and self._passes(int(other), wanted)
        ][:_CANDIDATES]

    def _spread(self, ranked: list[Fused], vectors: VectorEngine, limit: int) -> list[Fused]:
        kept: list[Fused] = []
        seen: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []
        titles: Counter[str] = Counter()
        told = [each for each in ranked if self._tables.records[each.record].passages]
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            firsts = vectors.vectors([int(self._tables.first_passage[each.record]) for each in some])
            for each, vector in zip(some, firsts, strict=True):
                title = self._tables.records[each.record].title()[0].casefold()
                if titles[title] == _SAME_TITLE or any(float(vector @ other) > _NEAR_COPY for other in seen):
                    continue
                kept.append(each)
                seen.append(vector)
                titles[title] += 1
                if len(kept) == limit:
                    return kept
        return kept

    def _reasons(self, number: int, each: Fused) -> tuple[str, ...]:
        mine, other = self._tables.records[number], self._tables.records[each.record]
        reasons = []
        if each.record in self._linked.get(number, {}):
            reasons.append(self._linked[number][each.record])
        for name, (words, _) in _COMPARED.items():
            shared = self._telling(name, set(mine.facets.get(name, ())) & set(other.facets.get(name, ())))
            if name == "region" and any(said.startswith("same country") for said in reasons):
                continue
            if shared:
                labels = ", ".join(self._tables.concepts.label(name, value, "en") for value in shared[:2])
                reasons.append(f"{words}: {labels}")
        if not reasons or any(
            rank <= 5 for name, (rank, _) in each.parts.items() if name not in ("classification", "links")
        ):
            reasons.append("close in meaning")
        return tuple(reasons[:5])

    def _telling(self, name: str, shared: set[str]) -> list[str]:
        """Return the shared values that say something, rarest first, without what is broader."""
        concepts = self._tables.concepts
        entries = [entry for value in shared if (entry := concepts.by_value.get(value)) is not None]
        above = {local(iri) for entry in entries for iri in concepts.ancestors(entry.iri)}
        above |= {entry.value for entry in entries if is_top(entry, name)}
        most = _COMMON * len(self._tables.records)
        held = {value: len(self._facets.having(name, value)) for value in shared - above}
        return sorted(
            (value for value in held if held[value] <= most), key=lambda value: (held[value], value)
        )


def _kinds(types: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for each in types:
        found.update(PRACTICES if each == "practice" else (each,))
    return frozenset(found)
