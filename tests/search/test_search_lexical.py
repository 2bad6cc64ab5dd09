"""The word index: languages, filters inside, any text as a query."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.search.analysis import tokens
from kg.search.concepts import Concepts
from kg.search.engines import Alternative, Filters, Narrowing, Years
from kg.search.facets import FacetTable
from kg.search.lexical import LexicalIndex, write
from kg.search.passages import Passage, SearchRecord


def _record(
    iri: str, title: str, text: str, lang: str, country: str, year: int | None = None
) -> SearchRecord:
    return SearchRecord(
        iri,
        "technology",
        titles={lang: [title]},
        facets={"country": [country], "type": ["technology"]},
        year=year,
        passages=[Passage("summary", lang, f"{title}. {text}")],
    )


RECORDS = [
    _record("a", "Bench terraces", "Level steps on steep slopes.", "en", "NPL", 2011),
    _record("b", "Terrasses", "Des gradins sur les versants.", "fr", "TGO"),
    _record("c", "梯田", "在陡坡上修筑水平台阶。", "zh", "CHN", 2019),
    _record("d", "Stone bunds", "Lines of stones; terraces form behind them.", "en", "NER", 2015),
]
LABELS: list[list[str]] = [["structural measures"], [], [], []]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("words") / "index"
    write(folder, RECORDS, LABELS)
    return LexicalIndex(folder)


def _groups(text: str, language: str) -> list[tuple[Alternative, ...]]:
    return [(Alternative((token,), language),) for token in tokens(text, language)]


def _found(index: LexicalIndex, text: str, language: str, narrowing: Narrowing | None = None) -> list[int]:
    return [number for number, _ in index.search(_groups(text, language), narrowing=narrowing)]


def _narrowed(
    filters: Filters | None = None, exclude: Filters | None = None, years: Years | None = None
) -> Narrowing:
    passing = FacetTable(RECORDS, Concepts([])).allowed(filters or {}, exclude or {}, years)
    assert passing is not None
    return Narrowing(passing, np.arange(len(RECORDS), dtype=np.int32), filters or {}, exclude or {}, years)


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [("terrace", "en", 0), ("terrasse", "fr", 1), ("修筑梯田", "zh", 2), ("structural measure", "en", 0)],
)
def test_search_when_a_word_form_differs_then_finds_it(
    index: LexicalIndex, text: str, language: str, first: int
) -> None:
    assert _found(index, text, language)[0] == first


def test_search_when_one_letter_is_wrong_then_finds_the_word(index: LexicalIndex) -> None:
    assert _found(index, "terrasces", "en")[0] == 0


def test_search_when_filtered_then_only_gives_what_passes(index: LexicalIndex) -> None:
    assert _found(index, "terraces", "en", _narrowed({"country": ["NER"]})) == [3]
    assert _found(index, "terraces", "en", _narrowed(exclude={"country": ["NER"]})) == [0]
    assert _found(index, "terraces", "en", _narrowed(years=(2012, None))) == [3]


def test_search_when_a_label_has_two_words_then_wants_both(index: LexicalIndex) -> None:
    group = (Alternative(("stone", "bund"), "en"),)
    assert [number for number, _ in index.search([group])] == [3]


@given(st.text(max_size=60), st.sampled_from(["en", "fr", "es", "ru", "zh", "ar"]))
def test_search_when_text_is_arbitrary_then_never_fails(
    index: LexicalIndex, text: str, language: str
) -> None:
    assert isinstance(_found(index, text, language), list)
