"""Terms in N-Triples notation: their kinds, their values, and the order that ORDER BY gives them."""

from __future__ import annotations

import re
from typing import Final

BLANK: Final = 0
IRI: Final = 1
TEXT: Final = 2
"""Strings, with and without a language."""
INTEGER: Final = 3
DATE: Final = 4
"""Days of four-digit years without a time zone, whose text sorts as they do."""
OTHER: Final = 5

_XSD: Final = b"http://www.w3.org/2001/XMLSchema#"
INTEGER_SUFFIX: Final = b"^^<" + _XSD + b"integer>"
_DATE_SUFFIX: Final = b"^^<" + _XSD + b"date>"
_INTEGER: Final = re.compile(rb"-?\d{1,18}")
_DATE: Final = re.compile(rb"\d{4}-\d\d-\d\d")
_LANGUAGE: Final = re.compile(rb"@[a-z]+(?:-[a-z0-9]+)*")
_ESCAPE: Final = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN: Final = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"f": b"\f"}

Key = tuple[bytes | int, bytes]


def sort_key(text: bytes) -> tuple[int, Key]:
    """Return a term's kind and what it is sorted by among its kind.

    Texts sort by value, then by datatype (``rdf:langString`` before ``xsd:string``), then by language, as
    the engine has it where SPARQL 1.1, section 15.1 leaves the order open.
    """
    first = text[:1]
    if first == b"<":
        return IRI, (text[1:-1], b"")
    if first == b"_":
        return BLANK, (text, b"")
    return _literal_key(text) if first == b'"' else (OTHER, (text, b""))


def _literal_key(text: bytes) -> tuple[int, Key]:
    end = text.rindex(b'"')
    value, suffix = text[1:end], text[end + 1 :]
    if not suffix or _LANGUAGE.fullmatch(suffix):
        return TEXT, (unescaped(value), suffix or b"~")
    if suffix == INTEGER_SUFFIX and _INTEGER.fullmatch(value):
        return INTEGER, (int(value), b"")
    if suffix == _DATE_SUFFIX and _DATE.fullmatch(value):
        return DATE, (value, b"")
    return OTHER, (text, b"")


def unescaped(value: bytes) -> bytes:
    """Return the value of an escaped string."""
    return _ESCAPE.sub(_character, value) if b"\\" in value else value


def _character(found: re.Match[bytes]) -> bytes:
    code = found[1] or found[2]
    if code:
        return chr(int(code, 16)).encode()
    return _PLAIN.get(found[3], found[3])


def lexical(text: bytes) -> str:
    """Return what ``STR()`` makes of an IRI or a literal."""
    if text[:1] == b"<":
        return text[1:-1].decode()
    return unescaped(text[1 : text.rindex(b'"')]).decode()


def lexicals(texts: list[bytes]) -> list[str]:
    """Return what ``STR()`` makes of many literals, or of many IRIs."""
    whole = b"\n".join(texts)
    if not texts or b"\\" in whole:
        return list(map(lexical, texts))
    if texts[0][:1] == b"<":
        return [each[1:-1] for each in whole.decode().split("\n")]
    return [each[1 : each.rindex('"')] for each in whole.decode().split("\n")]


def language(text: bytes) -> str:
    """Return what ``LANG()`` makes of a literal: its language, or nothing."""
    suffix = text[text.rindex(b'"') + 1 :]
    return suffix[1:].decode() if suffix[:1] == b"@" else ""
