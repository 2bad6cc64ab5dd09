"""Problem reports: kept, bounded, read and closed; hostile input; the command ``kg reports``."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kg import database, reports
from kg.cli.app import app
from kg.errors import BadInput, NotFound, Unavailable

RECORD = "https://w3id.org/landkg/id/practice/technologies_1"


def sent(home: Path, **more: str) -> int:
    given = {
        "record": RECORD, "title": "Half moons", "problem": "fact", "text": "The country is wrong.",
        "contact": "reader@example.org", "language": "en", "generation": "abc",
    } | more  # fmt: skip
    return reports.add(home, **given)  # type: ignore[arg-type]


def test_report_when_kept_has_record_generation_language_and_time(tmp_path: Path) -> None:
    found = reports.get(tmp_path, sent(tmp_path))
    assert (found.record, found.generation, found.language, found.state) == (RECORD, "abc", "en", "open")
    assert found.at.endswith("Z")
    assert found.contact == "reader@example.org"


def test_report_when_sent_twice_is_kept_once_until_it_is_closed(tmp_path: Path) -> None:
    first = sent(tmp_path)
    assert sent(tmp_path) == first
    reports.close(tmp_path, first, curator="Ada", reason="Corrected.")
    assert sent(tmp_path) != first


def test_report_when_closed_keeps_the_reason_and_forgets_the_address(tmp_path: Path) -> None:
    number = sent(tmp_path)
    done = reports.close(tmp_path, number, curator="Ada", reason="Corrected in the source.")
    assert (done.state, done.closed_by, done.reason, done.contact) == (
        "closed",
        "Ada",
        "Corrected in the source.",
        "",
    )
    assert b"reader@example.org" not in (tmp_path / database.REPORTS.file).read_bytes()
    assert reports.listed(tmp_path) == []
    assert [each.number for each in reports.listed(tmp_path, state="closed")] == [number]


@pytest.mark.parametrize(("curator", "reason"), [("", "x"), ("Ada", ""), ("Ada", " \x00 ")])
def test_report_when_closed_without_name_or_reason_stays_open(
    tmp_path: Path, curator: str, reason: str
) -> None:
    number = sent(tmp_path)
    with pytest.raises(BadInput):
        reports.close(tmp_path, number, curator=curator, reason=reason)
    assert reports.get(tmp_path, number).state == "open"


def test_report_when_closed_twice_is_refused(tmp_path: Path) -> None:
    number = sent(tmp_path)
    reports.close(tmp_path, number, curator="Ada", reason="Done.")
    with pytest.raises(BadInput):
        reports.close(tmp_path, number, curator="Bob", reason="Again.")
    assert reports.get(tmp_path, number).closed_by == "Ada"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("problem", ""),
        ("problem", "fact' OR 1=1"),
        ("text", ""),
        ("text", " \x00\x1b\n "),
        ("text", "x" * (reports.LONGEST + 1)),
        ("contact", "nobody"),
        ("contact", "a@b.org\nBcc: c@d.org"),
        ("contact", "a@b.org, c@d.org"),
        ("contact", "<a@b.org>"),
        ("contact", f"{'x' * 300}@b.org"),
        ("record", "no IRI"),
        ("language", "xx"),
    ],
)
def test_report_when_a_field_is_wrong_is_not_kept(tmp_path: Path, field: str, value: str) -> None:
    with pytest.raises(BadInput):
        sent(tmp_path, **{field: value})
    assert reports.listed(tmp_path, state="") == []


@given(st.text(min_size=1, max_size=200))
def test_text_when_kept_has_nothing_that_a_terminal_or_a_reader_is_tricked_by(text: str) -> None:
    try:
        kept = reports.text_of(text)
    except BadInput:
        return
    assert not any(ord(each) < 0x20 and each not in "\n\t" for each in kept)
    assert not any("\x7f" <= each <= "\x9f" or each in "\u202e\u2066\u2069" for each in kept)
    kept.encode("utf-8")


def test_reports_when_the_file_is_full_are_refused_and_the_old_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST", 1)
    sent(tmp_path)
    with pytest.raises(Unavailable):
        sent(tmp_path, text="Another thing.")
    assert len(reports.listed(tmp_path)) == 1


def test_reports_when_nothing_was_sent_are_none(tmp_path: Path) -> None:
    assert reports.listed(tmp_path) == []
    with pytest.raises(NotFound):
        reports.get(tmp_path, 1)
    assert not (tmp_path / database.REPORTS.file).exists()


def test_form_key_when_asked_again_is_the_same(tmp_path: Path) -> None:
    key = reports.form_key(tmp_path)
    assert len(key) == 32
    assert reports.form_key(tmp_path) == key
    assert sent(tmp_path) == 1


def test_table_when_opened_in_a_spreadsheet_runs_no_formula(tmp_path: Path) -> None:
    sent(tmp_path, text="=HYPERLINK(1)", title="@x")
    row = next(csv.DictReader(io.StringIO(reports.table(reports.listed(tmp_path)))))
    assert (row["text"], row["title"]) == ("'=HYPERLINK(1)", "'@x")


def run(home: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["reports", *arguments, "--home", str(home)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_command_when_listing_gives_json_and_csv(tmp_path: Path) -> None:
    sent(tmp_path)
    sent(tmp_path, text="A link is dead.", problem="link")
    assert [each["problem"] for each in json.loads(run(tmp_path, "list", "--format", "json"))] == [
        "fact",
        "link",
    ]
    rows = list(csv.DictReader(io.StringIO(run(tmp_path, "list", "--format", "csv"))))
    assert [row["number"] for row in rows] == ["1", "2"]
    assert "A link is dead." in run(tmp_path, "list")
    assert json.loads(run(tmp_path, "list", "--record", "https://example.org/x", "--json")) == []


def test_command_when_closing_writes_down_who_and_why(tmp_path: Path) -> None:
    sent(tmp_path)
    assert "reader@example.org" in run(tmp_path, "show", "1")
    run(tmp_path, "close", "1", "--curator", "Ada", "--reason", "Corrected.")
    shown = run(tmp_path, "show", "1")
    assert "Closed by Ada" in shown
    assert "reader@example.org" not in shown
    assert json.loads(run(tmp_path, "list", "--json")) == []
    assert len(json.loads(run(tmp_path, "list", "--state", "all", "--json"))) == 1


def test_file_when_another_generation_is_current_is_the_same(tmp_path: Path) -> None:
    sent(tmp_path)
    (tmp_path / "generations" / "next").mkdir(parents=True)
    (tmp_path / "current").write_text("next", encoding="ascii")
    assert [each.generation for each in reports.listed(tmp_path)] == ["abc"]
    with sqlite3.connect(tmp_path / database.REPORTS.file) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
