"""Which records the list of a query holds, whatever the filters: totals, counts, pages and exports follow.

A record belongs to the list if it says at least half of what the query names, rare things counting more (in
words of any language, or by what it is classified as), or if it is among the first of the whole ranking,
which is by meaning as well. As filters take no part in this, the count beside a filter is what choosing it
gives.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.search.engines import MOST_COUNTED, MOST_SAID, WordEngine
from kg.search.index import Tables
from kg.search.spoken import Spoken
from kg.search.understanding import Reading
from kg.search.unwanted import Unwanted

NEAREST: Final = 50
"""Records at the top of the ranking of all that are in the list even if they say less than half."""

HALF: Final = 0.5
_KEPT: Final = 128


@dataclass(frozen=True, slots=True)
class Members:
    """``holds[n]`` tells whether record n is in the list, ``share[n]`` how much of the query it says."""

    holds: NDArray[np.bool_]
    share: NDArray[np.float32]


class Membership:
    """Finds the members of lists, remembering those of the last queries; safe to use from several threads."""

    def __init__(self, tables: Tables, words: WordEngine, spoken: Spoken) -> None:
        self._tables = tables
        self._words = words
        self._spoken = spoken
        self._kept: OrderedDict[object, Members] = OrderedDict()
        self._lock = threading.Lock()
        self._unwanted = Unwanted()
        self._about: dict[str, NDArray[np.bool_]] = {}

    def of(self, key: object, reading: Reading, first: Callable[[], Iterable[int]]) -> Members:
        """Return the members of a query's list; ``first`` ranks all records, best first, if needed."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        share = self._share(reading)
        holds = share >= HALF
        holds[list(first())[:NEAREST]] = True
        found = Members(holds, share)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    @property
    def are_counted(self) -> bool:
        """Whether all members are looked for; otherwise a list is what the methods bring."""
        return len(self._tables.passages) <= MOST_COUNTED

    def unwanted(self, reading: Reading) -> NDArray[np.bool_] | None:
        """Return the records whose title names a thing that the query leaves out, or None without such."""
        values = [each.value for each in reading.excluded if each.facet is None]
        if not values:
            return None
        found = np.zeros(len(self._tables.records), dtype=np.bool_)
        for value in values:
            if value not in self._about:
                about = (self._unwanted.about(value, record.titles) for record in self._tables.records)
                self._about[value] = np.fromiter(about, np.bool_, len(found))
            found |= self._about[value]
        return found

    def _share(self, reading: Reading) -> NDArray[np.float32]:
        """Return how much of what the query names each record says, 0 to 1; unknown words do not count."""
        count = len(self._tables.records)
        sought = reading.sought[:MOST_SAID]
        passages, bits = self._words.said([each.said for each in sought])
        owners = self._tables.passage_record[passages]
        total, share = 0.0, np.zeros(count, dtype=np.float64)
        for at, each in enumerate(sought):
            says = np.zeros(count, dtype=np.bool_)
            says[owners[(bits >> at) & 1 == 1]] = True
            for name in each.keys:
                says[self._spoken.of(name)] = True
            if found := int(says.sum()):
                rarity = float(np.log(1 + count / found))
                total += rarity
                share[says] += rarity
        return (share / total if total else share).astype(np.float32)
