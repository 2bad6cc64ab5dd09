"""Links in, review and links out over HTTP, with a second site that plays the partner."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from tiny import TINY_INPUTS
from werkzeug.serving import make_server

from kg import generation
from kg.build import build
from kg.config import Settings
from kg.link import accounts, journal, sssom
from kg.store.embedded import open_store
from kg.vocab import LANGUAGES, Iris
from kg.web import create_app

EBA = "https://w3id.org/landkg/id/concept/eba"


@dataclass
class Hub:
    """Our own service on a small graph, and the partner's site beside it."""

    client: FlaskClient
    app: Flask
    home: Path
    settings: Settings
    partner: str


def _partner() -> Flask:
    site = Flask("partner")

    @site.get("/case/<int:number>")
    def case(number: int) -> str:
        link = f'<a href="{EBA}">EbA</a>' if number == 1 else "no link"
        return f"<title>Case {number}</title><p>{link}</p>"

    return site


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    home = tmp_path_factory.mktemp("linkhub")
    server = make_server("127.0.0.1", 0, _partner(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    (home / "partners").mkdir()
    (home / "partners" / "neighbour.toml").write_text(
        f'name = "Neighbour"\nhomepage = "{base}/"\nhosts = ["127.0.0.1"]\nrecord_prefixes = ["{base}/"]\n',
        encoding="utf-8",
    )
    settings = Settings.from_env(
        {}, home=str(home), public_url="https://hub.example/", rate_per_minute=0,
        link_inner_hosts=f"127.0.0.1:{server.server_port}",
    )  # fmt: skip
    build(settings, inputs=TINY_INPUTS, bundled=False, index=False)
    app = create_app(settings)
    yield Hub(app.test_client(), app, home, settings, base)
    server.shutdown()
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def _mention(hub: Hub, source: str, target: str = EBA) -> int:
    return hub.client.post("/webmention", data={"source": source, "target": target}).status_code


def test_links_in_when_accepted_and_built_show_on_the_record_and_join_in_sparql(hub: Hub, iris: Iris) -> None:
    before = generation.current(hub.home).id
    assert _mention(hub, f"{hub.partner}/case/1", "https://hub.example/fr/id/concept/eba") == 200
    note = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce",
            "object": f"{hub.partner}/case/1", "target": EBA}  # fmt: skip
    told = hub.client.post("/inbox", data=json.dumps(note), content_type="application/ld+json")
    assert told.status_code == 202
    queued = journal.listed(hub.home, partner="neighbour")
    assert [(each.link.subject, each.link.object, each.state) for each in queued] == [
        (f"{hub.partner}/case/1", EBA, "open")
    ]
    journal.decide(hub.home, queued[0].number, action="accept", curator="Ana", reason="it is about EbA")
    build(hub.settings, inputs=TINY_INPUTS, bundled=False, index=False)
    hub.app.extensions["kg"].live.refresh()
    assert "Case 1 (Neighbour)" in hub.client.get("/en/id/concept/eba").text
    assert f"{hub.partner}/case/1" in hub.client.get("/data/id/concept/eba.ttl").text
    store = open_store(generation.current(hub.home).folder, hub.settings)
    rows = store.select(
        f"SELECT ?name ?label WHERE {{ GRAPH <{iris.graph('links/neighbour')}> {{ ?case ?is <{EBA}> }} "
        f"?case <http://rdfs.org/ns/void#inDataset>/<http://purl.org/dc/terms/title> ?name . "
        f"<{EBA}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label FILTER(LANG(?label) = 'en') }}"
    )
    assert [(row["name"].value, row["label"].value) for row in rows] == [
        ("Neighbour", "ecosystem-based adaptation")
    ]
    back = hub.client.get("/dumps/links-neighbour.sssom.tsv").text
    assert [
        (row.link.subject, row.link.object, row.action, row.curator) for row in sssom.read(back, iris)
    ] == [(f"{hub.partner}/case/1", EBA, "accept", "Ana")]
    feed = hub.client.get("/changes.json").get_json()
    assert feed["name"] == f"Changes from {before} to {generation.current(hub.home).id}"
    assert {"type": "Update", "object": EBA} in [
        {"type": each["type"], "object": each["object"]} for each in feed["orderedItems"]
    ]
    atom = ElementTree.fromstring(hub.client.get("/changes.atom").data)  # noqa: S314 - our own
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == feed["totalItems"]


def test_mention_when_the_page_does_not_link_is_refused(hub: Hub) -> None:
    assert _mention(hub, f"{hub.partner}/case/2") == 403


@pytest.mark.parametrize(
    "source",
    [
        "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:22/", "http://[::1]/", "file:///etc/passwd",
        "http://localhost/", "https://unknown.example/", "http://panorama.solutions:8080/", "x",
    ],
)  # fmt: skip
def test_mention_when_its_source_is_no_partners_page_is_refused(hub: Hub, source: str) -> None:
    assert _mention(hub, source) in (400, 403)


def test_mention_when_its_target_is_not_ours_is_not_found(hub: Hub) -> None:
    assert _mention(hub, f"{hub.partner}/case/1", "https://elsewhere.example/id/concept/eba") == 404


def test_record_when_asked_names_inbox_webmention_and_how_to_cite(hub: Hub) -> None:
    links = hub.client.get("/en/id/concept/eba").headers.getlist("Link")
    assert f'<{EBA}>; rel="cite-as"' in links
    assert any('rel="webmention"' in each for each in links)
    assert any("ldp#inbox" in each for each in links)


# -- api and accounts ---------------------------------------------------------------------------------


def _records(count: int) -> list[dict[str, str]]:
    return [
        {"id": f"https://p.example/{n}", "title": f"Ecosystem-based adaptation in village {n}"}
        for n in range(count)
    ]


def test_records_when_posted_get_links_in_every_format(hub: Hub) -> None:
    body = hub.client.post("/api/link", json={"records": _records(2)}).get_json()
    assert {each["object"] for each in body["links"]} >= {EBA}
    kinds = {}
    for form in ("sssom", "ttl", "csv"):
        answer = hub.client.post(f"/api/link?format={form}", json={"records": _records(1)})
        kinds[form] = answer.mimetype
        assert answer.status_code == 200
    assert kinds == {"sssom": "text/tab-separated-values", "ttl": "text/turtle", "csv": "text/csv"}


def test_records_when_many_are_a_job_that_needs_a_token(hub: Hub) -> None:
    many = {"records": _records(250)}
    assert hub.client.post("/api/link", json=many).status_code == 403
    head = {"Authorization": f"Bearer {accounts.create(hub.home, 'neighbour', 'partner')}"}
    answer = hub.client.post("/api/link", json=many, headers=head)
    assert answer.status_code == 202
    place = answer.headers["Location"]
    for _ in range(1200):
        state = hub.client.get(place, headers=head).get_json()
        if state["state"] == "done":
            break
        threading.Event().wait(0.1)
    assert (state["state"], state["done"]) == ("done", 250)
    assert len(hub.client.get(f"{place}/links", headers=head).get_json()["links"]) >= 250


def test_mapping_set_when_uploaded_without_token_is_refused(hub: Hub) -> None:
    assert hub.client.post("/api/linksets/neighbour", data="x").status_code == 403


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"records": []}', '{"records": [1]}', '{"records": [{"id": "x"}]}']
)
def test_records_when_malformed_are_refused(hub: Hub, body: str) -> None:
    answer = hub.client.post("/api/link", data=body, content_type="application/json")
    assert answer.status_code == 400


