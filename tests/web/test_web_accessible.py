"""axe-core on each type of page in headless Chromium, in English and Arabic, wide and narrow; about 40 s."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).resolve().parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EDITOR = "#workbench"
"""The SPARQL editor of others (YASGUI), whose own tabs break rules; its page has a plain form beside it."""
PAGES = (
    "",
    "search?q=drought",
    "search?q=zzzzqqq&country=BFA&landUse=cropland&year=1800",
    "browse/practices",
    "browse/datasets",
    "map",
    "map?country=BFA",
    "map?type=decision",
    "support",
    "support?face=drought&hit=harvest",
    "support/plan?face=drought&place=NER&land=cropland&invest=little",
    "overlap",
    "overlap?frameworks=ldn&level=candidate",
    "id/practice/technologies_1614",
    "id/practice/technologies_5914",
    "id/decision/unccd-23-cop11",
    "id/publication/doi/10.1016/j.envsci.2018.08.006",
    "id/concept/drought",
    "id/country/BFA",
    "id/framework/eba",
    "id/framework/nbs",
    "id/criterion/EBA-1",
    "id/rule/EBA-1/1",
    "id/assessment/technologies_1614/ldn",
    "id/entity/knowledge-hub",
    "id/scheme/themes",
    "def/",
    "queries",
    "sparql",
    "about",
    "nothing",
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip("Chromium and its driver are not installed")
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run .ci/clients (needs npm)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run"):
        options.add_argument(f"--{flag}")
    running = webdriver.Chrome(options=options, service=Service(driver))
    running.set_script_timeout(60)
    yield running
    running.quit()


def violations(browser: Any) -> list[str]:
    """Run axe on the page that is open, with every box of it unfolded."""
    browser.execute_script("document.querySelectorAll('main details').forEach(each => each.open = true)")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const done = arguments[2];"
        "axe.run({exclude: [arguments[1]]}, {runOnly: arguments[0], resultTypes: ['violations']})"
        ".then(each => done(each.violations), fault => done([{id: String(fault), nodes: []}]))",
        list(RULES),
        EDITOR,
    )
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found
        for node in each["nodes"][:3] or [{"html": "", "failureSummary": ""}]
    ]


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("ar", 360)])
@pytest.mark.parametrize("path", PAGES)
def test_page_when_checked_by_axe_has_no_violation(
    browser: Any, server: str, path: str, lang: str, width: int
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(f"{server}/{lang}/{path}")
    assert violations(browser) == []
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
