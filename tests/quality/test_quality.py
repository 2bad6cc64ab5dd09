"""The quality report finds what was planted, says nothing of what is sound, and tells what changed."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg import generation
from kg.cli.app import app
from kg.quality import Finding, Report, checked, compare, load, previous, reasons
from kg.quality.links import check
from kg.quality.places import suspicion
from kg.quality.report import Filled
from kg.quality.texts import other_language

DATA = Path(__file__).resolve().parents[1] / "data" / "quality"
PLANTED = list(csv.DictReader((DATA / "planted.csv").read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def report(home: Path) -> Report:
    found = load(generation.current(home))
    assert found is not None
    return found


def test_defects_when_planted_are_thirty_or_more() -> None:
    assert len(PLANTED) >= 30


@pytest.mark.parametrize(
    "planted", PLANTED, ids=lambda each: f"{each['kind']}-{each['record']}-{each['field']}"
)
def test_defect_when_planted_is_found(planted: dict[str, str], report: Report) -> None:
    assert [
        each
        for each in report.findings
        if each.kind == planted["kind"]
        and each.record.endswith(planted["record"])
        and each.field == planted["field"]
    ]


def test_records_when_sound_are_not_named(report: Report) -> None:
    named = [
        each for each in report.findings if each.record.endswith(("q-good1", "q-good2", "sound.1", "sound.5"))
    ]
    assert named == []


def test_findings_when_counted_are_little_more_than_was_planted(report: Report) -> None:
    """A row without country or point is named for both; nothing else comes on top."""
    wanted = {(each["kind"], each["field"]) for each in PLANTED}
    extra = [each for each in report.findings if (each.kind, each.field) not in wanted]
    assert extra == []
    assert len(report.findings) <= len(PLANTED) + 3


def test_point_when_turned_round_says_what_was_exchanged() -> None:
    assert "latitude and longitude are exchanged" in suspicion((13.51, 2.11), ["NER"])
    assert "north and south are exchanged" in suspicion((-68.15, 16.5), ["BOL"])
    assert suspicion((179.0, -16.5), ["FJI"]) == ""


def test_language_when_a_text_is_short_is_not_judged() -> None:
    assert other_language("Zaï", "en") == ""


def test_completeness_when_measured_counts_records_and_fields(report: Report) -> None:
    shares = {(each.kind, each.field): (each.filled, each.records) for each in report.completeness}
    filled, records = shares["Technology", "country"]
    assert records - filled == 2


def test_report_when_written_as_csv_is_a_table(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert len(rows) == len(report.findings)


def test_command_when_asked_for_one_kind_prints_json(home: Path) -> None:
    done = CliRunner().invoke(app, ["quality", "--kind", "coordinates", "--json", "--home", str(home)])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["counts"] == {"coordinates": 5}


def test_command_when_there_is_nothing_to_compare_with_says_so(home: Path) -> None:
    done = CliRunner().invoke(app, ["quality", "--new", "--home", str(home)])
    assert done.exit_code != 0


def test_generations_when_compared_tell_what_is_new_and_what_is_gone(home: Path, tmp_path: Path) -> None:
    one = Report((Finding("date", "a", "year", "x"), Finding("date", "b", "year", "x")), (), ())
    two = Report((Finding("date", "b", "year", "x"), Finding("date", "c", "year", "x")), (), ())
    change = compare(two, one)
    assert [each.record for each in change.new] == ["c"]
    assert [each.record for each in change.gone] == ["a"]
    assert previous(home, generation.current(home)) is None


def test_generations_when_compared_tell_which_numbers_moved() -> None:
    same, lines = Filled("d", "Approach", "label", 2, 2), ("d", "Approach", "country")
    one = Report((), (same, Filled(*lines, 1, 2)), (("en", 3), ("fr", 1)))
    two = Report((), (same, Filled(*lines, 2, 2)), (("en", 3), ("es", 2)))
    change = compare(two, one).to_json()
    assert [(each["field"], each["share_before"], each["share"]) for each in change["completeness"]] == [
        ("country", 0.5, 1.0)
    ]
    assert change["languages"] == {"es": 2, "fr": -1}


def test_reasons_when_read_again_have_the_parts_that_they_were_made_of(report: Report) -> None:
    for each in report.findings:
        said = reasons.parts(each.kind, each.reason)
        assert (said is not None) == (each.kind in reasons.REASONS), each
        if said:
            assert reasons.say(each.kind, said[0], **said[1]) == each.reason
    told = reasons.parts("coordinates", suspicion((13.51, 2.11), ["NER"]))
    assert told == ("turned", {"point": "(2.11, 13.51)", "countries": "NER"})


def test_check_of_addresses_when_kept_is_read_again(tmp_path: Path) -> None:
    assert checked.last(tmp_path) is None
    broken = Finding("broken-link", "a", "source", "https://x.example/ answers 404")
    made = checked.keep(tmp_path, [broken], asked=3, known=9)
    assert checked.last(tmp_path) == made
    (tmp_path / checked.FILE).write_text("{")
    assert checked.last(tmp_path) is None


class _Pages(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response({"/here": 200, "/gone": 410, "/busy": 503}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def pages() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses_when_asked_name_those_that_are_gone_and_not_those_that_are_busy(pages: str) -> None:
    given = {f"{pages}/{name}": [name] for name in ("here", "gone", "busy", "never")}
    found = list(check(given, most=10, pause=0.0))
    assert sorted((each.kind, each.record) for each in found) == [
        ("broken-link", "gone"),
        ("broken-link", "never"),
    ]
