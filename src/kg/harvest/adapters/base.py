"""What every kind of source offers: pages of a listing, and single records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Safe

from kg.harvest.client import Answer, Client
from kg.harvest.errors import Malformed

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Item:
    """A record as the listing names it.

    ``version`` changes when the record does ("" where the source does not tell); ``body`` is the whole
    record where the listing holds it; ``gone`` says that the source calls it deleted.
    """

    key: str
    version: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    suffix: str = ".json"
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, the cursor of the next page ("" after the last), and how many there are in a listing
    that begins here (``None`` on its other pages, or where the source does not count)."""

    items: list[Item]
    next: str = ""
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A record fetched; no body means that it is as we have it (304)."""

    body: bytes | None
    suffix: str = ".json"
    etag: str = ""
    modified: str = ""
    address: str = ""


class Adapter(Protocol):
    """One kind of source.

    ``loader`` reads its documents; ``complete`` says that a whole listing names everything there is, so
    that a record it does not name any more is withdrawn.
    """

    loader: str
    complete: bool

    def first(self, since: str) -> str:
        """Return the cursor of the first page, of everything or of what changed since an ISO 8601 time."""
        ...

    def page(self, client: Client, cursor: str) -> Page:
        """Return a page; raises :class:`Malformed` where the answer is not what it was."""
        ...

    def fetch(self, client: Client, key: str, about: Mapping[str, Any], known: tuple[str, str]) -> Document:
        """Fetch a record; ``known`` are entity tag and date of the version at hand."""
        ...


class WholePages:
    """For sources whose pages hold the records whole: there is nothing left to fetch."""

    def fetch(self, client: Client, key: str, about: Mapping[str, Any], known: tuple[str, str]) -> Document:  # noqa: ARG002 - the protocol's
        """Never called, since every item comes with its body."""
        raise AssertionError(f"{key} came without its body")  # pragma: no cover


def json_body(body: bytes) -> Any:
    """Return the value of a JSON answer.

    Raises:
        Malformed: it is not JSON, or only the beginning of it.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        start = body[:40].decode("utf-8", "replace").strip()
        raise Malformed(f"sent no JSON (it begins {start!r})") from None


def xml_body(body: bytes) -> Element:
    """Return the root of an XML answer.

    Raises:
        Malformed: it is not XML, only the beginning of it, or has entities of its own.
    """
    try:
        found: Element = Safe.fromstring(body)
    except (Safe.ParseError, DefusedXmlException, ValueError):
        raise Malformed("sent no XML, or only its beginning") from None
    return found


def dump(value: Any) -> bytes:
    """Return JSON in one form whatever the order the source wrote it in, so that equal is equal."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def need(value: Any, kind: type, what: str, address: str) -> Any:
    """Return a value of the wanted type.

    Raises:
        Malformed: it is of another, so the source has changed its answers.
    """
    if not isinstance(value, kind):
        raise Malformed(
            f"The answer of {address[:160]} has no {what}.", hint="Has the source changed its interface?"
        )
    return value


def document(answer: Answer, body: bytes | None, suffix: str = ".json") -> Document:
    """Return a fetched document with what makes the next request for it conditional."""
    return Document(
        body, suffix, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""), answer.address
    )
