"""Counts the rows of an answer in its bytes, since the engine writes them without passing by Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_TAIL: Final = 32
_NEXT: Final = re.compile(rb'\},(?=\{(?:"[^,:}]|\}))')
_FIRST: Final = re.compile(rb'"bindings":\[\{')
_LINES: Final = ("application/n-triples", "application/n-quads")


def count_rows(media_type: str, pieces: Iterable[bytes]) -> int | None:
    """Return the number of solutions, or of statements where each has a line of its own.

    Returns nothing for other formats of graphs; 1 for the answer of an ASK.
    """
    match media_type:
        case "text/csv":
            return _csv(pieces)
        case "text/tab-separated-values":
            return abs(_each(pieces, re.compile(rb"\n")) - 1)
        case "application/sparql-results+xml":
            return _each(pieces, re.compile(rb"<result>|<boolean>"))
        case "application/sparql-results+json":
            return _json(pieces)
    return _each(pieces, re.compile(rb"\n")) if media_type in _LINES else None


def _csv(pieces: Iterable[bytes]) -> int:
    """Count line ends outside of quotes; the first line is the head, which the answer of an ASK lacks."""
    ends, quoted = 0, False
    for piece in pieces:
        parts = piece.split(b'"')
        ends += sum(part.count(b"\n") for part in parts[quoted::2])
        quoted ^= len(parts) % 2 == 0
    return abs(ends - 1)


def _json(pieces: Iterable[bytes]) -> int:
    """Count the beginnings of rows; inside a string a quotation mark has a backslash before it."""
    found, head, first = 0, b"", True
    tail = b""
    for piece in pieces:
        text = tail + piece
        if first:
            head = (head + piece)[: 1 << 20]
            if _FIRST.search(head) or head.startswith(b'{"head":{},"boolean"'):
                found, first = found + 1, False
        end = 0
        for each in _NEXT.finditer(text):
            found, end = found + 1, each.end()
        tail = text[max(end, len(text) - _TAIL) :]
    return found


def _each(pieces: Iterable[bytes], pattern: re.Pattern[bytes]) -> int:
    found, tail = 0, b""
    for piece in pieces:
        text = tail + piece
        end = 0
        for each in pattern.finditer(text):
            found, end = found + 1, each.end()
        tail = text[max(end, len(text) - _TAIL) :]
    return found
