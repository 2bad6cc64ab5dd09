"""Reporting a problem over HTTP: the form, what it refuses, the curators' page of reports."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from websupport import Page
from werkzeug.test import TestResponse

from kg import reports
from kg.config import Settings
from kg.link import accounts
from kg.vocab import LANGUAGES
from kg.web import create_app, reporting

RECORD = "https://w3id.org/landkg/id/practice/technologies_1"
FORM = "/en/report/id/practice/technologies_1"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory, mini_home: Path) -> Path:
    return Path(shutil.copytree(mini_home, tmp_path_factory.mktemp("reports") / "home"))


@pytest.fixture(scope="module")
def app(own_home: Path) -> Iterator[Flask]:
    made = create_app(Settings.from_env({}, home=str(own_home), rate_per_minute=0, reports_per_hour=5))
    yield made
    made.extensions["kg_sparql"].close()
    made.extensions["kg"].live.close()


@pytest.fixture(autouse=True)
def home(own_home: Path, app: Flask) -> Path:
    """The data folder, in which nobody has reported anything yet."""
    for each in own_home.glob("*.sqlite*"):
        each.unlink()
    app.extensions["kg_rates"].forget("reports")
    return own_home


def signed(client: FlaskClient, form: str = FORM) -> str:
    found = re.search(r'name="signed" value="([^"]+)"', client.get(form).text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
    given = {
        "signed": more.pop("signed", None) or signed(client),
        "problem": "fact",
        "text": "Wrong country.",
    }
    return client.post(FORM, data=given | more, headers=headers)


def test_record_when_opened_links_to_its_form(client: FlaskClient) -> None:
    page = Page(client.get("/ar/id/practice/technologies_1").text)
    assert "/ar/report/id/practice/technologies_1" in page.linked


@pytest.mark.parametrize("lang", LANGUAGES)
def test_form_when_opened_is_in_the_language_of_the_reader_and_kept_by_nobody(
    client: FlaskClient, lang: str
) -> None:
    answer = client.get(f"/{lang}/report/id/practice/technologies_1")
    titles = {
        "en": "Report a problem",
        "fr": "Signaler un problème",
        "es": "Informar de un problema",
        "ru": "Сообщить о проблеме",
        "zh": "报告问题",
        "ar": "الإبلاغ عن مشكلة",
    }
    assert f"<h1>{titles[lang]}</h1>" in answer.text
    assert answer.cache_control.no_store
    assert answer.text.count('type="radio"') == 5
    assert "Set-Cookie" not in answer.headers


def test_report_when_sent_is_kept_and_thanked_for(client: FlaskClient, home: Path) -> None:
    answer = send(client, contact="reader@example.org")
    assert answer.status_code == 303
    kept = reports.get(home, 1)
    assert (kept.record, kept.problem, kept.text) == (RECORD, "fact", "Wrong country.")
    assert (kept.contact, kept.language) == ("reader@example.org", "en")
    assert kept.generation == (home / "current").read_text(encoding="ascii")
    thanks = client.get(answer.headers["Location"]).text
    assert "Its number is 1." in thanks
    assert "What happens next" in thanks


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("problem", "everything", "choose one of the five"),
        ("text", " \x00\x1b ", "Write what is wrong."),
        ("text", "x" * 4001, "The text is too long"),
        ("contact", "not an address", "This is no e-mail address"),
    ],
)
def test_report_when_a_field_is_wrong_comes_back_with_all_that_was_written(
    client: FlaskClient, home: Path, field: str, value: str, says: str
) -> None:
    answer = send(client, **{"text": f"{SCRIPT} said", "contact": "a@b.org", field: value})
    assert answer.status_code == 400
    assert says in answer.text
    assert SCRIPT not in answer.text
    if field != "text":
        assert "&lt;script&gt;alert(1)&lt;/script&gt; said" in answer.text
    assert reports.listed(home) == []


def test_report_when_the_text_is_hostile_is_kept_as_plain_text(client: FlaskClient, home: Path) -> None:
    assert send(client, text=f"{SCRIPT}\x1b[31m\u202e'; DROP TABLE reports").status_code == 303
    assert reports.get(home, 1).text == f"{SCRIPT}[31m'; DROP TABLE reports"


@pytest.mark.parametrize("given", ["x", "0.abc", "99999999999999.abc", "é.ü", "1.2.3"])
def test_report_when_its_signature_is_not_ours_is_not_kept(
    client: FlaskClient, home: Path, given: str
) -> None:
    answer = send(client, signed=given)
    assert answer.status_code == 403
    assert "Please send it again." in answer.text
    assert "Wrong country." in answer.text
    assert reports.listed(home) == []


def test_report_when_the_signature_is_missing_is_not_kept(client: FlaskClient, home: Path) -> None:
    assert client.post(FORM, data={"problem": "fact", "text": "Wrong."}).status_code == 403
    assert reports.listed(home) == []


def test_report_when_the_form_is_of_another_record_or_too_old_is_not_kept(
    client: FlaskClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = signed(client, "/en/report/id/concept/drought")
    assert send(client, signed=other).status_code == 403
    own, now = signed(client), time.time()
    monkeypatch.setattr(reporting.time, "time", lambda: now + reporting.VALID_S + 5)
    assert send(client, signed=own).status_code == 403
    assert reports.listed(home) == []


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_report_when_a_page_of_others_sends_it_is_refused(
    client: FlaskClient, home: Path, headers: dict[str, str]
) -> None:
    assert send(client, headers=headers).status_code == 403
    assert reports.listed(home) == []


def test_report_when_it_is_huge_is_refused_before_it_is_read(client: FlaskClient, home: Path) -> None:
    assert send(client, text="x" * 70_000).status_code == 413
    many = {f"f{number}": (b"x", "name") for number in range(2000)}
    assert client.post(FORM, data=many, content_type="multipart/form-data").status_code in (400, 413)
    assert reports.listed(home) == []


def test_reports_when_one_client_sends_many_are_held_back(client: FlaskClient, home: Path) -> None:
    form = signed(client)
    codes = [send(client, signed=form, text=f"Wrong {number}.").status_code for number in range(7)]
    assert codes == [303] * 5 + [429] * 2
    assert len(reports.listed(home)) == 5


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("practice/none", 404),
        ("practice/%3Cscript%3E", 404),
        ("practice/withdrawn", 410),
        ("practice/caf%C3%A9", 200),
    ],
)
def test_form_when_the_record_is_not_there_says_so(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(f"/en/report/id/{path}").status_code == status
    sent = client.post(f"/en/report/id/{path}", data={"problem": "fact", "text": "x"}).status_code
    assert sent == (403 if status == 200 else status)


@pytest.mark.parametrize("number", ["abc", "-1", "<b>", "9" * 30])
def test_thanks_when_the_number_is_none_gives_none(client: FlaskClient, number: str) -> None:
    page = client.get("/en/reported/id/practice/technologies_1", query_string={"number": number})
    assert page.status_code == 200
    assert "Its number" not in page.text


def test_service_when_it_takes_no_reports_has_no_form(home: Path) -> None:
    made = create_app(Settings.from_env({}, home=str(home), rate_per_minute=0, reports_per_hour=0))
    try:
        client = made.test_client()
        assert client.get(FORM).status_code == 404
        assert "/report/" not in client.get("/en/id/practice/technologies_1").text
    finally:
        made.extensions["kg_sparql"].close()
        made.extensions["kg"].live.close()


def test_curator_when_signed_in_reads_reports_and_closes_them_with_a_reason(
    client: FlaskClient, home: Path
) -> None:
    send(client, text=f"{SCRIPT} said")
    assert client.get("/en/review/reports").headers["Location"] == "/en/review"
    client.post("/en/review/sign-in", data={"token": accounts.create(home, "Ada")})
    page = client.get("/en/review/reports").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; said" in page
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    for given, status in (
        ({"number": "1", "reason": "Done."}, 403),
        ({"number": "x", "reason": "Done.", "csrf": csrf[1]}, 400),
        ({"number": "1", "reason": " ", "csrf": csrf[1]}, 400),
        ({"number": "77", "reason": "Done.", "csrf": csrf[1]}, 404),
        ({"number": "1", "reason": "Done.", "csrf": csrf[1]}, 303),
    ):
        assert client.post("/en/review/reports/close", data=given).status_code == status
    assert (reports.get(home, 1).closed_by, reports.get(home, 1).reason) == ("Ada", "Done.")
    assert "No report is open." in client.get("/en/review/reports").text
