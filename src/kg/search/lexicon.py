"""A glossary of everyday land-management words in six languages, beside the graph's concepts.

``lexicon.tsv`` holds one meaning a line: English, French, Spanish, Russian, Chinese and Arabic words,
alternatives separated by ``|``. It turns words that are no concepts (``goat``, ``ditch``, ``crust``)
into English for the methods that read English only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from kg.vocab import LANGUAGES

FILE: Final = Path(__file__).with_name("lexicon.tsv")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning: ``words[language]`` are its alternatives, the usual one first."""

    words: tuple[tuple[str, tuple[str, ...]], ...]

    def of(self, language: str) -> tuple[str, ...]:
        return next((words for each, words in self.words if each == language), ())


@cache
def load() -> tuple[Meaning, ...]:
    """Read the glossary; lines that begin with ``#`` are comments."""
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        found.append(
            Meaning(
                tuple(
                    (language, tuple(word.strip() for word in cell.split("|") if word.strip()))
                    for language, cell in zip(LANGUAGES, cells, strict=True)
                )
            )
        )
    return tuple(found)
