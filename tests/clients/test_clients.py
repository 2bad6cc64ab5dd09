"""Clients that people use, against the really started endpoint; about 15 s, of which comunica takes most."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pandas
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, RDFXML, TSV, TURTLE, SPARQLWrapper

from kg.vocab import Iris

IRIS = Iris()
KG = f"PREFIX kg: <{IRIS.ns}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
NIGER = (
    f"{KG}SELECT ?practice ?name {{"
    f" ?practice kg:country <{IRIS.country('NER')}> ; rdfs:label ?name }} ORDER BY ?name"
)
COMUNICA = Path(__file__).parent / "node_modules" / ".bin" / "comunica-sparql"


def wrapper(endpoint: str, query: str, form: str) -> SPARQLWrapper:
    made = SPARQLWrapper(endpoint)
    made.setQuery(query)
    made.setReturnFormat(form)
    return made


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper_when_it_selects_gets_rows(endpoint: str, method: str) -> None:
    asked = wrapper(endpoint, NIGER, JSON)
    asked.setMethod(method)
    rows = asked.queryAndConvert()["results"]["bindings"]
    assert "Demi-lunes (agricoles, pastorales ou forestières)" in [row["name"]["value"] for row in rows]


def test_sparqlwrapper_when_it_selects_csv_gets_csv(endpoint: str) -> None:
    assert wrapper(endpoint, NIGER, CSV).queryAndConvert().startswith(b"practice,name\r\n")


def test_sparqlwrapper_when_it_selects_tsv_gets_tsv(endpoint: str) -> None:
    # It names two formats then, of which we know one.
    assert wrapper(endpoint, NIGER, TSV).queryAndConvert().startswith(b"?practice\t?name\n")


def test_sparqlwrapper_when_it_asks_gets_a_boolean(endpoint: str) -> None:
    asked = wrapper(endpoint, f"{KG}ASK {{ ?practice a kg:Technology }}", JSON)
    assert asked.queryAndConvert()["boolean"] is True


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper makes one
@pytest.mark.parametrize("form", [RDFXML, TURTLE, JSONLD])
def test_sparqlwrapper_when_it_constructs_gets_a_graph(endpoint: str, form: str) -> None:
    query = f"{KG}CONSTRUCT {{ ?c rdfs:label ?n }} WHERE {{ ?c a kg:Country ; rdfs:label ?n }} LIMIT 40"
    found = wrapper(endpoint, query, form).queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert len(graph) == 40


def test_sparqlwrapper_when_it_updates_is_refused(endpoint: str) -> None:
    asked = wrapper(endpoint, "INSERT DATA { <urn:a> <urn:b> <urn:c> }", JSON)
    asked.setMethod(POST)
    with pytest.raises(HTTPError) as caught:
        asked.query()
    assert caught.value.code == 403
    caught.value.close()


def test_sparqlstore_when_queried_gives_rdflib_terms(endpoint: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint))
    rows = [tuple(row) for row in graph.query(NIGER)]
    assert all(isinstance(practice, URIRef) and isinstance(name, Literal) for practice, name in rows)
    assert "Demi-lunes (agricoles, pastorales ou forestières)" in [str(name) for _practice, name in rows]


def test_sparqlstore_when_a_variable_is_bound_keeps_it(endpoint: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint))
    query = f"{KG}SELECT ?name {{ ?country a kg:Country ; rdfs:label ?name FILTER(LANG(?name) = 'fr') }}"
    rows = list(graph.query(query, initBindings={"country": URIRef(IRIS.country("NER"))}))
    assert [tuple(row) for row in rows] == [(Literal("Niger", lang="fr"),)]


def test_sparqlstore_when_walked_gives_triples(endpoint: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint))
    labels = set(graph.objects(URIRef(IRIS.concept("drought")), SKOS.prefLabel))
    assert {label.language for label in labels} == {"en", "fr", "es", "ru", "zh", "ar"}


def test_pandas_when_it_reads_an_address_gets_a_table(endpoint: str) -> None:
    table = pandas.read_csv(f"{endpoint}?{urlencode({'query': NIGER, 'format': 'csv'})}")
    assert list(table.columns) == ["practice", "name"]
    assert table["practice"].is_unique
    assert table["name"].str.contains("Demi-lunes").any()


def test_pandas_when_it_reads_numbers_gets_numbers(endpoint: str) -> None:
    where = "{ ?p a kg:Practice ; kg:country ?country }"
    query = f"{KG}SELECT ?country (COUNT(?p) AS ?n) {where} GROUP BY ?country"
    table = pandas.read_csv(f"{endpoint}?{urlencode({'query': query, 'format': 'csv'})}", index_col="country")
    assert table["n"].dtype == "int64"
    assert table["n"].sum() > 200


def curl(*arguments: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    return subprocess.run(
        ["curl", "--silent", "--show-error", *arguments], check=True, capture_output=True, text=True
    ).stdout


def test_curl_when_it_posts_a_query_gets_what_it_accepts(endpoint: str) -> None:
    found = curl("-H", "Accept: text/csv", "--data-urlencode", f"query={NIGER}", endpoint)
    assert found.startswith("practice,name")


def test_curl_when_it_posts_a_file_compressed_answer_is_read(endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "query.rq").write_text(NIGER, encoding="utf-8")
    sent = f"@{tmp_path / 'query.rq'}"
    header = "Content-Type: application/sparql-query"
    found = curl("--compressed", "-H", header, "--data-binary", sent, endpoint)
    assert json.loads(found)["head"]["vars"] == ["practice", "name"]


def test_curl_when_it_asks_again_with_the_tag_downloads_nothing(endpoint: str, tmp_path: Path) -> None:
    tag, body = str(tmp_path / "tag"), str(tmp_path / "body")
    asked = ("-G", "--data-urlencode", f"query={NIGER}", "-o", body, "-w", "%{http_code}", endpoint)
    assert curl("--etag-save", tag, *asked) == "200"
    assert curl("--etag-compare", tag, *asked) == "304"


def test_comunica_when_it_federates_joins_our_rows_with_those_of_another_server(
    endpoint: str, other_endpoint: str
) -> None:
    if not COMUNICA.exists():
        pytest.skip("comunica is not installed: .ci/clients installs it, and 'make test' runs that")
    query = (
        f"{KG}SELECT ?country ?name ?people (COUNT(DISTINCT ?p) AS ?practices) {{"
        " ?country <http://example.org/population> ?people . ?country rdfs:label ?name ."
        " ?p kg:country ?country . FILTER(LANG(?name) = 'en') } GROUP BY ?country ?name ?people"
    )
    command = [
        str(COMUNICA), f"sparql@{endpoint}", f"sparql@{other_endpoint}", query,
        "-t", "application/sparql-results+json",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = {
        row["name"]["value"]: (row["people"]["value"], int(row["practices"]["value"]))
        for row in json.loads(done.stdout)["results"]["bindings"]
    }
    assert set(rows) == {"Burkina Faso", "Niger", "Ethiopia"}
    assert rows["Niger"][0] == "27"
    assert all(count > 1 for _people, count in rows.values())
