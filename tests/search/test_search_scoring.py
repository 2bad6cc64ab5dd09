"""Exact scores from terms: what an engine that only adds up weights cannot say, said as tantivy says it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_records import LABELS, RECORDS, TEXTS

from kg.search import lexical, terms
from kg.search.analysis import tokens
from kg.search.engines import Alternative
from kg.search.scoring import Postings, Sought
from kg.search.terms import Terms


@pytest.fixture(scope="module")
def tantivy(tmp_path_factory: pytest.TempPathFactory) -> lexical.LexicalIndex:
    folder = tmp_path_factory.mktemp("scored") / "index"
    lexical.write(folder, RECORDS, LABELS)
    return lexical.LexicalIndex(folder)


@pytest.fixture(scope="module")
def known() -> Terms:
    return terms.made(RECORDS, LABELS)


Groups = list[list[Alternative]]

SOUGHT: list[Groups] = [
    *[
        [[Alternative((token,), language)] for token in tokens(text, language)]
        for language, text in TEXTS.items()
    ],
    [[Alternative(("stone", "bund"), "en"), Alternative(("terrac",), "en", 0.5)]],
    [[Alternative(("石埂",), "zh"), Alternative(("水平", "平台", "台阶"), "zh", 0.7)]],
    [[Alternative(("terace",), "en")], [Alternative(("slopse", "stone"), "en")]],
    [[Alternative(("nothing",), "en")], [Alternative(("stone",), "en")]],
    [[Alternative(("zz",), "en")]],
]


def _equal(tantivy: lexical.LexicalIndex, known: Terms, groups: Groups) -> None:
    found = dict(tantivy.search(groups))
    scores = Sought(known, groups).scores(range(known.passages))
    assert set(np.flatnonzero(scores).tolist()) == set(found)
    assert [scores[number] for number in found] == pytest.approx(list(found.values()), rel=1e-4)


@pytest.mark.parametrize("groups", SOUGHT)
def test_scores_when_compared_with_the_embedded_word_index_are_the_same(
    tantivy: lexical.LexicalIndex, known: Terms, groups: Groups
) -> None:
    _equal(tantivy, known, groups)


@given(
    st.lists(
        st.lists(
            st.builds(
                Alternative,
                st.lists(
                    st.sampled_from(["stone", "bund", "terrac", "stoen", "water", "zz"]),
                    min_size=1,
                    max_size=2,
                ).map(tuple),
                st.sampled_from(["en", "fr"]),
                st.sampled_from([0.3, 1.0]),
            ),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_scores_when_groups_are_arbitrary_are_the_same(
    tantivy: lexical.LexicalIndex, known: Terms, groups: Groups
) -> None:
    _equal(tantivy, known, groups)


@pytest.mark.parametrize("groups", SOUGHT)
def test_said_when_compared_with_the_embedded_word_index_is_the_same(
    tantivy: lexical.LexicalIndex, known: Terms, groups: Groups
) -> None:
    passages, bits = tantivy.said(groups)
    found = Postings(known).said(Sought(known, groups).all_groups)
    assert {number: found[number] for number in np.flatnonzero(found)} == dict(
        zip(passages.tolist(), bits.tolist(), strict=True)
    )


def test_terms_when_written_and_read_are_the_same(known: Terms, tmp_path: Path) -> None:
    terms.write(tmp_path / "terms", known)
    read = terms.read(tmp_path / "terms")
    assert read.places == known.places
    assert read.average == known.average
    assert np.array_equal(read.flat, known.flat)
    assert [read.weights(number) for number in range(3)] == [known.weights(number) for number in range(3)]
    assert [each.tolist() for each in read.frequency] == [each.tolist() for each in known.frequency]


def test_terms_when_another_process_was_first_keep_what_is_there(known: Terms, tmp_path: Path) -> None:
    terms.write(tmp_path / "terms", known)
    terms.write(tmp_path / "terms", known)
    assert [each.name for each in tmp_path.iterdir()] == ["terms"]
