"""Rows counted in the bytes that the engine wrote."""

from __future__ import annotations

import io

import pyoxigraph as px
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sparql.rows import count_rows

FORMATS = (
    px.QueryResultsFormat.JSON,
    px.QueryResultsFormat.XML,
    px.QueryResultsFormat.CSV,
    px.QueryResultsFormat.TSV,
)
TEXTS = st.lists(st.text(st.sampled_from('a"\\,{}<>:[]\r\n'), max_size=12), min_size=1, max_size=12)


def _written(query: str, values: list[str], kind: px.QueryResultsFormat) -> tuple[str, bytes]:
    store = px.Store()
    for number, value in enumerate(values):
        subject = px.NamedNode(f"http://example.org/{number}")
        store.add(px.Quad(subject, px.NamedNode("http://example.org/p"), px.Literal(value)))
    out = io.BytesIO()
    store.query(query).serialize(out, format=kind)
    return kind.media_type.split(";")[0], out.getvalue()


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.file_extension)
@given(values=TEXTS, size=st.integers(1, 200))
def test_rows_when_texts_look_like_syntax_are_counted(
    kind: px.QueryResultsFormat, values: list[str], size: int
) -> None:
    media_type, body = _written("SELECT ?o ?none { ?s ?p ?o }", values, kind)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert count_rows(media_type, pieces) == len(values)


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.file_extension)
@pytest.mark.parametrize(
    ("query", "rows"),
    [("SELECT ?none { ?s ?p ?o }", 7), ("SELECT ?s { ?s ?p ?o FILTER(false) }", 0), ("ASK {}", 1)],
)
def test_rows_when_an_answer_is_bare_are_counted(kind: px.QueryResultsFormat, query: str, rows: int) -> None:
    assert count_rows(*_pieces(*_written(query, ["x"] * 7, kind))) == rows


def _pieces(media_type: str, body: bytes) -> tuple[str, list[bytes]]:
    return media_type, [body]


def test_rows_when_a_graph_has_lines_are_its_statements() -> None:
    assert count_rows("application/n-triples", [b"<a> <b> <c> .\n<a> <b> ", b"<d> .\n"]) == 2
    assert count_rows("text/turtle", [b"<a> <b> <c> .\n"]) is None
