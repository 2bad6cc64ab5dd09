"""What strangers and partners send us: addresses that lead inside, floods, bombs, others' jobs."""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as px
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from homes import empty
from werkzeug.serving import make_server

from kg.config import Settings
from kg.errors import KgError
from kg.link import accounts, jobs, journal, linksets, partners, rdf_files, sssom
from kg.link.fetching import Fetched, Fetcher
from kg.link.links import Link
from kg.link.notifications import is_linked
from kg.link.records import PartnerRecord
from kg.vocab import Iris
from kg.web import create_app, links_in

EBA = "https://w3id.org/landkg/id/concept/eba"
STREAMS = "https://www.w3.org/ns/activitystreams"


@dataclass
class Hub:
    """Our service on the small graph, and the address of the partner's site beside it."""

    app: Flask
    home: Path
    partner: str

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def told(self, body: object, **headers: str) -> int:
        sent = {"Content-Type": "application/ld+json"} | headers
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post("/inbox", data=text, headers=sent).status_code

    def announced(self, source: str, target: str = EBA) -> int:
        return self.told({"@context": STREAMS, "type": "Announce", "object": source, "target": target})

    def token(self, name: str, role: str = "partner") -> dict[str, str]:
        return {"Authorization": f"Bearer {accounts.create(self.home, name, role)}"}


def _partner_site() -> Flask:
    site = Flask("partner")
    link = f'<title>Case</title><a href="{EBA}">EbA</a>'

    @site.get("/case/<name>")
    def case(name: str) -> str:
        return link

    @site.get("/elsewhere/case")
    def elsewhere() -> str:
        return link

    @site.get("/zipped")
    def zipped() -> Response:
        bomb = gzip.compress(link.encode() + b" " * 50_000_000)
        return Response(bomb, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})

    @site.get("/tags")
    def tags() -> str:
        return link + "<" * 900_000

    @site.get("/away")
    def away() -> Response:
        return Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})

    return site


@pytest.fixture(scope="module")
def service(tiny_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    home = tmp_path_factory.mktemp("links-in")
    (home / "generations").symlink_to(tiny_home / "generations")
    (home / "current").write_text((tiny_home / "current").read_text(encoding="ascii"), encoding="ascii")
    site = make_server("127.0.0.1", 0, _partner_site(), threaded=True)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{site.server_port}"
    (home / "partners").mkdir()
    (home / "partners" / "near.toml").write_text(
        f'name = "Near"\nhomepage = "{base}/"\nhosts = ["127.0.0.1"]\nrecord_prefixes = '
        f'["{base}/case/", "{base}/zipped", "{base}/tags", "{base}/away"]\n',
        encoding="utf-8",
    )
    app = create_app(
        Settings.from_env(
            {}, home=str(home), public_url="https://hub.example/", rate_per_minute=0,
            link_inner_hosts=f"127.0.0.1:{site.server_port}",
        )
    )  # fmt: skip
    yield Hub(app, home, base)
    site.shutdown()
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


@pytest.fixture
def hub(service: Hub) -> Hub:
    empty(service.home)
    for name in ("notifications", "wrong-tokens"):
        service.app.extensions["kg_rates"].forget(name)
    return service


# -- addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[fe80::1%25eth0]/", "http://[2002:7f00:1::]/",
        "http://[::]/", "http://[64:ff9b::7f00:1]/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://127.1/", "http://0/", "http://panorama.solutions@127.0.0.1/", "http://panorama.solutions:x@127.0.0.1/",
        "http://127.0.0.1:22/", "http://panorama.solutions.evil.example/", "http://panorama.solutions%2eevil.example/",
        "http://panorama.solutions%00.evil.example/", "https://panorama.solutions:22/", "gopher://panorama.solutions/",
        "file:///etc/passwd", "dict://127.0.0.1:11211/stat", "http:///etc", "http://panorama.solutions\tx/",
        "http://１２７.0.0.1/", "https://unregistered.example/",
    ],
)  # fmt: skip
def test_source_when_written_to_reach_inside_is_refused(hub: Hub, source: str) -> None:
    assert hub.announced(source) in (400, 403)
    assert hub.client.post("/webmention", data={"source": source, "target": EBA}).status_code in (400, 403)
    assert journal.listed(hub.home) == []


