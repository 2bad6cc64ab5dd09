"""Requests as the SPARQL 1.1 Protocol has them, without HTTP."""

from __future__ import annotations

import io
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import BadInput, KgError, Refused, TooLarge, UnsupportedMedia
from kg.sparql.protocol import FORM, QUERY, Operation, parse_fields, read, read_body


def ask(method: str, query_string: str = "", content_type: str | None = None, body: bytes = b"") -> Operation:
    return read(method, query_string, content_type, lambda: body)


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1))
def test_query_when_sent_in_three_ways_is_the_same(text: str) -> None:
    if not text.strip():
        return
    assert ask("GET", f"query={quote(text, safe='')}").query == text
    assert ask("POST", "", FORM, f"query={quote_plus(text)}".encode()).query == text
    assert ask("POST", "", f"{QUERY}; charset=UTF-8", text.encode()).query == text


def test_dataset_when_given_in_url_and_body_is_joined() -> None:
    found = ask("POST", "default-graph-uri=http://a/", FORM, b"query=ASK{}&default-graph-uri=http://b/")
    assert found.default_graphs == ("http://a/", "http://b/")
    assert found.named_graphs is None


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "kind"),
    [
        ("GET", "query=ASK{}&query=ASK{}", None, b"", BadInput),
        ("GET", "query=", None, b"", BadInput),
        ("GET", "query=%FF", None, b"", BadInput),
        ("GET", "query=%00", None, b"", BadInput),
        ("GET", "query=ASK{}&default-graph-uri=not an iri", None, b"", BadInput),
        ("GET", "default-graph-uri=http://a/", None, b"", BadInput),
        ("GET", "update=CLEAR ALL", None, b"", Refused),
        ("POST", "", FORM, b"update=CLEAR ALL", Refused),
        ("POST", "", "application/sparql-update", b"CLEAR ALL", Refused),
        ("POST", "query=ASK{}", FORM, b"query=ASK{}", BadInput),
        ("POST", "query=ASK{}", QUERY, b"ASK{}", BadInput),
        ("POST", "", FORM, b"", BadInput),
        ("POST", "", QUERY, b"\xff\xfe", BadInput),
        ("POST", "", f"{QUERY}; charset=utf-16", b"", UnsupportedMedia),
        ("POST", "", None, b"query=ASK{}", UnsupportedMedia),
        ("POST", "", "text/plain", b"ASK {}", UnsupportedMedia),
        ("POST", "", "application/json", b"{}", UnsupportedMedia),
        ("GET", "&".join(["a=b"] * 501), None, b"", BadInput),
    ],
)
def test_request_when_it_breaks_the_protocol_is_refused(
    method: str, query_string: str, content_type: str | None, body: bytes, kind: type[KgError]
) -> None:
    with pytest.raises(kind):
        ask(method, query_string, content_type, body)


def test_body_when_larger_than_announced_is_not_read_past_its_length() -> None:
    assert read_body(io.BytesIO(b"ASK {}next request").read, "6", ends=False, limit=100) == b"ASK {}"


@pytest.mark.parametrize("length", ["101", ""])
def test_body_when_above_the_limit_is_refused(length: str) -> None:
    with pytest.raises(TooLarge):
        read_body(io.BytesIO(b"x" * 101).read, length, ends=True, limit=100)


def test_body_when_no_length_is_given_is_empty() -> None:
    assert read_body(io.BytesIO(b"would block").read, None, ends=False, limit=100) == b""


@given(st.text(max_size=60))
def test_fields_when_given_anything_raise_only_bad_input(text: str) -> None:
    with suppress(BadInput):
        parse_fields(text)
