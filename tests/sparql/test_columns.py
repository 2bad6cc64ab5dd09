"""Columns: whatever they answer, the engine answers the same."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path

import pyoxigraph as px
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.sparql import statistics
from kg.sparql.columns import terms, writing
from kg.sparql.columns.answering import APART, Answerer, Bounds, opened
from kg.sparql.columns.reading import Columns
from kg.vocab import XSD

HEAD = "PREFIX : <http://e/>\n"
LABELS = (
    '"Terrace"@en', '"terrace"@fr', '"terrace"', '"Half \\"moon\\""@en', '"soil\\twater"', '"ſoil K"@en',
    '"Вода"@ru', '"水"@zh', '"soil water"@en-GB', '"Terrace"@de',
)  # fmt: skip
VALUES = ("-3", "0", "7", "12", "7")
DAYS = ("2010-05-15", "2009-12-31")
TSV = "text/tab-separated-values"


def statements() -> str:
    """Return a graph of 14 things: links, labels in languages, numbers, days and mixed values."""
    lines = []
    for number in range(14):
        thing = f"<http://e/t{number}>"
        mixed = (thing, LABELS[0], f'"{number}.50"^^<{XSD}decimal>')[number % 3]
        facts = [
            *(f"<http://e/p> <http://e/t{other}>" for other in {(number * 3) % 14, (number + 5) % 14}),
            *(f"<http://e/q> <http://e/t{other}>" for other in {(number + 1) % 7, (number * number) % 14}),
            f"<http://e/label> {LABELS[number % len(LABELS)]}",
            f"<http://e/label> {LABELS[(number * 7 + 2) % len(LABELS)]}",
            f'<http://e/n> "{VALUES[number % len(VALUES)]}"^^<{XSD}integer>',
            f"<http://e/mixed> {mixed}",
        ]
        if number % 3:
            facts.append(f'<http://e/day> "{DAYS[number % 2]}"^^<{XSD}date>')
        for place, fact in enumerate(facts):
            for graph in ("", " <http://e/g>", " <http://e/h>")[: 1 + (number + place) % 3]:
                lines.append(f"{thing} {fact}{graph} .\n")
    return "".join(lines)


@cache
def graph() -> tuple[px.Store, Answerer, statistics.Statistics]:
    store = px.Store()
    store.load(statements().encode(), px.RdfFormat.N_QUADS)
    with tempfile.TemporaryDirectory() as folder:
        counted = writing.write(store, Path(folder))
        answerer = opened(Path(folder), {"": "http://e/"}, "http://e/t")
    assert answerer is not None
    return store, answerer, counted


def rows(store: px.Store, text: str) -> list[str]:
    answer = store.query(text, use_default_graph_as_union=True)
    assert isinstance(answer, px.QuerySolutions)
    return (answer.serialize(format=px.QueryResultsFormat.TSV) or b"").decode().splitlines()


def compared(text: str) -> bool:
    """Check an answer against the engine's; return whether there was one."""
    store, answerer, _ = graph()
    found = answerer.answer(text, TSV, APART)
    if found is None:
        return False
    ours, theirs = found.decode().splitlines(), rows(store, text)
    assert ours[0] == theirs[0]
    if "LIMIT" not in text:
        assert sorted(ours) == sorted(theirs)
    assert len(ours) == len(theirs)
    if "ORDER BY" in text:
        # Rows that tie may come in any order, so only the keys are compared, place by place.
        keys = text[text.index("ORDER BY") :].replace("DESC(", "").replace(")", "").split()
        heads = [name for name in ours[0].split("\t") if name in keys]
        places = [ours[0].split("\t").index(name) for name in heads]
        assert [[r.split("\t")[p] for p in places] for r in ours] == [
            [r.split("\t")[p] for p in places] for r in theirs
        ]
    return True


