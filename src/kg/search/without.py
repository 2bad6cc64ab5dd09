"""The words of ``without.tsv``: what may be left out of a search, and how the six languages say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from kg.search.analysis import normalise, stem
from kg.search.matching import WORD
from kg.vocab import LANGUAGES

FILE: Final = Path(__file__).with_name("without.tsv")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that one can do without; ``words[language]`` are its names, the usual one first.

    ``instead`` are English words for what practitioners turn to.
    """

    words: Mapping[str, tuple[str, ...]]
    instead: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        return self.words["en"][0].replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Table:
    """The words of one language: phrases in small letters, things and fillers by stem."""

    cues: Mapping[Phrase, str]
    fillers: frozenset[str]
    joins: frozenset[str]
    things: Mapping[Phrase, Thing]


@cache
def chinese() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = tables()["zh"]
    cues, things = ((each for (each,) in part) for part in (words.cues, words.things))
    return (
        re.compile(_any(cues)),
        re.compile(f"(?:{_any(words.fillers)}|的|在)*"),
        re.compile(_any(things)),
        re.compile(f"\\s*{_any(words.joins)}"),
    )


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, words), key=lambda each: (-len(each), each))) + ")"


@cache
def tables() -> dict[str, Table]:
    rows: dict[str, list[dict[str, tuple[str, ...]]]] = {}
    instead: list[tuple[str, ...]] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, *cells = line.split("\t")
            parted = (tuple(cell.split("|")) for cell in cells)
            rows.setdefault(kind, []).append(dict(zip(LANGUAGES, parted, strict=False)))
            if kind == "thing":
                instead.append(tuple(word for word in cells[len(LANGUAGES)].split("|") if word))
    things = [Thing(row, words) for row, words in zip(rows["thing"], instead, strict=True)]
    return {language: _table(language, rows, things) for language in LANGUAGES}


def _table(
    language: str, rows: Mapping[str, list[dict[str, tuple[str, ...]]]], things: Sequence[Thing]
) -> Table:
    def phrase(text: str, *, stems: bool) -> Phrase:
        small = normalise(text).lower()
        if language == "zh":
            return (small,)
        return tuple(stem(word, language) if stems else word for word in WORD.findall(small))

    return Table(
        cues={
            phrase(each, stems=False): kind
            for kind in ("cue", "instead", "except")
            for each in rows[kind][0][language]
        },
        fillers=frozenset(phrase(each, stems=True)[0] for each in rows["filler"][0][language]),
        joins=frozenset(phrase(each, stems=False)[0] for each in rows["and"][0][language]),
        things={phrase(each, stems=True): thing for thing in things for each in thing.words[language]},
    )


def named_thing(value: str, language: str) -> str:
    """Return what a thing is called in a language, or nothing for a name that no thing has."""
    things = tables()["en"].things.values()
    return next((each.words[language][0] for each in things if each.value == value), "")
