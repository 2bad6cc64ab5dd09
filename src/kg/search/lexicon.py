"""A glossary of everyday land-management words in six languages, beside the graph's concepts.

``lexicon.tsv`` holds one meaning a line: English, French, Spanish, Russian, Chinese and Arabic words,
alternatives separated by ``|``. It turns words that are no concepts (``goat``, ``ditch``, ``crust``)
into English for the methods that read English only. A line that begins with ``~`` is translated, but says
little by itself (``help``, ``several``): records are not ranked by whether they speak of it.
``remedies.tsv`` says what practitioners turn to against a problem: who asks about crusted soil looks for
planting pits, though no text of theirs may mention the crust.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from kg.vocab import LANGUAGES

FILE: Final = Path(__file__).with_name("lexicon.tsv")
REMEDIES: Final = Path(__file__).with_name("remedies.tsv")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning: ``words[language]`` are its alternatives, the usual one first."""

    words: tuple[tuple[str, tuple[str, ...]], ...]
    weak: bool = False

    def of(self, language: str) -> tuple[str, ...]:
        return next((words for each, words in self.words if each == language), ())


@cache
def load() -> tuple[Meaning, ...]:
    """Read the glossary; lines that begin with ``#`` are comments."""
    found = []
    for cells in _rows(FILE):
        words = tuple(
            (language, tuple(word.strip() for word in cell.removeprefix("~").split("|") if word.strip()))
            for language, cell in zip(LANGUAGES, cells, strict=True)
        )
        found.append(Meaning(words, weak=cells[0].startswith("~")))
    return tuple(found)


@cache
def remedies() -> dict[str, tuple[str, ...]]:
    """Return the English remedies by problem: a meaning's first English word or a concept's local name."""
    return {problem: tuple(words.split("|")) for problem, words in _rows(REMEDIES)}


def all_remedies() -> list[str]:
    """Return every remedy once, in order."""
    return sorted({remedy for each in remedies().values() for remedy in each})


def _rows(file: Path) -> list[list[str]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
