"""Asks the sentences of tests/relevance/sentences.tsv, and prints the tables of docs/search.md.

    python -m bench.search_sentences [--home FOLDER] [--differing] [--context]

Each line of the file holds a language, a sentence, the first three records that a reader was shown, and
what the reader said of them. Where a build finds others first, the verdict stands no longer: the table then
says so instead, ``--differing`` prints only such sentences, and the exit status is 1. ``--context`` adds
titles and how the sentence was read, which is what one needs to judge.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg import generation
from kg.config import Settings
from kg.search import service
from kg.search.requests import SearchRequest, SearchResponse
from kg.search.service import SearchIndex

FILE: Final = Path(__file__).resolve().parents[1] / "tests" / "relevance" / "sentences.tsv"
NAMES: Final = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "zh": "Chinese",
    "ar": "Arabic",
}
STALE: Final = "other records than those that were read"
_SHORT: Final = {"practice/": "", "decision/": "d/", "publication/": "p/"}
_FIRST: Final = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in a language, with the ``seen`` first records as they are written in the table."""

    language: str
    text: str
    seen: tuple[str, ...]
    verdict: str


def sentences(file: Path = FILE) -> list[Sentence]:
    """Read the sentences, the lines after the head."""
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return [Sentence(language, text, tuple(seen.split()), verdict) for language, text, seen, verdict in rows]


def short(iri: str) -> str:
    """Return a record as the table writes it: ``technologies_1247``, ``d/unccd-19-cop13``."""
    name = iri.split("/id/", 1)[1]
    return next((to + name.removeprefix(kind) for kind, to in _SHORT.items() if name.startswith(kind)), name)


def table(asked: Sequence[Sentence], found: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of the tables, one for each language, in Markdown."""
    language = ""
    for each, first in zip(asked, found, strict=True):
        if each.language != language:
            language = each.language
            yield from (
                "",
                f"### {NAMES[language]}",
                "",
                "| sentence | first three | verdict |",
                "|---|---|---|",
            )
        names = "; ".join(f"`{name}`" for name in first)
        yield f"| {each.text} | {names} | {each.verdict if first == each.seen else STALE} |"


def opened(home: str | None) -> SearchIndex:
    """Open the index of the current generation."""
    settings = Settings.from_env(home=home)
    current = generation.current(settings.home_folder)
    return service.open_index(current.index_folder, settings, current.id)


def context(sentence: Sentence, response: SearchResponse) -> str:
    """Return how a sentence was read, and the titles and snippets of what was found."""
    read = response.understood
    said = ", ".join(each.label for each in read.recognised)
    lines = [f"    read: {read.english or sentence.text} | {said} | was: {' '.join(sentence.seen)}"]
    lines += [f"    without: {each.label}" for each in read.excluded]
    lines += [f"    {short(hit.iri)}: {hit.label} | {hit.snippet[:200]}" for hit in response.hits]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", help="data folder with a built generation")
    parser.add_argument("--differing", action="store_true", help="only sentences whose first records changed")
    parser.add_argument("--context", action="store_true", help="titles, and how each sentence was read")
    asked = parser.parse_args()
    index = opened(asked.home)
    wanted = sentences()
    answers = [index.search(SearchRequest(each.text, limit=_FIRST)) for each in wanted]
    found = [tuple(short(hit.iri) for hit in answer.hits) for answer in answers]
    kept = [at for at, each in enumerate(wanted) if not asked.differing or found[at] != each.seen]
    if asked.context:
        for at in kept:
            print(f"{wanted[at].language} {wanted[at].text}\n{context(wanted[at], answers[at])}")
    else:
        print("\n".join(table([wanted[at] for at in kept], [found[at] for at in kept])))
    index.close()
    raise SystemExit(int(any(first != each.seen for each, first in zip(wanted, found, strict=True))))


if __name__ == "__main__":
    main()
