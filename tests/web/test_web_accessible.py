"""axe-core on each type of page in headless Chromium, in English and Arabic, wide and narrow; about 40 s."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import chromium, resize
from pagetypes import DESK, FRAMES, PAGES

AXE = Path(__file__).resolve().parents[1] / "clients" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EDITOR = "#workbench"
"""The SPARQL editor of others (YASGUI), whose own tabs break rules; its page has a plain form beside it."""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run .ci/clients (needs npm)")
    with chromium() as running:
        running.set_script_timeout(60)
        yield running


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
@pytest.mark.parametrize("path", (*PAGES, *FRAMES))
def test_page_when_checked_by_axe_has_no_violation(
    browser: Any, server: str, path: str, lang: str, width: int
) -> None:
    resize(browser, width)
    browser.get(f"{server}/{lang}/{path}")
    assert violations(browser) == []
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("ar", 360)])
def test_pages_of_curators_when_checked_by_axe_have_no_violation(
    browser: Any, desk: tuple[str, str], lang: str, width: int
) -> None:
    base, token = desk
    resize(browser, width)
    browser.get(f"{base}/{lang}/review")
    if browser.find_elements("id", "token"):
        browser.find_element("id", "token").send_keys(token)
        browser.find_element("css selector", ".review-form button").click()
    for path in DESK:
        browser.get(f"{base}/{lang}/{path}")
        assert violations(browser) == [], path
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, path
