"""A partner's site beside ours: our frame in its page, its notice, and the link that comes back as data."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph
import pytest
import requests
from browsing import chromium
from flask import Flask, Response
from rdflib import DCAT, Graph
from started import serving
from tiny import TINY_INPUTS
from werkzeug.serving import make_server

from kg import generation
from kg.build import build
from kg.config import Settings
from kg.errors import Refused, TooLarge
from kg.link import accounts
from kg.link.fetching import Fetched
from kg.link.pages import words
from kg.vocab import LANGUAGES

ENCODER = "minilm"
"""One is enough here, and quickly loaded."""
ZAI = "https://w3id.org/landkg/id/practice/unccd_105"
OWN = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ex: <http://example.org/>
<%s/works/1> dcterms:title "Zaï à Gourcy"@fr ; ex:households 212 .
<%s/works/2> dcterms:title "Puits maraîchers"@fr ; ex:households 40 .
"""
"""The partner's own data; made up."""
PAGE = """<!doctype html><html lang="fr"><head><title>Nos terrasses</title>
<meta name="description" content="Terrasses contre l'érosion des sols en pente">
<script>var secret = "camels";</script></head><body><nav><p>Accueil</p></nav>
<h1>Terrasses</h1><p>Des murets de pierre retiennent l'eau et la terre sur les pentes.</p>%s</body></html>"""


@dataclass
class Partner:
    """A second site on another port, and our service that knows it as a partner."""

    base: str
    home: Path
    ours: str = ""
    asked: list[str] = field(default_factory=list)


def _site(partner: Partner) -> Flask:
    site = Flask("partner")

    @site.get("/terraces")
    def terraces() -> str:
        partner.asked.append("terraces")
        return PAGE % f"<script src='{partner.ours}/widget.js' data-url data-title='Voisins'></script>"

    @site.get("/works/<int:number>")
    def work(number: int) -> str:
        link = f"<a href='{ZAI}'>Technique du Zaï</a>" if number == 1 else ""
        return (
            "<!doctype html><html lang='fr'><title>Technique du Zaï : trous de plantation à Gourcy</title>"
            f"<body>{link}<script src='{partner.ours}/widget.js' data-title='Voisins'></script></body></html>"
        )

    @site.get("/picture")
    def picture() -> Response:
        return Response(b"\x89PNG", mimetype="image/png")

    @site.get("/away")
    def away() -> Response:
        return Response("", 302, {"Location": "http://127.0.0.1:22/"})

    return site


@pytest.fixture(scope="module")
def partner(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    home = tmp_path_factory.mktemp("neighbour")
    shutil.copytree(bundled_home / "cache", home / "cache")  # Vectors of what is in both.
    made = Partner("", home)
    server = make_server("127.0.0.1", 0, _site(made), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.base = f"http://127.0.0.1:{server.server_port}"
    (home / "partners").mkdir()
    (home / "partners" / "neighbour.toml").write_text(
        f'name = "Neighbour"\nhomepage = "{made.base}/"\nhosts = ["127.0.0.1"]\n'
        f'record_prefixes = ["{made.base}/"]\n',
        encoding="utf-8",
    )
    _build(home)
    inner = f"127.0.0.1:{server.server_port}"
    with serving(home, encoders=ENCODER, rate_per_minute=0, link_inner_hosts=inner) as made.ours:
        yield made
    server.shutdown()


def _build(home: Path) -> None:
    build(Settings.from_env({}, home=str(home), encoders=ENCODER), inputs=TINY_INPUTS, bundled=False)


def _widget(partner: Partner, lang: str = "en", **asked: str) -> requests.Response:
    return requests.get(f"{partner.ours}/{lang}/widget", params=asked, timeout=120)


def test_widget_when_given_a_partners_address_lists_what_is_like_its_page(partner: Partner) -> None:
    by_address = _widget(partner, "fr", url=f"{partner.base}/terraces#part")
    assert by_address.status_code == 200
    assert by_address.text.count("<li>") == 5
    assert "Pratiques apparentées" in by_address.text
    assert "Set-Cookie" not in by_address.headers
    assert "frame-ancestors *" in by_address.headers["Content-Security-Policy"]
    said = "Nos terrasses. Terrasses contre l'érosion des sols en pente. Terrasses Des murets de pierre "
    by_text = _widget(partner, "fr", q=f"{said}retiennent l'eau et la terre sur les pentes.")
    shown = re.compile(r'<li><a href="([^"]+)"')
    assert shown.findall(by_address.text) == shown.findall(by_text.text)


def test_page_when_asked_for_again_is_fetched_once(partner: Partner) -> None:
    _widget(partner, url=f"{partner.base}/terraces")
    before = len(partner.asked)
    for lang in LANGUAGES:
        assert _widget(partner, lang, url=f"{partner.base}/terraces").status_code == 200
    assert len(partner.asked) == before


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:22/", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "file:///etc/passwd",
        "https://unknown.example/", "BASE/picture", "BASE/away", "BASE/nothing", "x",
    ],
)  # fmt: skip
def test_address_when_it_is_not_allowed_or_no_page_is_refused_in_words(
    partner: Partner, address: str
) -> None:
    answer = _widget(partner, "es", url=address.replace("BASE", partner.base))
    assert answer.status_code in (400, 403)
    assert "Esta página no se puede leer desde aquí." in answer.text
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]


