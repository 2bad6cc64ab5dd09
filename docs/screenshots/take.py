"""Takes the pictures of this folder from a running service, in headless Chromium.

Usage: ``python docs/screenshots/take.py http://127.0.0.1:8000 [page ...]`` with Debian's ``chromium`` and
``chromium-driver`` installed; without names, all pages. Pillow, where it is there, makes the files smaller.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

HERE = Path(__file__).resolve().parent
PAGES = {
    "home": "",
    "results": "search?q=restore+crusted+farmland+to+harvest+rain",
    "map": "map?hazard=drought",
    "support": "support?face=drought",
    "plan": "support/plan?face=drought&hit=harvest&place=BFA&land=cropland&invest=little&first=act",
    "practice": "id/practice/technologies_1614",
    "decision": "id/decision/unccd-23-cop11",
    "concept": "id/concept/drought",
    "framework": "id/framework/nbs",
    "assessment": "id/assessment/technologies_1614/ldn",
    "overlap": "overlap",
    "sparql": "sparql",
}
SIZES = (("en", 1440), ("en", 768), ("en", 360), ("ar", 1440), ("ar", 360))
HIGHEST = 1500
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def main(base: str, *names: str) -> None:
    """Write one picture for each page (all, or the named ones), language and width."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    for name, path in PAGES.items():
        if names and name not in names:
            continue
        for lang, width in SIZES:
            size = {"width": width, "height": HIGHEST, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            driver.get(f"{base.rstrip('/')}/{lang}/{path}")
            (HERE / f"{name}-{lang}-{width}.png").write_bytes(smaller(driver.get_screenshot_as_png()))
    driver.quit()


def smaller(picture: bytes) -> bytes:
    """Return the picture with a palette of 96 colours, if Pillow is installed."""
    try:
        from PIL import Image
    except ImportError:
        return picture
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(96).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
