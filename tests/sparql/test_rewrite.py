"""The order of joins: what is read, what is planned, and that no answer ever changes."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import pyoxigraph as px
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.sparql import counting, statistics
from kg.sparql.lexer import Reader
from kg.sparql.planning import Hash, Loop, Planner
from kg.sparql.reading import UnusualError, read
from kg.sparql.rewrite import reorder
from kg.sparql.statistics import Counts, Statistics

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import sparql_data

PREFIXES = {"": "http://e/", "kg": "https://w3id.org/landkg/def/"}
HEAD = "PREFIX : <http://e/>\nPREFIX kg: <https://w3id.org/landkg/def/>\n"


@cache
def small() -> tuple[px.Store, Statistics]:
    """A graph of 12 things, 3 predicates and numbers, some statements in two named graphs."""
    store = px.Store()
    for number in range(12):
        thing = px.NamedNode(f"http://e/t{number}")
        for step, name in enumerate("pqr", start=1):
            for other in {(number * step + 3) % 12, (number + step * step) % 12}:
                quad = (thing, px.NamedNode(f"http://e/{name}"), px.NamedNode(f"http://e/t{other}"))
                for graph in ("g", "h")[: 1 + (number % 5 == 0)]:
                    store.add(px.Quad(*quad, px.NamedNode(f"http://e/{graph}")))
        value = px.Literal(str(number % 4), datatype=px.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
        store.add(px.Quad(thing, px.NamedNode("http://e/n"), value, px.NamedNode("http://e/g")))
    return store, statistics.collect(store)


@cache
def practices() -> tuple[px.Store, Statistics]:
    store = px.Store()
    lines = "\n".join(sparql_data.quads(400))
    store.bulk_load(lines.encode(), px.RdfFormat.N_QUADS)
    return store, statistics.collect(store)


def rows(store: px.Store, text: str) -> list[bytes]:
    """Return the solutions as lines, in an order of their own."""
    answer = store.query(text, use_default_graph_as_union=True)
    if isinstance(answer, px.QueryTriples):
        return sorted((answer.serialize(format=px.RdfFormat.N_TRIPLES) or b"").splitlines())
    return sorted((answer.serialize(format=px.QueryResultsFormat.TSV) or b"").splitlines())


def forced(text: str, counted: Statistics) -> str:
    """Return a query in the planner's order even where that does not pay."""
    return reorder(text, read(text, PREFIXES), counted, worth=0, gain=0)


