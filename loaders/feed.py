"""Reads entries of blogs and news feeds, one JSON object each, as ``kg harvest`` keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.errors import BadRecord
from kg.model import Author, Entity, Publication, Text
from kg.terms import is_web_address, language_tag
from loaders.base import LoadReport, Source, kind_of
from loaders.csl_json import record_name
from loaders.markup import one_line, plain_text
from loaders.reading import Reading, json_records, origin, text, texts

HUB_KINDS: Final = ("blog post", "news item")
"""Kinds of the hub's records that entries can be, if their source says so (``as``)."""


def load(source: Source, report: LoadReport) -> Iterator[Publication | Entity]:
    """Yield the entries as blog posts or news, or else as publications of the kind ``web page``."""
    reading = Reading(source, report)
    for path in reading.files():
        for place, entry in json_records(path, reading):
            yield from reading.attempt(record_name(entry, "id") or place, _entry, entry)


def _entry(entry: object, name: str, reading: Reading) -> Publication | Entity:
    if not isinstance(entry, dict):
        raise BadRecord("entry", f"should be an object, not {kind_of(entry)}")
    link = text(entry.get("link"), "link")
    if not link or not is_web_address(link):
        raise BadRecord("link", "is not the address of a page")
    title = one_line(text(entry.get("title"), "title") or "")
    if not title:
        raise BadRecord("title", "is missing or empty")
    tag = text(entry.get("language"), "language")
    lang = language_tag(tag.replace("_", "-"), "language") if tag else None
    published = (text(entry.get("published"), "published") or "")[:10]
    updated = (text(entry.get("updated"), "updated") or "")[:10]
    summary = plain_text(text(entry.get("summary"), "summary") or "")
    identifier = f"page/{link.partition('://')[2].rstrip('/')}"
    authors, feed = texts(entry.get("authors"), "authors"), text(entry.get("feed"), "feed")
    abstracts = (Text(summary, lang),) if summary else ()
    source = origin(reading, name, url=link, updated=updated or published or None)
    kind = text(entry.get("as"), "as")
    if kind in HUB_KINDS:
        facts = [("date", published), *(("author_name", each) for each in authors)]
        return Entity(
            id=identifier,
            kind=kind,
            names=(Text(title, lang),),
            summaries=abstracts,
            facts=tuple((field, value) for field, value in (*facts, ("publisher_name", feed)) if value),
            origin=source,
        )
    return Publication(
        id=identifier,
        kind="web page",
        titles=(Text(title, lang),),
        authors=tuple(Author(each) for each in authors),
        year=int(published[:4]) if published[:4].isdecimal() else None,
        container=feed,
        abstracts=abstracts,
        origin=source,
    )
