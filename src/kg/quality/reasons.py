"""The sentences that say what is wrong with a record, and how to read their parts out of them again.

A report keeps whole sentences in English, for people and spreadsheets; pages take them apart to say the
same in the reader's language, with links to what is named. One table serves both ways.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "coordinates": {
        "missing": "%(point)s is where missing coordinates lie, in the Gulf of Guinea",
        "turned": "%(point)s is not in %(countries)s; it looks as if latitude and longitude are exchanged",
        "east-west": "%(point)s is not in %(countries)s; it looks as if east and west are exchanged",
        "north-south": "%(point)s is not in %(countries)s; it looks as if north and south are exchanged",
        "outside": "%(point)s is not in %(countries)s",
    },
    "language": {"other": "says %(stated)s, reads like %(seen)s: %(text)s"},
    "no-language": {"none": "the text does not say its language"},
    "damaged-text": {
        "encoding": "characters in the wrong encoding: %(text)s",
        "markup": "markup or entities of HTML: %(text)s",
        "empty": "says nothing: %(text)s",
    },
    "duplicate": {
        "field": "the same %(field)s as %(other)s: %(value)s",
        "name": "the same name and country as %(other)s",
    },
    "date": {
        "order": "%(end)s is before %(start)s",
        "range": "%(value)s is not between %(earliest)s and %(latest)s",
        "future": "%(value)s has not come yet",
    },
    "dangling": {"practice": "the practice %(value)s is not in the graph"},
    "incomplete": {"field": "a %(class)s should have it"},
    "broken-link": {
        "gone": "%(address)s answers %(status)s",
        "silent": "%(address)s does not answer: %(fault)s",
    },
}
"""Sentences by kind of finding and name; where two fit one reason, the fuller one stands first."""

_PLACE: Final = re.compile(r"%\((\w+)\)s")


def say(kind: str, name: str, **values: object) -> str:
    """Return the sentence with its values."""
    return REASONS[kind][name] % values


def parts(kind: str, reason: str) -> tuple[str, dict[str, str]] | None:
    """Return (name of the sentence, its values); nothing for a sentence of the loaders."""
    for name, pattern in _patterns(kind).items():
        found = pattern.fullmatch(reason)
        if found:
            return name, found.groupdict()
    return None


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    return {name: _pattern(text) for name, text in REASONS.get(kind, {}).items()}


def _pattern(template: str) -> re.Pattern[str]:
    """Return a pattern with a group for each value; all but the last are as short as can be."""
    pieces = _PLACE.split(template)
    fixed, names = pieces[::2], pieces[1::2]
    text = re.escape(fixed[0])
    for number, (name, after) in enumerate(zip(names, fixed[1:], strict=True)):
        lazy = "?" if number < len(names) - 1 or after else ""
        text += f"(?P<{name}>.+{lazy}){re.escape(after)}"
    return re.compile(text, re.DOTALL)
