"""A really started server on all bundled records, over HTTP and in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from browsing import chromium, resize, scripts_off
from websupport import Page

from kg.vocab import LANGUAGES

PATHS = (
    "/{}/",
    "/{}/search?q=drought",
    "/{}/search?landUse=cropland",
    "/{}/browse/practices",
    "/{}/browse/datasets",
    "/{}/id/practice/technologies_1614",
    "/{}/id/decision/unccd-23-cop11",
    "/{}/id/publication/doi/10.1016/j.envsci.2018.08.006",
    "/{}/id/concept/drought",
    "/{}/id/country/BFA",
    "/{}/id/framework/eba",
    "/{}/id/framework/nbs",
    "/{}/id/criterion/EBA-1",
    "/{}/id/rule/EBA-1/1",
    "/{}/overlap",
    "/{}/id/entity/knowledge-hub",
    "/{}/id/assessment/technologies_1614/ldn",
    "/{}/id/scheme/themes",
    "/{}/def/",
    "/{}/sparql",
    "/{}/about",
)


def get(server: str, path: str, **headers: str) -> requests.Response:
    return requests.get(server + path, headers=headers, timeout=60)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_page_when_fetched_is_whole_and_of_its_language(server: str, path: str, lang: str) -> None:
    answer = get(server, path.format(lang), Host="evil.example", Accept="text/html")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.root["lang"] == lang
    assert page.inline == []
    assert all(address.startswith("/static/") for address in page.loaded)
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("path", PATHS)
def test_link_of_a_page_when_followed_leads_somewhere(server: str, path: str) -> None:
    page = Page(get(server, path.format("en")).text)
    own = sorted({link for link in page.linked if link.startswith(("/en/", "/data/", "/static/"))})
    assert own
    for link in own[:: max(1, len(own) // 8)]:
        assert get(server, link).status_code == 200, link


def test_home_when_opened_shows_the_figures_of_the_bundled_records(server: str) -> None:
    text = " ".join(" ".join(Page(get(server, "/en/").text).text).split())
    for figure in ("254 Practices", "120 Decisions", "113 Publications", "42 Documents"):
        assert figure in text


def test_search_page_when_asked_shows_results_filters_and_what_was_understood(server: str) -> None:
    page = Page(get(server, "/en/search?q=drought+in+Burkina+Faso").text)
    text = " ".join(page.text)
    assert "Results:" in text
    assert "Burkina Faso" in text
    assert any("off=" in link for link in page.linked)
    assert any(link.startswith("/en/id/practice/") for link in page.linked)
    assert any("country=" in link for link in page.linked)


def test_search_page_when_nothing_fits_helps(server: str) -> None:
    text = get(server, "/en/search?q=terraces&country=BFA&landUse=none_such").text
    assert "Nothing fits all of this" in text
    assert "Search again without filters" in text


def test_search_page_when_paged_goes_on(server: str) -> None:
    first = Page(get(server, "/en/search?q=soil").text)
    second = Page(get(server, "/en/search?q=soil&page=2").text)
    shown = [
        [link for link in page.linked if "/id/practice/" in link or "/id/decision/" in link]
        for page in (first, second)
    ]
    assert shown[0] != shown[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_api_when_asked_answers_in_the_language(server: str, lang: str) -> None:
    body = get(server, f"/api/search?hazard=drought&limit=3&lang={lang}").json()
    assert len(body["hits"]) == 3
    assert body["total"] > 3
    assert body["facets"]["landUse"]


def test_api_when_asked_for_similar_practices_names_others(server: str) -> None:
    body = get(server, "/api/similar?iri=technologies_1614&limit=4").json()
    assert len(body["hits"]) == 4
    assert body["iri"] not in [hit["iri"] for hit in body["hits"]]
    assert get(server, "/api/similar?iri=none").status_code == 404


def test_api_when_asked_for_suggestions_completes(server: str) -> None:
    body = get(server, "/api/suggest?q=drou&lang=en").json()
    assert any(each["iri"].endswith("/id/concept/drought") for each in body["suggestions"])


def test_practice_page_when_opened_shows_frameworks_and_similar_practices(server: str) -> None:
    text = get(server, "/en/id/practice/technologies_1614").text
    for words in (
        "How it stands to the frameworks",
        "Similar practices",
        "Land degradation neutrality".lower(),
    ):
        assert words in text


def test_server_when_checked_publishes_linked_data_as_it_should(server: str, shared: Path) -> None:
    script = shared / "conformance" / "linked_data_check.py"
    if not script.is_file():
        pytest.skip("../shared/conformance is not here")
    done = subprocess.run(
        [sys.executable, str(script), "--base", server, "--iri-base", "https://w3id.org/landkg"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium(logged=True) as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_page_when_shown_fits_its_window_and_asks_no_other_host(
    server: str, browser: Any, width: int, lang: str
) -> None:
    resize(browser, width)
    for path in PATHS:
        browser.get(server + path.format(lang))
        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, path
    faults = [each["message"] for each in browser.get_log("browser") if each["level"] == "SEVERE"]
    assert faults == []
    asked = [
        json.loads(each["message"])["message"]["params"]["request"]["url"]
        for each in browser.get_log("performance")
        if '"Network.requestWillBeSent"' in each["message"]
    ]
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {server.split("/")[2]}


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "words"), [("en", "restore crusted farmland"), ("ar", "حصاد مياه الأمطار")])
def test_reader_when_searching_from_home_reaches_a_practice_and_its_country(
    server: str, browser: Any, lang: str, words: str
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    with scripts_off(browser):
        browser.get(f"{server}/{lang}/")
        browser.find_element(By.ID, "q").send_keys(words + Keys.RETURN)
        browser.find_element(By.CSS_SELECTOR, ".hit a[href*='/id/practice/']").click()
        assert f"/{lang}/id/practice/" in browser.current_url
        browser.find_element(By.CSS_SELECTOR, ".record-side a[href*='/id/country/']").click()
        assert f"/{lang}/id/country/" in browser.current_url
        assert browser.find_elements(By.CSS_SELECTOR, ".rows a[href*='/id/practice/']")
