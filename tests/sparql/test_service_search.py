"""SERVICE kg:search: how searches are read out of queries, and what stands in their place afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pyoxigraph as px
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kg.config import Settings
from kg.errors import BadInput, KgError, NotFound, QuerySyntaxError, TooLarge
from kg.search.requests import Hit, SearchRequest, SearchResponse
from kg.search.understood import Understood
from kg.sparql import guard
from kg.sparql.services import SearchService

KG = "https://w3id.org/landkg/def/"
P = "https://w3id.org/landkg/id/practice/"
SETTINGS = Settings.from_env({})
PREFIXES = f"PREFIX kg: <{KG}>\nPREFIX practice: <{P}>\n"
SNIPPET = 'a "quoted" text\nwith \\ and \u202e\U0001f331'


@dataclass
class FakeIndex:
    """An index of ten records t0 to t9, found in this order by every text."""

    asked: list[Any] = field(default_factory=list)

    def search(self, request: SearchRequest) -> SearchResponse:
        self.asked.append(request)
        hits = [hit(number) for number in range(10)][request.offset : request.offset + request.limit]
        return SearchResponse(tuple(hits), 10, {}, Understood("en"), 0.0)

    def similar(self, iri: str, limit: int = 10, types: tuple[str, ...] = ()) -> list[Hit]:
        self.asked.append((iri, limit, types))
        if not iri.startswith(f"{P}t"):
            raise NotFound("No record has this IRI.")
        return [hit(number) for number in range(limit)]


def hit(number: int) -> Hit:
    return Hit(
        f"{P}t{number}",
        "technology",
        f"Title {number}",
        "fr",
        1 / (1 + number),
        SNIPPET,
        "en",
        why=("x", "y"),
    )


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex()


def service(index: FakeIndex) -> SearchService:
    @contextmanager
    def source() -> Iterator[tuple[str, Any]]:
        yield "generation", index

    return SearchService(SETTINGS, source)


@pytest.fixture(scope="session")
def practices() -> px.Store:
    """Even records have a country."""
    store = px.Store()
    for number in range(0, 10, 2):
        country = px.NamedNode(f"https://w3id.org/landkg/id/country/C{number}")
        store.add(px.Quad(px.NamedNode(f"{P}t{number}"), px.NamedNode(f"{KG}country"), country))
    return store


def answer(store: px.Store, index: FakeIndex, query: str, *, alone: bool = False) -> list[dict[str, str]]:
    searches = service(index)
    text = searches.rewrite_alone(PREFIXES + query) if alone else searches.rewrite(PREFIXES + query)
    guard.check(text, guard.Limits.of(SETTINGS))
    found = json.loads(
        cast(px.QuerySolutions, store.query(text)).serialize(format=px.QueryResultsFormat.JSON) or b""
    )
    return [{name: cell["value"] for name, cell in row.items()} for row in found["results"]["bindings"]]


def names(rows: list[dict[str, str]], variable: str = "hit") -> list[str]:
    return [row[variable].removeprefix(P) for row in rows]


# What stands in place of a search


def test_search_when_joined_keeps_rows_of_the_graph_in_the_order_of_rank(
    practices: px.Store, index: FakeIndex
) -> None:
    rows = answer(
        practices,
        index,
        'SELECT * { SERVICE kg:search { ?hit kg:query "mulch" ; kg:limit 5 ; kg:rank ?rank }\n'
        "?hit kg:country ?c } ORDER BY ?rank",
    )
    assert names(rows) == ["t0", "t2", "t4"]


def test_search_when_all_is_asked_gives_typed_terms(practices: px.Store, index: FakeIndex) -> None:
    text = service(index).rewrite(
        PREFIXES
        + 'SELECT * { SERVICE kg:search { ?hit kg:query "m" ; kg:limit 1 ; kg:score ?s ; kg:rank ?r ;'
        "kg:snippet ?t ; kg:title ?l ; kg:reason ?why ; kg:total ?n } }"
    )
    (row,) = cast(px.QuerySolutions, practices.query(text))
    assert row["s"] == px.Literal(1.0)
    assert (row["r"], row["n"]) == (px.Literal(1), px.Literal(10))
    assert row["t"] == px.Literal(SNIPPET, language="en")
    assert row["l"] == px.Literal("Title 0", language="fr")
    assert row["why"] == px.Literal("x; y")


def test_arguments_when_given_reach_the_search(practices: px.Store, index: FakeIndex) -> None:
    answer(
        practices,
        index,
        'SELECT * { SERVICE kg:search { ?hit kg:query "sécheresse"@fr ; kg:limit 3 ; kg:offset 2 ;'
        "kg:type kg:Technology, kg:Approach ; kg:country <https://w3id.org/landkg/id/country/NER> ;"
        'kg:year "2010..2015" ; kg:qualifiesAs framework:eba } }',
    )
    (asked,) = index.asked
    assert (asked.text, asked.language, asked.limit, asked.offset) == ("sécheresse", "fr", 3, 2)
    assert asked.filters == {
        "type": ("technology", "approach"),
        "country": ("https://w3id.org/landkg/id/country/NER",),
        "year": ("2010..2015",),
        "qualifies": ("https://w3id.org/landkg/id/framework/eba",),
    }


def test_several_searches_when_in_one_query_are_joined(practices: px.Store, index: FakeIndex) -> None:
    rows = answer(
        practices,
        index,
        'SELECT ?hit { SERVICE kg:search { ?hit kg:query "a" ; kg:limit 4 } '
        'SERVICE kg:search { ?hit kg:query "b" ; kg:limit 4 ; kg:offset 2 } } ORDER BY ?hit',
    )
    assert names(rows) == ["t2", "t3"]


def test_two_hits_when_in_one_service_are_two_searches(practices: px.Store, index: FakeIndex) -> None:
    rows = answer(
        practices,
        index,
        'SELECT * { SERVICE kg:search { ?a kg:query "a" ; kg:limit 2 . ?b kg:query "b" ; kg:limit 3 } }',
    )
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("?hit kg:country ?c OPTIONAL { %s }", ["t0", "t2", "t4", "t6", "t8"]),
        ("{ ?hit kg:country <urn:none> } UNION { %s }", ["t0", "t1"]),
        ("{ SELECT ?hit { %s } LIMIT 1 }", ["t0"]),
        ("?hit kg:country ?c MINUS { %s }", ["t2", "t4", "t6", "t8"]),
        ("?hit kg:country ?c FILTER EXISTS { %s }", ["t0"]),
    ],
)
def test_search_when_nested_joins_where_it_stands(
    practices: px.Store, index: FakeIndex, pattern: str, expected: list[str]
) -> None:
    inner = 'SERVICE kg:search { ?hit kg:query "a" ; kg:limit 2 }'
    rows = answer(practices, index, f"SELECT ?hit {{ {pattern % inner} }} ORDER BY ?hit")
    assert names(rows) == expected


def test_filter_when_inside_the_service_narrows_its_rows(practices: px.Store, index: FakeIndex) -> None:
    rows = answer(
        practices,
        index,
        "SELECT ?hit ?double { SERVICE kg:search { ?hit kg:query 'a' . ?hit kg:score ?s . FILTER(?s > 0.3) "
        "BIND(?s * 2 AS ?double) } }",
    )
    assert names(rows) == ["t0", "t1", "t2"]


def test_hit_when_an_iri_gives_its_row_alone(practices: px.Store, index: FakeIndex) -> None:
    rows = answer(
        practices, index, 'SELECT * { SERVICE kg:search { practice:t3 kg:query "a" ; kg:rank ?r } }'
    )
    assert rows == [{"r": "4"}]
    asks = service(index).rewrite(PREFIXES + 'ASK { SERVICE kg:search { practice:none kg:query "a" } }')
    assert not practices.query(asks)


@pytest.mark.parametrize(
    "called", ["kg:search", "kg:similarTo", f"<{KG}search>", "own:search", "SILENT kg:search"]
)
def test_similar_when_asked_by_any_name_of_the_service_gives_records_like_it(
    practices: px.Store, index: FakeIndex, called: str
) -> None:
    query = (
        f"PREFIX own: <{KG}> SELECT * {{ service {called} {{ ?hit kg:similarTo practice:t9 ; kg:limit 3 }} }}"
    )
    assert names(answer(practices, index, query)) == ["t0", "t1", "t2"]


def test_own_address_when_called_is_answered_without_the_network(
    practices: px.Store, index: FakeIndex
) -> None:
    address = f"{SETTINGS.public_url}sparql/search"
    query = f'SELECT * {{ SERVICE <{address}> {{ ?hit kg:query "a" ; kg:limit 1 }} }}'
    assert names(answer(practices, index, query)) == ["t0"]


def test_search_when_limit_is_above_a_page_takes_several(practices: px.Store) -> None:
    class Many(FakeIndex):
        def search(self, request: SearchRequest) -> SearchResponse:
            assert request.limit <= SETTINGS.search_limit_max
            hits = tuple(
                hit(number) for number in range(request.offset, min(240, request.offset + request.limit))
            )
            return SearchResponse(hits, 240, {}, Understood("en"), 0.0)

    rows = answer(practices, Many(), 'SELECT * { SERVICE kg:search { ?hit kg:query "a" ; kg:limit 300 } }')
    assert len({row["hit"] for row in rows}) == 240


def test_search_when_repeated_in_another_query_is_not_run_again(
    practices: px.Store, index: FakeIndex
) -> None:
    searches = service(index)
    searches.rewrite(PREFIXES + 'SELECT ?hit { SERVICE kg:search { ?hit kg:query "a" } }')
    searches.rewrite(
        PREFIXES + 'SELECT ?h ?s { SERVICE kg:search { ?h kg:query "a" ; kg:score ?s } ?h a ?t }'
    )
    assert len(index.asked) == 1


def test_searches_when_many_are_remembered_take_bounded_room(index: FakeIndex) -> None:
    searches = service(index)
    query = PREFIXES + 'SELECT * {{ SERVICE kg:search {{ ?hit kg:query "a {}" }} }}'
    for number in (*range(1200), 1199, 0):
        searches.rewrite(query.format(number))
    assert len(index.asked) == 1201
    assert searches._held <= 10_000


def test_lines_when_rewritten_keep_their_numbers(index: FakeIndex) -> None:
    query = (
        PREFIXES
        + 'SELECT * {\n SERVICE kg:search {\n  ?hit kg:query "a" ;\n   kg:score ?s .\n }\n ?hit ?? ?x }'
    )
    text = service(index).rewrite(query)
    assert text.count("\n") == query.count("\n")


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE kg:search { ?hit kg:query 1 }" }',
        "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o } # SERVICE kg:search { }",
        "PREFIX kg: <urn:other:> SELECT * { SERVICE kg:search { ?s ?p ?o } }",
        "SELECT * { SERVICE ?search { ?s ?p ?o } }",
        "SELECT * { SERVICE",
    ],
)
def test_query_when_no_search_is_called_stays_as_it_is(index: FakeIndex, query: str) -> None:
    assert service(index).rewrite(query) == query


# What is said about mistakes


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("?hit kg:score ?s", "needs either kg:query or kg:similarTo"),
        ('?hit kg:query "a" ; kg:similarTo practice:t1', "has both"),
        ("", "asks for nothing"),
        ('?hit kg:query ""', "is empty"),
        ("?hit kg:query ?text", "runs before the rest"),
        ("?hit kg:query 5", "takes a text in quotes"),
        (f'?hit kg:query "{"x" * 3000}"', "at most 2,000"),
        ('?hit kg:query "a" ; kg:limit 100000', "from 1 to 500"),
        ('?hit kg:query "a" ; kg:limit 0', "from 1 to 500"),
        ('?hit kg:query "a" ; kg:limit ?n', "needs a value"),
        ('?hit kg:query "a" ; kg:limit 5 ; kg:limit 6', "twice"),
        ('?hit kg:query "a" ; kg:language "de"', "none of the languages"),
        ('?hit kg:query "a" ; kg:type kg:Fish', "kg:Technology"),
        ('?hit kg:query "a" ; kg:scores ?s', "Searches know kg:query"),
        ('?hit kg:query "a" ; kg:score 0.5', "a variable must follow"),
        ('?hit kg:query "a" ; kg:score ?s ; kg:rank ?s', "already stands for"),
        ('?hit kg:query "a" ; kg:score ?hit', "already stands for"),
        ('?hit kg:query "a" ; a kg:Technology', "kg:type"),
        ('?hit kg:query "a" ; ?p ?o', "not a property of a search"),
        ('?hit kg:query/kg:score "a"', "cannot be a value"),
        ("?hit kg:query [ kg:score ?s ]", "cannot be a value"),
        ('[] kg:query "a"', "begins with a variable"),
        ('_:b kg:query "a"', "begins with a variable"),
        ('?hit kg:query "a" . GRAPH ?g { ?a ?b ?c }', "GRAPH cannot stand"),
        ('?hit kg:query "a" . SERVICE kg:search { ?b kg:query "b" }', "SERVICE cannot stand"),
        ("?hit kg:similarTo practice:t1 ; kg:country <urn:x>", "does not go with kg:similarTo"),
        ('?hit kg:similarTo "none_0"', "No record"),
        ('?hit kg:query "a" ; unknown:score ?s', "is not a property"),
        ('?hit kg:query "\\uD800"', "no character"),
        ("?hit kg:query", "has no value"),
    ],
)
def test_search_when_written_wrongly_says_what_is_allowed(index: FakeIndex, inside: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        service(index).rewrite(f"{PREFIXES}SELECT * {{ SERVICE kg:search {{ {inside} }} }}")
    assert re.search(re.escape(said), str(caught.value)), str(caught.value)


def test_mistake_when_found_is_placed_in_the_text(index: FakeIndex) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        service(index).rewrite(
            PREFIXES + 'SELECT * {\n SERVICE kg:search { ?hit kg:query "a" ;\n kg:limit 0 } }'
        )
    assert (caught.value.line, caught.value.column) == (5, 11)


def test_searches_when_too_many_are_refused(index: FakeIndex) -> None:
    one = "SERVICE kg:search { ?hit kg:query 'a' } "
    with pytest.raises(TooLarge):
        service(index).rewrite(f"{PREFIXES}SELECT * {{ {one * 11} }}")


def test_silent_search_when_it_fails_is_a_single_empty_solution(
    practices: px.Store, index: FakeIndex
) -> None:
    query = "SELECT ?hit { ?hit kg:country ?c SERVICE SILENT kg:search { ?hit kg:similarTo <urn:none> } }"
    assert len(answer(practices, index, query)) == 5


def test_brackets_when_nested_very_deep_are_refused(index: FakeIndex) -> None:
    with pytest.raises(QuerySyntaxError):
        service(index).rewrite(f"{PREFIXES}SELECT * {{ SERVICE kg:search {'{' * 5000}{'}' * 5000} }}")


# The endpoint of its own


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('SELECT ?hit ?s WHERE { ?hit kg:query "a" . ?hit kg:score ?s . ?hit kg:limit 2 }', ["t0", "t1"]),
        ('SELECT * { VALUES ?hit { practice:t1 practice:t5 } ?hit kg:query "a" ; kg:rank ?r }', ["t1", "t5"]),
        (
            'SELECT * WHERE { ?hit kg:query "a" } VALUES (?hit ?x) { (practice:t4 1) (practice:t40 UNDEF) }',
            ["t4"],
        ),
        (
            'SELECT DISTINCT ?hit { { ?hit kg:query "a" ; kg:rank ?r FILTER(?r < 3) } } ORDER BY DESC(?r)',
            ["t1", "t0"],
        ),
        ("SELECT ?hit { { SELECT ?hit { ?hit kg:similarTo practice:t1 } LIMIT 2 } }", ["t0", "t1"]),
        (
            'SELECT ?hit { { ?hit kg:query "a"; kg:limit 1 } UNION { ?hit kg:query "b"; kg:limit 1 } }',
            ["t0", "t0"],
        ),
    ],
)
def test_endpoint_when_a_query_states_searches_answers_it(
    index: FakeIndex, query: str, expected: list[str]
) -> None:
    assert names(answer(px.Store(), index, query, alone=True)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ ?hit kg:rank ?r . FILTER(?r < 3) } ?hit kg:query "a" . ?hit kg:limit 9', ["t0", "t1"]),
        ('{ { ?hit kg:query "a" } ?hit kg:limit 2 } { ?hit kg:rank ?r }', ["t0", "t1"]),
        ('?hit kg:query "a" ; kg:limit 2 OPTIONAL { ?hit kg:rank ?r FILTER(?r = 1) }', ["t0", "t1"]),
        ('?hit kg:query "a" ; kg:limit 9 { ?hit kg:rank 1 } UNION { ?hit kg:rank ?r }', []),
        (
            '?hit kg:query "a" ; kg:limit 2 { ?hit kg:rank ?r } UNION { ?hit kg:score ?s }',
            ["t0", "t0", "t1", "t1"],
        ),
        ('?hit kg:query "a" ; kg:limit 9 FILTER NOT EXISTS { ?hit kg:rank ?r FILTER(?r > 1) }', ["t0"]),
        ('SELECT ?hit ?r WHERE { { ?hit kg:rank ?r FILTER(?r = 2) } ?hit kg:query "a" }', ["t1"]),
    ],
)
def test_endpoint_when_an_engine_has_moved_statements_into_groups_joins_them(
    index: FakeIndex, pattern: str, expected: list[str]
) -> None:
    query = f"SELECT ?hit {{ {pattern} }} ORDER BY ?hit"
    if expected:
        assert names(answer(px.Store(), index, query, alone=True)) == expected
    else:
        with pytest.raises(QuerySyntaxError):
            answer(px.Store(), index, query, alone=True)


COMUNICA = (
    "SELECT ?hit ?o ?score WHERE { VALUES( ?hit ?o ){ "
    '( <%st1> "known"^^<http://www.w3.org/2001/XMLSchema#string> ) } '
    '?hit <%squery> "mulching"@en . '
    '?hit <%slimit> "50"^^<http://www.w3.org/2001/XMLSchema#integer> . ?hit <%sscore> ?score . }',
    "SELECT ?hit ?r WHERE { SELECT ?hit ?r WHERE { { ?hit <%srank> ?r . "
    'FILTER ( ( ?r < "3"^^<http://www.w3.org/2001/XMLSchema#integer> ) ) } '
    '?hit <%squery> "mulch"^^<http://www.w3.org/2001/XMLSchema#string> . '
    '?hit <%slimit> "3"^^<http://www.w3.org/2001/XMLSchema#integer> . } }',
)
"""What Comunica 5.4 sends where it binds values, and where it moves a filter into a group of its own."""


def test_endpoint_when_comunica_asks_answers_it(index: FakeIndex) -> None:
    bound, moved = COMUNICA[0] % (P, KG, KG, KG), COMUNICA[1] % (KG, KG, KG)
    assert names(answer(px.Store(), index, bound, alone=True)) == ["t1"]
    assert names(answer(px.Store(), index, moved, alone=True)) == ["t0", "t1"]


def test_sub_select_when_it_searches_has_a_scope_of_its_own(index: FakeIndex) -> None:
    query = 'SELECT * { { SELECT ?x { ?hit kg:query "a" ; kg:rank ?x } } ?hit kg:score ?s }'
    with pytest.raises(QuerySyntaxError):
        answer(px.Store(), index, query, alone=True)


def test_endpoint_when_asked_for_a_graph_builds_it(index: FakeIndex) -> None:
    text = service(index).rewrite_alone(
        PREFIXES + 'CONSTRUCT { ?hit kg:score ?s } WHERE { ?hit kg:query "a" ; kg:limit 2 ; kg:score ?s }'
    )
    assert len(list(px.Store().query(text))) == 2


@pytest.mark.parametrize(
    "query", ["SELECT * { ?s ?p ?o }", "ASK { ?hit a kg:Practice }", "SELECT * { <urn:a> kg:b 1 }"]
)
def test_endpoint_when_a_query_states_something_else_says_so(index: FakeIndex, query: str) -> None:
    with pytest.raises(QuerySyntaxError):
        service(index).rewrite_alone(PREFIXES + query)


@pytest.mark.parametrize(
    "query", ["ASK {}", "SELECT (1 AS ?x) {}", "DESCRIBE <urn:x>", "", "SELECT", "{", "}"]
)
def test_endpoint_when_nothing_is_searched_leaves_the_query(index: FakeIndex, query: str) -> None:
    assert service(index).rewrite_alone(query) == query


# Whatever people write


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_text_when_escaped_reaches_the_search_as_written(text: str) -> None:
    index = FakeIndex()
    quoted = px.Literal(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    try:
        service(index).rewrite(f"{PREFIXES}SELECT * {{ SERVICE kg:search {{ ?hit kg:query {quoted} }} }}")
    except BadInput:
        assert not quoted.value.strip()
    else:
        assert index.asked[0].text == quoted.value


_PIECES = st.sampled_from(
    [*"{}()[];,.<>\"'#?", "SERVICE", "kg:search", "kg:query", "?hit", '"a"', "SELECT", "OPTIONAL", "FILTER",
     "VALUES", "EXISTS", "NOT", "BIND", "kg:limit", "5", "-", "\\u0041", "^^", "@en", "_:b", "UNION",
     "CONSTRUCT", "PREFIX", "kg:", "<urn:x>", "SILENT", "a"]
)  # fmt: skip


@hypothesis_settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=25), st.booleans())
def test_rewriting_when_the_text_is_no_sparql_raises_nothing_but_our_errors(
    pieces: list[str], alone: bool
) -> None:
    searches = service(FakeIndex())
    text = f"{PREFIXES}SELECT * {{ SERVICE kg:search {{ {' '.join(pieces)} }} }}"
    try:
        searches.rewrite(text)
        if alone:
            searches.rewrite_alone(" ".join(pieces))
    except KgError as fault:
        assert fault.status in (400, 413)
