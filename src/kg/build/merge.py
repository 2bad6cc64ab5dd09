"""Merges sorted runs into one graph: every statement once, in one graph, in canonical order."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kg.batches import batches
from kg.vocab import SKOS

_PART: Final = re.compile(rb"/(?:row|geometry|exposure|credit|provision|author)/.*$", re.DOTALL)
"""What follows a record's IRI in the IRIs of its parts (kg.mapping)."""
_OPEN: Final = 256
"""Files that are read at a time; the system allows 1,024."""


@dataclass(slots=True)
class Merged:
    """What was written: statements, statements by graph IRI, and the SHA-256 of the file."""

    triples: int = 0
    graphs: dict[str, int] = field(default_factory=dict)
    sha256: str = ""


def merge(runs: Iterable[Path], out: Path, *, inferred: str) -> Merged:
    """Merge runs (sorted N-Quads files) into ``out``.

    A triple that stands in several graphs is kept in the first of them, asserted before ``inferred``
    (a graph IRI): the union of the graphs then holds every triple once, as SPARQL counts them.
    """
    merged = Merged()
    digest = hashlib.sha256()
    counts: dict[bytes, int] = {}
    last_graph = f" <{inferred}> .\n".encode()
    with _few(list(runs), out) as some, _together(some) as lines, out.open("wb", buffering=1 << 20) as target:
        for line in _distinct(lines, last_graph):
            target.write(line)
            digest.update(line)
            graph = line[line.rindex(b" <") + 2 : -4]
            counts[graph] = counts.get(graph, 0) + 1
    merged.graphs = {graph.decode(): count for graph, count in sorted(counts.items())}
    merged.triples = sum(counts.values())
    merged.sha256 = digest.hexdigest()
    return merged


@contextmanager
def _few(runs: list[Path], out: Path) -> Iterator[list[Path]]:
    """Give as many sorted files as may be open at a time, with all lines of the runs."""
    if len(runs) <= _OPEN:
        yield runs
        return
    with TemporaryDirectory(prefix="few-", dir=out.parent) as folder:
        gathered: list[Path] = []
        for some in batches(runs, _OPEN):
            gathered.append(Path(folder) / f"{len(gathered)}.nq")
            with _together(some) as lines, gathered[-1].open("wb", buffering=1 << 20) as target:
                target.writelines(lines)
        with _few(gathered, out) as few:
            yield few


@contextmanager
def _together(runs: Iterable[Path]) -> Iterator[Iterator[bytes]]:
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb", buffering=1 << 18)) for path in runs]
        yield iter(heapq.merge(*files))


def _distinct(lines: Iterator[bytes], last_graph: bytes) -> Iterator[bytes]:
    held, held_triple = b"", b""
    for line in lines:
        triple = line[: line.rindex(b" <")]
        if triple != held_triple:
            if held:
                yield held
            held, held_triple = line, triple
        elif held.endswith(last_graph):
            held = line
    if held:
        yield held


def insert(few: Path, merged: Merged, source: Path, out: Path, put: list[str] | None = None) -> Merged:
    """Write ``source``, a merged graph of which ``merged`` tells, to ``out`` with a few sorted lines more.

    Far quicker than to merge again. A triple that is there already is not added; those added go to ``put``.
    """
    digest, added = hashlib.sha256(), dict(merged.graphs)
    with (
        source.open("rb") as file,
        mmap(file.fileno(), 0, access=ACCESS_READ) as view,
        out.open("wb") as target,
    ):

        def copy(start: int, end: int) -> None:
            for at in range(start, end, 1 << 20):
                block = view[at : min(at + (1 << 20), end)]
                target.write(block)
                digest.update(block)

        done = 0
        for line in few.read_bytes().split(b"\n")[:-1]:
            at = place(view, line + b"\n", done)
            cut = line.rindex(b" <") + 2
            before = view[view.rfind(b"\n", 0, max(at - 1, 0)) + 1 : at]
            if before[:cut] == line[:cut] or view[at : at + cut] == line[:cut]:
                continue
            copy(done, at)
            done = at
            target.write(line + b"\n")
            digest.update(line + b"\n")
            if put is not None:
                put.append(line.decode())
            graph = line[cut:-3].decode()
            added[graph] = added.get(graph, 0) + 1
        copy(done, len(view))
    return Merged(sum(added.values()), dict(sorted(added.items())), digest.hexdigest())


def place(view: mmap, line: bytes, low: int) -> int:
    """Return where in sorted lines, from the offset ``low`` on, the line belongs."""
    high = len(view)
    while low < high:
        middle = (low + high) // 2
        start, end = max(view.rfind(b"\n", low, middle) + 1, low), view.find(b"\n", middle) + 1
        if view[start:end] < line:
            low = end
        else:
            high = start
    return low


def united(run: Path, into: Mapping[str, str], names: Collection[str]) -> None:
    """Rewrite a run so that the statements about some records (IRIs) are about others, their graphs kept.

    The parts of a record keep their IRIs, so that two geometries stay two. What names a record by one of the
    properties ``names`` becomes another name (``skos:altLabel``) of the one that it is now part of.
    """
    moved = {f"<{old}>": f"<{new}>" for old, new in into.items()}
    naming = {f"<{each}>" for each in names}
    with run.open(encoding="utf-8", newline="\n") as source:
        lines = [_moved(line.rstrip("\n"), moved, naming) for line in source]
    lines.sort()
    with run.open("w", encoding="utf-8", newline="\n") as target:
        target.writelines(f"{line}\n" for line in lines)


def _moved(line: str, into: Mapping[str, str], naming: Collection[str]) -> str:
    subject, predicate, rest = line.split(" ", 2)
    if subject not in into:
        return line
    return f"{into[subject]} {f'<{SKOS}altLabel>' if predicate in naming else predicate} {rest}"


def without(run: Path, records: Collection[str]) -> None:
    """Rewrite a run without the statements of some records (IRIs) and of their parts."""
    gone = {iri.encode() for iri in records}
    kept = run.with_suffix(".kept")
    with run.open("rb") as source, kept.open("wb") as target:
        target.writelines(line for line in source if _PART.sub(b"", line[1 : line.index(b">")]) not in gone)
    kept.replace(run)
