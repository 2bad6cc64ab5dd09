"""Crossref works: envelopes, licences, editors, dates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, load_text, run, told

from kg.model import Author

WORKS = DATA / "crossref" / "works.json"
FUZZ = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ITEM = json.loads(WORKS.read_text(encoding="utf-8"))["message"]["items"][0]


def one(tmp_path: Path, **fields: Any) -> tuple[list[Any], Any]:
    return load_text("crossref", tmp_path, "a.json", json.dumps({**ITEM, **fields}))


def test_answer_when_loaded_then_all_works_are_there() -> None:
    records, report = run("crossref", WORKS)
    assert [r.id for r in records] == ["doi/10.1016/j.jenvman.2016.10.043", "doi/10.1007/978-3-319-19168-3"]
    assert records[0].authors[1] == Author(family="Andreeva", given="O.")
    assert records[0].container == "Journal of Environmental Management"
    assert not report.quarantined


def test_book_when_it_has_editors_only_then_says_so() -> None:
    book = run("crossref", WORKS)[0][1]
    assert book.editors
    assert book.authors[0].family == "Nkonya"
    assert book.isbn == ("9783319191676", "9783319191683")


@pytest.mark.parametrize(
    "wrap", [lambda w: {"message": w}, lambda w: w, lambda w: [w], lambda w: {"items": [w]}]
)
def test_envelope_when_of_any_known_form_then_opened(tmp_path: Path, wrap: Any) -> None:
    records, _ = load_text("crossref", tmp_path, "a.json", json.dumps(wrap(ITEM)))
    assert len(records) == 1


def test_licence_when_for_text_mining_only_then_not_that_of_the_work(tmp_path: Path) -> None:
    cc = {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "vor"}
    assert "zero" in run("crossref", WORKS)[0][0].origin.licence
    records, _ = one(tmp_path, license=[*ITEM["license"], cc])
    assert records[0].origin.licence == cc["URL"]


def test_subtitle_when_not_in_the_title_then_added(tmp_path: Path) -> None:
    records, _ = one(tmp_path, title=["Title"], subtitle=["sub"])
    assert records[0].titles[0].value == "Title: sub"


@pytest.mark.parametrize(
    ("field", "value"),
    [("DOI", None), ("DOI", "doi"), ("title", []), ("issued", {"date-parts": [[2017, 13]]})],
)
def test_work_when_a_field_is_wrong_then_quarantined_with_its_name(
    tmp_path: Path, field: str, value: Any
) -> None:
    records, report = one(tmp_path, **{field: value})
    assert records == []
    assert told(report, "quarantined")[0][1].startswith(field)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=6,
)


@FUZZ
@given(fields=st.dictionaries(st.sampled_from(sorted(ITEM)), JSON, max_size=4))
def test_wrong_types_when_loaded_then_counted(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert one(tmp_path, **fields)[1].read == 1


@FUZZ
@given(length=st.integers(0, len(WORKS.read_bytes()) - 3))
def test_truncated_answer_when_loaded_then_quarantined(tmp_path: Path, length: int) -> None:
    _, report = load_text("crossref", tmp_path, "a.json", WORKS.read_bytes()[:length])
    assert (report.quarantined, report.loaded) == (1, 0)


@FUZZ
@given(content=st.binary(max_size=200))
def test_random_bytes_when_loaded_then_reported(tmp_path: Path, content: bytes) -> None:
    assert load_text("crossref", tmp_path, "a.jsonl", content)[1].issues
