"""Practices of the starter rows: coarse words become the questionnaire's keywords."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compliance import check, check_one_broken
from loading import load_text, told

from kg.model import Fact, Practice, Text
from kg.resources import starter

FILES = {"technologies": 167, "approaches": 54, "prais": 33}
ROW: dict[str, Any] = {
    "code": "technologies_1",
    "kind": "technology",
    "name": "N",
    "country_iso3": "BFA",
    "page_language": "fr",
    "land_use": ["cropland"],
    "measures": ["structural"],
    "evidence": "stated: cropland; inferred: structural (from the drawing), drought",
}


@pytest.fixture(scope="module")
def bundled() -> Callable[[str], Practice]:
    paths = [starter() / f"practices_{name}.jsonl" for name in FILES]
    by_code = {record.code: record for record in check("practice_rows", *paths)[0]}
    return by_code.__getitem__


@pytest.mark.parametrize(("name", "total"), FILES.items())
def test_bundled_rows_when_loaded_then_each_one_is_a_practice_with_concepts(name: str, total: int) -> None:
    path = starter() / f"practices_{name}.jsonl"
    records, report = check("practice_rows", path)
    assert len(path.read_text("utf-8").splitlines()) == total
    assert (report.read, report.loaded, report.quarantined, len(records)) == (total, total, 0, total)
    assert report.issues == []


def test_row_when_loaded_then_its_lists_are_answers(bundled: Callable[[str], Practice]) -> None:
    cistern = bundled("technologies_1413")
    assert cistern.names == (Text("Cistern"),)
    assert cistern.local_names == (Text("Majen / Majel / fasquia (Ar)"),)
    assert (cistern.countries, cistern.page_languages) == (("TUN",), ("fr",))
    assert [text.lang for text in cistern.summaries] == ["en"]
    assert cistern.hazards == ("drought",)
    assert {(fact.group, fact.question, fact.value, fact.basis) for fact in cistern.facts} == {
        ("tech_qg_6", "tech_main_purpose", "main_purpose_production", "stated"),
        ("tech_qg_6", "tech_main_purpose", "main_purpose_adaption", "stated"),
        ("tech_qg_8", "tech_measures", "tech_measures_structural", "inferred"),
        ("tech_qg_27", "tech_degradation", "degradation_water", "stated"),
    }
    assert dict(cistern.origin.notes)["evidence"].startswith("stated: storage of rain")


def test_item_when_the_evidence_says_it_was_inferred_then_only_it_is(tmp_path: Path) -> None:
    records, _ = load_text("practice_rows", tmp_path, "a.jsonl", json.dumps(ROW))
    assert records[0].facts == (
        Fact("tech_qg_9", "tech_landuse", "tech_lu_cropland", "tech_landuse", basis="stated"),
        Fact("tech_qg_8", "tech_measures", "tech_measures_structural", "tech_measures", basis="inferred"),
    )


def test_word_when_it_is_no_concept_then_reported_and_not_guessed(tmp_path: Path) -> None:
    row = {**ROW, "measures": ["structural", "legal"], "hazards": ["plague"]}
    records, report = load_text("practice_rows", tmp_path, "a.jsonl", json.dumps(row))
    assert len(records) == 1
    assert told(report, "unmapped") == [("technologies_1", "measures"), ("technologies_1", "hazards")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "approach"),
        ("name", ""),
        ("country_iso3", "BF"),
        ("page_language", "français"),
        ("land_use", "cropland"),
        ("land_use", [["cropland"]]),
    ],
)
def test_row_when_a_field_is_wrong_then_only_it_is_lost(tmp_path: Path, field: str, value: Any) -> None:
    rows = [ROW, {**ROW, "code": "technologies_2", field: value}, {**ROW, "code": "technologies_3"}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    named = "land_use[0]" if value == [["cropland"]] else field
    check_one_broken("practice_rows", [path], "technologies_2", named, others=2)


def test_code_when_it_is_none_of_wocats_then_quarantined(tmp_path: Path) -> None:
    _, report = load_text("practice_rows", tmp_path, "a.jsonl", json.dumps({**ROW, "code": "cca_1"}))
    assert told(report, "quarantined") == [("cca_1", "code")]
