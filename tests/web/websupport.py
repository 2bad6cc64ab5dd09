"""Helpers of the web tests: a store that counts, a page that is read."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from kg.store import Binding, Row
from kg.store.embedded import EmbeddedStore

MINI = Path(__file__).with_name("data") / "mini.trig"


class CountingStore(EmbeddedStore):
    """A store that counts the queries it is asked."""

    asked = 0

    def select(self, text: str, bind: Binding | None = None) -> list[Row]:
        self.asked += 1
        return super().select(text, bind)


VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "source", "wbr"))
"""Elements without an end."""


class Unmarked(HTMLParser):
    """The texts of a page that stand in its own language: not in elements that name another one."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: set[str] = set()
        self._langs: list[tuple[str, str]] = [("", "")]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._langs.append((tag, dict(attrs).get("lang") or self._langs[-1][1]))

    def handle_endtag(self, tag: str) -> None:
        while len(self._langs) > 1 and self._langs.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._langs[-1][1] == self._langs[min(1, len(self._langs) - 1)][1]:
            self.texts.add(" ".join(data.split()))


class Page(HTMLParser):
    """What the tests look for in a page: addresses, attributes of ``<html>``, text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.loaded: list[str] = []
        """Addresses that the browser fetches by itself."""
        self.linked: list[str] = []
        self.root: dict[str, str] = {}
        self.inline: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.root = found
        if tag == "a":
            self.linked.append(found.get("href", ""))
        elif tag == "form":
            self.linked.append(found.get("action", ""))
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(found.get("href", ""))
        elif "src" in found:
            self.loaded.append(found["src"])
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        data = found.get("type", "").endswith("json")
        if tag == "style" or (tag == "script" and "src" not in found and not data):
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)
