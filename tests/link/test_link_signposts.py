"""Link headers of records, citations, and what pages and data say of partners' links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import bibtexparser
import pytest
from babel.support import Translations
from flask.testing import FlaskClient
from tiny import TINY_INPUTS

import kg.web
from kg.build import build
from kg.config import Settings
from kg.link import journal
from kg.link.links import Link
from kg.vocab import LANGUAGES
from kg.web import create_app

EBA = "https://w3id.org/landkg/id/concept/eba"
CASE = "https://panorama.solutions/en/solution/x"
TRANSLATIONS = Path(kg.web.__file__).parent / "translations"
_LINK = re.compile(r'^<([^>]+)>; rel="([^"]+)"')


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home = tmp_path_factory.mktemp("signposts")
    settings = Settings.from_env({}, home=str(home), rate_per_minute=0)
    made = Link(
        CASE, "Herders' ponds", "skos:broadMatch", EBA, "EbA", "concept", 0.9, "semapv:LexicalMatching"
    )
    journal.queue(home, "panorama", [made], "test")
    journal.decide(home, journal.listed(home)[0].number, action="accept", curator="Ana", reason="")
    build(settings, inputs=TINY_INPUTS, bundled=False, index=False)
    app = create_app(settings)
    yield app.test_client()
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def _one(client: FlaskClient, kind: str) -> str:
    """Return the path of a record of a kind, such as ``publication/...``."""
    found = re.findall(rf"/id/({kind}/[^<]+)</loc>", client.get("/sitemap-1.xml").text)
    return str(found[0])


def _links(client: FlaskClient, path: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for header in client.get(path).headers.getlist("Link"):
        match = _LINK.match(header)
        assert match is not None, header
        found.setdefault(match[2], []).append(match[1])
    return found


def test_page_when_asked_for_has_the_signposts_of_fair(client: FlaskClient) -> None:
    path = _one(client, "publication")
    found = _links(client, f"/en/id/{path}")
    assert found["cite-as"] == [f"https://w3id.org/landkg/id/{path}"]
    assert set(found["type"]) == {"https://schema.org/AboutPage", "https://schema.org/ScholarlyArticle"}
    assert all(each.startswith(f"https://w3id.org/landkg/id/{path}/") for each in found["author"])
    assert found["collection"][0].startswith("https://w3id.org/landkg/id/dataset/")
    for address in [*found["item"], *found["describedby"]]:
        assert client.get(address).status_code == 200, address


def test_practice_when_asked_for_names_its_licence(bundled_settings: Settings) -> None:
    app = create_app(bundled_settings)
    found = _links(app.test_client(), "/data/id/practice/technologies_1413.ttl")
    assert found["license"][0].startswith("https://creativecommons.org/")
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def test_data_when_asked_for_names_the_record_and_no_page_type(client: FlaskClient) -> None:
    path = _one(client, "practice")
    found = _links(client, f"/data/id/{path}.ttl")
    assert found["cite-as"] == [f"https://w3id.org/landkg/id/{path}"]
    assert found["type"] == ["https://schema.org/HowTo"]


def test_citation_when_in_four_formats_names_the_same_publication(client: FlaskClient) -> None:
    path = _one(client, "publication")
    get = {form: client.get(f"/cite/id/{path}.{form}") for form in ("txt", "json", "bib", "ris")}
    item = get["json"].get_json(force=True)[0]
    assert get["json"].mimetype == "application/vnd.citationstyles.csl+json"
    assert item["id"] == f"https://w3id.org/landkg/id/{path}"
    entry = bibtexparser.parse_string(get["bib"].text).entries[0]
    assert entry.fields_dict["year"].value == str(item["issued"]["date-parts"][0][0])
    assert item["title"] in get["txt"].text
    assert f"TI  - {item['title']}" in get["ris"].text
    first = item["author"][0]["family"]
    assert all(first in get[form].text for form in ("txt", "bib", "ris"))
    page = client.get(f"/en/id/{path}").text
    assert all(f"/cite/id/{path}.{form}" in page for form in get)


def test_citation_when_there_is_no_such_record_is_not_found(client: FlaskClient) -> None:
    assert client.get("/cite/id/practice/none.bib").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_when_a_partner_links_to_it_says_who_and_how(client: FlaskClient, language: str) -> None:
    text = client.get(f"/{language}/id/concept/eba").text
    part = text[text.index('id="linked-from"') :].partition("</section>")[0]
    # The English texts are the keys of the catalogue.
    say = Translations.load(str(TRANSLATIONS), [language]).gettext
    # The partner's record has the broader matter: seen from ours it is the narrower that links.
    assert say("Linked from") in part
    assert say("narrower") in part
    assert f'href="{CASE}"' in part
    assert "PANORAMA" in part


def test_data_when_a_partner_links_to_it_name_the_partner(client: FlaskClient) -> None:
    body = client.get("/data/id/concept/eba.nt").text
    assert f"<{CASE}> <http://www.w3.org/2004/02/skos/core#broadMatch> <{EBA}>" in body
    assert '<http://purl.org/dc/terms/title> "PANORAMA"' in body
