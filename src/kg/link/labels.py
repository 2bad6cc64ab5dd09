"""The index of names: exact keys, plural-folded keys, and similar keys by shared pieces."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.link.names import Entry, Name, Names
from kg.link.text import fold, grams, has_han, singular

_SUFFIXES: Final = 8
"""Words of a name from which typing may begin."""


class LabelIndex:
    """All names of one generation, ready to be found; nothing changes after it is made."""

    def __init__(self, names: Names) -> None:
        self.entries: tuple[Entry, ...] = names.entries
        self.names: tuple[Name, ...] = names.names
        self.by_id = {entry.id: entry for entry in names.entries}
        self.by_iri = {entry.iri: entry for entry in names.entries}
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.plural: dict[str, list[int]] = defaultdict(list)
        keys: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            self.exact[name.key].append(number)
            if name.role != "code":
                self.plural[singular(name.key)].append(number)
                keys[name.key].append(number)
        self.keys: list[str] = sorted(keys)
        self.named: list[list[int]] = [keys[key] for key in self.keys]
        self._grams(self.keys)

    def _grams(self, keys: list[str]) -> None:
        postings: dict[str, list[int]] = defaultdict(list)
        for number, key in enumerate(keys):
            for gram in grams(key):
                postings[gram].append(number)
        count = max(1, len(keys))
        self._postings: dict[str, NDArray[np.int32]] = {
            gram: np.array(found, dtype=np.int32) for gram, found in postings.items()
        }
        self._weight = {gram: float(np.log(1 + count / len(found))) for gram, found in postings.items()}
        self._rarest = float(np.log(1 + count))
        self._norm = np.zeros(count, dtype=np.float32)
        for gram, numbers in self._postings.items():
            self._norm[numbers] += self._weight[gram] ** 2
        self._norm = np.sqrt(np.maximum(self._norm, 1e-6))

    def entry(self, given: str) -> Entry | None:
        """Return the entry of an id or IRI."""
        return self.by_id.get(given) or self.by_iri.get(given)

    def similar(self, key: str, limit: int) -> list[int]:
        """Return numbers of the keys that share most pieces with ``key``, the nearest first."""
        pieces = grams(key)
        scores = np.zeros(len(self._norm), dtype=np.float32)
        length = 0.0
        for gram in pieces:
            weight = self._weight.get(gram, self._rarest)
            length += weight**2
            if gram in self._postings:
                scores[self._postings[gram]] += weight**2
        scores /= self._norm * np.float32(np.sqrt(length) or 1.0)
        near = np.argpartition(-scores, limit)[:limit] if len(scores) > limit else np.arange(len(scores))
        best = near[scores[near] > 0]
        return [int(each) for each in best[np.lexsort((best, -scores[best]))] if each < len(self.keys)]

    @cached_property
    def _openings(self) -> tuple[list[str], list[tuple[int, int]]]:
        """Each name from each of its first words on, sorted, with (place of the word, name)."""
        rows: list[tuple[str, int, int]] = []
        for number, name in enumerate(self.names):
            parts = name.key.split(" ")
            for place in range(min(len(parts), _SUFFIXES)):
                rows.append((" ".join(parts[place:]), place, number))
            inside = (at for at in range(1, len(name.key)) if has_han(name.key[at]))
            rows += [(name.key[at:], at, number) for at in inside]
        rows.sort()
        return [row[0] for row in rows], [(row[1], row[2]) for row in rows]

    def beginning(self, prefix: str, language: str) -> list[Entry]:
        """Return the entries of which a name has a word that begins with ``prefix``, best first."""
        from bisect import bisect_left

        key = fold(prefix)
        if not key:
            return []
        texts, places = self._openings
        best: dict[int, tuple[object, ...]] = {}
        for at in range(bisect_left(texts, key), len(texts)):
            if not texts[at].startswith(key):
                break
            place, number = places[at]
            name = self.names[number]
            entry = self.entries[name.entry]
            if entry.withdrawn:
                continue
            order = (
                name.key != key,
                place != 0,
                name.lang not in (language, ""),
                name.role != "label",
                len(name.key),
                entry.rank,
            )
            if entry.number not in best or order < best[entry.number]:
                best[entry.number] = order
        return [self.entries[number] for number in sorted(best, key=lambda each: best[each])]
