"""InforMEA: decisions and meetings in the forms of OData answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, load_text, run, told

from kg.model import Entity, Text

DECISIONS = DATA / "informea" / "decisions.json"
MEETINGS = DATA / "informea" / "meetings.json"
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DECISION = json.loads(DECISIONS.read_text(encoding="utf-8"))["d"]["results"][0]
MEETING = json.loads(MEETINGS.read_text(encoding="utf-8"))["value"][0]


def one(tmp_path: Path, raw: dict[str, Any], **fields: Any) -> tuple[list[Any], Any]:
    return load_text("informea", tmp_path, "a.json", json.dumps({"d": {**raw, **fields}}))


def test_decision_when_loaded_then_has_the_address_of_our_own_record() -> None:
    records, report = run("informea", DECISIONS)
    first, second = records
    assert (first.id, first.body, first.convention, first.session) == (
        "unccd-19-cop15",
        "UNCCD COP",
        "UNCCD",
        "COP15",
    )
    assert (first.symbol, first.date, first.year) == ("19/COP.15", "2022-05-20", 2022)
    assert first.origin.updated == "2022-05-20"
    assert (second.id, second.session, second.date) == ("cbd-x-33", "COP10", "2010-10-29")
    assert ("fixture-1", "summary") in told(report, "note")
    assert told(report, "unmapped") == [("fixture-1", "keywords")]


def test_meeting_when_loaded_then_is_an_entity_with_dates_and_place() -> None:
    (meeting,), _ = run("informea", MEETINGS)
    assert isinstance(meeting, Entity)
    assert (meeting.id, meeting.kind, meeting.names) == (
        "unccd-cop14",
        "meeting",
        (Text("UNCCD COP 14", "en"),),
    )
    assert meeting.facts == (("start", "2019-09-02"), ("end", "2019-09-13"), ("place", "New Delhi, IND"))
    assert meeting.relations == (("convention", "unccd"),)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda e: {"d": [e]},
        lambda e: {"d": {"results": [e]}},
        lambda e: {"value": [e]},
        lambda e: [e],
        lambda e: e,
    ],
)
def test_envelope_when_of_any_version_then_opened(tmp_path: Path, wrap: Any) -> None:
    records, _ = load_text("informea", tmp_path, "a.json", json.dumps(wrap(DECISION)))
    assert [r.id for r in records] == ["unccd-19-cop15"]


def test_decision_when_number_tells_no_session_then_the_source_id_is_its_address(tmp_path: Path) -> None:
    records, _ = one(tmp_path, DECISION, number="Doc. 7", treaty="basel")
    assert records[0].id == "informea-fixture-1"
    assert (records[0].body, records[0].convention) == ("basel COP", "basel")


@pytest.mark.parametrize(("numeral", "session"), [("VIII", 8), ("IX", 9), ("XIII", 13), ("XIV", 14)])
def test_session_when_in_roman_numerals_then_counted(tmp_path: Path, numeral: str, session: int) -> None:
    records, _ = one(tmp_path, DECISION, number=f"Resolution {numeral}.11", treaty="ramsar")
    assert (records[0].id, records[0].session) == (f"ramsar-{numeral.lower()}-11", f"COP{session}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("treaty", None),
        ("treaty", "un ccd"),
        ("published", "/Date(x)/"),
        ("published", "/Date(999999999999999)/"),
        ("published", "2019-02-30T00:00:00"),
        ("title", {"results": []}),
        ("title", "Title"),
        ("title", [{"language": "!", "value": "x"}]),
    ],
)
def test_decision_when_a_field_is_wrong_then_quarantined_with_its_name(
    tmp_path: Path, field: str, value: Any
) -> None:
    records, report = one(tmp_path, DECISION, **{field: value})
    assert records == []
    assert told(report, "quarantined")[0][1].startswith(field)


def test_contact_when_in_the_answer_then_not_read(tmp_path: Path) -> None:
    _, report = one(tmp_path, {"id": "1", "firstName": "A", "email": "a@example.org"})
    assert "personal data" in report.issues[0].reason
    assert "example.org" not in str(report.issues)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["results", "value", "language", "term"]), children)
    ),
    max_leaves=6,
)


@FUZZ
@given(
    raw=st.sampled_from([DECISION, MEETING]),
    fields=st.dictionaries(st.sampled_from(sorted({*DECISION, *MEETING})), JSON, max_size=4),
)
def test_wrong_types_when_loaded_then_counted(
    tmp_path: Path, raw: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert one(tmp_path, raw, **fields)[1].read == 1


@FUZZ
@given(content=st.binary(max_size=100) | JSON.map(lambda value: json.dumps({"d": value}).encode()))
def test_anything_when_loaded_then_never_raises(tmp_path: Path, content: bytes) -> None:
    load_text("informea", tmp_path, "a.json", content)


@FUZZ
@given(length=st.integers(0, len(DECISIONS.read_bytes()) - 3))
def test_truncated_answer_when_loaded_then_quarantined(tmp_path: Path, length: int) -> None:
    assert load_text("informea", tmp_path, "a.json", DECISIONS.read_bytes()[:length])[1].quarantined == 1


def test_document_when_loaded_has_its_symbol_the_english_file_and_no_author(tmp_path: Path) -> None:
    raw = {
        "__metadata": {"type": "informea.Document"},
        "id": "d-1",
        "treaty": "unccd",
        "published": "/Date(1561334400000)/",
        "titles": {
            "results": [{"language": "en", "value": "On the hub"}, {"language": "fr", "value": "Du pôle"}]
        },
        "descriptions": {"results": [{"language": "en", "value": "<p>What it holds.</p>"}]},
        "types": {"results": [{"value": "Technical Series"}]},
        "identifiers": {
            "results": [{"name": "n", "value": "x"}, {"name": "s", "value": "ICCD/COP(14)/CST/5"}]
        },
        "files": {
            "results": [
                {"language": "fr", "url": "https://e.org/f"},
                {"language": "en", "url": "https://e.org/e"},
            ]
        },
        "authors": {"results": [{"name": "A. Person", "type": "person"}]},
    }
    (document,), report = one(tmp_path, raw)
    assert document.titles == (Text("On the hub", "en"), Text("Du pôle", "fr"))
    assert (document.symbol, document.kind, document.date) == (
        "ICCD/COP(14)/CST/5",
        "technical series",
        "2019-06-24",
    )
    assert (document.origin.url, document.note) == ("https://e.org/e", Text("What it holds.", "en"))
    assert told(report, "unmodelled") == [("d-1", "authors")]


@pytest.mark.parametrize(("keyword", "address"), [("ramsar", "ramsar"), ("UNCCD", "informea-unccd")])
def test_treaty_when_loaded_is_a_convention_that_hides_none_of_ours(
    tmp_path: Path, keyword: str, address: str
) -> None:
    raw = {"__metadata": {"type": "informea.Treaty"}, "id": keyword, "titleEnglish": "A convention"}
    (treaty,), _ = one(tmp_path, raw)
    assert (treaty.id, treaty.kind, treaty.names) == (address, "convention", (Text("A convention", "en"),))
