"""The embedded store: answers, datasets, errors, memory and disk."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as px
import pytest

from kg.config import Settings
from kg.errors import BadInput, NotAcceptable, QuerySyntaxError, Unavailable
from kg.store.embedded import EmbeddedStore, fits_memory, open_store
from kg.store.syntax import names_dataset

LINES = """\
<http://x/s> <http://x/p> "le sol"@fr <http://x/a> .
<http://x/s> <http://x/p> <http://x/o> <http://x/b> .
<http://x/t> <http://x/p> <http://x/o> <http://x/b> .
"""


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    (tmp_path / "graph.nq").write_text(LINES, encoding="utf-8")
    disk = px.Store(str(tmp_path / "store"))
    disk.bulk_load(path=str(tmp_path / "graph.nq"), format=px.RdfFormat.N_QUADS)
    disk.optimize()
    del disk
    return tmp_path


@pytest.fixture(params=["memory", "disk"])
def store(generation: Path, request: pytest.FixtureRequest) -> EmbeddedStore:
    budget = 100 if request.param == "memory" else 0
    return open_store(generation, Settings.from_env({}, memory_budget_mb=budget))


def test_open_store_when_the_budget_is_small_then_it_stays_on_disk(generation: Path) -> None:
    settings = Settings.from_env({}, memory_budget_mb=0)
    assert not open_store(generation, settings).in_memory
    assert open_store(generation, Settings.from_env({})).in_memory


def test_open_store_when_the_graph_is_missing_then_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"graph\.nq is missing"):
        open_store(tmp_path, Settings.from_env({}))


def test_fits_memory_when_lines_exceed_the_budget_then_false(tmp_path: Path) -> None:
    file = tmp_path / "graph.nq"
    file.write_bytes(b"x\n" * 4000)
    assert fits_memory(file, 2)
    assert not fits_memory(file, 1)


def test_select_when_no_dataset_is_named_then_the_union_answers(store: EmbeddedStore) -> None:
    rows = store.select("SELECT ?s ?o WHERE { ?s <http://x/p> ?o }")
    assert {(str(row["s"]), str(row["o"])) for row in rows} == {
        ("<http://x/s>", '"le sol"@fr'),
        ("<http://x/s>", "<http://x/o>"),
        ("<http://x/t>", "<http://x/o>"),
    }


def test_select_when_the_query_says_from_then_only_that_graph_answers(store: EmbeddedStore) -> None:
    assert len(store.select("SELECT ?s FROM <http://x/a> WHERE { ?s <http://x/p> ?o }")) == 1


def test_select_when_bound_then_only_solutions_with_the_term(store: EmbeddedStore) -> None:
    rows = store.select("SELECT ?s ?o WHERE { ?s ?p ?o }", {"s": px.NamedNode("http://x/t")})
    assert rows == [{"s": px.NamedNode("http://x/t"), "o": px.NamedNode("http://x/o")}]


def test_select_when_a_variable_is_unbound_then_it_is_absent(store: EmbeddedStore) -> None:
    rows = store.select("SELECT ?s ?n WHERE { ?s ?p 'le sol'@fr OPTIONAL { ?s <http://x/q> ?n } }")
    assert rows == [{"s": px.NamedNode("http://x/s")}]


def test_ask_and_construct_when_asked_then_python_values(store: EmbeddedStore) -> None:
    assert store.ask("ASK { <http://x/t> ?p ?o }")
    assert not store.ask("ASK { <http://x/none> ?p ?o }")
    triples = store.construct("CONSTRUCT { ?s a <http://x/T> } WHERE { ?s ?p <http://x/o> }")
    assert sorted(str(triple.subject) for triple in triples) == ["<http://x/s>", "<http://x/t>"]


@pytest.mark.parametrize("method", ["select", "ask", "construct"])
def test_methods_when_the_form_is_another_then_bad_input(store: EmbeddedStore, method: str) -> None:
    text = "ASK { ?s ?p ?o }" if method != "ask" else "SELECT * WHERE { ?s ?p ?o }"
    with pytest.raises(BadInput, match="needs"):
        getattr(store, method)(text)


def test_answer_when_json_then_language_survives(store: EmbeddedStore) -> None:
    body = store.answer(
        "SELECT ?o WHERE { ?s ?p ?o FILTER(isLiteral(?o)) }", "application/sparql-results+json"
    )
    assert json.loads(body)["results"]["bindings"] == [
        {"o": {"type": "literal", "value": "le sol", "xml:lang": "fr"}}
    ]


def test_answer_when_a_dataset_is_given_then_nothing_else_is_visible(store: EmbeddedStore) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert store.answer(count, "text/csv", default_graphs=["http://x/b"]).split() == [b"n", b"2"]
    assert store.answer(count, "text/csv", named_graphs=["http://x/b"]).split() == [b"n", b"0"]


def test_answer_when_turtle_then_prefixes_shorten_it(store: EmbeddedStore) -> None:
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(isIRI(?o)) }"
    body = store.answer(text, "text/turtle", prefixes={"x": "http://x/"})
    assert b"x:t x:p x:o" in body


def test_answer_when_the_format_does_not_suit_then_not_acceptable(store: EmbeddedStore) -> None:
    with pytest.raises(NotAcceptable):
        store.answer("SELECT * WHERE { ?s ?p ?o }", "text/turtle")
    with pytest.raises(NotAcceptable):
        store.answer("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv")


def test_select_when_the_syntax_is_wrong_then_line_and_column(store: EmbeddedStore) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        store.select("SELECT ?x\nWHERE { ?s ?p\n ?o LIMIT 3")
    assert fault.value.line == 3
    assert fault.value.column
    assert "expected" in fault.value.message
    assert "\\u{" not in fault.value.message


def test_select_when_a_prefix_is_unknown_then_the_message_says_so(store: EmbeddedStore) -> None:
    with pytest.raises(QuerySyntaxError, match="prefix is not declared"):
        store.select("SELECT * WHERE { ?s foo:bar ?o }")


def test_select_when_a_function_is_unknown_then_bad_input(store: EmbeddedStore) -> None:
    with pytest.raises(BadInput, match="http://x/f"):
        store.select("SELECT (<http://x/f>(?s) AS ?y) WHERE { ?s ?p ?o }")


def test_select_when_asked_from_many_threads_then_every_answer_is_whole(store: EmbeddedStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: store.select("SELECT * WHERE { ?s ?p ?o }"), range(200)))
    assert {len(rows) for rows in answers} == {3}


def test_close_when_asked_afterwards_then_unavailable(store: EmbeddedStore) -> None:
    assert store.size() == 3
    store.close()
    with pytest.raises(Unavailable):
        store.ask("ASK { ?s ?p ?o }")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT * FROM <http://x/a> WHERE { ?s ?p ?o }", True),
        ("select * from named <http://x/a> { graph ?g { ?s ?p ?o } }", True),
        ("SELECT * FROM x:a WHERE { ?s ?p ?o }", True),
        ("SELECT ?from WHERE { ?from <http://x/from> 'FROM <http://x/a>' }", False),
        ("# FROM <http://x/a>\nSELECT * WHERE { ?s x:from <http://x/a> }", False),
        ('SELECT * WHERE { ?s ?p """a "FROM <b> "" """ }', False),
    ],
)
def test_names_dataset_when_from_is_text_then_it_does_not_count(text: str, named: bool) -> None:
    assert names_dataset(text) is named
