"""Tokens, stems and languages of short texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.search.analysis import detect, normalise, stem, tokens


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("restore crusted farmland to harvest rain", "en"),
        ("récupérer les terres encroûtées pour récolter la pluie", "fr"),
        ("captar agua de lluvia en tierras de cultivo encostradas", "es"),
        ("восстановить почвы и собирать дождевую воду", "ru"),
        ("在板结退化的农田上集雨恢复生产", "zh"),
        ("استعادة الأراضي الزراعية المتصلبة", "ar"),
        ("lutte contre la salinité", "fr"),
        ("suelos salinos", "es"),
    ],
)
def test_detect_when_a_text_is_short_then_names_its_language(text: str, language: str) -> None:
    assert detect(text) == language


def test_detect_when_nothing_tells_then_follows_the_hint() -> None:
    assert detect("12345", "ru") == "ru"
    assert detect("😀", None) == "en"


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("terrace", "terraces", "en"),
        ("zaï", "zai", "en"),
        ("terrasses", "terrasse", "fr"),
        ("lluvias", "lluvia", "es"),
        ("почвы", "почва", "ru"),
        ("الأراضي", "أراضي", "ar"),
    ],
)
def test_stem_when_forms_of_a_word_differ_then_agrees(one: str, other: str, language: str) -> None:
    assert stem(normalise(one), language) == stem(normalise(other), language)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("terre", "terrasse", "fr"),
        ("mare", "marais", "fr"),
        ("carbono", "carbón", "es"),
        ("семена", "семья", "ru"),
        ("село", "сель", "ru"),
        ("fertility", "fertilizers", "en"),
        ("vegetation", "vegetables", "en"),
    ],
)
def test_stem_when_words_only_look_alike_then_keeps_them_apart(one: str, other: str, language: str) -> None:
    assert stem(normalise(one), language) != stem(normalise(other), language)


def test_stem_when_a_word_is_long_in_bytes_then_is_not_lost() -> None:
    assert stem("сельскохозяйственный", "ru").startswith("сельскохозяйств")


def test_stem_when_spelling_is_british_then_is_that_of_the_american() -> None:
    assert stem("salinisation", "en") == stem("salinization", "en")
    assert stem("stabilised", "en") == stem("stabilized", "en")


def test_tokens_when_chinese_then_gives_overlapping_pairs() -> None:
    assert tokens("梯田保土", "zh") == ["梯田", "田保", "保土"]


def test_tokens_when_scripts_mix_then_keeps_both() -> None:
    assert tokens("SLM技术 in Niger", "zh") == ["slm", "技术", "in", "niger"]


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "es", "ru", "zh", "ar"]))
def test_tokens_when_text_is_arbitrary_then_never_fails(text: str, language: str) -> None:
    assert all(token and " " not in token for token in tokens(text, language))
