"""Search over HTTP on all bundled records: JSON, exports, SPARQL, and a second engine that federates."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import bibtexparser
import pyoxigraph as px
import pytest
import requests
import rispy
from flask import Flask
from flask.testing import FlaskClient
from started import command, free_port
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from kg.config import Settings
from kg.search.export import Citation, to_bibtex, to_csv, to_ris
from kg.search.requests import Hit, SearchRequest
from kg.web import create_app
from kg.web.sparql_search import lend

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "sparql-search.md"
EXAMPLES: Final = dict(
    re.findall(r"```sparql\n# ([\w-]+)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
)
EMPTY: Final = {"eba-sahel-salinity"}
"""Examples that have rows only with records of whole questionnaires."""


@pytest.fixture
def search(bundled_app: Flask) -> FlaskClient:
    return bundled_app.test_client()


def ask(client: FlaskClient, query: str, path: str = "/sparql") -> TestResponse:
    return client.post(
        path, data=query.encode(), content_type="application/sparql-query", headers={"Accept": "text/csv"}
    )


def rows(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


# Inside SPARQL


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ("federated", "endpoint")])
def test_example_when_run_answers(search: FlaskClient, name: str) -> None:
    found = rows(ask(search, EXAMPLES[name]))
    assert bool(found) == (name not in EMPTY)
    if found and "score" in found[0]:
        scores = [float(row["score"]) for row in found if row["score"]]
        assert scores
        assert scores == sorted(scores, reverse=True)


def test_example_when_of_the_sahel_finds_practices_there_with_their_verdicts(search: FlaskClient) -> None:
    found = rows(ask(search, EXAMPLES["eba-sahel-verdicts"]))
    assert all("/id/concept/verdict_" in row["verdict"] for row in found)
    places = "SELECT ?hit { ?hit kg:country/kg:region region:sahel }"
    assert {row["hit"] for row in found} <= {row["hit"] for row in rows(ask(search, places))}


def test_rows_when_of_kg_search_are_those_of_the_api(search: FlaskClient) -> None:
    inside = '?hit kg:query "soil salinity"; kg:rank ?r; kg:score ?score; kg:language "en"; kg:limit 5'
    query = f"SELECT ?hit ?score {{ SERVICE kg:search {{ {inside} }} }} ORDER BY ?r"
    listed = search.get("/api/search?q=soil+salinity&limit=5&lang=en").get_json()["hits"]
    found = rows(ask(search, query))
    assert [row["hit"] for row in found] == [hit["iri"] for hit in listed]
    assert [float(row["score"]) for row in found] == pytest.approx([hit["score"] for hit in listed])


def test_answer_when_repeated_comes_from_the_cache_with_its_tag(search: FlaskClient) -> None:
    query = {"query": EXAMPLES["similar"]}
    first = search.get("/sparql", query_string=query, headers={"Accept": "text/csv"})
    again = search.get(
        "/sparql", query_string=query, headers={"Accept": "text/csv", "If-None-Match": first.headers["ETag"]}
    )
    assert (first.status_code, again.status_code) == (200, 304)


def test_mistake_when_in_a_search_is_a_problem_with_its_place(search: FlaskClient) -> None:
    answer = ask(search, 'SELECT * {\n SERVICE kg:search { ?hit kg:query "a" ; kg:limit -1 } }')
    assert (answer.status_code, answer.get_json()["line"]) == (400, 2)
    assert "from 1 to 500" in answer.get_json()["detail"]


def test_service_when_elsewhere_is_still_not_called(search: FlaskClient) -> None:
    answer = ask(search, "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }")
    assert answer.status_code == 501


def test_rows_when_asked_on_the_command_line_are_printed(bundled_home: Path) -> None:
    query = 'SELECT ?hit ?country { SERVICE kg:search { ?hit kg:query "salinity" } ?hit kg:country ?country }'
    done = command("query", query, "--format", "csv", home=bundled_home, KG_ENCODERS="use")
    assert len(done.stdout.splitlines()) > 3


@pytest.mark.parametrize(("leased", "refreshed"), [("new", 0), ("old", 1)])
def test_index_when_lent_is_that_of_the_generation_that_answers(
    tmp_path: Path, leased: str, refreshed: int
) -> None:
    class Swapped:
        generation, calls = leased, 0

        @contextmanager
        def lease(self) -> Iterator[Any]:
            yield SimpleNamespace(
                generation=SimpleNamespace(id=self.generation, index_folder=tmp_path), search="x"
            )

        def refresh(self) -> None:
            self.generation, self.calls = "new", self.calls + 1

    live: Any = Swapped()
    service: Any = SimpleNamespace(generation_id=lambda: "new")
    with lend(live, service) as (generation_id, _):
        assert (generation_id, live.calls) == ("new", refreshed)


def test_vectors_when_a_text_was_searched_before_are_not_computed_again(bundled_app: Flask) -> None:
    with bundled_app.extensions["kg"].live.lease() as opened:
        request = SearchRequest("a text that no other test looks for")
        opened.search.search(request)
        with pytest.MonkeyPatch.context() as patch:
            for space in opened.search.spaces.values():
                patch.setattr(space.encoder, "queries", None)
            opened.search.search(request)
            with pytest.raises(TypeError):
                opened.search.search(SearchRequest("another text that no test looks for"))


def test_search_when_the_generation_has_no_index_is_not_available(client: FlaskClient) -> None:
    query = 'SELECT * { SERVICE kg:search { ?hit kg:query "a" } }'
    assert ask(client, query).status_code == 503
    assert (
        ask(client, "SELECT * { ?hit <https://w3id.org/landkg/def/query> 'a' }", "/sparql/search").status_code
        == 503
    )
    assert client.get("/api/search?q=a").status_code == 503


# The endpoint of its own


def test_endpoint_when_the_example_is_asked_answers_in_every_way(search: FlaskClient) -> None:
    query = EXAMPLES["endpoint"]
    posted = rows(ask(search, query, "/sparql/search"))
    form = search.post("/sparql/search", data={"query": query}, headers={"Accept": "text/csv"})
    got = search.get("/sparql/search", query_string={"query": query, "format": "csv"})
    assert len(posted) == 5
    assert posted == rows(form) == rows(got)


def test_endpoint_when_asked_without_a_query_describes_itself(search: FlaskClient) -> None:
    answer = search.get("/sparql/search", headers={"Accept": "application/n-triples"})
    triples = list(px.parse(answer.data, px.RdfFormat.N_TRIPLES))
    features = [each for each in triples if each.predicate.value.endswith("#propertyFeature")]
    assert len(features) > 20
    assert {each.subject.value for each in features} == {"http://localhost/sparql/search"}


def test_endpoint_when_asked_from_another_page_lets_it(search: FlaskClient) -> None:
    preflight = search.options("/sparql/search", headers={"Origin": "https://x.example"})
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_endpoint_when_asked_for_data_says_what_it_answers(search: FlaskClient) -> None:
    answer = ask(search, "SELECT * { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o }", "/sparql/search")
    assert answer.status_code == 400
    assert "kg:query" in answer.get_json()["hint"]


@pytest.fixture(scope="session")
def oxigraph() -> str:
    program = Path(sys.executable).with_name("oxigraph")
    found = str(program) if program.exists() else shutil.which("oxigraph")
    if not found:
        pytest.skip("the native Oxigraph server (PyPI package 'oxigraph') is not installed")
    return found


@pytest.fixture
def address(bundled_app: Flask) -> Iterator[str]:
    """Where the application listens for the other engine."""
    server = make_server("127.0.0.1", 0, bundled_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def partner(oxigraph: str, tmp_path: Path) -> Iterator[str]:
    """A native Oxigraph server that knows notes on two of our practices and one of somebody else's."""
    notes = tmp_path / "notes.nt"
    practices = (
        "https://w3id.org/landkg/id/practice/technologies_1298",
        "https://w3id.org/landkg/id/practice/technologies_1186",
        "urn:other",
    )
    notes.write_text(
        "".join(f'<{each}> <http://example.org/note> "seen" .\n' for each in practices), encoding="utf-8"
    )
    store = str(tmp_path / "store")
    subprocess.run(
        [oxigraph, "load", "--location", store, "--file", str(notes)], check=True, capture_output=True
    )
    port = free_port()
    command = [oxigraph, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _await(f"http://127.0.0.1:{port}/query")
        finally:
            process.terminate()


def _await(url: str) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if requests.get(url, params={"query": "ASK {}"}, timeout=30).ok:
                return url
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the other engine did not start")


def test_other_engine_when_it_federates_joins_our_search(
    search: FlaskClient, address: str, partner: str
) -> None:
    query = EXAMPLES["federated"].replace("http://127.0.0.1:8000", address)
    answer = requests.get(partner, params={"query": query}, headers={"Accept": "text/csv"}, timeout=120)
    found = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(found) == 2, answer.text
    ours = EXAMPLES["federated"][EXAMPLES["federated"].index("?hit kg:query") :].split(".\n")[0]
    scores = {
        row["hit"]: row["score"]
        for row in rows(ask(search, f"SELECT * {{ SERVICE kg:search {{ {ours} }} }}"))
    }
    assert [float(row["score"]) for row in found] == [float(scores[row["hit"]]) for row in found]


def test_other_engine_when_it_filters_and_asks_for_likeness_is_answered(address: str, partner: str) -> None:
    query = f"""PREFIX kg: <https://w3id.org/landkg/def/> SELECT ?near ?rank {{
      ?hit <http://example.org/note> ?note FILTER(?hit = <https://w3id.org/landkg/id/practice/technologies_1298>)
      SERVICE <{address}/sparql/search> {{
        ?near kg:similarTo <https://w3id.org/landkg/id/practice/technologies_1298> ; kg:rank ?rank
        FILTER(?rank < 4) }} }}"""
    answer = requests.get(partner, params={"query": query}, headers={"Accept": "text/csv"}, timeout=120)
    assert len(answer.text.strip().splitlines()) == 4, answer.text


# JSON


def test_search_when_posted_answers_as_by_get(search: FlaskClient) -> None:
    body = {
        "q": "soil salinity",
        "filters": {"type": ["practice"]},
        "exclude": {"country": "THA"},
        "limit": 3,
        "lang": "fr",
    }
    posted = search.post("/api/search", json=body)
    got = search.get("/api/search?q=soil+salinity&type=practice&not.country=THA&limit=3&lang=fr")
    form = search.post(
        "/api/search",
        data={"q": "soil salinity", "type": "practice", "not.country": "THA", "limit": 3, "lang": "fr"},
    )
    iris = [[hit["iri"] for hit in each.get_json()["hits"]] for each in (posted, got, form)]
    assert len(iris[0]) == 3
    assert iris[0] == iris[1] == iris[2]
    assert posted.headers["Cache-Control"] == "no-store"
    assert "ETag" not in posted.headers


def test_pages_when_walked_hold_each_hit_once(search: FlaskClient) -> None:
    pages = [
        search.get(f"/api/search?q=soil+salinity&limit=7&offset={at}").get_json()["hits"] for at in (0, 7, 14)
    ]
    assert len({hit["iri"] for page in pages for hit in page}) == 21


def test_language_when_named_by_a_header_is_that_of_the_labels(search: FlaskClient) -> None:
    url = "/api/search?q=soil+salinity&country=NER&limit=1"
    french, english = (search.get(url, headers={"Accept-Language": tag}) for tag in ("fr-CH, en;q=0.5", "en"))
    labels = [each.get_json()["facets"]["landUse"][0]["label"] for each in (french, english)]
    assert french.headers["ETag"] != english.headers["ETag"]
    assert "Accept-Language" in french.headers["Vary"]
    assert labels[0] != labels[1]


@pytest.mark.parametrize("path", ["/api/search", "/api/similar", "/api/suggest", "/api/embed"])
def test_api_when_asked_from_another_page_lets_it(search: FlaskClient, path: str) -> None:
    answer = search.options(path, headers={"Access-Control-Request-Method": "POST"})
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([1], "object"),
        ({"query": "a"}, "no parameter 'query'"),
        ({"q": {"a": 1}}, "must be a text"),
        ({"q": "a", "limit": True}, "must be a text"),
        ({"q": "a", "limit": 1000}, "from 1 to 100"),
        ({"q": "a", "offset": -1}, "from 0 to 1000"),
        ({"q": "a", "filters": ["country"]}, "must be an object"),
        ({"q": "a", "filters": {"colour": "red"}}, "no parameter 'colour'"),
        ({"q": "a", "filters": {"year": "soon"}}, "not a year"),
        ({"q": "a", "lang": "de"}, "none of the languages"),
        ({"q": "a", "sort": "random"}, "no order"),
        ({"q": "x" * 10_000}, "at most 2,000"),
    ],
)
def test_search_when_asked_wrongly_says_what_is_allowed(search: FlaskClient, body: Any, said: str) -> None:
    answer = search.post("/api/search", json=body)
    assert answer.status_code == 400
    assert said in answer.get_json()["detail"]