@pytest.mark.browser
@pytest.mark.parametrize(("page", "asked"), [("works/1", "q="), ("terraces", "url=http")])
def test_widget_when_a_partners_page_has_the_script_shows_practices_in_its_language(
    partner: Partner, page: str, asked: str
) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    with chromium() as driver:
        driver.get(f"{partner.base}/{page}")
        frame = WebDriverWait(driver, 60).until(lambda d: d.find_element("css selector", "iframe"))
        assert frame.get_attribute("title") == "Voisins"
        assert asked in (frame.get_attribute("src") or "")
        driver.switch_to.frame(frame)
        WebDriverWait(driver, 60).until(lambda d: len(d.find_elements("css selector", "li a")) == 5)
        assert driver.find_element("css selector", "h1").text == "Pratiques apparentées"
        driver.switch_to.default_content()
        assert driver.get_cookies() == []


def test_words_of_a_page_are_its_title_description_and_running_text() -> None:
    found = words(Fetched("https://p.example/", "text/html", (PAGE % "").encode()), 1000)
    assert found.startswith("Nos terrasses. Terrasses contre l'érosion des sols en pente. Terrasses")
    assert "murets de pierre" in found
    assert "camels" not in found
    assert "Accueil" not in found
    assert words(Fetched("https://p.example/", "text/html", (PAGE % "").encode()), 20) == found[:20]


def test_page_when_it_is_no_text_or_has_too_many_tags_is_refused() -> None:
    with pytest.raises(Refused):
        words(Fetched("https://p.example/", "application/pdf", b"%PDF"), 100)
    with pytest.raises(TooLarge):
        words(Fetched("https://p.example/", "text/html", b"<p>" * 60_000), 100)


# -- there and back -----------------------------------------------------------------------------------


def _told(partner: Partner) -> None:
    """Find the inbox as any sender does, from the header of the record, and announce the page there."""
    page = requests.head(f"{partner.ours}/en/id/practice/unccd_105", timeout=60)
    inbox = requests.utils.parse_header_links(page.headers["Link"])
    place = next(each["url"] for each in inbox if each["rel"] == "http://www.w3.org/ns/ldp#inbox")
    note = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Announce",
        "object": f"{partner.base}/works/1",
        "target": ZAI,
    }
    head = {"Content-Type": "application/ld+json"}
    sent = requests.post(urljoin(page.url, place), json=note, headers=head, timeout=60)
    assert sent.status_code == 202


def _accepted(partner: Partner, token: str) -> None:
    with requests.Session() as curator:
        signed = curator.post(f"{partner.ours}/fr/review/sign-in", data={"token": token}, timeout=60)
        (csrf,) = set(re.findall(r'name="csrf" value="(\w+)"', signed.text))
        (number,) = set(re.findall(r'name="number" value="(\d+)"', signed.text))
        decision = {"csrf": csrf, "number": number, "action": "accept", "predicate": "skos:relatedMatch"}
        answer = curator.post(
            f"{partner.ours}/fr/review/decide", data=decision | {"reason": "the same pits"}, timeout=60
        )
        assert answer.ok


def _rebuilt(partner: Partner) -> None:
    """Build the next generation, of a few records, and wait until the running server has moved to it."""
    _build(partner.home)
    wanted = generation.current(partner.home).id
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if requests.get(f"{partner.ours}/changes.json", timeout=60).json()["name"].endswith(wanted):
            return
        time.sleep(0.1)
    raise AssertionError("the server did not move to the new generation")


def _linkset(partner: Partner) -> Graph:
    """Fetch the partner's links from the address that the catalogue gives."""
    catalogue = Graph().parse(data=requests.get(f"{partner.ours}/catalog", timeout=60).text, format="turtle")
    files = [str(each) for each in catalogue.objects(None, DCAT.downloadURL)]
    (address,) = {each for each in files if each.endswith("neighbour.nq")}
    here = partner.ours + address[address.index("/dumps/") :]
    quads = pyoxigraph.parse(requests.get(here, timeout=60).content, format=pyoxigraph.RdfFormat.N_QUADS)
    triples = pyoxigraph.serialize((quad.triple for quad in quads), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return Graph().parse(data=triples, format="nt")


def test_link_when_told_accepted_and_built_comes_back_as_linkset_and_joins_both_datasets(
    partner: Partner,
) -> None:
    _told(partner)
    _accepted(partner, accounts.create(partner.home, "Ana"))
    _rebuilt(partner)
    assert "Neighbour" in requests.get(f"{partner.ours}/en/id/practice/unccd_105", timeout=60).text
    theirs = _linkset(partner)
    theirs.parse(data=OWN % (partner.base, partner.base), format="turtle")
    rows = theirs.query(
        "PREFIX kg: <https://w3id.org/landkg/def/>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
        "SELECT ?households ?country { "
        "?work <http://example.org/households> ?households ; skos:relatedMatch ?practice . "
        f"SERVICE <{partner.ours}/sparql> {{ ?practice kg:country/skos:prefLabel ?country "
        "FILTER(LANG(?country) = 'en') } }"
    )
    assert [(row[0].toPython(), str(row[1])) for row in rows] == [(212, "Burkina Faso")]
