"""Makes the columns of a generation from those of another one and the statements that came and went."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pyoxigraph as px

from kg.sparql.columns import terms
from kg.sparql.columns.reading import FOLDER, INDEX, Columns, Ints, Predicate
from kg.sparql.columns.writing import ARRAYS, counts_of
from kg.sparql.counting import kept
from kg.sparql.statistics import Counts, Statistics

Triple = tuple[bytes, bytes, bytes]
Keys = npt.NDArray[np.int64]
_HALF: Final = 32


def renew(old: Path, folder: Path, gone: bytes, come: bytes, graphs: int) -> Statistics:
    """Write the columns of a generation's folder from those in the folder ``old``; return the statistics.

    The result is what :func:`kg.sparql.columns.writing.write` makes of the whole store, in a fraction of its
    time: terms keep their order, so the old arrays stay sorted when they are numbered anew.

    Args:
        gone: statements of ``old`` that are not here, as N-Quads lines.
        come: statements that are new.
        graphs: how many graphs there are now.

    Raises:
        ValueError: ``old`` has no columns or statistics, or lacks a statement that should go.
    """
    held, known = Columns(old), kept(old)
    if known is None:
        raise ValueError(f"{old} has no statistics")
    lost, added = _spelt(gone), _spelt(come)
    wider = _Wider(held, {term for triple in (*lost, *added) for term in triple})
    place = folder / FOLDER
    place.mkdir()
    columns = _Columns(wider, _by_predicate(lost), _by_predicate(added), known.predicates)
    columns.make()
    used = columns.used()
    wider.write(place, used)
    most = columns.write(place, np.cumsum(used, dtype=np.int32) - 1)
    return Statistics(graphs, most, columns.counts)


def _spelt(lines: bytes) -> list[Triple]:
    """Return the triples of N-Quads lines, spelt as the engine spells terms in answers."""
    store = px.Store()
    if lines:
        store.bulk_load(input=lines, format=px.RdfFormat.N_QUADS)
    found: list[Triple] = []
    for graph in store.named_graphs():
        for line in (store.dump(format=px.RdfFormat.N_TRIPLES, from_graph=graph) or b"").splitlines():
            subject, predicate, rest = line.split(b" ", 2)
            found.append((subject, predicate, rest[:-2]))
    return found


def _by_predicate(triples: Iterable[Triple]) -> dict[bytes, list[Triple]]:
    found: dict[bytes, list[Triple]] = defaultdict(list)
    for triple in triples:
        found[triple[1]].append(triple)
    return found


class _Wider:
    """The old terms and new ones between them; ``number`` of the terms that were asked for."""

    def __init__(self, held: Columns, wanted: Collection[bytes]) -> None:
        self.held = held
        self.number: dict[bytes, int] = {}
        places: list[int] = []
        self.fresh: list[bytes] = []
        count = len(held.kinds)
        found: dict[bytes, int] = {}
        low, last = 0, -1
        for kind, key, text in sorted((*terms.sort_key(each), each) for each in wanted):
            start, end = held.range_of(kind)
            low = max(low, start) if kind == last else start
            last = kind
            low = _place(held, (key, text), low, end)
            if low < end and held.text(low) == text:
                found[text] = low
            else:
                places.append(low)
                self.fresh.append(text)
        self.places = np.array(places, dtype=np.int64)
        # How far each old term moves: as many places as new ones stand before it.
        moved = np.bincount(self.places, minlength=count + 1)[:count] if places else np.zeros(count, np.int64)
        self.moved: Ints = (np.arange(count) + np.cumsum(moved)).astype(np.int32)
        self.number = {text: int(self.moved[at]) for text, at in found.items()}
        self.fresh_numbers = self.places + np.arange(len(places))
        self.number |= dict(zip(self.fresh, self.fresh_numbers.tolist(), strict=True))
        self.size = count + len(places)
        self.kinds = self._spread(held.kinds, [terms.sort_key(each)[0] for each in self.fresh])

    def _spread(self, old: npt.NDArray[Any], new: Sequence[int]) -> npt.NDArray[Any]:
        whole = np.empty(self.size, dtype=old.dtype)
        whole[self.moved] = old
        whole[self.fresh_numbers] = new
        return whole

    def text(self, number: int) -> bytes:
        at = bisect_left(self.fresh_numbers, number)
        if at < len(self.fresh) and self.fresh_numbers[at] == number:
            return self.fresh[at]
        return self.held.text(number - at)

    def write(self, folder: Path, used: npt.NDArray[np.bool_]) -> None:
        """Write the terms that are used, with their places and kinds."""
        sizes = self._spread(np.diff(self.held.offsets), list(map(len, self.fresh)))[used]
        np.save(folder / "offsets.npy", np.concatenate(([0], np.cumsum(sizes))))
        np.save(folder / "kinds.npy", self.kinds[used])
        unused = np.flatnonzero(~used[self.moved])
        edits = [(at, 0, text) for at, text in zip(self.places.tolist(), self.fresh, strict=True)]
        edits += [(at, 1, b"") for at in unused.tolist()]
        edits.sort(key=lambda each: each[:2])
        with (folder / "terms").open("wb") as out:
            done = 0
            for at, skip, text in edits:
                self._copy(out, done, at)
                out.write(text)
                done = at + skip
            self._copy(out, done, len(self.held.kinds))

    def _copy(self, out: BinaryIO, start: int, end: int) -> None:
        if start < end:
            out.write(self.held.span(start, end))


def _place(held: Columns, wanted: tuple[terms.Key, bytes], low: int, high: int) -> int:
    """Return where a term belongs from ``low`` on, in long strides: neighbours are asked for in turn."""

    def before(number: int) -> bool:
        text = held.text(number)
        return (terms.sort_key(text)[1], text) < wanted

    stride, top = 1, low
    while top < high and before(top):
        low, top, stride = top + 1, top + stride, stride * 2
    top = min(top, high)
    while low < top:
        middle = (low + top) // 2
        if before(middle):
            low = middle + 1
        else:
            top = middle
    return low


@dataclass
class _Columns:
    """The statements of every predicate in the wider numbers."""

    terms: _Wider
    lost: dict[bytes, list[Triple]]
    added: dict[bytes, list[Triple]]
    known: Any
    columns: dict[str, Predicate] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)

    def make(self) -> None:
        """Take out what went and put in what came, predicate by predicate in their order."""
        held = self.terms.held
        names = {f"<{iri}>".encode(): iri for iri in held.predicates}
        names |= {each: terms.lexical(each) for each in self.added}
        numbered = sorted((self._number(text), text, iri) for text, iri in names.items())
        for _, text, iri in numbered:
            lost, added = self.lost.get(text, []), self.added.get(text, [])
            old = held.of(iri)
            moved = self.terms.moved
            subject, object_of = moved[old.subject], moved[old.object_of]
            values, subject_of = moved[old.object], moved[old.subject_of]
            if lost or added:
                gone, come = self._pairs(lost), self._pairs(added)
                subject, object_of = _changed(subject, object_of, gone, come)
                values, subject_of = _changed(values, subject_of, gone[:, ::-1], come[:, ::-1])
            if len(subject):
                self.columns[iri] = Predicate(subject, object_of, values, subject_of, 0, 0, frozenset())
                changed = bool(lost or added)
                self.counts[iri] = self._count(iri, lost, added) if changed else self.known[iri]

    def _number(self, text: bytes) -> int:
        number = self.terms.number.get(text)
        if number is not None:
            return number
        found = self.terms.held.find(text)
        if found is None:
            raise ValueError(f"{text!r} is no term")
        return int(self.terms.moved[found])

    def _pairs(self, triples: Sequence[Triple]) -> Keys:
        number = self.terms.number
        flat = [number[term] for triple in triples for term in (triple[0], triple[2])]
        return np.array(flat, dtype=np.int64).reshape(-1, 2)

    def _count(self, iri: str, lost: Sequence[Triple], added: Sequence[Triple]) -> Counts:
        column, before = self.columns[iri], self.known.get(iri)
        found, values = counts_of(column.subject, column.object, self.terms.kinds, self.terms.text)
        longest = max((_length(triple[2]) for triple in added), default=0)
        if before is not None and all(_length(triple[2]) < before.longest for triple in lost):
            longest = max(longest, before.longest)
        else:
            longest = max(_length(self.terms.text(number)) for number in values.tolist())
        return replace(found, longest=longest)

    def used(self) -> npt.NDArray[np.bool_]:
        """Tell which terms stand in some statement."""
        found = np.zeros(self.terms.size, dtype=np.bool_)
        for iri, column in self.columns.items():
            found[column.subject] = True
            found[column.object] = True
            found[self._number(f"<{iri}>".encode())] = True
        return found

    def write(self, folder: Path, number: Ints) -> int:
        """Write the arrays and their index in new numbers; returns the most statements of one subject."""
        kinds = self.terms.kinds
        index: dict[str, Any] = {}
        start = 0
        for iri, column in self.columns.items():
            counts = self.counts[iri]
            present = np.flatnonzero(np.bincount(kinds[column.object])).tolist()
            index[iri] = [start, start + column.count, counts.subjects, counts.objects, present]
            start += column.count
        (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
        most = 0
        for name in ARRAYS:
            parts = [getattr(column, name) for column in self.columns.values()]
            whole = number[np.concatenate(parts)] if parts else np.empty(0, dtype=np.int32)
            np.save(folder / f"{name}.npy", whole)
            if name == "subject" and len(whole):
                most = int(np.bincount(whole).max())
        return most


def _changed(first: Ints, second: Ints, gone: Keys, come: Keys) -> Iterator[Ints]:
    """Yield two columns, sorted by the first and then the second, without and with some pairs."""
    keys = first.astype(np.int64) << _HALF | second
    away = np.sort(gone[:, 0] << _HALF | gone[:, 1])
    places = np.searchsorted(keys, away)
    if len(away) and (places[-1] >= len(keys) or not np.array_equal(keys[places], away)):
        raise ValueError("a statement that should go is not there")
    keys = np.delete(keys, places)
    new = np.sort(come[:, 0] << _HALF | come[:, 1])
    keys = np.insert(keys, np.searchsorted(keys, new), new)
    yield (keys >> _HALF).astype(np.int32)
    yield (keys & ((1 << _HALF) - 1)).astype(np.int32)


def _length(text: bytes) -> int:
    return len(terms.lexical(text)) if text[:1] in b'<"' else 0
