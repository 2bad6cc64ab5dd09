"""Every documented query runs on the bundled graph, is bounded, and answers with its defaults."""

from __future__ import annotations

import re

import pytest

from kg import queries
from kg.queries import NamedQuery
from kg.store import GraphStore
from kg.vocab import LANGUAGES, Iris

EXAMPLES = queries.load_folder("examples")
NOT_BUNDLED = {
    "blog-posts",
    "capacity-offers",
    "country-profiles",
    "experts",
    "knowledge-sharing-systems",
    "ldn-commitments",
    "ldn-targets",
    "library-items",
    "news",
    "spi-members",
    "spi-objectives",
}
"""Queries about kinds of record that have no bundled rows; tests/loaders/test_hub_rows.py runs them."""
EMPTY_IS_GOOD = {"records-lacking"} | NOT_BUNDLED
"""Queries that list faults: no row means that there are none."""


def test_examples_when_counted_are_at_least_fifteen() -> None:
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize("query", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_example_when_read_is_documented_and_bounded(query: NamedQuery) -> None:
    assert query.title
    assert len(query.description) > 20
    assert "PREFIX" not in query.text
    assert re.search(r"\bLIMIT\s+\d+\s*$", query.text)
    for parameter in query.parameters:
        assert parameter.help
        assert f"?{parameter.name} " in query.text.split("WHERE")[0], "parameters are projected"


@pytest.mark.parametrize("query", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_example_when_read_has_its_words_in_six_languages(query: NamedQuery) -> None:
    keys = {"title", "description", *(f"param {each.name}" for each in query.parameters)}
    said = {(lang, key) for lang, key, text in query.words if text.strip()}
    assert said == {(lang, key) for lang in LANGUAGES if lang != "en" for key in keys}


@pytest.mark.parametrize("query", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_example_when_run_with_its_defaults_answers(
    query: NamedQuery, bundled_store: GraphStore, iris: Iris
) -> None:
    text, bound = queries.bind(query, {}, iris)
    rows = bundled_store.select(text, bound)
    assert rows or query.name in EMPTY_IS_GOOD


def test_practices_by_country_when_asked_for_niger_gives_its_half_moons(
    bundled_store: GraphStore, iris: Iris
) -> None:
    text, bound = queries.bind(EXAMPLES["practices-by-country"], {"country": "NER"}, iris)
    names = [row["name"].value for row in bundled_store.select(text, bound)]
    assert "Demi-lunes (agricoles, pastorales ou forestières)" in names


def test_decision_lineage_when_asked_follows_citations_both_ways(
    bundled_store: GraphStore, iris: Iris
) -> None:
    text, bound = queries.bind(EXAMPLES["decision-lineage"], {"decision": "unccd-19-cop12"}, iris)
    rows = bundled_store.select(text, bound)
    assert {row["direction"].value for row in rows} == {"builds on", "built on by"}
    assert iris.id("decision", "unccd-23-cop11") in {row["other"].value for row in rows}
