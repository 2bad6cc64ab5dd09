"""The walked sentences are whole, and docs/search.md shows what was read of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Final

from kg.vocab import LANGUAGES

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "search.md"


def test_sentences_when_read_are_ten_in_each_language_with_a_verdict(walk: ModuleType) -> None:
    read = walk.sentences()
    assert Counter(each.language for each in read) == dict.fromkeys(LANGUAGES, 10)
    assert all(len(each.seen) == 3 for each in read)
    assert all(each.verdict.startswith(("good", "partly", "poor")) for each in read)


def test_document_when_compared_shows_the_sentences_as_they_were_read(walk: ModuleType) -> None:
    read = walk.sentences()
    text = DOCUMENT.read_text(encoding="utf-8")
    for line in walk.table(read, [each.seen for each in read]):
        assert line in text


def test_table_when_other_records_come_first_gives_no_verdict(walk: ModuleType) -> None:
    first = walk.sentences()[0]
    lines = list(walk.table([first], [("technologies_1", "technologies_2", "technologies_3")]))
    assert walk.STALE in lines[-1]
    assert first.verdict not in lines[-1]


def test_records_when_shortened_keep_their_kind_where_it_is_not_a_practice(walk: ModuleType) -> None:
    base = "https://w3id.org/landkg/id/"
    assert walk.short(base + "practice/technologies_1247") == "technologies_1247"
    assert walk.short(base + "decision/unccd-19-cop13") == "d/unccd-19-cop13"
    assert walk.short(base + "case/bucks-river-leck-nfm") == "case/bucks-river-leck-nfm"