def test_search_when_posted_in_another_format_is_415(search: FlaskClient) -> None:
    answer = search.post("/api/search", data="<q/>", content_type="application/xml")
    assert answer.status_code == 415
    broken = search.post("/api/search", data="{", content_type="application/json")
    assert broken.status_code == 400


def test_suggest_when_typed_completes_in_the_language(search: FlaskClient) -> None:
    found = search.post("/api/suggest", json={"q": "sécher", "lang": "fr"}).get_json()["suggestions"]
    assert found
    assert all("sécher" in each["text"].lower() for each in found if each["lang"] == "fr")


def test_vectors_when_not_switched_on_are_refused(search: FlaskClient) -> None:
    assert search.get("/api/embed?q=soil").status_code == 403


def test_vectors_when_switched_on_are_those_of_the_index(bundled_home: Path, bundled_app: Flask) -> None:
    made = create_app(
        Settings.from_env({}, home=str(bundled_home), rate_per_minute=0, embed_api=True, encoders="use")
    )
    try:
        client = made.test_client()
        body = client.post("/api/embed", json={"q": ["soil", "sol", "soil"]}).get_json()
        assert body["encoder"] == "use"
        first, other, again = body["vectors"]
        assert first == pytest.approx(again, abs=1e-6)
        assert first != pytest.approx(other, abs=0.01)
        assert sum(each * each for each in body["vectors"][0]) == pytest.approx(1.0, abs=1e-3)
        assert len(client.get("/api/embed?q=soil&kind=passage").get_json()["vectors"]) == 1
        for wrong in ("", "?q=", "?q=a&encoder=none", "?q=a&kind=other", "?" + "&".join(["q=a"] * 33)):
            assert client.get(f"/api/embed{wrong}").status_code == 400
    finally:
        made.extensions["kg_sparql"].close()
        made.extensions["kg"].live.close()


