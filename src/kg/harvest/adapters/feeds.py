"""Blogs and news: RSS 0.9 to 2.0 and Atom, with the pages of RFC 5005."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin

from kg.errors import ConfigError
from kg.harvest.adapters.base import Item, Page, WholePages, dump
from kg.harvest.client import Client, same_host
from kg.harvest.errors import Malformed
from kg.harvest.sources import SourceSettings

_ACCEPT: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
KINDS: Final = ("web page", "blog post", "news item")
"""What entries can be in the graph: publications, or the hub's own kinds of record."""
_TIMES: Final = ("published_parsed", "updated_parsed")


class Feed(WholePages):
    """A feed; it names only its newest entries, so what it no longer names is not gone.

    The option ``pages`` bounds how many older pages are followed (10); ``as`` says what its entries are.
    """

    loader = "feed"
    complete = False

    def __init__(self, source: SourceSettings, token: str) -> None:  # noqa: ARG002 - it is open
        self._address = source.address
        self._most = int(source.options.get("pages", 10))
        self._as = str(source.options.get("as", KINDS[0]))
        if self._as not in KINDS:
            raise ConfigError(f"'as' of the source [{source.name}] is none of: {', '.join(KINDS)}.")

    def first(self, since: str) -> str:  # noqa: ARG002 - a feed cannot be asked for a time
        return f"1 {self._address}"

    def page(self, client: Client, cursor: str) -> Page:
        number, _, address = cursor.partition(" ")
        known = client.validators.get(address, ("", "")) if number == "1" else ("", "")
        answer, feed = client.get(address, _parse, accept=_ACCEPT, known=known)
        if feed is None:
            return Page([])
        client.validators[address] = (
            answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        )  # fmt: skip
        items = [_item(each, feed.feed, answer.address, self._as) for each in feed.entries]
        following = next((each.get("href") for each in feed.feed.get("links", ()) if each.rel == "next"), "")
        after = urljoin(answer.address, following) if following else ""
        go_on = after and int(number) < self._most and same_host(after, address)
        return Page(items, f"{int(number) + 1} {after}" if go_on else "")


def _parse(body: bytes) -> Any:
    import feedparser

    found = feedparser.parse(body, sanitize_html=True, resolve_relative_uris=True)
    # A feed with a fault is read as far as it goes, which could be the half that arrived.
    if not found.get("version") or (found.bozo and not _harmless(found.bozo_exception)):
        raise Malformed("sent no RSS or Atom, or only its beginning")
    return found


def _harmless(fault: Exception) -> bool:
    return type(fault).__name__ in ("CharacterEncodingOverride", "NonXMLContentType")


def _item(entry: Any, feed: Any, address: str, kind: str) -> Item:
    link = urljoin(address, entry.get("link", ""))
    key = entry.get("id") or link
    if not key:
        raise Malformed("An entry of the feed has neither an identifier nor a link.")
    detail = entry.get("title_detail") or {}
    contents = [each.get("value", "") for each in entry.get("content", ())]
    times = [_time(entry.get(name) if name in entry else None) for name in _TIMES]
    return Item(
        key,
        body=dump(
            {
                "id": key,
                "link": link,
                "title": entry.get("title", ""),
                "summary": entry.get("summary", ""),
                "content": contents,
                "language": detail.get("language") or entry.get("language") or feed.get("language") or "",
                "published": times[0],
                "updated": times[1],
                "authors": [each.get("name", "") for each in entry.get("authors", ()) if each.get("name")],
                "tags": [each.get("term", "") for each in entry.get("tags", ()) if each.get("term")],
                "feed": feed.get("title", ""),
                **({} if kind == KINDS[0] else {"as": kind}),
            }
        ),
    )


def _time(parsed: Any) -> str:
    """Return a time of feedparser (UTC) in ISO 8601."""
    if not parsed:
        return ""
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return ""
