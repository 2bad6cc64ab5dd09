"""Opens the columns of a generation, memory-mapped, so that all processes share them."""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from kg.sparql.columns import terms

FOLDER: Final = "columns-1"
"""The folder in a generation's folder; its number changes with its format."""
INDEX: Final = "index.json"
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Predicate:
    """The statements of one predicate, twice.

    Attributes:
        subject, object_of: sorted by subject, then object.
        object, subject_of: the same sorted by object, then subject.
        subjects, objects: how many different ones there are.
        kinds: the kinds of its objects (:mod:`kg.sparql.columns.terms`).
    """

    subject: Ints
    object_of: Ints
    object: Ints
    subject_of: Ints
    subjects: int
    objects: int
    kinds: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.subject)


_NOTHING: Final = np.empty(0, dtype=np.int32)
ABSENT: Final = Predicate(_NOTHING, _NOTHING, _NOTHING, _NOTHING, 0, 0, frozenset())


def _cut(arrays: list[Ints], place: slice, subjects: int, objects: int, kinds: frozenset[int]) -> Predicate:
    subject, object_of, value, subject_of = (each[place] for each in arrays)
    return Predicate(subject, object_of, value, subject_of, subjects, objects, kinds)


class Columns:
    """The statements of a generation; immutable, so every method may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        """Open the columns in a generation's folder.

        Raises:
            OSError, ValueError: they are not there, or not whole.
        """
        place = folder / FOLDER
        index = json.loads((place / INDEX).read_text("utf-8"))
        with (place / "terms").open("rb") as file:
            empty = not (place / "terms").stat().st_size
            self._terms: mmap.mmap | bytes = (
                b"" if empty else mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            )
        self.offsets = np.asarray(np.load(place / "offsets.npy", mmap_mode="r"))
        self.kinds = np.asarray(np.load(place / "kinds.npy", mmap_mode="r"))
        names = ("subject", "object_of", "object", "subject_of")
        arrays = [np.asarray(np.load(place / f"{name}.npy", mmap_mode="r")) for name in names]
        self.predicates = {
            iri: _cut(arrays, slice(start, end), subjects, objects, frozenset(kinds))
            for iri, (start, end, subjects, objects, kinds) in index.items()
        }
        self._starts = np.searchsorted(self.kinds, np.arange(terms.OTHER + 2)).tolist()

    def text(self, number: int) -> bytes:
        """Return a term in N-Triples notation."""
        return self._terms[self.offsets[number] : self.offsets[number + 1]]

    def span(self, start: int, end: int) -> bytes:
        """Return the terms from one number up to another, one after the other."""
        return self._terms[self.offsets[start] : self.offsets[end]]

    def range_of(self, kind: int) -> tuple[int, int]:
        """Return the first number of a kind and the one after its last."""
        return self._starts[kind], self._starts[kind + 1]

    def texts(self, numbers: Ints) -> list[bytes]:
        """Return terms in N-Triples notation."""
        starts, ends = self.offsets[numbers].tolist(), self.offsets[numbers + 1].tolist()
        held = self._terms
        return [held[start:end] for start, end in zip(starts, ends, strict=True)]

    def find(self, text: bytes) -> int | None:
        """Return the number of a term in the engine's N-Triples notation, or nothing if it does not occur."""
        kind, key = terms.sort_key(text)
        low, high = self._starts[kind], self._starts[kind + 1]
        while low < high:
            middle = (low + high) // 2
            found = terms.sort_key(self.text(middle))[1]
            if found < key:
                low = middle + 1
            else:
                high = middle
        return low if low < self._starts[kind + 1] and self.text(low) == text else None

    def of(self, predicate: str) -> Predicate:
        return self.predicates.get(predicate, ABSENT)

    def kinds_of(self, numbers: Ints) -> frozenset[int]:
        """Return the kinds that occur among terms; unbound ones (-1) have none."""
        present = np.bincount(self.kinds[numbers[numbers >= 0]])
        return frozenset(np.flatnonzero(present).tolist())