# Whatever people type

HOSTILE: Final = (
    "",
    " ",
    "x" * 10_000,
    "💧🌱",
    "تدهور الأراضي\u202e mulch 盐碱地 засоление",
    "'; DROP TABLE practice; -- <script>alert(1)</script>",
    '" } SELECT * { ?s ?p ?o } #',
    '\\"""\\',
    "\x01\x1b\x7f\u200b\u200d\ufeff",
    "a\x00b",
    "AND OR NOT (+title:x^2 ~ ${7*7} {{7*7}} %s%n ../../etc/passwd",
    "19/COP.13",
    "a " * 900,
    "without fertiliser sans engrais 不用 без بدون",
    "ÿ\u0300\u0301" * 300,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_query_when_hostile_is_answered_or_refused_everywhere(search: FlaskClient, text: str) -> None:
    literal = str(px.Literal(text))
    inside = f"{{ ?hit kg:query {literal} ; kg:limit 3 }}"
    kg = "PREFIX kg: <https://w3id.org/landkg/def/>"
    answers = [
        search.get("/api/search", query_string={"q": text, "limit": 3}),
        search.post("/api/search", json={"q": text, "limit": 3, "format": "bibtex"}),
        search.post(
            "/api/search", json={"q": "soil", "off": [text], "exclude": {"theme": [text]}, "limit": 1}
        ),
        search.get("/api/suggest", query_string={"q": text}),
        search.post("/api/suggest", json={"q": text, "lang": "ar"}),
        search.get("/api/similar", query_string={"iri": text}),
        search.post("/api/similar", json={"iri": text, "type": [text]}),
        search.get("/api/embed", query_string={"q": text}),
        search.post("/api/embed", json={"q": [text]}),
        search.get("/en/search", query_string={"q": text}),
        search.get("/ar/search", query_string={"q": text, "not.country": text}),
        ask(search, f"SELECT * {{ SERVICE kg:search {inside} }}"),
        ask(search, f"{kg} SELECT * {inside}", "/sparql/search"),
    ]
    assert all(each.status_code < 500 for each in answers), [each.status_code for each in answers]
    assert all(each.get_json()["detail"] for each in answers if each.status_code >= 400 and each.is_json)


# Exports


def test_export_when_read_back_holds_the_same_list(search: FlaskClient) -> None:
    url = "/api/search?q=land+degradation+neutrality&type=publication&limit=20&lang=en"
    hits = search.get(url).get_json()["hits"]
    table = rows(search.get(f"{url}&format=csv"))
    ris = rispy.loads(search.get(f"{url}&format=ris").text)
    library = bibtexparser.parse_string(search.get(f"{url}&format=bibtex").text)
    assert len(hits) == 20
    assert [row["iri"] for row in table] == [hit["iri"] for hit in hits]
    assert [int(row["rank"]) for row in table] == list(range(1, 21))
    assert [each["title"] for each in ris] == [" ".join(hit["label"].split()) for hit in hits]
    assert not library.failed_blocks
    assert len(library.entries) == 20
    assert all(
        each.fields_dict["year"].value == str(hit["year"])
        for each, hit in zip(library.entries, hits, strict=True)
        if hit["year"]
    )


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/x-bibtex", "application/x-bibtex"),
        ("text/html,*/*;q=0.1", "application/json"),
    ],
)
def test_export_when_the_header_names_a_format_answers_in_it(
    search: FlaskClient, accept: str, media_type: str
) -> None:
    answer = search.get("/api/search?q=soil+salinity&limit=1", headers={"Accept": accept})
    assert answer.mimetype == media_type


