"""Writes the columns of a store, and counts its statistics from them."""

from __future__ import annotations

import json
import shutil
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyoxigraph as px

from kg.sparql.columns import terms
from kg.sparql.columns.reading import FOLDER, INDEX, Ints
from kg.sparql.statistics import TOP, Counts, Statistics

_NAMED: Final = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"


def write(store: px.Store, folder: Path) -> Statistics:
    """Write the columns of a store into a generation's folder and return its statistics.

    About three seconds of processor time and 0.4 GB for a million statements.
    """
    with TemporaryDirectory(dir=folder, prefix="columns-") as scratch:
        made = Path(scratch) / FOLDER
        made.mkdir()
        found, triples, graphs = _read(store, Path(scratch) / "graph.nt")
        order = _Order(found)
        triples = order.number[triples]
        statistics = _arrays(made, order, triples, graphs)
        target = folder / FOLDER
        if target.exists():
            shutil.rmtree(target)
        made.rename(target)
    return statistics


def _read(store: px.Store, scratch: Path) -> tuple[dict[bytes, int], Ints, int]:
    """Return each term's first number, the triples (one a graph that has it), the number of graphs.

    The engine writes the statements out, so that terms are spelt as it spells them in answers.
    """
    found: dict[bytes, int] = {}
    numbers = array("i")
    graphs = 0
    number = found.setdefault
    add = numbers.append
    for graph in _graphs(store):
        before = len(numbers)
        store.dump(str(scratch), format=px.RdfFormat.N_TRIPLES, from_graph=graph)
        with scratch.open("rb") as lines:
            for line in lines:
                subject, predicate, rest = line.split(b" ", 2)
                add(number(subject, len(found)))
                add(number(predicate, len(found)))
                add(number(rest[:-3], len(found)))
        graphs += len(numbers) > before
    return found, np.frombuffer(numbers, dtype=np.int32).reshape(-1, 3), graphs


def _graphs(store: px.Store) -> Iterator[px.NamedNode | px.BlankNode | px.DefaultGraph]:
    yield px.DefaultGraph()
    for row in store.query(_NAMED):  # type: ignore[union-attr]
        yield row[0]


class _Order:
    """The terms in their order: ``texts``, ``kinds``, ``lengths`` (characters), ``number`` of the first."""

    def __init__(self, found: dict[bytes, int]) -> None:
        kinds: list[list[tuple[terms.Key, bytes, int]]] = [[] for _ in range(terms.OTHER + 1)]
        for text, first in found.items():
            kind, key = terms.sort_key(text)
            kinds[kind].append((key, text, first))
        self.texts: list[bytes] = []
        self.number = np.empty(len(found), dtype=np.int32)
        self.kinds = np.empty(len(found), dtype=np.uint8)
        for kind, members in enumerate(kinds):
            members.sort()
            start = len(self.texts)
            self.texts += [text for _, text, _ in members]
            self.kinds[start : len(self.texts)] = kind
            firsts = np.fromiter((first for _, _, first in members), dtype=np.int64, count=len(members))
            self.number[firsts] = np.arange(start, len(self.texts), dtype=np.int32)
            members.clear()
        plain = (terms.lexical(text) if text[:1] in b'<"' else "" for text in self.texts)
        self.lengths = np.fromiter(map(len, plain), dtype=np.int64, count=len(self.texts))


ARRAYS: Final = ("subject", "object_of", "object", "subject_of")


def _arrays(folder: Path, order: _Order, triples: Ints, graphs: int) -> Statistics:
    subjects, predicates, objects = triples[:, 0], triples[:, 1], triples[:, 2]
    by_subject = np.lexsort((objects, subjects, predicates))
    by_object = np.lexsort((subjects, objects, predicates))
    arrays = {
        "subject": subjects[by_subject],
        "object_of": objects[by_subject],
        "object": objects[by_object],
        "subject_of": subjects[by_object],
    }
    sizes = np.fromiter(map(len, order.texts), dtype=np.int64, count=len(order.texts))
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    for name, values in (arrays | {"offsets": offsets, "kinds": order.kinds}).items():
        np.save(folder / f"{name}.npy", values)
    (folder / "terms").write_bytes(b"".join(order.texts))
    index: dict[str, Any] = {}
    counts: dict[str, Counts] = {}
    numbers, starts = np.unique(predicates[by_subject], return_index=True)
    for number, start, end in zip(numbers, starts, [*starts, len(triples)][1:], strict=True):
        place = slice(int(start), int(end))
        found = _counts(order, arrays["subject"][place], arrays["object"][place])
        name = terms.lexical(order.texts[number])
        kinds = np.flatnonzero(np.bincount(order.kinds[arrays["object"][place]]))
        index[name] = [place.start, place.stop, found.subjects, found.objects, kinds.tolist()]
        counts[name] = found
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")
    most = int(np.bincount(subjects).max()) if len(triples) else 0
    return Statistics(graphs, most, counts)


def _counts(order: _Order, subjects: Ints, objects: Ints) -> Counts:
    """Count one predicate from its sorted subjects and its sorted objects."""
    found, values = counts_of(subjects, objects, order.kinds, order.texts.__getitem__)
    return replace(found, longest=int(order.lengths[values].max()))


def counts_of(
    subjects: Ints, objects: Ints, kinds: npt.NDArray[np.uint8], text: Callable[[int], bytes]
) -> tuple[Counts, Ints]:
    """Count one predicate, except for its longest object; returns its different objects besides.

    Args:
        subjects, objects: sorted numbers of terms.
        kinds: the kind of each term.
        text: returns a term in N-Triples notation.
    """
    _, per_subject = _runs(subjects)
    values, per_object = _runs(objects)
    often = (per_object > 1) & (kinds[values] == terms.IRI)
    ranked: npt.NDArray[np.intp] = np.lexsort((-values[often], -per_object[often]))[:TOP]
    named = (terms.lexical(text(int(number))) for number in values[often][ranked])
    top = dict(zip(named, per_object[often][ranked].tolist(), strict=True))
    most = int(per_subject.max()), int(per_object.max())
    return Counts(len(subjects), len(per_subject), len(values), *most, 0, top), values


def _runs(numbers: Ints) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Return the different values of a sorted array and how often each occurs."""
    starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    return numbers[starts], np.diff(np.concatenate((starts, [len(numbers)])))
