"""Labels and words of the glossary found in running text."""

from __future__ import annotations

import pytest

from kg.search import lexicon
from kg.search.analysis import normalise
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.lexicon import Meaning
from kg.search.matching import Labels, key
from kg.vocab import LANGUAGES

BASE = "https://w3id.org/landkg/id/concept/"
MAIZE = ConceptEntry(BASE + "maize_crop", {"en": ["cereals - maize"], "zh": ["谷物 - 玉米"]}, scheme="crops")
UNCCD = ConceptEntry(
    BASE + "unccd",
    {"fr": ["Convention des Nations Unies sur la lutte contre la désertification"]},
    scheme="themes",
)


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(Concepts([MAIZE, UNCCD]), lexicon.load())


def found(labels: Labels, text: str, language: str) -> set[str]:
    return {key(meant) for match in labels.find(normalise(text), language) for meant in match.meant}


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("платить за климатические меры", "ru", "m:climate"),
        ("bananeraie en pente", "fr", "m:banana"),
        ("un platanal en la ladera", "es", "m:banana"),
        ("在坡地种玉米", "zh", "c:maize_crop"),
        ("growing maize", "en", "c:maize_crop"),
        ("la Convention des Nations Unies sur la lutte contre la désertification", "fr", "c:unccd"),
        ("сельскохозяйственные земли", "ru", "m:field"),
        ("гендерное равенство", "ru", "m:women"),
    ],
)
def test_find_when_a_word_is_derived_or_part_of_a_label_then_is_known(
    labels: Labels, text: str, language: str, meant: str
) -> None:
    assert meant in found(labels, text, language)


def test_find_when_french_land_is_named_then_no_terrace_is_meant(labels: Labels) -> None:
    assert "m:terrace" not in found(labels, "la dégradation des terres", "fr")


def test_find_when_a_short_word_is_one_of_another_language_then_is_left_alone(labels: Labels) -> None:
    assert "m:wind" not in found(labels, "l'eau vient de loin", "fr")


def test_lexicon_when_read_then_every_meaning_is_told_in_every_language() -> None:
    for meaning in lexicon.load():
        assert all(meaning.of(language) for language in LANGUAGES), meaning.of("en")


def test_lexicon_when_a_line_begins_with_a_tilde_then_says_little() -> None:
    weak = [meaning for meaning in lexicon.load() if meaning.weak]
    assert weak
    assert not any(word.startswith("~") for meaning in lexicon.load() for word in meaning.of("en"))
    assert Meaning((("en", ("dam",)),)).weak is False