def test_export_when_all_is_asked_for_holds_the_whole_list(search: FlaskClient) -> None:
    total = search.get("/api/search?q=salinity&lang=en&limit=1").get_json()["total"]
    whole = search.get("/api/search?q=salinity&lang=en&limit=all&format=json").get_json()
    table = rows(search.get("/api/search?q=salinity&lang=en&limit=all&format=csv"))
    assert total > 10
    assert [row["iri"] for row in table] == [hit["iri"] for hit in whole["hits"]]
    assert len(table) == whole["total"] == total


def test_page_when_something_is_left_out_shows_it_with_a_way_back(search: FlaskClient) -> None:
    page = search.get("/fr/search?q=am%C3%A9liorer+le+sol+sans+engrais").text
    assert "sans engrais" in page
    assert "off=not.fertilizer" in page
    back = search.get("/fr/search?q=am%C3%A9liorer+le+sol+sans+engrais&off=not.fertilizer").text
    assert "Lire à nouveau comme sans engrais" in back


def test_page_when_a_code_is_unknown_says_so(search: FlaskClient) -> None:
    page = search.get("/es/search?q=technologies_999999").text
    assert "Ningún registro tiene este código: technologies_999999" in page


def test_export_when_the_format_is_unknown_is_406(search: FlaskClient) -> None:
    assert search.get("/api/search?q=soil+salinity&format=docx").status_code == 406