VARIABLES = st.sampled_from(["?a", "?b", "?c", "?d"])
THINGS = st.one_of(VARIABLES, VARIABLES, VARIABLES, st.integers(0, 11).map(lambda n: f":t{n}"))
PATTERN = st.one_of(
    st.tuples(THINGS, st.sampled_from([":p", ":q", ":r", ":unused"]), THINGS),
    st.tuples(VARIABLES, st.just(":n"), st.one_of(VARIABLES, st.integers(0, 3).map(str))),
).map(" ".join)
AFTER = st.sampled_from(
    [
        *("", "FILTER(?a != ?b)", "FILTER(STR(?a) < STR(?c))", "FILTER EXISTS { ?a :q ?z }"),
        *(
            "OPTIONAL { ?a :r ?z }",
            "OPTIONAL { ?a :r ?z . ?z :p ?b }",
            "OPTIONAL { ?x :n ?b FILTER(?b > 1) }",
        ),
        *("MINUS { ?a :p ?b }", "BIND(STR(?a) AS ?w)", "FILTER NOT EXISTS { ?b :p ?a }"),
    ]
)
SELECTED = st.sampled_from(
    ["*", "DISTINCT ?a ?b", "?c", "(COUNT(*) AS ?many)", "(COUNT(DISTINCT ?b) AS ?many)"]
)


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Return a random query of plain patterns, with clauses between and after them."""
    patterns = draw(st.lists(PATTERN, min_size=2, max_size=5))
    where = " . ".join(patterns[:-1])
    filtered = draw(st.sampled_from([" . ", " . FILTER(BOUND(?a)) ", " FILTER(?b = ?b) . # and\n"]))
    where = f"{where}{filtered}{patterns[-1]} {' '.join(draw(st.lists(AFTER, max_size=2, unique=True)))}"
    if draw(st.booleans()):
        where = f"{{ SELECT * WHERE {{ {where} }} }} {draw(PATTERN)}"
    form = draw(st.sampled_from(["SELECT", "SELECT", "CONSTRUCT"]))
    if form == "CONSTRUCT":
        return f"{HEAD}CONSTRUCT {{ ?a :x ?b . ?c :y ?d }} WHERE {{ {where} }}"
    return f"{HEAD}SELECT {draw(SELECTED)} WHERE {{ {where} }}"


@settings(max_examples=250, deadline=None)
@given(queries())
def test_reorder_when_any_query_is_rewritten_keeps_its_solutions(text: str) -> None:
    store, counted = small()
    assert rows(store, forced(text, counted)) == rows(store, text)


def test_random_queries_when_drawn_are_mostly_rewritten() -> None:
    _, counted = small()
    text = f"{HEAD}SELECT * WHERE {{ ?a :p ?b . ?b :q ?c FILTER(?a != ?b) OPTIONAL {{ ?a :r ?z }} }}"
    assert "LATERAL" in forced(text, counted) or "SELECT ?" in forced(text, counted)


SHARED = f"""{HEAD}SELECT ?a ?b (COUNT(?m) AS ?shared) WHERE {{
  ?a kg:country <https://w3id.org/landkg/id/country/C02> ; kg:measure ?m .
  ?b kg:country <https://w3id.org/landkg/id/country/C02> ; kg:measure ?m .
  FILTER(STR(?a) < STR(?b)) }} GROUP BY ?a ?b HAVING(COUNT(?m) >= 2)"""


def test_reorder_when_records_share_values_narrows_both_sides_first() -> None:
    store, counted = practices()
    better = reorder(SHARED, read(SHARED, {}), counted, worth=1000)
    assert better.count("SELECT ?") == 3
    assert better.count("kg:country") == better.count("kg:measure") == 2
    assert rows(store, better) == rows(store, SHARED)
    assert len(rows(store, SHARED)) > 1


def test_reorder_when_the_engines_plan_is_cheap_changes_nothing() -> None:
    _, counted = practices()
    assert reorder(SHARED, read(SHARED, {}), counted) == SHARED


@pytest.mark.parametrize(
    "where",
    [
        "?a :p ?b . ?c :q ?d",
        "?a :p ?a . ?a :q ?c",
        "?a ?x ?b . ?b :q ?c",
        "?a :p ?b OPTIONAL { ?b :q ?c } ?b :r ?d",
        "?a :p ?b . ?b :q ?c VALUES ?a { :t1 }",
        "{ ?a :p ?b . ?b :q ?c } UNION { ?a :q ?b }",
        "OPTIONAL { ?a :p ?b . ?b :q ?c }",
    ],
)
def test_reorder_when_more_than_one_basic_pattern_is_joined_leaves_it_to_the_engine(where: str) -> None:
    _, counted = small()
    text = f"{HEAD}SELECT * WHERE {{ {where} }}"
    assert forced(text, counted) == text


@pytest.mark.parametrize("end", ["LIMIT 3", "OFFSET 2", "LIMIT 3 OFFSET 1"])
def test_reorder_when_only_the_first_rows_are_wanted_leaves_it_to_the_engine(end: str) -> None:
    _, counted = small()
    text = f"{HEAD}SELECT * WHERE {{ ?a :p ?b . ?b :q ?c }} {end}"
    assert forced(text, counted) == text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * WHERE { ?a :p [ :q ?b ] . ?b :r ?c }",
        "SELECT * WHERE { _:x :p ?b . ?b :r _:x }",
        "SELECT * WHERE { ?a :p/:q ?b . ?b :r ?c }",
        "SELECT * WHERE { ?a :p+ ?b . ?b :r ?c }",
        "SELECT * WHERE { GRAPH ?g { ?a :p ?b . ?b :r ?c } }",
        "SELECT * WHERE { SERVICE <http://e/> { ?a :p ?b . ?b :r ?c } }",
        "SELECT * WHERE { ?a :p (1 2) . ?b :r ?c }",
        "SELECT * WHERE { ?a <relative> ?b . ?b :r ?c }",
        "SELECT * WHERE { ?a unknown:p ?b . ?b :r ?c }",
        "SELECT * WHERE { ?a :p ?b . ?b :r ?c } VALUES ?a { :t1 }",
        "SELECT * WHERE { ?a :p \\u003Fb . ?b :r ?c }",
        "CONSTRUCT WHERE { ?a :p ?b . ?b :r ?c }",
        "DESCRIBE ?a WHERE { ?a :p ?b . ?b :r ?c }",
        "SELECT * WHERE { ?a :p ?b . ?b :r ?c",
        "SELECT * WHERE { ?a :p -1 . ?b :r ?c }",
        "SELECT * WHERE { << ?a :p ?b >> :r ?c }",
    ],
)
def test_read_when_a_query_is_not_plain_declines(text: str) -> None:
    with pytest.raises(UnusualError):
        read(text, PREFIXES)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="?ab:p{}().;,\"'<>SELECT*WHERE _#\n^@\\", max_size=80))
def test_read_when_given_anything_reads_or_declines(text: str) -> None:
    for start in ("", "SELECT * WHERE {", "ASK { ?a :p"):
        try:
            query = read(start + text, PREFIXES)
        except UnusualError:
            continue
        assert query.size <= len(list(Reader(start + text)))


def test_collect_when_a_store_is_counted_gives_counts_and_largest_numbers() -> None:
    store, counted = small()
    assert set(counted.predicates) == {f"http://e/{name}" for name in "pqrn"}
    numbers = counted.predicates["http://e/n"]
    assert (numbers.count, numbers.subjects, numbers.objects) == (12, 12, 4)
    assert (numbers.per_subject_max, numbers.per_object_max, numbers.longest) == (1, 3, 1)
    things = [px.NamedNode(f"http://e/t{number}") for number in range(12)]
    most = max(len(list(store.quads_for_pattern(thing, None, None))) for thing in things)
    assert (counted.graphs, counted.subject_max) == (2, most)
    assert Statistics.from_json(counted.to_json()) == counted


def test_counts_when_an_object_is_frequent_know_it_exactly_and_others_on_average() -> None:
    counts = Counts(100, 50, 12, 3, 80, 9, {"http://e/a": 80})
    assert counts.of_object("http://e/a") == 80
    assert counts.of_object("http://e/b") == pytest.approx(20 / 11)


def test_planner_when_a_chain_begins_with_a_rare_thing_keeps_looking_up() -> None:
    many = Counts(100_000, 100_000, 100_000, 1, 1)
    counted = Statistics(1, 10, {f"http://e/{name}": many for name in "pqr"})
    group = read(f"{HEAD}SELECT * {{ :t1 :p ?a . ?a :q ?b . ?b :r ?c }}", {}).groups[0]
    best = Planner(group.patterns, counted).best()
    assert best is not None
    assert isinstance(best.plan, Loop)
    group = read(f"{HEAD}SELECT * {{ ?a :p ?x . ?a :q ?y }}", {}).groups[0]
    best = Planner(group.patterns, counted).best()
    assert best is not None
    assert isinstance(best.plan, Hash)


def test_counted_when_kept_is_not_counted_again_and_a_broken_file_is(tmp_path: Path) -> None:
    document = json.dumps(small()[1].to_json()).encode()
    calls = []

    def count() -> bytes:
        calls.append(1)
        return document

    assert counting.counted(tmp_path, count) == counting.counted(tmp_path, count) == small()[1]
    assert len(calls) == 1
    (tmp_path / counting.FILE).write_text("{", encoding="utf-8")
    assert counting.counted(tmp_path, count) == small()[1]
    assert len(calls) == 2
    assert counting.counted(tmp_path / "not there", lambda: None) is None
