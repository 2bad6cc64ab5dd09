"""The terms of all passages as numbers, with what BM25 needs to know of them; our own analysis, any engine.

A term is a token in a field. Its number is ``field << 27`` and the place of the token among those of its
field, so that the number tells the field. The folder of terms can always be made again from the tables.
"""

from __future__ import annotations

import json
import shutil
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from kg.search import lexical
from kg.search.passages import SearchRecord
from kg.vocab import LANGUAGES

FIELDS: Final = (
    *(f"title_{language}" for language in LANGUAGES),
    *(f"body_{language}" for language in LANGUAGES),
    "labels_en",
    "names",
)
SHIFT: Final = 27
K1: Final = 1.2
B: Final = 0.75
_EXACT_LENGTHS: Final = 24

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Terms:
    """``flat[starts[n]:starts[n + 1]]`` are the terms of passage n in their order within each field.

    ``places[f]`` maps a token to its place in field f, ``frequency[f][place]`` is in how many passages the
    term stands, ``average[f]`` the mean length of the field over all passages.
    """

    flat: Ints
    starts: NDArray[np.int64]
    places: tuple[dict[str, int], ...]
    frequency: tuple[Ints, ...]
    average: tuple[float, ...]

    @property
    def passages(self) -> int:
        return len(self.starts) - 1

    def number(self, field: str, token: str) -> int | None:
        """Return the number of a term, or nothing if no passage has it."""
        at = FIELDS.index(field)
        place = self.places[at].get(token)
        return None if place is None else at << SHIFT | place

    def rarity(self, number: int) -> float:
        """Return BM25's inverse document frequency of a term."""
        held = int(self.frequency[number >> SHIFT][number & ((1 << SHIFT) - 1)])
        return float(np.log(1 + (self.passages - held + 0.5) / (held + 0.5)))

    def of(self, passages: Sequence[int]) -> tuple[Ints, NDArray[np.int64]]:
        """Return the terms of passages in one array, and for each term the place of its passage."""
        pieces = [self.flat[self.starts[each] : self.starts[each + 1]] for each in passages]
        lengths = [len(each) for each in pieces]
        rows = np.repeat(np.arange(len(pieces), dtype=np.int64), lengths)
        return (np.concatenate(pieces) if pieces else self.flat[:0]), rows

    def brakes(self, flat: Ints, rows: NDArray[np.int64], count: int) -> Floats:
        """Return for each passage and field what BM25 adds to a term's frequency below the line."""
        width = len(FIELDS)
        lengths = np.bincount(rows * width + (flat >> SHIFT), minlength=count * width)
        average = np.maximum(np.array(self.average), 1e-9)
        relative = _rounded(lengths.reshape(count, width)) / average
        return np.asarray(K1 * (1 - B + B * relative), dtype=np.float32)

    def weights(self, passage: int) -> dict[int, float]:
        """Return the terms of a passage with their part of BM25, all but rarity: a sparse vector."""
        flat, rows = self.of([passage])
        found, counts = np.unique(flat, return_counts=True)
        brakes = self.brakes(flat, rows, 1)[0][found >> SHIFT]
        return dict(zip(found.tolist(), (counts / (counts + brakes)).tolist(), strict=True))


def _rounded(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round lengths down as tantivy (and Lucene) keep them: exact to 40, then to four binary digits."""
    over = np.maximum(lengths - _EXACT_LENGTHS, 1)
    steps = np.maximum(np.floor(np.log2(over)).astype(np.int64) - 3, 0)
    return np.where(lengths < 40, lengths, _EXACT_LENGTHS + (over >> steps << steps))


def made(records: Sequence[SearchRecord], labels: Sequence[Sequence[str]]) -> Terms:
    """Analyse all passages; ``labels`` are the English concept labels of each record."""
    flat, starts = array("i"), array("q", [0])
    places: list[dict[str, int]] = [{} for _ in FIELDS]
    numbers = {name: at for at, name in enumerate(FIELDS)}
    for _, fields in lexical.analysed(records, labels):
        for name, text in fields:
            at = numbers[name]
            known = places[at]
            flat.extend(at << SHIFT | known.setdefault(token, len(known)) for token in text.split())
        starts.append(len(flat))
    every, bounds = np.frombuffer(flat, np.int32), np.frombuffer(starts, np.int64)
    frequency = [np.zeros(len(known), np.int32) for known in places]
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        distinct = np.unique(every[start:end])
        for at in np.unique(distinct >> SHIFT).tolist():
            mine = distinct[distinct >> SHIFT == at] & ((1 << SHIFT) - 1)
            frequency[at][mine] += 1
    total = np.bincount(every >> SHIFT, minlength=len(FIELDS)) / max(1, len(bounds) - 1)
    return Terms(every, bounds, tuple(places), tuple(frequency), tuple(total.tolist()))


def write(folder: Path, terms: Terms) -> None:
    """Write terms into a new folder, which appears as a whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    workshop = folder.with_name(f"{folder.name}.{uuid4().hex[:8]}")
    workshop.mkdir()
    np.save(workshop / "flat.npy", terms.flat)
    np.save(workshop / "starts.npy", terms.starts)
    np.save(workshop / "frequency.npy", np.concatenate(terms.frequency))
    tokens = [list(known) for known in terms.places]
    with (workshop / "tokens.json").open("w", encoding="utf-8") as file:
        json.dump({"tokens": tokens, "average": terms.average}, file, ensure_ascii=False)
    try:
        workshop.rename(folder)
    except OSError:  # Another process was first; what it wrote is the same.
        shutil.rmtree(workshop, ignore_errors=True)


def read(folder: Path) -> Terms:
    """Read terms; those of the passages stay on the disk until they are looked at."""
    with (folder / "tokens.json").open(encoding="utf-8") as file:
        held: dict[str, Any] = json.load(file)
    places = tuple(_places(tokens) for tokens in held["tokens"])
    ends = np.cumsum([len(known) for known in places])
    frequency = np.split(np.load(folder / "frequency.npy", allow_pickle=False), ends[:-1])
    return Terms(
        np.load(folder / "flat.npy", mmap_mode="r", allow_pickle=False),
        np.load(folder / "starts.npy", allow_pickle=False),
        places,
        tuple(frequency),
        tuple(held["average"]),
    )


def _places(tokens: Iterable[str]) -> dict[str, int]:
    return {token: place for place, token in enumerate(tokens)}