def test_source_when_a_registered_name_leads_to_inner_addresses_is_refused(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def inner(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", inner)
    assert hub.announced("https://panorama.solutions/en/solution/x") == 403


@pytest.mark.parametrize("path", ["away", "zipped", "tags", "elsewhere/case"])
def test_page_when_it_leads_inside_is_packed_broken_or_no_record_is_refused(hub: Hub, path: str) -> None:
    assert hub.announced(f"{hub.partner}/{path}") in (403, 413)
    assert journal.listed(hub.home) == []


def test_page_when_its_markup_is_broken_on_purpose_is_read_in_bounded_time() -> None:
    began = time.process_time()
    for text in ("<" * 1_000_000, "<a " * 330_000, "<a " + "x='" * 330_000, "<!--" * 250_000):
        page = Fetched("https://p.example/", "text/html", text.encode())
        try:
            assert not is_linked(page, [EBA])[0]
        except KgError as fault:
            assert fault.status == 413
    assert time.process_time() - began < 30  # 66 s for the first alone without the bound


def test_name_when_its_first_address_is_silent_is_asked_at_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    asked = []

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(place[0])
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    places = ["93.184.215.14", "93.184.215.15"]
    with pytest.raises(KgError):
        Fetcher(["p.example"], resolver=lambda _h, _p: places).get("http://p.example/")
    assert asked == places


# -- notifications ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"type": "Announce"}, {"type": ["Announce"], "object": [], "target": {}}, [], [1], "x", 7, None,
        "{", "[" * 50_000, {"@context": "http://127.0.0.1:9/steal.jsonld", "type": "http://x/Announce"},
        {"type": "Announce", "object": {"id": {"id": "x"}}, "target": EBA}, {"@graph": [{"@id": "x"}]},
        {"id": "https://p.example/", "skos:exactMatch": ["a", "b"]}, b"\xff\xfe", b"\x1f\x8b\x08",
    ],
)  # fmt: skip
def test_notification_when_malformed_is_refused(hub: Hub, body: object) -> None:
    assert hub.told(body) == 400


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda a, t: {"@context": "http://127.0.0.1:9/x", "type": "Announce", "object": a, "target": t},
        lambda a, t: [
            {
                "@type": [f"{STREAMS}#Announce"],
                f"{STREAMS}#object": [{"@id": a}],
                f"{STREAMS}#target": [{"@id": t}],
            }
        ],
        lambda a, t: {"@id": a, "skos:exactMatch": {"@id": t}},
    ],
)  # fmt: skip
def test_notification_when_compact_expanded_or_bare_is_read_and_its_context_never_fetched(
    hub: Hub, wrapped: Any
) -> None:
    assert hub.told(wrapped(f"{hub.partner}/case/1#part", EBA)) == 202
    (held,) = journal.listed(hub.home, partner="near")
    assert (held.link.subject, held.link.predicate) == (f"{hub.partner}/case/1", "dcterms:relation")


@pytest.mark.parametrize("kind", ["text/html", "multipart/form-data; boundary=x", "application/xml", ""])
def test_notification_when_of_another_media_type_is_unsupported(hub: Hub, kind: str) -> None:
    assert hub.told({"type": "Announce"}, **{"Content-Type": kind}) == 415


def test_notification_when_large_is_refused_also_without_a_stated_length(hub: Hub) -> None:
    body = json.dumps({"type": "Announce", "object": "x" * 70_000}).encode()
    assert hub.told(body) == 413
    answer = hub.client.post(
        "/inbox", input_stream=io.BytesIO(body), content_type="application/ld+json",
        environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip
    assert answer.status_code == 413


def test_notifications_when_many_come_from_one_client_are_refused_for_a_minute(hub: Hub) -> None:
    codes = [hub.announced("https://unregistered.example/") for _ in range(links_in.PER_MINUTE + 1)]
    assert codes == [403] * links_in.PER_MINUTE + [429]


def test_notifications_when_too_many_wait_are_refused_until_curators_have_looked(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_in, "WAITING_MOST", 2)
    assert [hub.announced(f"{hub.partner}/case/{n}") for n in range(3)] == [202, 202, 503]
    journal.decide(hub.home, 1, action="reject", curator="Ana", reason="no")
    assert hub.announced(f"{hub.partner}/case/9") == 202


def test_notification_when_known_adds_nothing(hub: Hub) -> None:
    assert [hub.announced(f"{hub.partner}/case/1{part}") for part in ("", "#a", "#b")] == [202] * 3
    assert len(journal.listed(hub.home)) == 1


def test_inbox_when_read_names_what_it_takes_and_only_what_was_accepted(hub: Hub) -> None:
    hub.announced(f"{hub.partner}/case/1")
    answer = hub.client.get("/inbox")
    assert answer.headers["Accept-Post"] == "application/ld+json"
    assert answer.json is not None
    assert answer.json["http://www.w3.org/ns/ldp#contains"] == []
    journal.decide(hub.home, 1, action="accept", curator="Ana", reason="")
    body = hub.client.get("/inbox").json
    assert body is not None
    assert len(body["http://www.w3.org/ns/ldp#contains"]) == 1


# -- mapping sets and linksets ------------------------------------------------------------------------


def _linkset(hub: Hub, *lines: str) -> str:
    return "\n".join(line.replace("$", hub.partner) for line in lines)


def test_linkset_when_written_from_either_side_waits_in_the_queue(hub: Hub) -> None:
    skos = "http://www.w3.org/2004/02/skos/core#"
    body = _linkset(
        hub,
        f"<$/case/1> <{skos}broadMatch> <{EBA}> .",
        f"<https://w3id.org/landkg/id/concept/slm> <{skos}narrowMatch> <$/case/2> .",
        '<$/case/1> <http://purl.org/dc/terms/title> "One" .',
        f"<$/case/1> <{skos}exactMatch> <https://elsewhere.example/x> .",
    )
    head = hub.token("near") | {"Content-Type": "text/turtle"}
    answer = hub.client.post("/api/linksets/near", data=body, headers=head)
    assert answer.json == {"rows": 2, "queued": 2, "decided": 0}
    held = {each.link.subject[-1]: each for each in journal.listed(hub.home)}
    assert [held[n].predicate for n in "12"] == ["skos:broadMatch"] * 2
    assert held["1"].link.subject_label == "One"
    assert {each.state for each in held.values()} == {"open"}


_RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/terms/">'
    b'<rdf:Description rdf:about="https://p.example/1"><d:title>%s</d:title></rdf:Description></rdf:RDF>'
)
_HEAD = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"


