"""Files to take away: every form says the same, checksums are true, the catalogue names them all."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as px
import pytest
import rdflib
from flask.testing import FlaskClient
from sssom_pydantic.io import read_unprocessed

from kg import generation
from kg.config import Settings
from kg.errors import Unavailable
from kg.link import dumps
from kg.link.catalogue import SPDX
from kg.locks import held
from kg.vocab import DCAT, LANGUAGES, VOID, Iris
from kg.web import create_app

ROOT = "https://hub.example/"


@dataclass
class Site:
    client: FlaskClient
    home: Path
    listed: list[dict[str, Any]]

    def body(self, address: str) -> bytes:
        with self.client.get(f"/{address.removeprefix(ROOT)}") as answer:
            assert answer.status_code == 200
            return bytes(answer.data)


@pytest.fixture(scope="module")
def site(tiny_home: Path) -> Iterator[Site]:
    settings = Settings.from_env({}, home=str(tiny_home), public_url=ROOT, rate_per_minute=0)
    app = create_app(settings)
    client = app.test_client()
    yield Site(client, tiny_home, client.get("/dumps").get_json()["dumps"])
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def _quads(body: bytes, form: str) -> set[str]:
    kind = {"nq": px.RdfFormat.N_QUADS, "trig": px.RdfFormat.TRIG, "jsonld": px.RdfFormat.JSON_LD}[form]
    return {str(quad) for quad in px.parse(input=body, format=kind)}


def test_files_when_fetched_have_the_sizes_and_checksums_of_the_list(site: Site) -> None:
    assert {each["graph"] for each in site.listed} >= {"concepts", "ontology", "partners"}
    for row in site.listed:
        for file in row["files"]:
            whole, packed = site.body(file["address"]), site.body(file["packed"]["address"])
            assert (len(whole), hashlib.sha256(whole).hexdigest()) == (file["bytes"], file["sha256"])
            assert hashlib.sha256(packed).hexdigest() == file["packed"]["sha256"]
            assert gzip.decompress(packed) == whole


def test_file_when_its_client_packs_answers_is_still_that_of_its_digest(site: Site) -> None:
    with (
        site.client.get("/dumps/partners.csv") as plain,
        site.client.get("/dumps/partners.csv", headers={"Accept-Encoding": "gzip"}) as asked,
    ):
        assert (plain.data, plain.headers["Repr-Digest"]) == (asked.data, asked.headers["Repr-Digest"])
    with site.client.get("/dumps/partners.nq.gz", headers={"Range": "bytes=0-1"}) as part:
        assert (part.status_code, part.data) == (206, b"\x1f\x8b")


@pytest.mark.parametrize("form", ["trig", "jsonld"])
def test_graph_when_read_from_another_form_has_the_same_statements(site: Site, form: str) -> None:
    for row in site.listed:
        files = {each["form"]: each["address"] for each in row["files"]}
        lines = _quads(site.body(files["nq"]), "nq")
        assert len(lines) == row["triples"]
        assert _quads(site.body(files[form]), form) == lines


def test_table_when_read_by_its_description_has_every_statement(site: Site) -> None:
    for row in site.listed:
        files = {each["form"]: each["address"] for each in row["files"]}
        described = json.loads(site.body(files["csv-metadata.json"]))
        fields = described["tableSchema"]["columns"]
        table = list(csv.reader(io.StringIO(site.body(files["csv"]).decode())))
        assert table[0] == [each["titles"] for each in fields]
        found = set()
        for cells in table[1:]:
            for cell, column in zip(cells[1:], fields[1:], strict=True):
                parts = cell.split(column["separator"]) if "separator" in column else [cell]
                found |= {
                    (cells[0], column["propertyUrl"], part, column.get("lang", "")) for part in parts if cell
                }
        stated = {
            (
                quad.subject.value,
                quad.predicate.value,
                _safe(quad.object),
                getattr(quad.object, "language", None) or "",
            )
            for quad in px.parse(input=site.body(files["nq"]), format=px.RdfFormat.N_QUADS)
        }
        assert found == {each for each in stated if each[2]}


def _safe(term: Any) -> str:
    text = str(term.value)
    is_text = isinstance(term, px.Literal) and term.datatype.value.endswith(("#string", "#langString"))
    return f"'{text}" if is_text and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def test_mappings_of_concepts_when_read_as_sssom_are_those_of_the_graph(site: Site) -> None:
    read = read_unprocessed(io.StringIO(site.body(f"{ROOT}dumps/concepts.sssom.tsv").decode()))
    assert read.converter is not None
    found = {
        (read.converter.expand(each.subject_id), each.predicate_id, read.converter.expand(each.object_id))
        for each in read.records
    }
    assert (f"{Iris().base}id/concept/land_use_type", "skos:closeMatch",
            "http://aims.fao.org/aos/agrovoc/c_4182") in found  # fmt: skip
    assert len(found) == len(
        re.findall(r"#(?:exact|close)Match> <http:", site.body(f"{ROOT}dumps/concepts.nq").decode())
    )


@pytest.mark.parametrize("address", ["/dumps/nothing.nq", "/dumps/ontology.sssom.tsv", "/dumps/ontology.exe"])
def test_file_when_there_is_none_is_not_found(site: Site, address: str) -> None:
    assert site.client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/catalog", "/.well-known/void"])
def test_catalogue_when_read_names_each_file_with_size_checksum_and_media_type(
    site: Site, address: str
) -> None:
    graph = rdflib.Graph()
    graph.parse(data=site.client.get(address, headers={"Accept": "text/turtle"}).data, format="turtle")
    spdx, dcat = rdflib.Namespace(SPDX), rdflib.Namespace(DCAT)
    for row in site.listed:
        for file in row["files"]:
            node = rdflib.URIRef(file["address"])
            assert int(str(graph.value(node, dcat.byteSize))) == file["bytes"]
            assert str(graph.value(node, dcat.mediaType)).endswith(file["media_type"])
            checksum = graph.value(node, spdx.checksum)
            assert str(graph.value(checksum, spdx.checksumValue)) == file["sha256"]
            assert (rdflib.URIRef(Iris().graph(row["graph"])), dcat.distribution, node) in graph
    assert (None, rdflib.URIRef(f"{DCAT}endpointURL"), rdflib.URIRef(f"{ROOT}changes/stream")) in graph


def test_partner_when_catalogued_is_a_dataset_with_a_linkset_and_its_count(site: Site) -> None:
    graph = rdflib.Graph()
    graph.parse(
        data=site.client.get("/catalog", headers={"Accept": "application/rdf+xml"}).data, format="xml"
    )
    void = rdflib.Namespace(VOID)
    partner = rdflib.URIRef(Iris().id("dataset", "partner-panorama"))
    assert (partner, rdflib.RDF.type, rdflib.URIRef(f"{DCAT}Dataset")) in graph
    assert graph.value(partner, rdflib.URIRef("http://xmlns.com/foaf/0.1/homepage")) is not None
    linkset = graph.value(predicate=void.subjectsTarget, object=partner)
    assert (linkset, rdflib.RDF.type, void.Linkset) in graph
    assert int(str(graph.value(linkset, void.triples))) == 0
    outside = graph.value(predicate=void.uriSpace, object=rdflib.Literal("http://aims.fao.org/aos/agrovoc/"))
    mapped = graph.value(predicate=void.objectsTarget, object=outside)
    assert int(str(graph.value(mapped, void.triples))) > 70


def test_page_of_downloads_when_shown_is_in_the_readers_language(site: Site) -> None:
    pages = {lang: site.client.get(f"/{lang}/downloads").text for lang in LANGUAGES}
    assert len({re.findall(r"<h1>(.*?)</h1>", page)[0] for page in pages.values()}) == 6
    for page in pages.values():
        assert all(f'href="/dumps/concepts.{form}"' in page for form in dumps.MEDIA_TYPES)
    assert (
        site.client.get("/catalog", headers={"Accept": "text/html"})
        .headers["Location"]
        .endswith("/en/downloads")
    )


def test_page_of_downloads_when_the_files_are_not_written_yet_says_so_and_has_the_rest(
    tiny_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: object) -> None:
        raise Unavailable("The dumps are being written.", retry_after=30)

    monkeypatch.setattr(dumps, "ensure", busy)
    app = create_app(Settings.from_env({}, home=str(tiny_home), rate_per_minute=0))
    try:
        client = app.test_client()
        page = client.get("/fr/downloads")
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
        assert "en cours d'écriture" in page.text
        assert "ActivityStreams" in page.text
        assert client.get("/dumps").status_code == 503
    finally:
        app.extensions["kg_sparql"].close()
        app.extensions["kg"].live.close()


def test_dumps_when_another_process_writes_them_are_awaited(tiny_home: Path, tmp_path: Path) -> None:
    serving = generation.current(tiny_home)
    copy = generation.Generation(serving.id, tmp_path / serving.id, serving.manifest)
    copy.folder.mkdir()
    with serving.graph_file.open("rb") as file:
        lines = [line for line in file if line.endswith(b"/graph/partners> .\n")]
    copy.graph_file.write_bytes(b"".join(lines))
    with held(tmp_path / "dumps.lock") as free:
        assert free
        with pytest.raises(Unavailable):
            dumps.ensure(tmp_path, copy, Iris())
    first = dumps.ensure(tmp_path, copy, Iris())
    assert [each.graph for each in first] == ["partners"]
    assert sorted(each.name for each in copy.folder.iterdir()) == ["dumps", "graph.nq"]
    shutil.rmtree(copy.folder / "dumps")
    assert dumps.ensure(tmp_path, copy, Iris()) == first