def test_similar_when_exported_is_a_file(search: FlaskClient) -> None:
    answer = search.get("/api/similar?iri=technologies_1298&format=ris&limit=3")
    assert 'filename="landkg-similar.ris"' in answer.headers["Content-Disposition"]
    assert len(rispy.loads(answer.text)) == 3


NASTY: Final = 'A {B} & 50% of_it $x #1 ~ \\cmd "q" é 中文,\n=1+1'


def nasty(number: int = 1, label: str = NASTY) -> Citation:
    hit = Hit(
        f"https://w3id.org/landkg/id/publication/a{{}},{number}",
        "publication",
        label,
        "en",
        0.5,
        year=2020,
        snippet="=cmd()",
    )
    said = {
        "publicationKind": ["journal article"],
        "containerTitle": ["J & K"],
        "pages": ["1-20"],
        "doi": ["10.1/a_b"],
        "abstract": ["Two\nlines, ER  - \n\nTY  - JOUR"],
    }
    return Citation(hit, (("de la Cruz", "Ana"), ("Food & Agriculture and Land", "")), (), said)


def test_bibtex_when_texts_hold_its_signs_reads_back_as_they_are() -> None:
    text = to_bibtex([nasty(1), nasty(1)])
    middleware = [bibtexparser.middlewares.LatexDecodingMiddleware()]
    library = bibtexparser.parse_string(text, append_middleware=middleware)
    assert not library.failed_blocks
    first, second = library.entries
    assert first.key != second.key
    assert first.fields_dict["title"].value.strip("{}") == " ".join(NASTY.split())
    assert first.fields_dict["journal"].value == "J & K"
    assert first.fields_dict["doi"].value == "10.1/a_b"
    assert text.count("{") == text.count("}")


