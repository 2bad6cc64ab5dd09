"""The curators' page: six languages, by keyboard, without scripts, and against forged requests."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from homes import empty
from werkzeug.serving import make_server

from kg.config import Settings
from kg.link import accounts, journal
from kg.link.journal import Queued
from kg.link.links import CLOSE, EXACT, RELATED, Link
from kg.mapping import retired
from kg.vocab import LANGUAGES, Iris
from kg.web import create_app
from kg.web.guard import FAILURES_PER_MINUTE

CASE = "https://panorama.solutions/en/solution/"


@dataclass
class Desk:
    """A service of its own on the small graph, with links that wait and a curator's token."""

    app: Flask
    home: Path
    token: str

    def signed_in(self, lang: str = "en") -> FlaskClient:
        client = self.app.test_client()
        assert client.post(f"/{lang}/review/sign-in", data={"token": self.token}).status_code == 303
        return client

    def held(self, number: int) -> Queued:
        return journal.get(self.home, number)


def _queue(home: Path, iris: Iris, *names: str, predicate: str = RELATED, case: str = "a") -> list[int]:
    links = [
        Link(f"{CASE}{case}", f"Case {case}", predicate, iris.id("concept", name), name.upper(), "concept",
             0.9 - place / 100, "semapv:LexicalMatching", note="in title")
        for place, name in enumerate(names)
    ]  # fmt: skip
    journal.queue(home, "panorama", links, "test")
    wanted = {(each.subject, each.object) for each in links}
    return [each.number for each in journal.listed(home) if (each.link.subject, each.link.object) in wanted]


def _made(tiny_home: Path, home: Path, public_url: str) -> Flask:
    (home / "generations").symlink_to(tiny_home / "generations")
    (home / "current").write_text((tiny_home / "current").read_text(encoding="ascii"), encoding="ascii")
    return create_app(Settings.from_env({}, home=str(home), rate_per_minute=0, public_url=public_url))


def _closed(app: Flask) -> None:
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


@pytest.fixture(scope="module")
def service(tiny_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Path]]:
    home = tmp_path_factory.mktemp("desk")
    app = _made(tiny_home, home, "http://127.0.0.1:8000/")
    yield app, home
    _closed(app)


@pytest.fixture
def desk(service: tuple[Flask, Path]) -> Desk:
    """The service with an empty queue, one curator and nobody's guesses counted."""
    app, home = service
    empty(home)
    (home / "retired.tsv").unlink(missing_ok=True)
    app.extensions["kg_rates"].forget("wrong-tokens")
    return Desk(app, home, accounts.create(home, "Ana"))


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


# -- what is shown ------------------------------------------------------------------------------------


def test_page_when_opened_in_six_languages_names_keys_states_and_relations_in_each(
    desk: Desk, iris: Iris
) -> None:
    _queue(desk.home, iris, "eba", "slm")
    shown = set()
    for lang in LANGUAGES:
        page = desk.signed_in(lang).get(f"/{lang}/review").text
        assert f'<html lang="{lang}"' in page
        assert page.count("aria-keyshortcuts") == 6
        shown.add(tuple(re.findall(r"<kbd dir=.ltr.>.</kbd></dt><dd>(.*?)</dd>", page)))
        shown.add(tuple(re.findall(r'<option value="skos:exactMatch">(.*?)</option>', page)[:1]))
    assert len(shown) == 2 * len(LANGUAGES)
    assert all(shown)


def test_review_when_asked_without_language_leads_to_the_readers(desk: Desk) -> None:
    answer = desk.app.test_client().get("/review", headers={"Accept-Language": "ru"})
    assert answer.headers["Location"].endswith("/ru/review")


def test_page_when_decided_without_a_script_tells_who_when_and_why_and_goes_to_the_next(
    desk: Desk, iris: Iris
) -> None:
    first, second = _queue(desk.home, iris, "eba", "slm")
    client = desk.signed_in()
    form = {"csrf": _csrf(client.get("/en/review").text), "place": "0", "page": "1", "state": "open"}
    accepted = {"number": str(first), "action": "accept", "predicate": CLOSE, "reason": "same idea"}
    answer = client.post("/en/review/decide", data=form | accepted)
    assert answer.headers["Location"].endswith("#at-0")
    page = client.get(answer.headers["Location"]).text
    told = re.search(r'role="status">(.*?)</p>', page)
    assert told is not None
    assert all(each in told[1] for each in ("accepted", "nearly the same", "Ana", "same idea", "UTC"))
    client.post("/en/review/decide", data=form | {"number": str(second), "action": "reject", "reason": "no"})
    client.post("/en/review/decide", data=form | {"number": str(first), "action": "reject", "reason": "oh"})
    assert desk.held(second).state == "reject"
    past = re.search(r'review-history">(.*?)</ol>', client.get(f"/en/review?number={first}").text, re.DOTALL)
    assert past is not None
    assert re.findall(r"<strong>(\w+)</strong>", past[1]) == ["accepted", "rejected"]


