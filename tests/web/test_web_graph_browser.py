"""The graph view in headless Chromium: drawn, by keyboard and by mouse, without a fault; about 15 s."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import chromium, resize, scripts_off

pytestmark = pytest.mark.browser

BASE = "https://w3id.org/landkg/id/"
GRAPH = "document.getElementById('graph').graph"


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with chromium(logged=True) as running:
        yield running


@pytest.fixture
def browser(driver: Any) -> Iterator[Any]:
    """The browser, which after each test has to have met no fault, least of all of the security policy."""
    resize(driver, 1280, 1000)
    yield driver
    assert [each["message"] for each in driver.get_log("browser")] == []
    sent = [json.loads(each["message"])["message"] for each in driver.get_log("performance")]
    asked = [
        each["params"]["request"]["url"] for each in sent if each["method"] == "Network.requestWillBeSent"
    ]
    assert {each.split("/")[2].split(":")[0] for each in asked if each.startswith("http")} <= {"127.0.0.1"}


def until(browser: Any, script: str) -> Any:
    from selenium.webdriver.support.wait import WebDriverWait

    return WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(f"return {script}"))


def press(browser: Any, *keys: str) -> None:
    browser.find_element("id", "graph-canvas").send_keys(*keys)


def chosen(browser: Any) -> str:
    return str(browser.execute_script("return document.querySelector('[data-open]').textContent"))


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_graph_when_scripts_run_draws_what_the_table_holds(server: str, browser: Any, lang: str) -> None:
    browser.get(f"{server}/{lang}/graph/decision/unccd-23-cop11")
    until(browser, f"{GRAPH}.nodes().length")
    rows = browser.execute_script("return document.querySelectorAll('.graph-relation').length")
    assert browser.execute_script(f"return {GRAPH}.edges().length") == rows
    dark = browser.execute_script(
        "const layer = document.querySelector('#graph-canvas canvas[data-id=\"layer2-node\"]');"
        "const pen = layer.getContext('2d');"
        "const bytes = pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height).data;"
        "return bytes.some((each) => each > 0)"
    )
    assert dark
    assert browser.execute_script("return document.querySelectorAll('[style]').length") > 0
    assert browser.execute_script("return document.querySelectorAll('style').length") == 0


def test_graph_when_walked_by_keyboard_chooses_expands_and_opens(server: str, browser: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{server}/en/graph/country/BFA")
    before = until(browser, f"{GRAPH}.nodes().length")
    browser.execute_script("document.getElementById('graph-canvas').focus()")
    moved = []
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.ARROW_DOWN, Keys.ARROW_UP):
        press(browser, Keys.HOME, key)
        moved.append(chosen(browser))
    assert "Burkina Faso" not in moved
    said = browser.execute_script("return document.querySelector('[data-said]').textContent")
    assert moved[-1] in said
    press(browser, " ")
    assert until(browser, f"{GRAPH}.nodes().length > {before} && {GRAPH}.nodes().length") > before
    target = browser.execute_script("return document.querySelector('[data-open]').href")
    press(browser, Keys.ENTER)
    until(browser, "document.querySelector('h1') && location.pathname.startsWith('/en/id/')")
    assert browser.current_url == target


def test_record_when_clicked_is_chosen_and_when_clicked_again_opened(server: str, browser: Any) -> None:
    browser.get(f"{server}/fr/graph/practice/technologies_1614")
    until(browser, f"{GRAPH}.nodes().length")
    niger = f"{GRAPH}.getElementById('{BASE}country/NER')"
    browser.execute_script(f"{niger}.emit('tap')")
    assert chosen(browser) == "Niger"
    browser.execute_script(f"{niger}.emit('tap')")
    until(browser, "location.pathname === '/fr/id/country/NER'")


def test_drawing_when_taken_as_png_is_a_picture(server: str, browser: Any) -> None:
    browser.get(f"{server}/en/graph/framework/eba")
    until(browser, f"{GRAPH}.nodes().length")
    browser.execute_script(
        "window.taken = null;"
        "const made = URL.createObjectURL;"
        "URL.createObjectURL = (blob) => { window.taken = [blob.type, blob.size]; return made(blob); };"
        "document.querySelector('[data-do=\"png\"]').click()"
    )
    kind, size = until(browser, "window.taken")
    assert kind == "image/png"
    assert size > 20_000


def test_graph_when_scripts_are_off_is_its_table(server: str, browser: Any) -> None:
    with scripts_off(browser):
        browser.get(f"{server}/en/graph/framework/eba")
        assert not browser.find_element("id", "graph").is_displayed()
        assert len(browser.find_elements("css selector", ".graph-table tbody tr")) > 40


def test_report_when_scripts_are_off_can_be_written(server: str, browser: Any) -> None:
    with scripts_off(browser):
        browser.get(f"{server}/en/id/practice/technologies_1614")
        browser.find_element("link text", "Report a problem").click()
        assert len(browser.find_elements("css selector", "input[type=radio]")) == 5
        browser.find_element("css selector", ".report-form .button").click()
        assert "/report/" in browser.current_url  # the browser asks for what is missing; nothing is sent
