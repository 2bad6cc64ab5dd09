"""The SPARQL workbench in headless Chromium, with and without JavaScript; about 20 s."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from browsing import chromium, resize, scripts_off

from kg.vocab import Iris

PLACES = (
    "SELECT ?place ?name ?wkt { VALUES (?place ?name ?wkt) {"
    ' (<https://w3id.org/landkg/id/country/BFA> "Ouagadougou" "POINT(-1.5 12.4)")'
    ' (<https://w3id.org/landkg/id/country/KEN> "Nairobi" "POINT(36.8 -1.3)") } }'
)
CITES = "CONSTRUCT { ?one kg:cites ?other } WHERE { ?one kg:cites ?other } LIMIT 12"
COUNTS = (
    "SELECT ?name (COUNT(?p) AS ?practices) { ?p kg:country ?c . ?c rdfs:label ?name"
    " FILTER(LANG(?name) = 'en') } GROUP BY ?name ORDER BY DESC(?practices) LIMIT 8"
)
SHOWN = ".tabPanel.active "

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", name="chromium")
def chromium_() -> Iterator[Any]:
    with chromium("window-size=1280,1400", logged=True) as running:
        yield running


@pytest.fixture(autouse=True)
def _forget(chromium: Any, server: str) -> None:
    """Forget the tabs that the workbench keeps in the browser."""
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": server, "storageTypes": "all"})


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """The browser, which after each test has to have met no fault and no other host."""
    yield chromium
    faults = [each["message"] for each in chromium.get_log("browser") if each["level"] == "SEVERE"]
    assert faults == []
    messages = [json.loads(each["message"])["message"] for each in chromium.get_log("performance")]
    asked = [each["params"]["request"]["url"] for each in messages if each["method"] == _REQUEST]
    assert {url.split("/")[2].split(":")[0] for url in asked if url.startswith("http")} <= {"127.0.0.1"}


_REQUEST = "Network.requestWillBeSent"


def find(browser: Any, selector: str, *, many: bool = False) -> Any:
    """Return what a selector finds, as soon as it finds something."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait

    found = WebDriverWait(browser, 30).until(lambda driver: driver.find_elements(By.CSS_SELECTOR, selector))
    return found if many else found[0]


def ask(browser: Any, server: str, query: str) -> None:
    browser.get("about:blank")
    browser.get(f"{server}/en/sparql?query={quote(query)}")
    find(browser, f"{SHOWN}.yasqe_queryButton").click()


def test_endpoint_when_opened_in_a_browser_runs_a_query_and_shows_rows(server: str, browser: Any) -> None:
    browser.get(f"{server}/sparql")
    find(browser, f"{SHOWN}.yasqe_queryButton").click()
    assert len(find(browser, f"{SHOWN}.yasr table tbody tr", many=True)) == 20
    assert not browser.find_element("id", "plain-query").is_displayed()


def test_table_when_an_identifier_is_clicked_leads_to_its_page(server: str, browser: Any, iris: Iris) -> None:
    ask(browser, server, "SELECT ?c { ?c a kg:Country } ORDER BY ?c LIMIT 1")
    link = find(browser, f"{SHOWN}a.iri")
    assert link.get_attribute("href").startswith(iris.base)
    browser.execute_script("arguments[0].target = '_self'; arguments[0].click()", link)
    assert browser.current_url.startswith(f"{server}/en/id/country/")


@pytest.mark.parametrize(
    ("query", "view", "drawn", "number"),
    [
        (COUNTS, "chart", ".kg-chart rect", 8),
        (PLACES, "map", ".kg-map circle", 2),
        (CITES, "graph", ".kg-graph line", 12),
    ],
)
def test_view_when_the_data_allow_it_is_drawn(
    server: str, browser: Any, query: str, view: str, drawn: str, number: int
) -> None:
    ask(browser, server, query)
    find(browser, f"{SHOWN}.yasr_results > *")
    find(browser, f"{SHOWN}.select_{view}:not(.disabled)").click()
    assert len(find(browser, f"{SHOWN}{drawn}", many=True)) == number
    find(browser, f"{SHOWN}.select_table, {SHOWN}.select_response").click()


def test_example_when_clicked_opens_in_a_tab_and_runs(server: str, browser: Any) -> None:
    browser.get(f"{server}/en/sparql")
    browser.execute_script("arguments[0].click()", find(browser, "a[data-example=practices-by-country]"))
    tab = "//div[@role='tab' or contains(@class,'tab')]//*[contains(text(),'practices-by-country')]"
    find(browser, SHOWN)
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 20).until(lambda driver: driver.find_elements("xpath", tab))
    find(browser, f"{SHOWN}.yasqe_queryButton").click()
    rows = find(browser, f"{SHOWN}.yasr table tbody tr", many=True)
    assert len(rows) > 3
    assert browser.current_url == f"{server}/en/sparql"


def test_link_when_shared_carries_the_query_but_no_other_endpoint(server: str, browser: Any) -> None:
    shared = (
        f"query={quote('SELECT (42 AS ?shared) {}')}&endpoint={quote('https://elsewhere.example/sparql')}"
    )
    browser.get("about:blank")
    browser.get(f"{server}/en/sparql#{shared}&headers={quote(json.dumps({'X-Evil': '1'}))}")
    find(browser, f"{SHOWN}.yasqe_queryButton").click()
    assert "42" in find(browser, f"{SHOWN}.yasr table tbody td:last-child").text


def test_query_when_wrong_shows_what_the_endpoint_says(server: str, chromium: Any) -> None:
    ask(chromium, server, "SELECT ?x WHERE { ?x a kg:Country FILTER( }")
    assert "400" in find(chromium, f"{SHOWN}.errorResult").text
    chromium.get_log("browser")  # the browser notes the answer 400 as a fault


def test_form_when_there_is_no_javascript_answers_with_a_table(server: str, browser: Any) -> None:
    with scripts_off(browser):
        browser.get(f"{server}/sparql")
        field = browser.find_element("id", "query")
        field.clear()
        field.send_keys("SELECT (6 * 7 AS ?answer) {}")
        browser.find_element("css selector", "#plain-query button").click()
        assert browser.find_element("css selector", "table.answer tbody td").text == "42"


@pytest.mark.parametrize("width", [360, 768])
def test_workbench_when_the_window_is_narrow_fits_it(server: str, browser: Any, width: int) -> None:
    resize(browser, width)
    try:
        for lang in ("en", "ar"):
            browser.get(f"{server}/{lang}/sparql")
            find(browser, f"{SHOWN}.yasqe_queryButton").click()
            find(browser, f"{SHOWN}.yasr table tbody tr")
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
