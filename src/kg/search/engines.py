"""What a search needs of an engine, and how a search is narrowed: one protocol each for vectors and words.

Two kinds keep them: the embedded one, FAISS (:mod:`kg.search.vectors`) and tantivy
(:mod:`kg.search.lexical`), and Milvus (:mod:`kg.search.milvus`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from kg.search.embedding import Vectors

Filters = Mapping[str, Sequence[str]]
Years = tuple[int | None, int | None]

MOST_SAID: Final = 24
"""Things of a query that are looked for one by one: a 32-bit score counts so many exactly."""

MOST_COUNTED: Final = 150_000
"""Passages up to which all that say half of a query are looked for; beyond, that alone takes longer than a
search may, and a list holds what the methods bring."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Tokens that have to stand in one passage, in the fields of their language, with a weight."""

    tokens: tuple[str, ...]
    language: str
    weight: float = 1.0


Groups = Iterable[Sequence[Alternative]]
"""The scores of the groups add up; within a group the best alternative counts."""


@dataclass(frozen=True)
class Narrowing:
    """What may be found, said twice: as a set of records, and as conditions that another machine can check.

    A record passes if it has one of the values of each filter, none of those of ``exclude``, a year within
    ``years`` (either end may be open), and its number is not in ``without``. ``owners[n]`` is the record of
    passage n.
    """

    records: NDArray[np.bool_]
    owners: NDArray[np.int32]
    filters: Filters
    exclude: Filters
    years: Years | None
    without: tuple[int, ...] = ()

    @cached_property
    def passages(self) -> NDArray[np.bool_]:
        """Which passages pass."""
        return np.asarray(self.records[self.owners], dtype=np.bool_)


class VectorEngine(Protocol):
    """The vectors of one encoder's space by passage number; searches from several threads at once.

    Everything raises :class:`kg.errors.Unavailable` while the engine is away.
    """

    dimensions: int

    def __len__(self) -> int: ...

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        """Return the stored vectors of passages, shape (numbers, dimensions)."""
        ...

    def search(
        self, vector: Vectors, limit: int, narrowing: Narrowing | None = None
    ) -> list[tuple[int, float]]:
        """Return (passage number, cosine), best first, among what passes."""
        ...

    def search_all(
        self, asked: Sequence[Vectors], limit: int, narrowing: Narrowing | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return for each vector what :meth:`search` does; together they take less time."""
        ...


class WordEngine(Protocol):
    """BM25 over the fields of all passages; searches from several threads at once."""

    def search(
        self, groups: Groups, *, narrowing: Narrowing | None = None, limit: int = 200
    ) -> list[tuple[int, float]]:
        """Return (passage number, BM25 score), best first; nothing when there is nothing to look for."""
        ...

    def said(self, groups: Sequence[Sequence[Alternative]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the passages that say something of the groups, and which of them, as a sum of 2 ** number.

        At most :data:`MOST_SAID` groups are looked at; asked only up to :data:`MOST_COUNTED` passages.
        """
        ...

    def close(self) -> None: ...
