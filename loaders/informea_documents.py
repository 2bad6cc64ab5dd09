"""Treaties and documents of InforMEA.

Their fields are those of the entity classes and the OData mapping of github.com/InforMEA/odata.provider
(Treaty, Document and their parts, ``jpa_edm_mapping.xml``). There the titles of a document are ``titles``;
a client of odata.informea.org expands ``title``, so both are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Document, Entity, Text
from kg.terms import is_web_address
from loaders.informea_values import (
    CONVENTIONS,
    SAFE,
    day_of,
    entries,
    filled,
    identifier_of,
    localised,
    origin_of,
)
from loaders.markup import one_line, plain_text
from loaders.reading import Reading, text

_TREATY: Final = frozenset(
    (
        *("__metadata", "protocolVersion", "id", "uuid", "UUID", "url", "treatyWebsiteURL", "titleEnglish"),
        *("title", "description"),
    )
)
_DOCUMENT: Final = frozenset(
    (
        *("__metadata", "protocolVersion", "schemaVersion", "id", "displayOrder", "published", "updated"),
        *("treaty", "treaties", "title", "titles", "description", "descriptions", "files", "types"),
        "identifiers",
    )
)
_BUNDLED: Final = frozenset({"cbd", "unccd", "unfccc"})
"""Treaties that our own records describe; theirs come beside these, for a curator to merge."""
_SYMBOL: Final = re.compile(r"[A-Z]{2,}[A-Z0-9]*(/[A-Z0-9().-]+)+(/[A-Za-z0-9().-]+)*")
"""The form of a document's symbol, such as ICCD/COP(14)/CST/5."""


def treaty(raw: Mapping[str, Any], name: str, reading: Reading) -> Entity:
    """Return a treaty as a convention; others name it by its keyword.

    Raises:
        BadRecord: it has no keyword or no name.
    """
    reading.unmodelled(filled(raw), _TREATY)
    keyword = identifier_of(raw).lower()
    names = localised(raw.get("title"), "title", reading, one_line)
    english = text(raw.get("titleEnglish"), "titleEnglish")
    if english and not any(each.lang == "en" for each in names):
        names = (Text(one_line(english), "en"), *names)
    if not names:
        raise BadRecord("titleEnglish", "has no name in any language")
    link = "treatyWebsiteURL" if raw.get("treatyWebsiteURL") else "url"
    return Entity(
        id=f"informea-{keyword}" if keyword in _BUNDLED else keyword,
        kind="convention",
        names=names,
        summaries=localised(raw.get("description"), "description", reading, plain_text),
        origin=origin_of(raw, link, name, reading),
    )


def document(raw: Mapping[str, Any], name: str, reading: Reading) -> Document:
    """Return a document with its titles in all languages; persons who wrote it are not taken over.

    Raises:
        BadRecord: it has no title.
    """
    reading.unmodelled(filled(raw), _DOCUMENT)
    titles = _texts(raw, "title", reading, one_line)
    if not titles:
        raise BadRecord("title", "has no title in any language")
    said = _texts(raw, "description", reading, plain_text)
    published = day_of(raw.get("published"), "published")
    convention = _convention(raw)
    return Document(
        id=f"informea-{identifier_of(raw)}",
        titles=titles,
        origin=origin_of({**raw, "address": _address(raw)}, "address", name, reading),
        symbol=_symbol(raw),
        year=int(published[:4]) if published else None,
        date=published,
        convention=CONVENTIONS.get(convention, convention) or None,
        kind=next((value.lower() for value in _values(raw, "types", "value")), None),
        note=next((each for each in said if each.lang == "en"), said[0] if said else None),
    )


def _texts(raw: Mapping[str, Any], field: str, reading: Reading, clean: Any) -> tuple[Text, ...]:
    """Return the texts of a field that is named in the plural by the provider, in the singular elsewhere."""
    named = f"{field}s" if f"{field}s" in raw else field
    return localised(raw.get(named), named, reading, clean)


def _convention(raw: Mapping[str, Any]) -> str:
    found = [text(raw.get("treaty"), "treaty"), *_values(raw, "treaties", "treaty", "value")]
    keyword = next((each.lower() for each in found if each), "")
    if keyword and not SAFE.fullmatch(keyword):
        raise BadRecord("treaty", f"{keyword[:40]!r} is not a treaty keyword such as 'unccd'")
    return keyword


def _symbol(raw: Mapping[str, Any]) -> str | None:
    return next((each for each in _values(raw, "identifiers", "value") if _SYMBOL.fullmatch(each)), None)


def _address(raw: Mapping[str, Any]) -> str | None:
    """Return the address of the file in English, or else of the first; files themselves are not fetched."""
    files = [each for each in entries(raw.get("files"), "files") if isinstance(each, dict)]
    files.sort(key=lambda each: text(each.get("language"), "files.language") != "en")
    found = (text(each.get("url"), "files.url") for each in files)
    return next((each for each in found if each and is_web_address(each)), None)


def _values(raw: Mapping[str, Any], field: str, *keys: str) -> list[str]:
    """Return one of the values ``keys`` of each object of a list."""
    objects = [each for each in entries(raw.get(field), field) if isinstance(each, dict)]
    found = (text(each.get(key), f"{field}.{key}") for each in objects for key in keys)
    return [each for each in found if each]