THING = st.sampled_from(["?a", "?b", "?c", "?d", ":t3", ":t5"])
SUBJECT = st.sampled_from(["?a", "?b", "?c", ":t4"])
PATTERN = st.one_of(
    st.tuples(SUBJECT, st.sampled_from([":p", ":q", ":p+", ":q*", ":none"]), THING),
    st.tuples(SUBJECT, st.sampled_from([":p/:q", "^:p", ":p|:q", ":p/^:q+", "(:p|^:q)/:p", ":q*/:p"]), THING),
    st.tuples(SUBJECT, st.just(":label"), st.sampled_from(["?l", "?m", '"terrace"', '"Terrace"@en'])),
    st.tuples(SUBJECT, st.just(":n"), st.sampled_from(["?n", "7"])),
    st.tuples(SUBJECT, st.sampled_from([":day", ":mixed"]), st.just("?x")),
).map(" ".join)
FILTER = st.sampled_from(
    [
        'STRSTARTS(LCASE(STR(?l)), "t")', 'CONTAINS(?l, "oil")', 'REGEX(?l, "^t.*(ce|er)", "i")',
        'REGEX(STR(?l), "s.?il")', 'LANG(?l) = "en"', 'LANG(?l) != "en" && LCASE(?l) = "terrace"', "?a != ?b",
        "STR(?a) < STR(?b)", "STR(?l) <= STR(?m)", "?n > 0", "!(?n = 7)", "?n >= 7 || ?a = :t3", "BOUND(?x)",
        "?a IN (:t1, :t2, :t3)", "?b NOT IN (:t1, :t9)", '!STRENDS(?x, "e")', "?unknown = :t1",
        'REGEX(?l, "k", "i")', 'LCASE(STR(?l)) != "terrace"',
        'UCASE(?l) > "S"',
    ]
).map("FILTER({})".format)  # fmt: skip
INNER = PATTERN.map("OPTIONAL {{ {} }}".format)
SELECTED = st.sampled_from(
    [
        ("?a ?b ?l ?n", ""), ("*", ""), ("DISTINCT ?a ?l", ""), ("?a ?l", "ORDER BY ?l DESC(?a)"),
        ("?n ?x", "ORDER BY DESC(?n)"), ("?x", "ORDER BY ?x"), ("?a ?l", "ORDER BY ?a ?l LIMIT 5 OFFSET 3"),
        ("?a (COUNT(*) AS ?many)", "GROUP BY ?a ORDER BY DESC(?many)"),
        ("?l (COUNT(DISTINCT ?b) AS ?many) (MIN(?a) AS ?least)", "GROUP BY ?l HAVING(COUNT(?b) >= 2)"),
        ("(COUNT(?x) AS ?many) (SUM(?n) AS ?all)", ""), ("?b (MAX(?l) AS ?last)", "GROUP BY ?b"),
        ("(COUNT(*) AS ?many)", ""), ("DISTINCT ?n", "ORDER BY DESC(?n) LIMIT 2"),
    ]
)  # fmt: skip


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Return a random SELECT of patterns, filters, OPTIONALs, UNIONs, VALUES and sub-SELECTs."""
    parts = draw(st.lists(PATTERN, min_size=1, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"{{ {draw(PATTERN)} }} UNION {{ {draw(PATTERN)} }}")
    if draw(st.integers(0, 3)) == 0:
        parts.append("VALUES ?a { :t1 :t2 :t3 :nowhere }")
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"{{ SELECT ?b (COUNT(?z) AS ?zs) WHERE {{ ?b :p ?z . {draw(PATTERN)} }} GROUP BY ?b }}")
    where = " . ".join(parts) + " "
    if draw(st.integers(0, 3)) == 0:
        where += f"VALUES ?verb {{ :p :q :none :p }} ?a ?verb {draw(THING)} . "
    for _ in range(draw(st.integers(0, 2))):
        where += f"OPTIONAL {{ {draw(PATTERN)} {draw(st.one_of(st.just(''), FILTER, INNER))} }} "
    where += " ".join(draw(st.lists(FILTER, max_size=2)))
    if draw(st.integers(0, 3)) == 0:
        word = draw(st.sampled_from(["EXISTS", "NOT EXISTS"]))
        where += f" FILTER {word} {{ {draw(PATTERN)} {draw(st.one_of(st.just(''), FILTER))} }}"
    selected, modifiers = draw(SELECTED)
    if draw(st.booleans()):
        where = re.sub(r":(t\d+)", r"<http://e/\1>", where)  # so that they are read as records
    return f"{HEAD}SELECT {selected} WHERE {{ {where} }} {modifiers}"


@settings(max_examples=1200, deadline=None)
@given(queries())
def test_answer_when_any_query_is_read_is_the_engines(text: str) -> None:
    compared(text)


@pytest.mark.parametrize(
    "where",
    [
        "?a :p ?b . ?b :q ?c . ?c :p ?d FILTER(?a != ?d)",
        "?a :p ?m . ?b :p ?m FILTER(STR(?a) < STR(?b))",
        ":t4 :p+ ?b . ?b :label ?l",
        "?a :q* :t3 OPTIONAL { ?a :day ?x } OPTIONAL { ?a :label ?l FILTER(LANG(?l) = 'en') }",
        "{ ?a :p :t3 } UNION { ?a :q :t3 . ?a :n ?n } ?a :label ?l",
        "VALUES (?a ?b) { (:t1 :t6) (:t2 :t6) } ?a :p ?b",
        "VALUES ?verb { :p :q :none } ?a ?verb ?b . ?b :label ?l",
        "?a :p/^:q ?b . ?b (:n|:day) ?x",
        "?a :label ?l OPTIONAL { ?b :p+ ?a . VALUES ?verb { :p :q } ?c ?verb ?b . ?c :n ?n }",
        "?a :p ?b FILTER NOT EXISTS { ?b :q ?c . ?c :p ?a FILTER(?c != :t1) } FILTER EXISTS { ?b :day ?x }",
        "?a :p ?b OPTIONAL { ?b :q ?c OPTIONAL { ?c :day ?x } }",
    ],
)
def test_answer_when_a_query_is_of_the_usual_kinds_comes_from_columns(where: str) -> None:
    assert compared(f"{HEAD}SELECT * WHERE {{ {where} }}")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?a WHERE { ?a ?p ?b }",
        "SELECT ?a WHERE { ?a :p ?b } LIMIT 3",
        "SELECT ?a WHERE { ?a :p ?b . FILTER(EXISTS { ?b :q ?a } || ?a = :t1) }",
        "SELECT ?a WHERE { ?a :p? ?b }",
        "SELECT ?a WHERE { ?a (:p/:q)+ ?b }",
        "SELECT ?a WHERE { ?a !:p ?b }",
        "SELECT ?a WHERE { GRAPH ?g { ?a :p ?b } }",
        "SELECT ?a WHERE { ?a :mixed ?x } ORDER BY ?x",
        "SELECT ?a WHERE { ?a :p ?b } LIMIT 5 LIMIT 6",
        "SELECT ?a FROM <http://e/g> WHERE { ?a :p ?b }",
        'SELECT ?a WHERE { ?a :label ?l FILTER(REGEX(?l, "\\\\d")) }',
        "SELECT ?a (COUNT(?b) AS ?n) WHERE { ?a :p ?b } GROUP BY ?b",
        "ASK { ?a :p ?b }",
        "SELECT ?a WHERE { ?a :p ?b",
    ],
)
def test_answer_when_a_query_is_of_another_kind_is_left_to_the_engine(text: str) -> None:
    _, answerer, _ = graph()
    assert answerer.answer(HEAD + text, TSV, APART) is None


def test_answer_when_a_join_is_larger_than_its_bounds_is_left_to_the_engine() -> None:
    _, answerer, _ = graph()
    text = f"{HEAD}SELECT * WHERE {{ ?a :p ?b . ?c :q ?d }}"
    assert answerer.answer(text, TSV, Bounds(rows=100, texts=100, answer=100)) is None
    assert answerer.answer(text, TSV, APART) is not None


@pytest.mark.parametrize("kind", ["JSON", "XML", "CSV", "TSV"])
def test_answer_when_asked_for_in_a_format_is_written_as_the_engine_does(kind: str) -> None:
    store, answerer, _ = graph()
    text = (
        f"{HEAD}SELECT ?a ?l ?n ?x WHERE {{ ?a :label ?l ; :n ?n OPTIONAL {{ ?a :day ?x }} }} ORDER BY ?a ?l"
    )
    wanted = getattr(px.QueryResultsFormat, kind)
    answer = store.query(text, use_default_graph_as_union=True)
    assert isinstance(answer, px.QuerySolutions)
    assert answerer.answer(text, wanted.media_type, APART) == answer.serialize(format=wanted)


def test_statistics_when_counted_from_columns_are_those_of_the_engine() -> None:
    store, _, counted = graph()
    assert counted == statistics.collect(store)


def test_terms_when_columns_are_written_stand_in_the_order_of_the_engine(tmp_path: Path) -> None:
    store, _, _ = graph()
    writing.write(store, tmp_path)
    columns = Columns(tmp_path)
    every = [columns.text(number) for number in range(len(columns.kinds))]
    kinds = columns.kinds.tolist()
    for kind in (terms.IRI, terms.TEXT, terms.INTEGER, terms.DATE):
        found = [text.decode() for text, own in zip(every, kinds, strict=True) if own == kind]
        values = " ".join(found)
        ordered = px.Store().query(f"SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY ?x")
        assert [str(row[0]) for row in ordered] == found  # type: ignore[union-attr]
    assert [columns.find(text) for text in every] == list(range(len(every)))


def test_columns_when_the_store_is_empty_answer_nothing(tmp_path: Path) -> None:
    writing.write(px.Store(), tmp_path)
    answerer = opened(tmp_path, {})
    assert answerer is not None
    found = answerer.answer(
        "SELECT ?a WHERE { ?a <http://e/p> ?b }", "application/sparql-results+json", APART
    )
    assert found is not None
    assert json.loads(found)["results"]["bindings"] == []


def test_opened_when_a_generation_has_no_columns_gives_nothing(tmp_path: Path) -> None:
    assert opened(tmp_path, {}) is None
