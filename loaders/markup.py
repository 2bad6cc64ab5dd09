"""Turns the HTML, JATS and MathML that publishers put into titles and abstracts into plain text."""

from __future__ import annotations

import html
import re
from typing import Final

from kg.terms import clean_text

# Possessive quantifiers: a text of a million '<' must not be read a million times.
_TAG = re.compile(r"(<!--|-->)|<!\[CDATA\[|\]\]>|<(/?)([A-Za-z][\w:.-]*+)((?:\s[^<>=]*+=[^<>]*+)?\s*+/?)>")
_SPACES = re.compile(r"[ \t\xa0]+")
_BREAKS = re.compile(r" *\n *(?:\n *)*")
_BLOCKS: Final = frozenset(
    {"p", "title", "sec", "br", "li", "list-item", "list", "div", "h1", "h2", "h3", "tr"}
)
_HIDDEN: Final = frozenset({"script", "style", "annotation", "tex-math"})


def plain_text(value: str) -> str:
    """Return the text without tags and entities, on one line a block.

    Only what looks like a tag goes ("p < 0.05" stays); what stands in a script, a style or the TeX
    annotation of a formula goes too. Markup that was escaped once more, as Crossref has it, is read
    twice.
    """
    text = value
    for _ in range(2):
        if "<" not in text and "&" not in text:
            break
        text = html.unescape(_without_tags(text))
    return _BREAKS.sub("\n", _SPACES.sub(" ", clean_text(text))).strip()


def one_line(value: str) -> str:
    """Return :func:`plain_text` with its line breaks as spaces, as titles need it."""
    return " ".join(plain_text(value).split())


def _without_tags(text: str) -> str:
    parts: list[str] = []
    position, hidden = 0, ""
    for tag in _TAG.finditer(text):
        if not hidden:
            parts.append(text[position : tag.start()])
        position = tag.end()
        name = tag[1] or (tag[3] or "").rpartition(":")[2].lower()
        if hidden:
            hidden = "" if name == "-->" == hidden or (tag[2] and name == hidden) else hidden
        elif name == "<!--":
            hidden = "-->"
        elif name in _HIDDEN and not tag[2] and not (tag[4] or "").endswith("/"):
            hidden = name
        elif name in _BLOCKS:
            parts.append("\n")
    if not hidden:
        parts.append(text[position:])
    return "".join(parts)
