"""Words whose meaning their neighbours decide."""

from __future__ import annotations

import pytest

from kg.search import lexicon
from kg.search.analysis import normalise
from kg.search.concepts import Concepts
from kg.search.contexts import clarified, contexts
from kg.search.matching import Labels, key


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(Concepts([]), lexicon.load())


def meant(labels: Labels, text: str, language: str) -> set[str]:
    clean = normalise(text)
    return {
        key(each) for match in clarified(list(labels.find(clean, language)), clean) for each in match.meant
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "poor sandy soil"),
        ("en", "the soil is poor"),
        ("es", "suelo arenoso pobre"),
        ("ru", "бедную песчаную почву"),
    ],
)
def test_poor_when_it_stands_beside_soil_then_means_infertile(
    labels: Labels, language: str, text: str
) -> None:
    found = meant(labels, text, language)
    assert "m:infertile" in found
    assert "m:poor" not in found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "poor farmers who own land"),
        ("es", "campesinos pobres sin tierra"),
        ("ru", "семьи бедных крестьян"),
        ("zh", "贫困农民的土地"),
    ],
)
def test_poor_when_it_is_said_of_people_then_stays_poor(labels: Labels, language: str, text: str) -> None:
    found = meant(labels, text, language)
    assert "m:poor" in found
    assert "m:infertile" not in found


def test_contexts_when_read_then_name_meanings_of_the_glossary() -> None:
    known = {f"m:{each.of('en')[0]}" for each in lexicon.load()}
    assert contexts()
    assert contexts().keys() <= known
    assert all(any(name in known for name in each.near) for each in contexts().values())
