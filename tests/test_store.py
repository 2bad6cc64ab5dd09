"""The stores: answers, datasets, errors; embedded in memory and on disk, and in real SPARQL databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import databases
import pyoxigraph as px
import pytest

from kg.config import Settings
from kg.errors import BadInput, NotAcceptable, QuerySyntaxError, Unavailable
from kg.store import GraphStore
from kg.store.embedded import fits_memory, open_store
from kg.store.opening import open_graph
from kg.store.syntax import names_dataset

LINES = """\
<http://x/s> <http://x/p> "le sol"@fr <http://x/a> .
<http://x/s> <http://x/p> <http://x/o> <http://x/b> .
<http://x/t> <http://x/p> <http://x/o> <http://x/b> .
"""


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    folder = tmp_path / uuid4().hex[:16]
    folder.mkdir()
    (folder / "graph.nq").write_text(LINES, encoding="utf-8")
    disk = px.Store(str(folder / "store"))
    disk.bulk_load(path=str(folder / "graph.nq"), format=px.RdfFormat.N_QUADS)
    disk.optimize()
    del disk
    return folder


@pytest.fixture(scope="module", params=["memory", "disk", *databases.KINDS])
def where(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of each kind of store; databases are started for this module, and hold all its generations."""
    if request.param in ("memory", "disk"):
        yield Settings.from_env({}, memory_budget_mb=100 if request.param == "memory" else 0)
        return
    database = databases.KINDS[request.param](tmp_path_factory.mktemp(request.param))
    with databases.running(database):
        yield Settings.from_env({}, **database.settings)


@pytest.fixture
def store(generation: Path, where: Settings) -> Iterator[GraphStore]:
    opened = open_graph(generation, where)
    yield opened
    opened.close()


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


def test_select_when_no_dataset_is_named_then_the_union_answers(store: GraphStore) -> None:
    rows = store.select("SELECT ?s ?o WHERE { ?s <http://x/p> ?o }")
    assert {(str(row["s"]), str(row["o"])) for row in rows} == {
        ("<http://x/s>", '"le sol"@fr'),
        ("<http://x/s>", "<http://x/o>"),
        ("<http://x/t>", "<http://x/o>"),
    }


def test_select_when_the_query_says_from_then_only_that_graph_answers(store: GraphStore) -> None:
    assert len(store.select("SELECT ?s FROM <http://x/a> WHERE { ?s <http://x/p> ?o }")) == 1


def test_select_when_bound_then_only_solutions_with_the_term(store: GraphStore) -> None:
    rows = store.select("SELECT ?s ?o WHERE { ?s ?p ?o }", {"s": px.NamedNode("http://x/t")})
    assert rows == [{"s": px.NamedNode("http://x/t"), "o": px.NamedNode("http://x/o")}]


def test_select_when_a_variable_is_unbound_then_it_is_absent(store: GraphStore) -> None:
    rows = store.select("SELECT ?s ?n WHERE { ?s ?p 'le sol'@fr OPTIONAL { ?s <http://x/q> ?n } }")
    assert rows == [{"s": px.NamedNode("http://x/s")}]


def test_ask_and_construct_when_asked_then_python_values(store: GraphStore) -> None:
    assert store.ask("ASK { <http://x/t> ?p ?o }")
    assert not store.ask("ASK { <http://x/none> ?p ?o }")
    triples = store.construct("CONSTRUCT { ?s a <http://x/T> } WHERE { ?s ?p <http://x/o> }")
    assert sorted(str(triple.subject) for triple in triples) == ["<http://x/s>", "<http://x/t>"]


@pytest.mark.parametrize("method", ["select", "ask", "construct"])
def test_methods_when_the_form_is_another_then_bad_input(store: GraphStore, method: str) -> None:
    text = "ASK { ?s ?p ?o }" if method != "ask" else "SELECT * WHERE { ?s ?p ?o }"
    with pytest.raises(BadInput, match="needs"):
        getattr(store, method)(text)


def test_answer_when_json_then_language_survives(store: GraphStore) -> None:
    body = store.answer(
        "SELECT ?o WHERE { ?s ?p ?o FILTER(isLiteral(?o)) }", "application/sparql-results+json"
    )
    assert json.loads(body)["results"]["bindings"] == [
        {"o": {"type": "literal", "value": "le sol", "xml:lang": "fr"}}
    ]


def test_answer_when_a_dataset_is_given_then_nothing_else_is_visible(store: GraphStore) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    assert store.answer(count, "text/csv", default_graphs=["http://x/b"]).split() == [b"n", b"2"]
    assert store.answer(count, "text/csv", named_graphs=["http://x/b"]).split() == [b"n", b"0"]


def test_answer_when_turtle_then_prefixes_shorten_it(store: GraphStore) -> None:
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(isIRI(?o)) }"
    body = store.answer(text, "text/turtle", prefixes={"x": "http://x/"})
    assert b"x:t x:p x:o" in body


def test_answer_when_the_format_does_not_suit_then_not_acceptable(store: GraphStore) -> None:
    with pytest.raises(NotAcceptable):
        store.answer("SELECT * WHERE { ?s ?p ?o }", "text/turtle")
    with pytest.raises(NotAcceptable):
        store.answer("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv")


def test_select_when_the_syntax_is_wrong_then_line_and_column(store: GraphStore) -> None:
    with pytest.raises(QuerySyntaxError) as fault:
        store.select("SELECT ?x\nWHERE { ?s ?p\n ?o LIMIT 3")
    assert fault.value.line == 3
    assert fault.value.column
    assert "expected" in fault.value.message
    assert "\\u{" not in fault.value.message


def test_select_when_a_prefix_is_unknown_then_the_message_says_so(store: GraphStore) -> None:
    with pytest.raises(QuerySyntaxError, match="prefix is not declared"):
        store.select("SELECT * WHERE { ?s foo:bar ?o }")


def test_select_when_a_function_is_unknown_then_bad_input(store: GraphStore) -> None:
    with pytest.raises(BadInput, match="http://x/f"):
        store.select("SELECT (<http://x/f>(?s) AS ?y) WHERE { ?s ?p ?o }")


def test_select_when_asked_from_many_threads_then_every_answer_is_whole(store: GraphStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: store.select("SELECT * WHERE { ?s ?p ?o }"), range(200)))
    assert {len(rows) for rows in answers} == {3}


def test_close_when_asked_afterwards_then_unavailable(store: GraphStore) -> None:
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