def test_bibtex_when_a_bracket_has_no_partner_is_still_whole() -> None:
    library = bibtexparser.parse_string(to_bibtex([nasty(1, "a } b { c"), nasty(2, "{")]))
    assert (len(library.entries), library.failed_blocks) == (2, [])


def test_ris_when_texts_hold_its_tags_reads_back_as_they_are() -> None:
    first, second = rispy.loads(to_ris([nasty(1), nasty(2)]))
    assert first["title"] == " ".join(NASTY.split())
    assert first["authors"] == ["de la Cruz, Ana", "Food & Agriculture and Land"]
    assert first["abstract"] == "Two lines, ER - TY - JOUR"
    assert (first["start_page"], first["end_page"], second["type_of_reference"]) == ("1", "20", "JOUR")


def test_csv_when_texts_begin_like_formulas_is_harmless_in_spreadsheets() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([nasty(label="=HYPERLINK(1)")]), newline=""))
    assert (row["title"], row["snippet"]) == ("'=HYPERLINK(1)", "'=cmd()")
    (other,) = csv.DictReader(io.StringIO(to_csv([nasty()]), newline=""))
    assert other["title"] == NASTY


def test_document_when_read_names_every_property_of_searches() -> None:
    from kg.sparql.services.asking import ARGUMENTS, COLUMNS, FILTERS

    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in ARGUMENTS | FILTERS | COLUMNS if f"`kg:{name}`" not in text] == []


def test_json_when_it_is_an_example_of_the_document_answers(search: FlaskClient) -> None:
    (body,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    answer = search.post("/api/search", json=json.loads(body))
    assert answer.status_code == 200
    assert {country for hit in answer.get_json()["hits"] for country in hit["countries"]} & {"NER", "BFA"}
