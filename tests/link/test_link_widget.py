"""The frame in a partner's page: by text and by address, in six languages, also seen in a browser."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from flask import Flask, Response
from started import serving
from werkzeug.serving import make_server

from kg.errors import Refused, TooLarge
from kg.link.fetching import Fetched
from kg.link.pages import words
from kg.vocab import LANGUAGES

PAGE = """<!doctype html><html lang="fr"><head><title>Nos terrasses</title>
<meta name="description" content="Terrasses contre l'érosion des sols en pente">
<script>var secret = "camels";</script></head><body><nav><p>Accueil</p></nav>
<h1>Terrasses</h1><p>Des murets de pierre retiennent l'eau et la terre sur les pentes.</p>%s</body></html>"""


@dataclass
class Partner:
    """A second site on another port, and our service that knows it as a partner."""

    base: str
    ours: str = ""
    asked: list[str] = field(default_factory=list)


def _site(partner: Partner) -> Flask:
    site = Flask("partner")

    @site.get("/terraces")
    def terraces() -> str:
        partner.asked.append("terraces")
        return PAGE % f"<script src='{partner.ours}/widget.js' data-url data-title='Voisins'></script>"

    @site.get("/picture")
    def picture() -> Response:
        return Response(b"\x89PNG", mimetype="image/png")

    @site.get("/away")
    def away() -> Response:
        return Response("", 302, {"Location": "http://127.0.0.1:22/"})

    return site


@pytest.fixture(scope="module")
def partner(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    home = tmp_path_factory.mktemp("widget")
    for name in ("generations", "models"):
        (home / name).symlink_to(bundled_home / name)
    shutil.copy(bundled_home / "current", home / "current")
    made = Partner("")
    server = make_server("127.0.0.1", 0, _site(made), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.base = f"http://127.0.0.1:{server.server_port}"
    (home / "partners").mkdir()
    (home / "partners" / "neighbour.toml").write_text(
        f'name = "Neighbour"\nhomepage = "{made.base}/"\nhosts = ["127.0.0.1"]\n'
        f'record_prefixes = ["{made.base}/"]\n',
        encoding="utf-8",
    )
    inner = f"127.0.0.1:{server.server_port}"
    with serving(home, rate_per_minute=0, link_inner_hosts=inner) as made.ours:
        yield made
    server.shutdown()


def _widget(partner: Partner, lang: str = "en", **asked: str) -> requests.Response:
    return requests.get(f"{partner.ours}/{lang}/widget", params=asked, timeout=120)


def test_widget_when_given_a_partners_address_lists_what_is_like_its_page(partner: Partner) -> None:
    by_address = _widget(partner, "fr", url=f"{partner.base}/terraces#part")
    assert by_address.status_code == 200
    assert by_address.text.count("<li>") == 5
    assert "Pratiques apparentées" in by_address.text
    assert "Set-Cookie" not in by_address.headers
    assert "frame-ancestors *" in by_address.headers["Content-Security-Policy"]
    said = "Nos terrasses. Terrasses contre l'érosion des sols en pente. Terrasses Des murets de pierre "
    by_text = _widget(partner, "fr", q=f"{said}retiennent l'eau et la terre sur les pentes.")
    shown = re.compile(r'<li><a href="([^"]+)"')
    assert shown.findall(by_address.text) == shown.findall(by_text.text)


def test_page_when_asked_for_again_is_fetched_once(partner: Partner) -> None:
    _widget(partner, url=f"{partner.base}/terraces")
    before = len(partner.asked)
    for lang in LANGUAGES:
        assert _widget(partner, lang, url=f"{partner.base}/terraces").status_code == 200
    assert len(partner.asked) == before


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:22/", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "file:///etc/passwd",
        "https://unknown.example/", "BASE/picture", "BASE/away", "BASE/nothing", "x",
    ],
)  # fmt: skip
def test_address_when_it_is_not_allowed_or_no_page_is_refused_in_words(
    partner: Partner, address: str
) -> None:
    answer = _widget(partner, "es", url=address.replace("BASE", partner.base))
    assert answer.status_code in (400, 403)
    assert "Esta página no se puede leer desde aquí." in answer.text
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]


@pytest.mark.browser
def test_widget_when_a_partners_page_gives_its_address_shows_practices_in_its_language(
    partner: Partner,
) -> None:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("Chromium and its driver are not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.ui import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    try:
        driver.get(f"{partner.base}/terraces")
        frame = WebDriverWait(driver, 60).until(lambda d: d.find_element("css selector", "iframe"))
        assert frame.get_attribute("title") == "Voisins"
        assert "url=http" in (frame.get_attribute("src") or "")
        driver.switch_to.frame(frame)
        WebDriverWait(driver, 60).until(lambda d: len(d.find_elements("css selector", "li a")) == 5)
        assert driver.find_element("css selector", "h1").text == "Pratiques apparentées"
        driver.switch_to.default_content()
        assert driver.get_cookies() == []
    finally:
        driver.quit()


def test_words_of_a_page_are_its_title_description_and_running_text() -> None:
    found = words(Fetched("https://p.example/", "text/html", (PAGE % "").encode()), 1000)
    assert found.startswith("Nos terrasses. Terrasses contre l'érosion des sols en pente. Terrasses")
    assert "murets de pierre" in found
    assert "camels" not in found
    assert "Accueil" not in found
    assert words(Fetched("https://p.example/", "text/html", (PAGE % "").encode()), 20) == found[:20]


def test_page_when_it_is_no_text_or_has_too_many_tags_is_refused() -> None:
    with pytest.raises(Refused):
        words(Fetched("https://p.example/", "application/pdf", b"%PDF"), 100)
    with pytest.raises(TooLarge):
        words(Fetched("https://p.example/", "text/html", b"<p>" * 60_000), 100)