# -- links out ----------------------------------------------------------------------------------------


def test_dumps_when_fetched_have_the_checksums_of_the_list(hub: Hub) -> None:
    listed = hub.client.get("/dumps").get_json()["dumps"]
    row = next(each for each in listed if each["graph"] == "partners")
    body = hub.client.get("/dumps/partners.nq")
    assert hashlib.sha256(body.data).hexdigest() == row["sha256"]
    for form in ("trig", "jsonld"):
        answer = hub.client.get(f"/dumps/partners.{form}")
        digest = base64.b64encode(hashlib.sha256(answer.data).digest()).decode()
        assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert hub.client.get("/dumps/../../etc/passwd.nq").status_code == 404


def test_partners_when_asked_for_rdf_are_datasets(hub: Hub) -> None:
    assert "dcat:Dataset" in hub.client.get("/partners", headers={"Accept": "text/turtle"}).text
    assert any(each["id"] == "panorama" for each in hub.client.get("/partners").get_json()["partners"])


def test_card_when_asked_by_oembed_is_a_frame_without_rights(hub: Hub) -> None:
    body = hub.client.get("/oembed", query_string={"url": EBA, "maxwidth": "300"}).get_json()
    assert (body["type"], body["width"]) == ("rich", 300)
    assert 'sandbox=""' in body["html"]
    assert hub.client.get("/oembed", query_string={"url": "https://x.example/"}).status_code == 404


def test_widget_when_shown_in_six_languages_sets_no_cookie_and_runs_nothing(server: str) -> None:
    headings = set()
    for lang in LANGUAGES:
        answer = requests.get(f"{server}/{lang}/widget", params={"q": "terraces against erosion"}, timeout=60)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "<script" not in answer.text
        assert answer.text.count("<li>") == 5
        headings.add(re.findall(r"<h1>(.*?)</h1>", answer.text)[0])
    assert len(headings) == 6
    script = requests.get(f"{server}/widget.js", timeout=60)
    assert "cookie" not in script.text
    assert script.headers["Content-Type"].startswith("text/javascript")
