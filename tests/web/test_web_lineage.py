"""Pages of decisions, bodies and countries on the bundled records, and the lineage as files."""

from __future__ import annotations

import csv
import io
import re

import pytest
from defusedxml import ElementTree
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.lineage import Lineage, Step
from kg.entities.model import Ref
from kg.model import Text
from kg.vocab import LANGUAGES
from kg.web.lineage_drawing import draw, shortened

DECISION = "/en/id/decision/unccd-3-cop14"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def app(bundled_app: Flask) -> Flask:
    return bundled_app


def step(name: str, year: str, distance: int) -> Step:
    return Step(Ref(f"https://example.org/{name}", Text(f"{name}: title"), "decision"), name, year, distance)


def texts(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_decision_when_opened_groups_its_provisions_by_verb_and_addressee(client: FlaskClient) -> None:
    page = client.get(DECISION).get_data(as_text=True)
    assert re.search(r'<h3 class="verb">invites</h3>\s*<dl class="asked">', page)
    assert "Parties with voluntary LDN targets" in page


def test_decision_when_it_cites_and_is_cited_shows_both_in_a_table(client: FlaskClient) -> None:
    page = client.get(DECISION).get_data(as_text=True)
    table = page[page.index("lineage-table") :]
    before, after = table.index("Builds on"), table.index("Is built on by")
    assert before < table.index("/en/id/decision/unccd-3-cop13") < after
    assert table.index("/en/id/decision/unccd-3-cop15") > after


def test_lineage_when_asked_as_svg_is_whole_xml_with_links_to_every_record(client: FlaskClient) -> None:
    answer = client.get("/en/lineage/decision/unccd-3-cop14.svg")
    assert answer.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(answer.data)
    links = [each.get("href", "") for each in root.iter(f"{SVG}a")]
    assert all(each.startswith("http") for each in links)
    assert any(each.endswith("/en/id/decision/unccd-3-cop15") for each in links)


def test_lineage_when_asked_as_csv_has_a_row_a_record_with_its_direction(client: FlaskClient) -> None:
    answer = client.get("/en/lineage/decision/unccd-3-cop14.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    found = {row["iri"].rpartition("/")[2]: row["direction"] for row in rows}
    assert found["unccd-3-cop14"] == "itself"
    assert found["unccd-3-cop13"] == "builds on"
    assert found["unccd-3-cop15"] == "built on by"


@pytest.mark.parametrize("path", ["decision/none.svg", "practice/technologies_1100.csv", "decision/none.csv"])
def test_lineage_when_there_is_none_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(f"/en/lineage/{path}").status_code == 404


def test_drawing_when_a_record_cites_one_of_its_year_stands_below_it() -> None:
    one, two = step("a", "2019", 0), step("b", "2019", 1)
    svg = draw(Lineage((one, two), ((two.ref.iri, one.ref.iri),)), title="x", link=str)
    boxes = {
        each.get("href", "").rpartition("/")[2]: float(each.find(f"{SVG}rect").get("y"))  # type: ignore[union-attr, arg-type]
        for each in ElementTree.fromstring(svg).iter(f"{SVG}a")
    }
    assert boxes["b"] > boxes["a"]


def test_drawing_when_citations_go_in_a_circle_ends() -> None:
    one, two = step("a", "2019", 0), step("b", "2019", 1)
    pairs = ((two.ref.iri, one.ref.iri), (one.ref.iri, two.ref.iri))
    assert "2019" in texts(draw(Lineage((one, two), pairs), title="x", link=str))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_drawing_when_a_label_is_any_text_is_whole_xml(label: str) -> None:
    of = Step(Ref("https://example.org/a", Text(label), "decision"), "", "2019", 0)
    ElementTree.fromstring(draw(Lineage((of,), ()), title=label, link=str))


def test_label_when_in_chinese_takes_two_places_a_letter() -> None:
    assert shortened("干旱与土地退化", 8) == "干旱与…"
    assert shortened("drought", 8) == "drought"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_body_when_opened_lists_its_decisions_by_session(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/{lang}/id/entity/unccd-cop").get_data(as_text=True)
    assert page.count('class="verdict-box"') > 5
    assert f"/{lang}/id/decision/unccd-3-cop14" in page


def test_country_when_opened_names_what_its_region_addresses_and_it_does_not(client: FlaskClient) -> None:
    page = client.get("/en/id/country/BFA").get_data(as_text=True)
    gaps = page[page.index('id="gaps"') :]
    assert "A gap here is one of this graph" in gaps
    assert re.search(
        r"addressed in other countries of Western Africa, not here.*soil erosion by wind", gaps, re.S
    )


def test_country_when_practices_are_candidates_links_to_them(client: FlaskClient) -> None:
    page = client.get("/en/id/country/BFA").get_data(as_text=True)
    link = re.search(r'href="(/en/search\?[^"]*candidate[^"]*)"', page)
    assert link is not None
    assert client.get(link[1].replace("&amp;", "&")).status_code == 200
