"""Malformed input of every kind: nothing raises, each fault names its file, record and field.

The compliance checks run on whatever each case leaves, so a case that slips through unnoticed fails as
well as one that raises. About 280 generated inputs, and some 180 written ones.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from compliance import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, load_text, told

from kg.resources import starter

DETAIL = DATA / "wocat" / "technologies_900001.detail-v2.en.json"
RAW = DATA / "wocat" / "v1.json"
FIRST_LINES = {
    "practice_rows": "practices_technologies.jsonl",
    "decision_rows": "decisions.jsonl",
    "document_rows": "documents.jsonl",
    "publication_rows": "publications.jsonl",
    "entity_rows": "entities.jsonl",
    "case_rows": "partners/sample_cases.jsonl",
}
KEY = {"practice_rows": "code"}
FUZZ = settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        [
            "31/02/2018",
            "2019-02-30",
            "<script>alert(1)</script>",
            "<b>&lt;i&gt;</b>",
            "\ud800",
            "\x00\x07",
            "a\u202eb",
            "javascript:alert(1)",
            "tech_lu_nonsense",
            " ",
            "1e999",
        ]
    ),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.text(max_size=5)), max_size=3),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, each in inner for found in [(*path, key), *places(each, (*path, key))]]


def put(value: Any, path: tuple[Any, ...], wrong: Any) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = wrong


def rows(loader: str) -> list[dict[str, Any]]:
    lines = (starter() / FIRST_LINES[loader]).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines[:3]]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


@FUZZ
@given(data=st.data())
def test_detail_when_anything_in_it_is_wrong_then_others_load(tmp_path: Path, data: st.DataObject) -> None:
    tree = json.loads(DETAIL.read_text("utf-8"))
    put(tree, data.draw(st.sampled_from(places(tree))), data.draw(WRONG))
    good = json.loads(DETAIL.read_text("utf-8"))
    content = json.dumps({"technologies_1": good, "technologies_2": tree, "technologies_3": good})
    records, report = check("wocat", written(tmp_path, "a.json", content))
    assert report.read == 3
    assert {"technologies_1", "technologies_3"} <= {record.code for record in records}


@pytest.mark.parametrize(
    "wrong", [7, 10**400, [7], [["a"], 7], [[7, 8]], [[[], {}]], {"a": 1}, True, 1.5, "x"]
)
@pytest.mark.parametrize("key", ["value", "values", "text"])
def test_entry_when_its_value_has_another_type_then_the_file_loads_or_says_so(
    tmp_path: Path, wrong: Any, key: str
) -> None:
    tree = json.loads(DETAIL.read_text("utf-8"))
    forms = {}
    for number, path in enumerate(path for path in places(tree) if path[-1] == key):
        broken = json.loads(DETAIL.read_text("utf-8"))
        put(broken, path, wrong)
        forms[f"technologies_{number + 1}"] = broken
    if forms:
        _, report = check("wocat", written(tmp_path, "a.json", json.dumps(forms)))
        assert report.read == len(forms)


@FUZZ
@given(data=st.data())
def test_raw_when_anything_in_it_is_wrong_then_counts_add_up(tmp_path: Path, data: st.DataObject) -> None:
    answer = json.loads(RAW.read_text("utf-8"))
    put(answer, data.draw(st.sampled_from(places(answer))), data.draw(WRONG))
    _, report = check("wocat", written(tmp_path, "a.json", json.dumps(answer)))
    assert report.read <= 1 or report.quarantined


@FUZZ
@given(data=st.data(), loader=st.sampled_from(sorted(FIRST_LINES)))
def test_row_when_a_field_is_wrong_then_the_others_load(
    tmp_path: Path, data: st.DataObject, loader: str
) -> None:
    first, broken, last = rows(loader)
    put(broken, data.draw(st.sampled_from(places(broken))), data.draw(WRONG))
    content = "\n".join(map(json.dumps, (first, broken, last)))
    records, report = check(loader, written(tmp_path, "a.jsonl", content))
    assert report.read == 3
    key = KEY.get(loader, "id")
    assert {first[key], last[key]} <= {record.origin.record for record in records}


@FUZZ
@given(cut=st.integers(0, 39_000), loader=st.sampled_from(["wocat", "decision_rows"]))
def test_file_when_cut_short_then_what_is_broken_is_named(tmp_path: Path, cut: int, loader: str) -> None:
    path = DETAIL if loader == "wocat" else starter() / "decisions.jsonl"
    name = f"technologies_900001.json{'l' if loader != 'wocat' else ''}"
    records, report = check(loader, written(tmp_path, name, path.read_bytes()[:cut]))
    assert report.quarantined == (1 if loader == "wocat" else report.read - len(records))
    assert all(issue.file == name for issue in report.issues)


@pytest.mark.parametrize("loader", ["wocat", *sorted(FIRST_LINES)])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"NaN",
        b'{"code": NaN}',
        b"1" * 5000,
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b"[[]]",
        '{"name": "é"}'.encode("latin-1"),
        '{"code": "technologies_1"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"code": "technologies_1"}',
        b'{"section_x": ' + b'{"children": {"a": ' * 200 + b"1" + b"}}" * 200 + b"}",
        b'{"code": "technologies_1", "data": {"qg_name": [[]]}}',
    ],
    ids=lambda content: repr(content[:12]),
)
def test_file_when_it_holds_no_record_then_the_report_says_why(
    tmp_path: Path, loader: str, content: bytes
) -> None:
    name = "a.json" if loader == "wocat" else "a.jsonl"
    records, report = load_text(loader, tmp_path, name, content)
    assert records == []
    assert report.issues, "nothing was said"
    assert {issue.file for issue in report.issues} == {name}


def test_file_when_it_is_missing_then_it_is_quarantined_and_the_next_loads(tmp_path: Path) -> None:
    records, report = check("wocat", tmp_path / "none.json", DETAIL)
    assert len(records) == 1
    assert told(report, "quarantined") == [("none.json", "file")]


def test_file_when_it_begins_with_a_mark_then_it_loads_all_the_same(tmp_path: Path) -> None:
    for mark, coding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le")):
        content = mark + DETAIL.read_text("utf-8").encode(coding)
        records, _ = check("wocat", written(tmp_path, DETAIL.name, content))
        assert len(records) == 1


@pytest.mark.parametrize("field", ["name", "summary", "url", "evidence", "code", "country_iso3"])
def test_text_when_it_has_ten_million_characters_then_only_its_row_is_lost(
    tmp_path: Path, field: str
) -> None:
    first, broken, last = rows("practice_rows")
    broken[field] = "x" * 10_000_000
    content = "\n".join(map(json.dumps, (first, broken, last)))
    records, report = check("practice_rows", written(tmp_path, "a.jsonl", content))
    assert len(records) == 2
    assert [fault for _, fault in told(report, "quarantined")] == [field]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("<!DOCTYPE html><h1>502 Bad Gateway</h1>", "like a page of HTML"),
        ('{"code": "technologies_1", "na', "was it cut short?"),
        ('{"code": "technologies_1",\n "name": }', "line 2, column 10"),
        ("[1]", "is nowhere"),
    ],
)
def test_file_when_it_is_no_answer_of_wocat_then_told_in_words_of_its_sender(
    content: str, reason: str, tmp_path: Path
) -> None:
    _, report = load_text("wocat", tmp_path, "answer.json", content)
    (issue,) = report.issues
    assert (issue.kind, issue.file) == ("quarantined", "answer.json")
    assert re.search(reason, issue.reason)


@pytest.mark.parametrize(
    ("value", "words"),
    [("x", "a text"), (7, "a number"), (True, "yes or no"), ({"a": 1}, "an object with fields")],
)
def test_list_when_it_is_something_else_then_told_without_words_of_programmers(
    value: object, words: str, tmp_path: Path
) -> None:
    row = {"id": "a-1", "body": "B", "convention": "C", "summary": "S", "themes": value}
    _, report = load_text("decision_rows", tmp_path, "x.jsonl", json.dumps(row))
    assert [issue.reason for issue in report.issues] == [f"should be a list, not {words}"]
