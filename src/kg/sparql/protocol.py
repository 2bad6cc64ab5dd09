"""Reads queries from HTTP requests as the SPARQL 1.1 Protocol has it, without a web framework.

Source: https://www.w3.org/TR/sparql11-protocol/ (sections 2.1 and 2.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from kg.errors import BadInput, Refused, TooLarge, UnsupportedMedia
from kg.sparql import formats
from kg.terms import is_iri

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_FIELDS_MAX: Final = 500
_DISCARDED: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for; ``query`` is nothing on a bare GET, which asks for the description."""

    query: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    format: str | None = None


def read(
    method: str,
    query_string: str,
    content_type: str | None,
    body: Callable[[], bytes],
) -> Operation:
    """Return the operation of a GET, HEAD or POST request.

    Args:
        query_string: of the URL, still percent-encoded.
        body: reads the body, when it is needed; raises TooLarge itself.

    Raises:
        BadInput: the request breaks the protocol.
        Refused: it is an update.
        UnsupportedMedia: the body is in another format than the protocol's two.
    """
    fields = parse_fields(query_string)
    if method != "POST":
        return _operation(fields)
    media_type, charset = _media_type(content_type)
    if media_type == UPDATE or "update" in fields:
        raise _read_only()
    if media_type == QUERY:
        if charset not in ("", "utf-8", "utf8"):
            raise UnsupportedMedia("Queries are read as UTF-8 only.")
        if "query" in fields:
            raise BadInput("The query must be given once: in the URL or in the body.")
        fields["query"] = [_utf8(body())]
    elif media_type == FORM:
        for name, values in parse_fields(body()).items():
            if name == "query" and name in fields:
                raise BadInput("The query must be given once: in the URL or in the body.")
            fields.setdefault(name, []).extend(values)
    else:
        named = f"not {media_type!r}" if media_type else "and the Content-Type header must say which"
        raise UnsupportedMedia(f"A POST carries {QUERY} or {FORM}, {named}.")
    if "query" not in fields and "update" not in fields:
        raise BadInput("The parameter 'query' is missing.")
    return _operation(fields)


def _operation(fields: dict[str, list[str]]) -> Operation:
    if "update" in fields:
        raise _read_only()
    found = fields.get("query", [])
    if len(found) > 1:
        raise BadInput("The parameter 'query' must be given once.")
    default, named = _graphs(fields, "default-graph-uri"), _graphs(fields, "named-graph-uri")
    if not found and (default is not None or named is not None):
        raise BadInput("The parameter 'query' is missing.")
    if found and not found[0].strip():
        raise BadInput("The query is empty.")
    return Operation(found[0] if found else None, default, named, _format(fields))


def _format(fields: dict[str, list[str]]) -> str | None:
    """Return the format asked for; of several, as SPARQLWrapper sends them, the first that is known."""
    asked = [each for each in fields.get("format") or fields.get("output") or () if each]
    known = (each for each in asked if formats.is_known(each))
    return next(known, asked[0] if asked else None)


def _graphs(fields: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    found = fields.get(name)
    if found is None:
        return None
    for each in found:
        if not is_iri(each):
            raise BadInput(f"'{name}' must be an absolute IRI, not {each[:80]!r}.")
    return tuple(found)


def parse_fields(encoded: str | bytes) -> dict[str, list[str]]:
    """Return the values of each field of a query string or form body.

    Raises:
        BadInput: a value is not percent-encoded UTF-8, or the fields are too many.
    """
    if isinstance(encoded, bytes):
        encoded = encoded.decode("latin-1")
    found: dict[str, list[str]] = {}
    if not encoded:
        return found
    parts = encoded.split("&")
    if len(parts) > _FIELDS_MAX:
        raise BadInput(f"The request has more than {_FIELDS_MAX} parameters.")
    for part in parts:
        if part:
            name, _, value = part.partition("=")
            found.setdefault(_decode(name), []).append(_decode(value))
    return found


def _decode(text: str) -> str:
    if "%" not in text and "+" not in text and text.isascii():
        return text
    return _utf8(unquote_to_bytes(text.replace("+", " ").encode("latin-1", "replace")))


def _utf8(octets: bytes) -> str:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("The query is not UTF-8.") from None
    if "\x00" in text:
        raise BadInput("The query holds a NUL character.")
    return text


def _media_type(content_type: str | None) -> tuple[str, str]:
    """Return the media type and the charset of a Content-Type header, in lower case."""
    name, *parameters = (content_type or "").split(";")
    charset = ""
    for each in parameters:
        key, _, value = each.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return name.strip().lower(), charset


def _read_only() -> Refused:
    return Refused(
        "This service is read-only: it refuses updates.",
        hint="New data come with the next build of the graph; see 'Contributing' in the documentation.",
    )


def read_body(read: Callable[[int], bytes], length: str | None, *, ends: bool, limit: int) -> bytes:
    """Read a request's body, up to a limit.

    Args:
        length: the Content-Length header.
        ends: the stream ends by itself, as one that comes in chunks does.
        limit: in bytes.

    Raises:
        TooLarge: there is more; a little more is read and thrown away, so that the client sees the answer.
        BadInput: the length is no number.
    """
    if length and not (length.isascii() and length.isdigit()):
        raise BadInput("Content-Length is not a number.")
    if not length and not ends:
        return b""
    left = int(length) if length else limit + _DISCARDED
    pieces, size = [], 0
    while left > 0 and size <= limit + _DISCARDED and (piece := read(min(65536, left))):
        left -= len(piece)
        size += len(piece)
        if size <= limit:
            pieces.append(piece)
    if size > limit:
        raise TooLarge(f"A request may have at most {limit // 1024} kB.")
    return b"".join(pieces)
