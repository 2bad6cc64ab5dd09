"""Links in: a partner tells us that a page of theirs links to a record of ours, and we look.

W3C Webmention (https://www.w3.org/TR/webmention/) and Linked Data Notifications
(https://www.w3.org/TR/ldn/). What holds goes to the curators' queue; nothing is published unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from kg.errors import BadInput, Refused, TooLarge
from kg.link import journal
from kg.link.fetching import Fetched, Fetcher
from kg.link.links import EXACT, RELATION, RELATIONS, Link
from kg.link.names import Entry
from kg.link.partners import Partner
from kg.terms import is_web_address
from kg.vocab import LANGUAGES, SKOS

JUSTIFICATION: Final = "semapv:UnspecifiedMatching"
CONFIDENCE: Final = 0.7
"""That a page of a partner links to a record says that it is related, not how."""
_ACTIVITY: Final = ("Announce", "Create", "Add", "Update", "Offer")
_STREAMS: Final = "https://www.w3.org/ns/activitystreams#"
_TAGS_MOST: Final = 100_000
"""The parser of the standard library takes time by the square of the tags of a malformed page."""


class _Links(HTMLParser):
    """Addresses that a page links to, and its title."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base, self.found, self.title = base, set[str](), ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        for name, value in attrs:
            if name in ("href", "src", "resource", "about", "itemid", "data-iri") and value:
                try:
                    self.found.add(urldefrag(urljoin(self.base, value.strip())).url)
                except ValueError:
                    continue

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"


def target_paths(address: str, roots: Iterable[str]) -> str | None:
    """Return ``id/practice/x`` of an address of ours: an IRI, or a page in a language."""
    for root in roots:
        if address.startswith(root):
            path = urlsplit(address[len(root) :]).path
            first, _slash, rest = path.partition("/")
            path = rest if first in LANGUAGES else path
            return unquote(path) if path.startswith("id/") else None
    return None


def is_linked(page: Fetched, ways: Iterable[str]) -> tuple[bool, str]:
    """Tell whether a page links to one of these addresses; also return its title.

    Raises:
        TooLarge: it has more tags than can be read in a second or two.
    """
    text = page.body.decode("utf-8", "replace")
    if page.media_type in ("text/html", "application/xhtml+xml"):
        if text.count("<") > _TAGS_MOST:
            raise TooLarge(f"The page has more than {_TAGS_MOST} tags.")
        links = _Links(page.address)
        links.feed(text)
        return any(each in links.found for each in ways), " ".join(links.title.split())[:300]
    return any(f"{before}{each}{after}" in text for each in ways for before, after in ('""', "<>", "''")), ""


def receive(
    home: Path,
    source: str,
    entry: Entry,
    ways: Iterable[str],
    partner: Partner,
    fetcher: Fetcher,
    *,
    how: str,
    relation: str = RELATION,
) -> bool:
    """Look at the source and queue the link; returns whether it is new.

    Raises:
        Refused: the source does not link to the record, or its address is not allowed.
        BadInput: the source is no web address.
    """
    if not is_web_address(source):
        raise BadInput("The source must be an http(s) address.")
    found, title = is_linked(fetcher.get(source), ways)
    if not found:
        raise Refused("The page does not link to this record.")
    link = Link(
        source, title or partner.name, relation, entry.iri, entry.label("en").value, entry.types[0],
        CONFIDENCE, JUSTIFICATION, note=f"The page links to this record ({how}).",
    )  # fmt: skip
    return bool(journal.queue(home, partner.id, [link], how))


def read_notification(body: Any) -> tuple[str, str, str]:
    """Return (source, target, relation) of an ActivityStreams notification, or of a bare statement.

    Read are ``{"type": "Announce", "object": source, "target": ours}`` and a node that points to our
    record by a SKOS mapping property or ``dcterms:relation``. Names are taken as ActivityStreams has them;
    a ``@context`` is never fetched.

    Raises:
        BadInput: it is neither.
    """
    if isinstance(body, list) and len(body) == 1:
        body = body[0]  # JSON-LD in expanded form
    if not isinstance(body, dict):
        raise BadInput("A notification is a JSON-LD object.")
    kinds = body.get("type", body.get("@type"))
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if any(
        isinstance(kind, str) and kind.removeprefix("as:").removeprefix(_STREAMS) in _ACTIVITY
        for kind in kinds
    ):
        source, target = (_id(body.get(name, body.get(_STREAMS + name))) for name in ("object", "target"))
        if source and target:
            return source, target, RELATION
    source = _id(body)
    for name, value in body.items():
        relation = str(name).replace(SKOS, "skos:").replace("http://purl.org/dc/terms/", "dcterms:")
        if relation in RELATIONS and source and (target := _id(value)):
            # Strangers do not say what is the same: a curator does.
            return source, target, RELATION if relation == EXACT else relation
    raise BadInput(
        "The notification names no source and target.",
        hint='Send {"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce", "object": '
        '"YOUR PAGE", "target": "OUR RECORD"}.',
    )


def _id(value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("id", value.get("@id"))
    return value if isinstance(value, str) else ""
