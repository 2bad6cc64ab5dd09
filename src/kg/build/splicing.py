"""Replaces the statements of some subjects in a sorted graph, and tells what that changed."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from kg.build.merge import Merged, place

_AFTER: Final = b"\xff"
"""Comes after every byte of UTF-8."""
_BLOCK: Final = 1 << 22


@dataclass(slots=True)
class Edit:
    """The lines from ``start`` to ``end`` (bytes of the old file) and those that stand there instead."""

    start: int
    end: int
    old: list[bytes]
    new: list[bytes]

    def counts(self) -> Counter[bytes]:
        """Return by how much each graph (IRI) grows."""
        count = Counter(graph_of(line) for line in self.new)
        count.subtract(Counter(graph_of(line) for line in self.old))
        return count


@dataclass
class Splice:
    """A sorted graph in which the lines under some prefixes are replaced; written only at the end."""

    graph: Path
    edits: list[Edit] = field(default_factory=list)

    def replace(self, prefixes: Iterable[bytes], lines: Sequence[bytes]) -> None:
        """Let sorted lines stand instead of all those with the prefixes; may be called once."""
        with self.graph.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as view:
            ranges = sorted({(place(view, each, 0), each) for each in prefixes})
            last = b""
            for start, prefix in ranges:
                if last and prefix.startswith(last):
                    continue  # Within the one before.
                last = prefix
                end = place(view, prefix + _AFTER, start)
                first = bisect_left(lines, prefix)
                new = list(lines[first : bisect_left(lines, prefix + _AFTER)])
                old = view[start:end].splitlines(keepends=True) if end > start else []
                self.edits.append(Edit(start, end, old, new))

    def exchange(self, old: Iterable[bytes], new: Iterable[bytes]) -> list[bytes]:
        """Take some lines out and put others in, unless their triples are there; returns those put in.

        Raises:
            ValueError: lines about one of their subjects are replaced already.
        """
        away = set(old)
        by_subject: dict[bytes, list[bytes]] = {line[: line.index(b" ") + 1]: [] for line in away}
        for line in new:
            by_subject.setdefault(line[: line.index(b" ") + 1], []).append(line)
        put: list[bytes] = []
        with self.graph.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as view:
            for subject, lines in by_subject.items():
                start = place(view, subject, 0)
                end = place(view, subject + _AFTER, start)
                held = view[start:end].splitlines(keepends=True) if end > start else []
                stay = [line for line in held if line not in away]
                triples = {line[: line.rindex(b" <")] for line in stay}
                come = [line for line in lines if line[: line.rindex(b" <")] not in triples]
                put += come
                self.edits.append(Edit(start, end, held, sorted([*stay, *come])))
        self.edits.sort(key=lambda each: (each.start, each.end))
        for one, other in pairwise(self.edits):
            if one.end > other.start:
                raise ValueError("lines of a subject are replaced twice")
        return put

    def write(self, out: Path) -> str:
        """Write the new graph and return its SHA-256."""
        digest = hashlib.sha256()
        with (
            self.graph.open("rb") as file,
            mmap(file.fileno(), 0, access=ACCESS_READ) as view,
            out.open("wb") as target,
        ):

            def put(block: bytes) -> None:
                target.write(block)
                digest.update(block)

            done = 0
            for edit in [*self.edits, Edit(len(view), len(view), [], [])]:
                for at in range(done, edit.start, _BLOCK):
                    put(view[at : min(at + _BLOCK, edit.start)])
                put(b"".join(edit.new))
                done = edit.end
        return digest.hexdigest()

    def changes(self) -> tuple[list[bytes], list[bytes]]:
        """Return the lines that went and those that came."""
        gone: list[bytes] = []
        come: list[bytes] = []
        for edit in self.edits:
            before, after = set(edit.old), set(edit.new)
            gone += [line for line in edit.old if line not in after]
            come += [line for line in edit.new if line not in before]
        return gone, come


def graph_of(line: bytes) -> bytes:
    """Return the IRI of the graph of a line that ends with its line end."""
    return line[line.rindex(b" <") + 2 : -4]


def grown(counts: dict[str, int], edits: Iterable[Edit]) -> dict[str, int]:
    """Return the statements by graph after edits."""
    found = Counter({graph.encode(): count for graph, count in counts.items()})
    for edit in edits:
        found.update(edit.counts())
    return {graph.decode(): count for graph, count in sorted(found.items()) if count}


def merged(counts: dict[str, int], sha256: str) -> Merged:
    return Merged(sum(counts.values()), counts, sha256)
