"""The quality report over HTTP: a page in six languages, JSON, and a CSV of each table."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Generator, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from kg import generation
from kg.config import Settings
from kg.quality import KINDS, Finding, Report, checked, load
from kg.quality.reasons import REASONS
from kg.vocab import LANGUAGES
from kg.web import create_app, quality_words


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[FlaskClient]:
    yield from opened(home)


@pytest.fixture(scope="module")
def later(later_home: Path) -> Iterator[FlaskClient]:
    yield from opened(later_home)


@pytest.fixture(scope="module")
def report(home: Path) -> Report:
    found = load(generation.current(home))
    assert found is not None
    return found


def opened(home: Path) -> Generator[FlaskClient, None, None]:
    app = create_app(Settings.from_env({}, home=str(home), rate_per_minute=0))
    yield app.test_client()
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def shown(page: str) -> list[str]:
    """Return the texts of the rows of findings."""
    body = page.partition('class="data stacked"')[2].partition("</table>")[0]
    return [unescape(re.sub(r"<[^>]+>", " ", row)) for row in body.split("<tr>")[2:]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_when_opened_says_every_finding_in_the_readers_language(
    client: FlaskClient, report: Report, lang: str
) -> None:
    page = client.get(f"/{lang}/quality").text
    assert len(shown(page)) == len(report.findings)
    assert "%(" not in page
    # Beside the names of records only what loaders say stands in English.
    english = [each for each in shown(page) if "should have it" in each or "looks as if" in each]
    assert bool(english) == (lang == "en")


def test_page_when_it_names_records_leads_to_them(client: FlaskClient) -> None:
    page = client.get("/fr/quality?kind=duplicate").text
    links = set(re.findall(r'href="(/fr/id/[^"]+)"', page.partition('id="findings"')[2]))
    assert len(links) >= 4
    assert {client.get(each).status_code for each in links} == {200}


@pytest.mark.parametrize(
    ("asked", "kind", "text"),
    [("kind=coordinates", "coordinates", ""), ("q=Q-C3", "", "q-c3"), ("q=zzz", "", "zzz")],
)
def test_findings_when_filtered_are_the_same_on_the_page_in_json_and_in_csv(
    client: FlaskClient, report: Report, asked: str, kind: str, text: str
) -> None:
    wanted = [
        each
        for each in report.findings
        if kind in ("", each.kind) and text in f"{each.record} {each.field} {each.reason}".casefold()
    ]
    body = client.get(f"/quality.json?{asked}").get_json()
    assert body["total"] == len(wanted) == len(body["findings"])
    assert [row["record"] for row in rows(client, f"/quality/findings.csv?{asked}")] == [
        e.record for e in wanted
    ]
    assert len(shown(client.get(f"/en/quality?{asked}").text)) == len(wanted)


def test_json_when_read_in_parts_is_the_report(client: FlaskClient, report: Report) -> None:
    parts = [client.get(f"/quality?limit=20&offset={start}").get_json() for start in (0, 20, 40)]
    assert [e["reason"] for part in parts for e in part["findings"]] == [e.reason for e in report.findings]
    assert parts[0]["counts"] == report.counts()
    assert parts[0]["since_last"] is None
    described = client.get("/openapi.json").get_json()
    schema = described["paths"]["/quality"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    jsonschema.Draft202012Validator(schema).validate(parts[0])


def test_tables_when_taken_away_have_a_row_each(client: FlaskClient, report: Report) -> None:
    counted = {row["kind"]: int(row["findings"]) for row in rows(client, "/quality/kinds.csv")}
    assert counted == report.counts()
    assert len(rows(client, "/quality/completeness.csv")) == len(report.completeness)
    assert {row["language"]: int(row["texts"]) for row in rows(client, "/quality/languages.csv")} == dict(
        report.languages
    )


def test_generation_when_another_follows_tells_what_came_and_went(later: FlaskClient, report: Report) -> None:
    since = later.get("/quality.json").get_json()["since_last"]
    gone = rows(later, "/quality/findings.csv?change=gone")
    assert since["gone"] == len(gone) == len(report.findings)
    assert since["generation"] in later.get("/en/quality").text
    page = later.get("/en/quality?change=gone&kind=coordinates").text
    assert len(shown(page)) == report.counts()["coordinates"]
    assert {row["new"] for row in rows(later, "/quality/kinds.csv")} >= {"0"}
    # What is gone has no page to lead to.
    assert "/en/id/" not in page.partition('id="findings"')[2].partition("</section>")[0]


def test_client_when_it_reads_html_is_sent_to_the_page(client: FlaskClient) -> None:
    answer = client.get("/quality?kind=date", headers={"Accept": "text/html", "Accept-Language": "es"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/es/quality?kind=date")


@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        ("/quality.json?kind=nothing", 400, "kind"),
        ("/quality.json?change=x", 400, "change"),
        ("/quality.json?limit=10001", 400, "limit"),
        ("/quality.json?offset=-1", 400, "offset"),
        (f"/quality.json?q={'x' * 101}", 400, "'q'"),
        ("/quality.json?change=new", 404, "generation before"),
        ("/quality/nothing.csv", 404, ""),
        ("/en/quality?page=99", 404, "page"),
    ],
)
def test_request_when_it_cannot_be_met_says_why(
    client: FlaskClient, address: str, status: int, named: str
) -> None:
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert named in answer.get_json(force=True)["detail"]


def test_links_when_checked_are_in_the_report_until_the_next_check(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    shutil.copytree(home, folder)
    (app,) = (opened(folder),)
    client = next(app)
    before = client.get("/quality.json")
    reason = "https://gone.example/a answers 410"
    broken = Finding("broken-link", "https://w3id.org/landkg/id/practice/q-good1", "source", reason)
    checked.keep(folder, [broken], asked=7, known=30)
    after = client.get("/quality.json?kind=broken-link", headers={"If-None-Match": before.headers["ETag"]})
    assert [each["reason"] for each in after.get_json()["findings"]] == [reason]
    assert after.get_json()["links_checked"]["asked"] == 7
    page = client.get("/en/quality?kind=broken-link").text
    assert 'href="https://gone.example/a"' in page
    assert "7 of 30" in page
    app.close()


def test_words_when_compared_are_those_of_the_report() -> None:
    assert set(quality_words.KINDS) == set(KINDS)
    assert {kind: set(each) for kind, each in quality_words.REASONS.items()} == {
        kind: set(each) for kind, each in REASONS.items()
    }
    for kind, each in REASONS.items():
        for name, text in each.items():
            said = str(quality_words.REASONS[kind][name])
            assert sorted(re.findall(r"%\(\w+\)s", said)) == sorted(re.findall(r"%\(\w+\)s", text)), name


def test_report_when_looked_for_is_linked_from_the_footer_and_the_state_of_the_sources(
    client: FlaskClient,
) -> None:
    assert 'href="/ru/quality"' in client.get("/ru/about").text.partition("<footer")[2]
    assert 'href="/ru/quality"' in client.get("/ru/status").text.partition("<main")[2].partition("</main")[0]


def test_record_when_hostile_is_only_text(client: FlaskClient) -> None:
    answer = client.get("/en/quality?q=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in answer


def test_answer_when_a_field_is_named_uses_its_label(client: FlaskClient) -> None:
    found: Any = shown(client.get("/fr/quality?kind=incomplete&q=q-i1").text)
    assert any("Pays" in each or "pays" in each for each in found)
