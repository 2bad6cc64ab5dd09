"""Terms in place of variables: the answer is the one that the engine's own substitution gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyoxigraph as px
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import queries
from kg.config import Settings
from kg.generation import current
from kg.queries import NamedQuery
from kg.sparql.columns.answering import APART, Answerer, opened
from kg.store import GraphStore
from kg.store.embedded import EmbeddedStore
from kg.store.placing import placed
from kg.vocab import Iris

IRIS = Iris()
FOLDERS = ("align", "entity", "examples", "links", "map", "quality", "search", "support")
WITH_VALUES = [
    (folder, name)
    for folder in FOLDERS
    for name, query in queries.load_folder(folder).items()
    if query.parameters
]
LEFT_ALONE = {("entity", "country-standing"), ("entity", "framework-reached")}
"""Files that the substitution answers: they group by their parameter alone."""
_DEF, _ID = f"{IRIS.base}def/", f"{IRIS.base}id/"
ENTITIES = [
    f"{_ID}{each}"
    for each in (
        "framework/eba", "framework/ldn", "country/NER", "concept/eba", "decision/unccd-19-cop13",
        "criterion/eba-1", "entity/spi", "practice/technologies_1100", "nothing/here",
    )
]  # fmt: skip
"""Records of all types, for parameters that take any; the last is none."""
REAL: dict[str, list[str]] = {
    "country": ["BFA", "NER", "XXX"],
    "concept": ["eba", "drought", "cropland", "water_erosion", "no-such-concept"],
    "practice": ["technologies_1614", "technologies_1100", "no-such-practice"],
    "framework": ["drought", "ldn", "no-such-framework"],
    "decision": ["unccd-19-cop13", "unccd-23-cop11", "no-such-decision"],
    "entity": ["dt-module-1", "wocat-database", "spi"],
    "language": ["en", "ar", "tlh"],
    "string": ["mulch", "secretariat", "SPI", f"{_ID}practice/", "a 'b' c", "é"],
    "integer": ["1", "5"],
    "number": ["2.5"],
    "iri": ENTITIES,
}
IRIS_OF = {
    "graph": [f"{IRIS.base}graph/wocat", f"{IRIS.base}graph/none"],
    "relation": [f"{_DEF}country", f"{_DEF}measure"],
    "property": [f"{_DEF}country", f"{_DEF}measure"],
    "facet": [f"{_DEF}country", f"{_DEF}hazard"],
    "value": [f"{_ID}country/NER", f"{_ID}concept/drought"],
    "class": [f"{_DEF}Technology", f"{_DEF}Decision"],
    "base": [IRIS.base],
    "endpoint": [f"{IRIS.base}sparql"],
    "region": [f"{_ID}region/002"],
    "target": ["http://aims.fao.org/aos/agrovoc/c_36580", "http://aims.fao.org/aos/agrovoc/c_3500"],
}


def bindings(query: NamedQuery) -> Iterator[tuple[str, dict[str, queries.Term]]]:
    """Yield the text of a query with real values for its parameters, each value at least once."""
    columns = {
        each.name: IRIS_OF.get(each.name, REAL["iri"]) if each.type == "iri" else REAL[each.type]
        for each in query.parameters
    }
    for turn in range(max(map(len, columns.values()))):
        given_ = {name: values[turn % len(values)] for name, values in columns.items()}
        yield query.bind(given_, IRIS)


@pytest.fixture(scope="module")
def engine(bundled_store: GraphStore) -> px.Store:
    assert isinstance(bundled_store, EmbeddedStore)
    return bundled_store.engine


@pytest.fixture(scope="module")
def columns(bundled_settings: Settings) -> Answerer:
    found = opened(current(bundled_settings.home_folder).folder, queries.prefix_map(IRIS))
    assert found is not None
    return found


def answered(engine: px.Store, text: str, bind: dict[str, queries.Term] | None = None) -> Any:
    """Return rows in an order of their own, with their names; of a graph the triples."""
    values = {px.Variable(name): term for name, term in (bind or {}).items()}
    found = engine.query(text, use_default_graph_as_union=True, substitutions=values)
    if isinstance(found, px.QueryTriples):
        return sorted(map(str, found))
    if isinstance(found, px.QueryBoolean):
        return bool(found)
    names = [each.value for each in found.variables]
    return names, sorted([str(each) for each in row] for row in found)


def written(bind: dict[str, queries.Term]) -> dict[str, str]:
    return {name: str(term) for name, term in bind.items()}


@pytest.mark.parametrize(("folder", "name"), WITH_VALUES)
def test_query_when_its_terms_are_placed_answers_as_with_the_substitution(
    folder: str, name: str, engine: px.Store, columns: Answerer
) -> None:
    for text, bind in bindings(queries.get(folder, name)):
        found = placed(text, written(bind))
        assert (found is None) == ((folder, name) in LEFT_ALONE), bind
        if found is None:
            continue
        wanted = answered(engine, text, bind)
        assert answered(engine, found) == wanted, bind
        rows = columns.answer(found, "application/sparql-results+json", APART)
        if rows is not None:
            assert from_json(rows) == wanted, bind


def from_json(answer: bytes) -> Any:
    """Return SPARQL results in the form of :func:`answered`."""
    parsed = px.parse_query_results(answer, format=px.QueryResultsFormat.JSON)
    assert isinstance(parsed, px.QuerySolutions)
    assert json.loads(answer)["head"]["vars"] == [each.value for each in parsed.variables]
    return [each.value for each in parsed.variables], sorted([str(each) for each in row] for row in parsed)


GRAPH = """
<urn:a> <urn:p> <urn:b> ; <urn:q> "one", "two"@en, 3 .
<urn:b> <urn:p> <urn:c> ; <urn:q> "two"@en .
<urn:c> <urn:p> <urn:a> .
"""
A = px.NamedNode("urn:a")


@pytest.fixture(scope="module")
def small() -> px.Store:
    store = px.Store()
    store.load(GRAPH.encode(), px.RdfFormat.TURTLE)
    return store


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?v ?x { ?v <urn:p> ?x OPTIONAL { ?x <urn:q> ?n } FILTER(BOUND(?v) && BOUND(?n)) }",
        "SELECT ?v ?x { { ?v <urn:p> ?x } UNION { ?x <urn:p> ?v } } ORDER BY DESC(?v) ?x",
        "SELECT ?x ?v { ?x <urn:p>+ ?v } ORDER BY ?v",
        "SELECT ?v (COUNT(*) AS ?n) { ?x <urn:p> ?y } GROUP BY ?v ?x HAVING(COUNT(?v) > 0)",
        "SELECT ?v ?x { ?x <urn:p> ?y { SELECT ?v (COUNT(?x) AS ?n) { ?v <urn:p> ?x } GROUP BY ?v ?x } }",
        "SELECT ?v ?y { ?v <urn:p> ?y { SELECT ?y { ?v <urn:p> ?y } } }",
        "SELECT ?v ?x { ?x <urn:q> ?n FILTER NOT EXISTS { ?x <urn:p> ?v } }",
        "SELECT DISTINCT ?v { ?v <urn:p> ?x } # ?v\n",
        "SELECT ?v (STR(?v) AS ?t) ?s { ?v ?p ?x BIND(CONCAT(STR(?v), '?v') AS ?s) }",
        "ASK { ?v <urn:p> <urn:b> }",
        "CONSTRUCT { ?v <urn:r> ?x } WHERE { ?x <urn:p> ?v }",
        "CONSTRUCT WHERE { ?x <urn:p> ?v }",
    ],
)
def test_query_of_any_form_when_placed_answers_as_with_the_substitution(text: str, small: px.Store) -> None:
    found = placed(text, {"v": str(A)})
    assert found is not None
    assert answered(small, found) == answered(small, text, {"v": A})


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?v ?x { ?v <urn:p> ?x MINUS { ?v <urn:q> 3 } }",
        "SELECT ?v { ?x <urn:p> ?y BIND(?y AS ?v) }",
        "SELECT ?v { VALUES ?v { <urn:b> } ?v <urn:p> ?y }",
        "SELECT ?v { ?v <urn:p> ?y } VALUES ?v { <urn:b> }",
        "SELECT * { ?v <urn:p> ?y }",
        "SELECT ?y { ?v <urn:p> ?y }",
        "SELECT ?v (COUNT(*) AS ?n) { ?v <urn:p> ?y } GROUP BY ?v",
        "DESCRIBE ?v",
        "SELECT ?v { ?v <urn:p> ?y ",
        "SELECT ?v { ?v <urn:p> ?y SERVICE <http://e/> { ?y ?p ?o } }",
    ],
)
def test_query_where_placing_could_change_the_answer_is_left_alone(text: str) -> None:
    assert placed(text, {"v": str(A)}) is None


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_text_when_placed_is_the_same_text_or_left_alone(value: str) -> None:
    term = px.Literal(value)
    found = placed("SELECT ?v { ?x <urn:q> ?y }", {"v": str(term)})
    assert (found is None) == ("\\" in str(term))
    if found is not None:
        store = px.Store()
        store.add(px.Quad(A, px.NamedNode("urn:q"), A))
        assert [row["v"] for row in store.query(found)] == [term]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "hostile",
    [
        '"a" } #',
        "<urn:a> ?x",
        "?x",
        '"a"^^<urn:b> .',
        "<urn:a\\u003E>",
        '"a\\"b"',
        "_:b",
        "<urn:a",
        '"a"@',
        "",
    ],
)
def test_anything_but_one_plain_term_is_left_alone(hostile: str) -> None:
    assert placed("SELECT ?v { ?v <urn:p> ?y }", {"v": hostile}) is None
