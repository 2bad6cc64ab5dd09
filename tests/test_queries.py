"""Query files: headers, parameters and the terms they are bound to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Store

from kg import queries
from kg.errors import BadInput, ConfigError, NotFound
from kg.vocab import Iris

IRIS = Iris()


@pytest.fixture
def query(tmp_path: Path) -> queries.NamedQuery:
    path = tmp_path / "practices-of.rq"
    path.write_text(
        "# title: Practices of a country\n"
        "# description: First half\n"
        "# description: and second half.\n"
        "# param country: country = BFA | ISO code\n"
        "# param text: string ? | words\n"
        "# param year: integer | first year\n"
        "SELECT ?country ?text ?year ?practice WHERE { ?practice kg:country ?country }\n",
        encoding="utf-8",
    )
    return queries.read(path)


def test_header_when_read_gives_title_description_and_parameters(query: queries.NamedQuery) -> None:
    assert query.name == "practices-of"
    assert query.title == "Practices of a country"
    assert query.description == "First half and second half."
    assert [(p.name, p.type, p.default, p.required) for p in query.parameters] == [
        ("country", "country", "BFA", False),
        ("text", "string", None, False),
        ("year", "integer", None, True),
    ]
    assert query.text.startswith("SELECT")


def test_query_when_asked_in_a_language_has_its_words_and_else_those_it_was_written_in(
    tmp_path: Path,
) -> None:
    path = tmp_path / "in-two.rq"
    path.write_text(
        "# title: Practices of a country\n"
        "# description: All of them.\n"
        "# param country: country = BFA | ISO code\n"
        "# title@fr: Pratiques d'un pays\n"
        "# description@fr: Toutes,\n"
        "# description@fr: sans exception.\n"
        "# param@fr country: code ISO\n"
        "SELECT ?country ?practice WHERE { ?practice kg:country ?country }\n",
        encoding="utf-8",
    )
    query = queries.read(path)
    french, russian = query.in_language("fr"), query.in_language("ru")
    assert (french.title, french.description) == ("Pratiques d'un pays", "Toutes, sans exception.")
    assert [(each.name, each.default, each.help) for each in french.parameters] == [
        ("country", "BFA", "code ISO")
    ]
    assert (russian.title, russian.parameters) == (query.title, query.parameters)
    assert french.text == query.text == "SELECT ?country ?practice WHERE { ?practice kg:country ?country }\n"


def test_bind_when_values_missing_uses_defaults_and_leaves_optional_out(query: queries.NamedQuery) -> None:
    text, bound = query.bind({"year": "2019"}, IRIS)
    assert "PREFIX kg: <https://w3id.org/landkg/def/>" in text
    assert bound == {
        "country": NamedNode("https://w3id.org/landkg/id/country/BFA"),
        "year": Literal(2019),
    }


def test_bind_when_required_parameter_is_missing_names_it(query: queries.NamedQuery) -> None:
    with pytest.raises(BadInput, match="needs the parameter 'year'"):
        query.bind({}, IRIS)


def test_bind_when_parameter_is_unknown_lists_the_known_ones(query: queries.NamedQuery) -> None:
    with pytest.raises(BadInput, match=r"no parameter .county.*country, text, year"):
        query.bind({"county": "BFA", "year": "1"}, IRIS)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("country", "Burkina Faso"),
        ("country", "BF>"),
        ("integer", "ten"),
        ("integer", "9" * 40),
        ("number", "1e5"),
        ("language", "fr; DROP"),
        ("iri", "no iri"),
        ("practice", "http://a/ b"),
        ("concept", ""),
    ],
)
def test_read_term_when_value_is_not_of_its_type_says_so(kind: str, value: str) -> None:
    with pytest.raises(BadInput, match="'field'"):
        queries.read_term(kind, value, IRIS, field="field")


@given(st.text(max_size=60).filter(str.strip))
def test_read_term_when_given_any_text_binds_it_as_one_term(value: str) -> None:
    store = Store()
    subject, predicate = NamedNode("http://e/s"), NamedNode("http://e/p")
    term = queries.read_term("string", value.encode("utf-8", "replace").decode(), IRIS, field="q")
    from pyoxigraph import Quad, Variable

    store.add(Quad(subject, predicate, term))
    rows = store.query("SELECT ?s ?o { ?s <http://e/p> ?o }", substitutions={Variable("o"): term})
    assert [row["s"] for row in rows] == [subject]  # type: ignore[union-attr]


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_read_term_when_given_any_identifier_stays_inside_the_namespace(value: str) -> None:
    text = value.encode("utf-8", "replace").decode()
    if text.strip().startswith(("http://", "https://", "urn:")):
        return
    term = queries.read_term("concept", text, IRIS, field="q")
    assert term.value.startswith("https://w3id.org/landkg/id/concept/")


def test_read_when_title_is_missing_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "nameless.rq"
    path.write_text("SELECT * WHERE { ?s ?p ?o }")
    with pytest.raises(ConfigError, match=r"nameless\.rq"):
        queries.read(path)


def test_get_when_query_is_unknown_lists_the_known_ones() -> None:
    with pytest.raises(NotFound, match="no query 'nothing-like-it'"):
        queries.get("examples", "nothing-like-it")


def test_prefixes_when_base_is_set_follow_it() -> None:
    text = queries.prefixes(Iris("https://data.example.org/"))
    assert "PREFIX kg: <https://data.example.org/def/>" in text
    assert "w3id.org/landkg" not in text
