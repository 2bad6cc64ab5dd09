"""Content negotiation by RFC 9110, with the cases that the Oxigraph server is tested with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotAcceptable
from kg.web.negotiate import choose, negotiate

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
OFFERED = (JSON, XML, CSV, TSV)
ALIASES = (("application/json", JSON), ("application/xml", XML), ("text/xml", XML))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("  ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", CSV),
        (XML, XML),
        (f"{XML};charset=utf-8", XML),
        (f"{XML} ; charset=utf-8 ; q=0.5, {TSV};q=0.4", XML),
        ("Application/Sparql-Results+XML", XML),
        ("application/json", JSON),
        ("text/xml", XML),
        (f"{CSV};q=0.5, {XML}, {JSON};q=0.2", XML),
        (f"{XML};q=0.1, {TSV};q=0.9", TSV),
        (f"image/png, {XML};q=0.5", XML),
        (f"{JSON};q=0, {XML}", XML),
        (f"{JSON};q=0, */*", XML),
        (f"*/*;q=0.1, {CSV}", CSV),
        (f"text/*;q=0.3, {CSV};q=0.1, */*;q=0.2", TSV),
        (f"{TSV}, */*", TSV),
        (f"{CSV};Q=0.9, {TSV};q=0.95", TSV),
        (f"{CSV}; q = 0.2 , {XML}; q = 0.1", CSV),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", XML),
    ],
)
def test_choose_when_several_fit_takes_the_best(accept: str | None, expected: str) -> None:
    assert choose(accept, OFFERED, ALIASES) == expected


@pytest.mark.parametrize(
    "accept", ["image/png", "text/html", f"{JSON};q=0", "*/*;q=0", ";;,=/;q=x", "text", "a/b;q=no"]
)
def test_negotiate_when_nothing_fits_raises(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        negotiate(accept, OFFERED)


def test_negotiate_when_equal_takes_the_servers_order() -> None:
    assert negotiate(f"{TSV}, {XML}", OFFERED) == XML


@given(st.text(alphabet=st.sampled_from("*/;=,q.019 textcsvaplion+-"), max_size=80))
def test_choose_when_given_anything_answers_an_offer_or_nothing(accept: str) -> None:
    assert choose(accept, OFFERED, ALIASES) in (*OFFERED, None)
