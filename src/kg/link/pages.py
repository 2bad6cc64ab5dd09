"""What a web page says: its title, description, headings and paragraphs, for finding what is like it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from kg.errors import Refused, TooLarge
from kg.link.fetching import Fetched

_READ: Final = frozenset({"h1", "h2", "h3", "p", "li", "dd", "blockquote", "figcaption"})
_SKIPPED: Final = frozenset(
    {"script", "style", "noscript", "template", "nav", "footer", "header", "form", "aside"}
)
_TAGS_MOST: Final = 50_000
"""The parser takes time by the square of the tags of a malformed page."""
_KINDS: Final = ("text/html", "application/xhtml+xml", "text/plain")


class _Words(HTMLParser):
    """Gathers the title, the description and the running text of a page, up to a length."""

    def __init__(self, most: int) -> None:
        super().__init__(convert_charrefs=True)
        self.title, self.description = "", ""
        self.text: list[str] = []
        self._most, self._size = most, 0
        self._inside, self._skipped = 0, 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "title":
            self._in_title = True
        elif tag == "meta" and (given.get("name") or given.get("property")) in (
            "description",
            "og:description",
        ):
            self.description = self.description or (given.get("content") or "")
        elif tag in _SKIPPED:
            self._skipped += 1
        elif tag in _READ:
            self._inside += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in _READ:
            self._inside = max(0, self._inside - 1)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif self._inside and not self._skipped and self._size < self._most:
            self.text.append(data)
            self._size += len(data)


def words(page: Fetched, most: int) -> str:
    """Return what a page says in at most so many characters, the title first.

    Raises:
        Refused: it is neither HTML nor text.
        TooLarge: it has too many tags.
    """
    if page.media_type not in _KINDS:
        raise Refused("The page is not HTML.")
    text = page.body.decode("utf-8", "replace")
    if page.media_type == "text/plain":
        return " ".join(text.split())[:most]
    if text.count("<") > _TAGS_MOST:
        raise TooLarge(f"The page has more than {_TAGS_MOST} tags.")
    parser = _Words(most)
    parser.feed(text)
    parts = (parser.title, parser.description, " ".join(parser.text))
    return ". ".join(" ".join(part.split()) for part in parts if part.strip())[:most]
