"""Maps over HTTP: the same filters as the list, links for keyboards, files for other maps."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.atlas.gazetteer import Gazetteer
from kg.vocab import LANGUAGES


@pytest.fixture(scope="module")
def app(bundled_app: Flask) -> Flask:
    return bundled_app


@pytest.fixture
def with_points(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    """The same, with points for three practices of Niger: the bundled rows have none."""
    client.get("/en/map")
    kept: dict[str, Gazetteer] = app.extensions["kg_gazetteers"]
    (generation, real), *_ = kept.items()
    base = "https://w3id.org/landkg/id/practice/"
    found = [
        each["id"] for each in client.get("/map.geojson?country=NER&type=technology").get_json()["features"]
    ]
    assert len(found) >= 3
    assert all(iri.startswith(base) for iri in found)
    points = {found[0]: ((2.1, 13.5),), found[1]: ((2.1, 13.5),), found[2]: ((8.99, 13.8),)}
    kept[generation] = Gazetteer(points, real._regions, real._parts)
    yield client
    kept[generation] = real


@pytest.mark.parametrize("lang", LANGUAGES)
def test_map_when_opened_in_a_language_names_countries_in_it(client: FlaskClient, lang: str) -> None:
    names = {
        "en": "Ethiopia",
        "fr": "Éthiopie",
        "es": "Etiopía",
        "ru": "Эфиопия",
        "zh": "埃塞俄比亚",
        "ar": "إثيوبيا",
    }
    page = client.get(f"/{lang}/map").text
    assert re.search(rf'aria-label="{names[lang]}: ', page)
    assert f">{names[lang]}</a></th>" in page


def test_map_when_filtered_counts_what_the_list_counts(client: FlaskClient) -> None:
    asked = {"hazard": "drought", "landUse": "cropland", "type": "technology"}
    found = client.get("/api/search", query_string=asked | {"limit": 1}).get_json()
    page = client.get("/en/map", query_string=asked).text
    assert f"On the map: {found['total']}" in page
    counted = {each["value"]: each["count"] for each in found["facets"]["country"]}
    rows = re.findall(r'country=([A-Z]{3})[^"]*" rel="nofollow">[^<]+</a></th><td>.*?</meter> (\d+)', page)
    assert {code: int(count) for code, count in rows} == counted


def test_map_when_a_text_is_searched_shows_only_what_it_finds(client: FlaskClient) -> None:
    found = client.get("/api/search?q=terraces&limit=1").get_json()["facets"]["country"]
    features = client.get("/map.geojson?q=terraces").get_json()["features"]
    seen = {code for each in features for code in each["properties"]["countries"]}
    assert {each["value"] for each in found} <= seen


def test_map_when_a_country_is_chosen_lists_its_records_and_leads_back(client: FlaskClient) -> None:
    page = client.get("/en/map?country=BFA&hazard=drought").text
    assert '<h2 id="here">Here' in page
    assert 'href="/en/map?hazard=drought" rel="nofollow">World</a>' in page


def test_map_when_a_region_is_chosen_offers_its_parts(client: FlaskClient) -> None:
    page = client.get("/en/map?region=002").text
    assert 'aria-current="true" rel="nofollow">Africa</a>' in page
    assert ">Western Africa</a>" in page or ">Sub-Saharan Africa</a>" in page


def test_map_when_nothing_has_a_place_helps_on(client: FlaskClient) -> None:
    page = client.get("/en/map?type=decision").text
    assert "Nothing of this has a place" in page
    assert '<svg class="map' not in page


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "10,0,5,5", "nan,0,1,1", "0,-100,1,1", "0,0,inf,1"])
def test_map_when_the_box_is_none_is_refused(client: FlaskClient, box: str) -> None:
    assert client.get("/en/map", query_string={"box": box}).status_code == 400
    assert client.get("/map.geojson", query_string={"box": box}).status_code == 400


def test_map_when_practices_share_a_place_draws_one_circle_that_leads_closer(
    with_points: FlaskClient,
) -> None:
    page = with_points.get("/en/map?country=NER").text
    assert "Look closer at 2 records" in page
    assert len(re.findall('class="map-point"', page)) == 2
    address = re.search(r'class="map-cluster" href="([^"]+box=[^"]+)"', page)
    assert address is not None
    closer = with_points.get(address[1].replace("&amp;", "&")).text
    assert re.search(r'<h2 id="here">Here <span class="count">2</span>', closer)


def test_map_when_a_practice_stands_alone_links_to_its_page(with_points: FlaskClient) -> None:
    page = with_points.get("/en/map?country=NER").text
    assert re.search(r'class="map-cluster" href="/en/id/practice/[^"]+"', page)


def test_svg_when_downloaded_is_a_document_with_legend_and_disclaimer(client: FlaskClient) -> None:
    answer = client.get("/map.svg?lang=fr&q=terrasses")
    assert answer.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own
    words = " ".join(root.itertext())
    assert "terrasses" in words
    assert "frontières" in words


def test_geojson_when_downloaded_names_source_and_licence(with_points: FlaskClient) -> None:
    found = with_points.get("/map.geojson?country=NER&type=technology").get_json()
    assert found["type"] == "FeatureCollection"
    assert sum(1 for each in found["features"] if each["geometry"]) == 3
    assert all(each["properties"]["license"].startswith("http") for each in found["features"])
    boxed = with_points.get("/map.geojson?country=NER&box=2,13,3,14").get_json()
    assert len(boxed["features"]) == 2


def test_csv_when_downloaded_has_a_row_for_each_record(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/map.csv?country=NER").text)))
    assert rows
    assert all("NER" in row["countries"] and row["source"] for row in rows)


def test_search_page_when_results_have_countries_shows_them_beside_the_list(client: FlaskClient) -> None:
    page = client.get("/en/search?q=terraces").text
    assert 'class="results-map"' in page
    assert 'href="/en/map?q=terraces"' in page
    assert "/api/search?q=terraces&amp;format=csv" in page


def test_search_page_when_nothing_fits_offers_each_way_out(client: FlaskClient) -> None:
    page = client.get("/en/search?q=zzz&country=BFA&year=1800").text
    assert 'href="/en/search?q=zzz&amp;year=1800"' in page
    assert 'href="/en/support"' in page


def test_home_when_opened_leads_to_map_guide_conventions_and_overlap(client: FlaskClient) -> None:
    page = client.get("/en/").text
    assert 'href="/en/support"' in page
    assert re.search(r'class="map-country[^"]*" href="/en/id/country/NER"', page)
    assert 'href="/en/search?convention=unccd"' in page
    assert 'class="upset"' in page
    assert "What is new" in page


@pytest.mark.parametrize("path", ["/en/id/practice/technologies_1614", "/ar/id/country/NER"])
def test_record_when_it_has_a_country_shows_where_it_is(client: FlaskClient, path: str) -> None:
    assert 'class="map map-small"' in client.get(path).text


def test_framework_page_when_opened_shows_the_overlap(client: FlaskClient) -> None:
    assert 'class="upset"' in client.get("/en/id/framework/ldn").text
