"""What is refused before the engine's parser sees it, and what must not be."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError, NotSupported, Refused, TooLarge
from kg.sparql.guard import Limits, check
from kg.sparql.lexer import Reader

LIMITS = Limits(depth=60, patterns=60, chain=1000, values=20_000)
PREFIX = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ASK {}", "ASK"),
        ("select * {}", "SELECT"),
        (f"{PREFIX}BASE <http://x/> # SELECT\nCONSTRUCT {{}} WHERE {{}}", "CONSTRUCT"),
        ("PREFIX select: <http://x/> DESCRIBE select:x", "DESCRIBE"),
        ("", ""),
    ],
)
def test_form_when_read_is_the_first_word_after_the_prologue(text: str, form: str) -> None:
    assert check(text, LIMITS).form == form


@pytest.mark.parametrize(
    "text",
    [
        "ASK " + "{" * 1200 + "}" * 1200,
        "ASK { FILTER(" + "(" * 61 + "1" + ")" * 61 + ") }",
        "ASK { FILTER(" + "!" * 13_000 + "true) }",
        "ASK { FILTER(" + "- " * 100 + "1 = 1) }",
        "ASK { FILTER(" + "||".join(["true"] * 12_800) + ") }",
        "SELECT (" + "+".join(["1"] * 12_800) + " AS ?x) {}",
        "ASK { " + " UNION ".join(["{}"] * 12_800) + " }",
        "ASK { " + "OPTIONAL { " * 100 + "}" * 100 + " }",
        "ASK { " + "{ SELECT * { " * 31 + "} }" * 31 + " }",
        "SELECT (" + "STR(" * 100 + "1" + ")" * 100 + " AS ?x) {}",
        "ASK { " + "".join(f"?s <http://x/{n}> ?o{n} . " for n in range(61)) + "}",
        "ASK { ?s <http://x/0> ?o " + "".join(f"; <http://x/{n}> ?o{n} " for n in range(61)) + "}",
        "ASK { ?s <http://x/0> " + ", ".join(f"?o{n}" for n in range(61)) + " }",
        "ASK { ?s " + "/".join(["<http://x/p>"] * 61) + " ?o }",
        "ASK { " + "".join(f"{{ ?s <http://x/{n}> ?o{n} }} " for n in range(61)) + "}",
        "ASK { ?s ?p ?o " + "".join(f"OPTIONAL {{ ?s <http://x/{n}> ?o{n} }} " for n in range(61)) + "}",
        "ASK { ?s ?p (" + " ".join(f"?o{n}" for n in range(61)) + ") }",
        "ASK { ?s ?p " + "[ ?p " * 61 + "1" + " ]" * 61 + " }",
        "ASK { ?s ?p " + ", ".join("[ <http://x/p> 1 ]" for _ in range(40)) + " }",
        "ASK { VALUES ?x { " + "1 " * 20_001 + "} }",
        "ASK { FILTER(1 IN (" + ", ".join("1" * 20_001) + ")) }",
        "ASK { FILTER(?x<" + "(" * 70 + ">?y) }",
    ],
)
def test_query_when_above_a_limit_is_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        check(text, LIMITS)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { " + "".join(f"?s <http://x/{n}> ?o{n} . " for n in range(60)) + "}",
        "ASK { " + " UNION ".join(f"{{ ?s <http://x/{n}> ?o ; a ?c }}" for n in range(61)) + " }",
        "CONSTRUCT { " + "".join(f"?s <http://x/{n}> ?o . " for n in range(300)) + "} WHERE { ?s ?p ?o }",
        "ASK { VALUES (?x ?y) { " + "(1 2) " * 5000 + "} ?x ?p ?y }",
        "ASK { ?s ?p ?o FILTER(?o IN (" + ", ".join(f"<http://x/{n}>" for n in range(500)) + ")) }",
        "ASK { ?s ?p ?o " + " ".join(f'FILTER(?o != "a.b;c,{n}")' for n in range(100)) + "}",
        'ASK { FILTER(STRLEN("' + "(" * 5000 + '") = 5000) }',
        "ASK { # " + "{" * 500 + "\n }",
        "ASK { <http://x/" + "(" * 500 + "> ?p ?o }",
    ],
)
def test_query_when_merely_long_is_let_through(text: str) -> None:
    check(text, LIMITS)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://x/> {} }",
        "ASK { service silent <http://x/> {} }",
        "ASK { SERVICE ?s {} }",
        "PREFIX s: <http://x/> ASK { SERVICE s:q {} }",
        "PREFIX service: <http://x/> ASK { SERVICE service:q {} }",
        "ASK { SERVICE#comment\n<http://x/> {} }",
        "ASK { SERVICE<http://x/>{} }",
        "ASK { { SELECT * { OPTIONAL { SERVICE <http://x/> {} } } } }",
        "ASK { FILTER EXISTS { SERVICE <http://x/> {} } }",
        "ASK { GRAPH ?g { MINUS { SERVICE <http://x/> {} } } }",
        'ASK { FILTER(?x<#> """\n) SERVICE <http://x/> {} #"""\n }',
        "ASK { FILTER(?x<'>?y) SERVICE <http://x/> {} FILTER(''='') }",
        "CONSTRUCT {} WHERE { SeRvIcE <http://x/> {} }",
        "DESCRIBE ?s { SERVICE <http://x/> { SERVICE <http://y/> { ?s ?p ?o } } }",
        'ASK { ?s ?p "\\"" SERVICE <http://x/> {} }',
        "ASK { ?s ?p '''a''b''' SERVICE <http://x/> {} }",
    ],
)
def test_service_when_spelled_anyhow_is_refused(text: str) -> None:
    with pytest.raises(NotSupported):
        check(text, LIMITS)