def test_rejection_when_its_reason_is_missing_is_asked_for_beside_the_queue(desk: Desk, iris: Iris) -> None:
    (number,) = _queue(desk.home, iris, "eba")
    client = desk.signed_in()
    form = {"csrf": _csrf(client.get("/en/review").text), "number": str(number), "action": "reject"}
    answer = client.post("/en/review/decide", data=form)
    assert answer.status_code == 400
    assert re.search(r'role="alert">[^<]*reason', answer.text)
    assert 'class="link-item"' in answer.text


def test_conflicts_when_links_clash_are_shown_with_their_links_before_and_after(
    desk: Desk, iris: Iris
) -> None:
    one, two = _queue(desk.home, iris, "eba", "slm", predicate=EXACT)
    (lost,) = _queue(desk.home, iris, "nbs", case="b")
    journal.decide(desk.home, one, action="accept", curator="Ben", reason="")
    gone = retired.Retired(iris.id("concept", "nbs"), "", "2026-01-01", "Ben", "gone", "NbS")
    retired.add(desk.home, gone, iris)
    page = desk.signed_in().get("/en/review").text
    assert "another exact match is accepted" in page
    assert "link to a withdrawn record" in page
    assert f"/en/review?number={lost}" in page
    journal.decide(desk.home, two, action="accept", curator="Ben", reason="")
    page = desk.signed_in().get("/en/review?state=all").text
    section = page.split('id="conflicts"')[1].split("</section>")[0]
    assert "two exact matches" in section
    assert all(f"number={each}" in section for each in (one, two))


def test_queue_when_long_comes_in_pages(desk: Desk, iris: Iris) -> None:
    links = [
        Link(f"{CASE}{n}", f"Case {n}", RELATED, iris.id("concept", "eba"), "EbA", "concept", 0.9, "x:y")
        for n in range(60)
    ]
    journal.queue(desk.home, "panorama", links, "test")
    client = desk.signed_in()
    assert [client.get(f"/en/review?page={n}").text.count('class="link-item"') for n in (1, 2, 3, 4)] == [
        25, 25, 10, 0,
    ]  # fmt: skip


# -- what is refused ----------------------------------------------------------------------------------


def test_session_when_begun_is_a_cookie_that_only_our_pages_can_use(tiny_home: Path, tmp_path: Path) -> None:
    app = _made(tiny_home, tmp_path, "https://hub.example/")
    answer = app.test_client().post("/fr/review/sign-in", data={"token": accounts.create(tmp_path, "Ana")})
    _closed(app)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-kg_review=")
    assert all(each in cookie for each in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/"))


def test_session_when_its_secret_is_planted_by_another_is_not_taken_over(desk: Desk) -> None:
    client = desk.app.test_client()
    client.set_cookie("kg_review", "planted")
    client.post("/en/review/sign-in", data={"token": desk.token})
    held = client.get_cookie("kg_review")
    assert held is not None
    assert held.value != "planted"
    assert accounts.of_session(desk.home, "planted") is None


def test_session_when_signed_in_anew_or_out_is_over(desk: Desk) -> None:
    client = desk.signed_in()
    first = client.get_cookie("kg_review")
    client.post("/en/review/sign-in", data={"token": desk.token})
    second = client.get_cookie("kg_review")
    assert first is not None
    assert second is not None
    assert accounts.of_session(desk.home, first.value) is None
    client.post("/en/review/sign-out", data={"csrf": _csrf(client.get("/en/review").text)})
    assert accounts.of_session(desk.home, second.value) is None


def _other_csrf(desk: Desk) -> str:
    return _csrf(desk.signed_in().get("/en/review").text)


@pytest.mark.parametrize("forged", ["", "0" * 64, "ü", "of another session"])
def test_decision_when_its_form_has_no_token_of_this_session_is_refused(
    desk: Desk, iris: Iris, forged: str
) -> None:
    (number,) = _queue(desk.home, iris, "eba")
    form = {"number": str(number), "action": "accept"}
    if forged:
        form["csrf"] = _other_csrf(desk) if forged.startswith("of") else forged
    assert desk.signed_in().post("/en/review/decide", data=form).status_code == 403
    assert desk.held(number).state == "open"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)  # fmt: skip
def test_form_when_sent_from_another_site_is_refused(desk: Desk, iris: Iris, headers: dict[str, str]) -> None:
    (number,) = _queue(desk.home, iris, "eba")
    client = desk.signed_in()
    form = {"csrf": _csrf(client.get("/en/review").text), "number": str(number), "action": "accept"}
    assert client.post("/en/review/decide", data=form, headers=headers).status_code == 403
    assert client.post("/en/review/sign-in", data={"token": desk.token}, headers=headers).status_code == 403
    assert desk.held(number).state == "open"


def test_role_when_a_partners_cannot_sign_in_nor_decide(desk: Desk, iris: Iris) -> None:
    (number,) = _queue(desk.home, iris, "eba")
    token = accounts.create(desk.home, "panorama", "partner")
    client = desk.app.test_client()
    assert client.post("/en/review/sign-in", data={"token": token}).status_code == 403
    secret = accounts.open_session(desk.home, token)
    client.set_cookie("kg_review", secret)
    form = {"csrf": accounts.csrf(secret), "number": str(number), "action": "accept"}
    assert client.post("/en/review/decide", data=form).status_code == 403
    assert "Case a" not in client.get("/en/review").text
    assert desk.held(number).state == "open"


