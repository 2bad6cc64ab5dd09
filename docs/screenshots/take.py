"""Takes the pictures of this folder from a running service, in headless Chromium.

    python docs/screenshots/take.py http://127.0.0.1:8000 [--only home,map] [--to FOLDER] [--png]

Needs Debian's ``chromium`` and ``chromium-driver``. Every type of page is taken in English at three widths,
the main ones in Arabic and, on a phone, in the other languages; two in dark. Pictures are WebP, since they
are many; the README's is a PNG.
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

HERE = Path(__file__).resolve().parent
MAIN = {
    "home": "",
    "results": "search?q=restore+crusted+farmland+to+harvest+rain",
    "map": "map?hazard=drought",
    "support": "support?face=drought",
    "plan": "support/plan?face=drought&hit=harvest&place=BFA&land=cropland&invest=little&first=act",
    "practice": "id/practice/technologies_1614",
    "decision": "id/decision/unccd-23-cop14",
    "country": "id/country/NER",
    "concept": "id/concept/water_erosion",
    "framework": "id/framework/nbs",
    "overlap": "overlap",
    "graph": "graph/framework/eba",
    "report": "report/id/practice/technologies_1614",
}
OTHER = {
    "nothing": "search?q=zzzzqqq&country=BFA&landUse=cropland&year=1800",
    "practices": "browse/practices",
    "countries": "browse/countries",
    "publication": "id/publication/doi/10.1016/j.envsci.2018.08.006",
    "body": "id/entity/unccd",
    "platform": "id/entity/knowledge-hub",
    "criterion": "id/criterion/EBA-1",
    "rule": "id/rule/EBA-1/1",
    "assessment": "id/assessment/technologies_1614/ldn",
    "scheme": "id/scheme/themes",
    "ontology": "def/",
    "queries": "queries",
    "query": "queries/practices-by-country?country=NER",
    "sparql": "sparql",
    "about": "about",
    "status": "status",
    "quality": "quality",
    "downloads": "downloads",
    "browse": "browse",
    "review": "review",
    "error": "none",
}
NARROW_AR = ("quality", "downloads", "queries", "browse")
"""Pages of OTHER that are taken on a phone in Arabic too."""
DARK = ("home", "practice")
README = ("practice", "en", 1440, False)
WIDTHS = (360, 768, 1440)
HIGHEST = {360: 1400, 768: 1400, 1440: 1200}
QUALITY = 32
FLAGS = ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "hide-scrollbars")


class Picture(NamedTuple):
    """One picture to take."""

    name: str
    path: str
    lang: str
    width: int
    dark: bool = False

    def file(self, kind: str) -> str:
        return f"{self.name}-{self.lang}-{self.width}{'-dark' if self.dark else ''}.{kind}"


def pictures() -> Iterator[Picture]:
    """Give all pictures of this folder."""
    for name, path in (MAIN | OTHER).items():
        yield from (Picture(name, path, "en", width) for width in WIDTHS)
    for name, path in MAIN.items():
        yield Picture(name, path, "ar", 360)
        yield Picture(name, path, "ar", 1440)
        yield from (Picture(name, path, lang, 360) for lang in ("fr", "es", "ru", "zh"))
    yield from (Picture(name, OTHER[name], "ar", 360) for name in NARROW_AR)
    for name in DARK:
        yield from (Picture(name, MAIN[name], "en", width, dark=True) for width in (360, 1440))


def take(browser: Any, base: str, wanted: Picture, kind: str) -> bytes:
    """Open a page in a window of its width and return what is seen of it."""
    height = HIGHEST[wanted.width]
    size = {"width": wanted.width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if wanted.dark else "light"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    browser.get(f"{base.rstrip('/')}/{wanted.lang}/{wanted.path}")
    options = {"format": kind} | ({"quality": QUALITY} if kind == "webp" else {})
    return base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", options)["data"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", help="address of the service")
    parser.add_argument("--only", default="", help="names of pages, with commas")
    parser.add_argument("--to", type=Path, default=HERE)
    parser.add_argument("--png", action="store_true", help="only PNG, to look at")
    chosen = parser.parse_args()
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS:
        options.add_argument(f"--{flag}")
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    chosen.to.mkdir(parents=True, exist_ok=True)
    for each in pictures():
        if chosen.only and each.name not in chosen.only.split(","):
            continue
        kinds = (
            ["png"]
            if chosen.png
            else ["webp", *(["png"] if (each.name, each.lang, each.width, each.dark) == README else [])]
        )
        for kind in kinds:
            (chosen.to / each.file(kind)).write_bytes(take(browser, chosen.base, each, kind))
    browser.quit()


if __name__ == "__main__":
    main()