@pytest.mark.parametrize(
    "text",
    [
        'ASK { ?s ?p "ecosystem SERVICE <http://x/> {}" }',
        "ASK { ?s ?p '''SERVICE\n<http://x/>''' }",
        "ASK { ?service ?p ?o } # SERVICE <http://x/> {}",
        "PREFIX service: <http://x/> ASK { ?s service:SERVICE ?o }",
        "ASK { ?s <http://x/SERVICE> ?o }",
        f'{PREFIX}ASK {{ ?s skos:prefLabel "services"@en FILTER(?x < ?service && ?y > 1) }}',
        "ASK { _:service ?p ?o }",
    ],
)
def test_service_when_only_a_name_is_allowed(text: str) -> None:
    assert not check(text, LIMITS).reaches_out


def test_service_when_on_the_allow_list_is_allowed() -> None:
    limits = Limits(60, 60, 1000, 20_000, frozenset(("https://a.example/sparql",)))
    found = check("PREFIX a: <https://a.example/> ASK { SERVICE a:sparql { ?s ?p ?o } }", limits)
    assert found.reaches_out


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <https://b.example/> { ?s ?p ?o } }",
        "ASK { SERVICE ?where { ?s ?p ?o } }",
        "ASK { SERVICE <https://a.example/sparql> { SERVICE <https://b.example/> { ?s ?p ?o } } }",
        "ASK { SERVICE <https://a.example/sparql> { ?s ?p",
    ],
)
def test_service_when_another_target_or_unreadable_is_refused(text: str) -> None:
    limits = Limits(60, 60, 1000, 20_000, frozenset(("https://a.example/sparql",)))
    with pytest.raises(Refused):
        check(text, limits)


def test_volatile_when_functions_change_is_set() -> None:
    assert check("SELECT (NOW() AS ?now) {}", LIMITS).volatile
    assert not check('SELECT ("NOW()" AS ?now) {}', LIMITS).volatile


@given(st.text(alphabet=st.sampled_from("?sp:<>\"'#\\/(){}[].;,|!^ab\n SERVICE"), max_size=200))
def test_check_when_given_anything_raises_only_our_errors(text: str) -> None:
    with suppress(KgError):
        check(text, LIMITS)


@pytest.mark.parametrize("piece", ["a.", "a-", "''' '", '\\"', "<a", "a:%aa."])
def test_text_when_long_and_of_no_sense_is_cut_without_reading_it_anew_from_each_word(piece: str) -> None:
    """A pattern that went to the end of the text from each word took hours for these."""
    with suppress(KgError):
        check(f"ASK {{ {piece * 100_000} }}", LIMITS)


def test_name_when_its_prefix_has_dots_is_one_token() -> None:
    assert [token.text for token in Reader("a.b-c:d.e .")] == ["a.b-c:d.e", "."]


@given(st.text(max_size=200))
def test_tokens_when_joined_lose_only_spaces_and_comments(text: str) -> None:
    joined = "".join(token.text for token in Reader(text))
    assert len(joined) <= len(text)
    if "#" not in text:
        assert joined == "".join(each for each in text if each not in " \t\r\n") or '"' in text or "'" in text
