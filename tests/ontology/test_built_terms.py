"""The graph of all bundled records uses only terms, concepts and countries that are defined in it."""

from __future__ import annotations

import pytest

from kg.queries import with_prefixes
from kg.store import GraphStore
from kg.vocab import Iris


def undefined(store: GraphStore, iris: Iris, used: str) -> list[str]:
    """Return IRIs of ours under ``def/`` that a pattern finds as ?term and the ontology does not define."""
    text = f"""SELECT DISTINCT ?term WHERE {{
      {{ SELECT DISTINCT ?term WHERE {{ {used} }} }}
      FILTER(STRSTARTS(STR(?term), "{iris.ns}"))
      FILTER NOT EXISTS {{ ?term rdfs:isDefinedBy ?ontology }}
    }}"""
    return sorted(row["term"].value for row in store.select(with_prefixes(text, iris)))


def test_properties_when_used_in_the_data_are_defined(bundled_store: GraphStore, iris: Iris) -> None:
    assert undefined(bundled_store, iris, "?subject ?term ?value") == []


def test_classes_when_used_in_the_data_are_defined(bundled_store: GraphStore, iris: Iris) -> None:
    assert undefined(bundled_store, iris, "?subject a ?term") == []


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("concept", "skos:Concept"), ("country", "kg:Country"), ("region", "kg:Region")],
)
def test_values_when_named_by_a_record_exist(
    bundled_store: GraphStore, iris: Iris, kind: str, type_: str
) -> None:
    text = f"""SELECT DISTINCT ?value WHERE {{
      {{ SELECT DISTINCT ?value WHERE {{ ?subject ?property ?value }} }}
      FILTER(isIRI(?value) && STRSTARTS(STR(?value), "{iris.id(kind, "")}"))
      FILTER NOT EXISTS {{ ?value a {type_} }}
    }}"""

    rows = bundled_store.select(with_prefixes(text, iris))

    assert sorted(row["value"].value for row in rows) == []


def test_properties_when_coded_answers_are_given_gather_under_their_facet(
    bundled_store: GraphStore, iris: Iris
) -> None:
    text = """SELECT (COUNT(*) AS ?lost) WHERE {
      ?property rdfs:subPropertyOf kg:measure .
      ?practice ?property ?value .
      FILTER NOT EXISTS { ?practice kg:measure ?value }
    }"""

    (row,) = bundled_store.select(with_prefixes(text, iris))

    assert row["lost"].value == "0"