def test_account_when_revoked_is_signed_out_everywhere(desk: Desk, iris: Iris) -> None:
    (number,) = _queue(desk.home, iris, "eba")
    client = desk.signed_in()
    form = {"csrf": _csrf(client.get("/en/review").text), "number": str(number), "action": "accept"}
    accounts.revoke(desk.home, "Ana")
    assert client.post("/en/review/decide", data=form).status_code == 403
    assert desk.held(number).state == "open"


@pytest.mark.parametrize("path", ["decide", "sign-in", "sign-out"])
@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_address_that_writes_when_not_posted_to_writes_nothing(
    desk: Desk, iris: Iris, path: str, method: str
) -> None:
    (number,) = _queue(desk.home, iris, "eba")
    client = desk.signed_in()
    asked = {"csrf": _csrf(client.get("/en/review").text), "number": str(number), "action": "accept"}
    assert getattr(client, method)(f"/en/review/{path}", query_string=asked).status_code == 405
    assert desk.held(number).state == "open"
    assert "Ana" in client.get("/en/review").text


def test_tokens_when_guessed_too_often_are_refused_even_if_right_until_the_minute_is_over(desk: Desk) -> None:
    client = desk.app.test_client()
    for place in range(FAILURES_PER_MINUTE):
        if place % 2:
            assert client.post("/en/review/sign-in", data={"token": f"guess{place}"}).status_code == 403
        else:
            head = {"Authorization": f"Bearer guess{place}"}
            assert client.get("/api/link/jobs/x", headers=head).status_code == 403
    assert client.post("/en/review/sign-in", data={"token": desk.token}).status_code == 429
    other = client.post(
        "/en/review/sign-in", data={"token": desk.token}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert other.status_code == 303


@pytest.mark.parametrize("form", [{"number": "x"}, {"number": "9" * 30}, {"number": "99"}, {}])
def test_decision_when_about_no_link_is_not_found(desk: Desk, form: dict[str, str]) -> None:
    client = desk.signed_in()
    sent = form | {"csrf": _csrf(client.get("/en/review").text), "action": "accept"}
    assert client.post("/en/review/decide", data=sent).status_code == 404


@pytest.mark.parametrize(
    "query", ["page=-1", "page=99999999999999", "state=zz", "partner=%00", "done=7", "number=x"]
)
def test_page_when_asked_for_nonsense_is_shown(desk: Desk, query: str) -> None:
    assert desk.signed_in().get(f"/en/review?{query}").status_code == 200


# -- by keyboard --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("Chromium and its driver are not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run"):
        options.add_argument(f"--{flag}")
    running = webdriver.Chrome(options=options, service=Service(driver))
    yield running
    running.quit()


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_queue_when_worked_with_the_keyboard_alone_is_decided(
    browser: Any, desk: Desk, iris: Iris, lang: str
) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    one, two, three = _queue(desk.home, iris, "eba", "slm", "nbs")
    site = make_server("127.0.0.1", 0, desk.app, threaded=True)
    threading.Thread(target=site.serve_forever, daemon=True).start()

    def press(*keys: str) -> None:
        for key in keys:
            browser.switch_to.active_element.send_keys(key)

    def at(number: int) -> None:
        WebDriverWait(browser, 20).until(
            lambda b: (
                b.execute_script(
                    "return document.activeElement.matches('h3') && "
                    "document.activeElement.closest('form').elements.number.value"
                )
                == str(number)
            )
        )

    try:
        browser.get(f"http://127.0.0.1:{site.server_port}/{lang}/review")
        field = browser.find_element("id", "token")
        field.send_keys(desk.token, Keys.ENTER)
        at(one)
        assert browser.execute_script("return document.dir") == ("rtl" if lang == "ar" else "ltr")
        press("j", "j", "k")
        at(two)
        press("?")
        help_text = browser.find_element("css selector", "#keys dl")
        assert help_text.is_displayed()
        press("?")
        assert not help_text.is_displayed()
        at(one)
        press("j", "e")
        press(Keys.HOME, Keys.ESCAPE)  # the first relation of the list: the same
        at(two)
        press("a")
        WebDriverWait(browser, 20).until(lambda b: desk.held(two).state == "accept")
        at(three)  # the place of the link that is decided
        press("r", "another place", Keys.ENTER)
        WebDriverWait(browser, 20).until(lambda b: desk.held(three).state == "reject")
        at(one)
        press("r", Keys.ENTER, Keys.ESCAPE)  # no reason: nothing is decided
        at(one)
    finally:
        site.shutdown()
    decided = [desk.held(each).decision for each in (two, three)]
    assert [(each.curator, each.predicate, each.reason) for each in decided if each] == [
        ("Ana", EXACT, ""), ("Ana", RELATED, "another place"),
    ]  # fmt: skip
    assert desk.held(one).state == "open"