def _xml(entities: bytes, text: bytes = b"&j;") -> bytes:
    return b"<!DOCTYPE r [" + entities + b"]>" + _RDF % text


def _in_itself(first: bytes, each: Any) -> bytes:
    """Write nine things, each made of ten of the one before."""
    return first + b"".join(each(b"%c" % (98 + n), b"%c" % (97 + n)) for n in range(9))


BOMBS = {
    "laughs": (
        "application/rdf+xml",
        _xml(_in_itself(b'<!ENTITY a "ha">', lambda x, y: b'<!ENTITY %s "%s">' % (x, b"&%s;" % y * 10))),
    ),
    "quadratic": ("application/rdf+xml", _xml(b'<!ENTITY j "%s">' % (b"x" * 200_000), b"&j;" * 2000)),
    "external": ("application/rdf+xml", _xml(b'<!ENTITY j SYSTEM "file:///etc/passwd">')),
    "parameter": ("application/rdf+xml", _xml(b'<!ENTITY % j SYSTEM "http://127.0.0.1:9/">%j;')),
    "utf-16": ("application/rdf+xml", ("\ufeff" + (_RDF % b"x").decode()).encode("utf-16")),
    "context": ("application/ld+json", b'{"@context": "http://127.0.0.1:9/x", "@id": "https://x/", "a": 1}'),
    "deep": ("application/ld+json", b"[" * 200_000),
    "broken": ("text/turtle", b"<a> <b"),
    "nothing": ("text/turtle", b""),
    "yaml": (
        "text/tab-separated-values",
        _in_itself(b"#a: &a [x]\n", lambda x, y: b"#%s: &%s [%s]\n" % (x, x, b",".join([b"*%s" % y] * 9)))
        + b"#mapping_set_title: *j\n" + _HEAD,
    ),
    "yaml deep": ("text/tab-separated-values", b"#a: " + b"[" * 100_000 + b"\n" + _HEAD),
    "rows": ("text/tab-separated-values", _HEAD + b"x\ty\tz\tw\n" * 60_000),
    "not utf-8": ("text/tab-separated-values", b"\xff\xfe\x00"),
    "picture": ("image/png", b"\x89PNG"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_upload_when_a_bomb_is_refused_in_bounded_time(hub: Hub, bomb: str) -> None:
    kind, body = BOMBS[bomb]
    began = time.process_time()
    answer = hub.client.post(
        "/api/linksets/near", data=body, headers=hub.token("near") | {"Content-Type": kind}
    )
    assert answer.status_code in (400, 413, 415)
    assert time.process_time() - began < 20
    assert journal.listed(hub.home) == []


def test_upload_when_larger_than_the_limit_is_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links_in, "UPLOAD_BYTES", 1000)
    head = hub.token("near") | {"Content-Type": "text/turtle"}
    assert hub.client.post("/api/linksets/near", data=b"#" * 2000, headers=head).status_code == 413


def test_xml_when_its_entities_are_prefixes_is_read() -> None:
    body = (
        b'<!DOCTYPE rdf:RDF [<!ENTITY d "http://purl.org/dc/terms/">]><rdf:RDF xmlns:d="&d;"'
        b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="https://p.example/1"><d:title>A &amp; B</d:title>'
        b"</rdf:Description></rdf:RDF>"
    )
    (quad,) = rdf_files.statements(body, px.RdfFormat.RDF_XML, "x")
    assert quad.object == px.Literal("A & B")


def test_upload_when_for_another_partner_or_about_others_records_is_refused(hub: Hub, iris: Iris) -> None:
    near = partners.get(hub.home, "near")
    stolen = sssom.write(
        [Link("https://panorama.solutions/x", "", "skos:relatedMatch", EBA, "", "", 0.9, "x:y")], near, iris
    )  # fmt: skip
    head = {"Content-Type": "text/tab-separated-values"}
    post = hub.client.post
    assert post("/api/linksets/near", data=stolen, headers=head | hub.token("near")).status_code == 400
    assert post("/api/linksets/panorama", data=stolen, headers=head | hub.token("near")).status_code == 403
    with pytest.raises(KgError, match="joins no record"):
        linksets.read(f"<https://x/> <https://y/> <{EBA}> .".encode(), px.RdfFormat.TURTLE, near, iris)


# -- jobs ---------------------------------------------------------------------------------------------


def _rows(count: int) -> list[dict[str, str]]:
    return [{"id": f"https://p.example/{n}", "title": f"Mulching in village {n}"} for n in range(count)]


def _finished(hub: Hub, place: str, head: dict[str, str]) -> dict[str, Any]:
    for _ in range(600):
        state: dict[str, Any] = hub.client.get(place, headers=head).get_json()
        if state["state"] == "done":
            return state
        threading.Event().wait(0.1)
    raise AssertionError(state)


def test_job_when_sent_as_lines_gives_what_a_direct_answer_gives_and_can_be_queued(hub: Hub) -> None:
    head = hub.token("near")
    rows = _rows(230)
    body = "".join(f"{json.dumps(row)}\n" for row in rows)
    began = hub.client.post("/api/link", data=body, headers=head | {"Content-Type": "application/x-ndjson"})
    assert began.status_code == 202
    place = began.headers["Location"]
    assert _finished(hub, place, head)["partner"] == "near"
    found = hub.client.get(f"{place}/links", headers=head).get_json()["links"]
    direct = hub.client.post("/api/link", json={"records": rows[:200], "partner": "near"}).get_json()["links"]
    assert [each for each in found if int(each["subject"].rsplit("/", 1)[1]) < 200] == direct
    queued = hub.client.post(f"{place}/queue", headers=head)
    assert queued.get_json() == {"links": len(found), "new": len(found)}


@pytest.mark.parametrize(
    "body", ["{", '{"id": "x"}', "[1]", "[" * 20_000, '{"id": "' + "x" * 300_000, "\n\n"]
)
def test_job_when_its_lines_are_no_records_is_refused_and_leaves_nothing(hub: Hub, body: str) -> None:
    before = len(jobs.every(hub.home))
    head = hub.token("near") | {"Content-Type": "application/x-ndjson"}
    assert hub.client.post("/api/link", data=body, headers=head).status_code in (400, 413)
    assert len(jobs.every(hub.home)) == before


@pytest.mark.parametrize(
    ("method", "tail"),
    [("get", ""), ("get", "/links"), ("delete", ""), ("post", "/resume"), ("post", "/queue")],
)
def test_job_when_anothers_is_not_there_for_a_partner(hub: Hub, method: str, tail: str) -> None:
    mine = jobs.create(hub.home, [PartnerRecord("https://p.example/1", "Mulch")], "near")
    asked = getattr(hub.client, method)
    place = f"/api/link/jobs/{mine.id}{tail}"
    assert asked(place).status_code == 403
    assert asked(place, headers=hub.token("panorama")).status_code == 404
    assert jobs.get(hub.home, mine.id).state == "waiting"
    assert hub.client.get(f"/api/link/jobs/{mine.id}", headers=hub.token("Ana", "curator")).status_code == 200


@pytest.mark.parametrize(
    "name", ["..", "../../etc/passwd", "%2e%2e%2fjournal.sqlite", "x' OR '1'='1", "%00", "a" * 3000]
)
def test_job_when_its_name_is_a_trick_is_not_found(hub: Hub, name: str) -> None:
    answer = hub.client.get(f"/api/link/jobs/{name}", headers=hub.token("Ana", "curator"))
    assert answer.status_code in (404, 308)


def test_jobs_when_a_partner_has_many_lose_the_oldest_that_do_not_run(hub: Hub) -> None:
    for _ in range(4):
        job = jobs.create(hub.home, [PartnerRecord("https://p.example/1", "Mulch")], "weadapt")
        jobs.cancel(hub.home, job.id)
    kept = [each.id for each in jobs.every(hub.home) if each.partner == "weadapt"][:2]
    assert jobs.forget(hub.home, "weadapt", 2) == 2
    assert [each.id for each in jobs.every(hub.home) if each.partner == "weadapt"] == kept
