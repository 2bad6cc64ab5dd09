"""What changed between two generations, record by record, for partners who follow us."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg import generation
from kg.generation import Generation
from kg.vocab import Iris

_LEFT_OUT: Final = ("provenance", "inferred", "retired")
"""Graphs that change with every build, follow from others, or hold what is no longer there."""
MASK: Final = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Changes:
    """IRIs of records added, changed and removed from one generation to the next."""

    since: str
    until: str
    at: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def digests(graph: Path, iris: Iris) -> dict[str, int]:
    """Return for each record a number that changes with any of its statements, whatever their order."""
    with graph.open("rb") as file:
        return digests_of(file, iris)


def digests_of(lines: Iterable[bytes], iris: Iris) -> dict[str, int]:
    """Return the digests of records from N-Quads lines; those of parts of a graph add up (modulo 2^64)."""
    head = f"<{iris.base}id/".encode()
    left_out = tuple(f" <{iris.graph(name)}> .".encode() for name in _LEFT_OUT)
    found: dict[bytes, int] = {}
    for line in lines:
        if not line.startswith(head) or line.rstrip().endswith(left_out):
            continue
        subject = line[1 : line.index(b">")]
        parts = subject[len(head) - 1 :].split(b"/")
        # A DOI has a slash of its own; parts of a record stand below its IRI.
        length = 3 if parts[0] == b"publication" and parts[1] == b"doi" else 1
        record = subject[: len(head) - 1] + b"/".join(parts[: length + 1])
        digest = int.from_bytes(hashlib.blake2b(line, digest_size=8).digest())
        found[record] = (found.get(record, 0) + digest) & MASK
    return {record.decode(): digest for record, digest in found.items()}


class Feed:
    """Changes of the generation that serves against the one before, computed once and kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Changes | None = None

    def of(self, home: Path, current: Generation, iris: Iris) -> Changes:
        """Return the changes; where the earlier generation is no longer there, nothing is said."""
        with self._lock:
            if self._kept is None or self._kept.until != current.id:
                self._kept = _compare(home, current, iris)
            return self._kept


def _compare(home: Path, current: Generation, iris: Iris) -> Changes:
    at = str(current.manifest.get("built", ""))
    known = {each.id: each for each in generation.list_all(home)}
    before = known.get(str(current.manifest.get("predecessor") or ""))
    if before is None or before.id == current.id:
        return Changes("", current.id, at, (), (), ())
    old, new = digests(before.graph_file, iris), digests(current.graph_file, iris)
    return Changes(
        before.id,
        current.id,
        at,
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(iri for iri in new.keys() & old.keys() if new[iri] != old[iri])),
        tuple(sorted(old.keys() - new.keys())),
    )
