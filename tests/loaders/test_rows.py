"""The project's own rows: all of them are read, in full, and a fault costs one row only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compliance import check, check_one_broken
from loading import load_text, told

from kg.model import Author, Case, Decision, Entity, Provision, Publication, Text
from kg.resources import starter

DECISION: dict[str, Any] = {"id": "a-1", "body": "UNCCD COP", "convention": "UNCCD", "summary": "Asks."}
PUBLICATION: dict[str, Any] = {"id": "p-1", "type": "report", "title": "T", "authors": []}
ENTITY: dict[str, Any] = {"id": "e-1", "type": "body", "name_en": "Body"}
CASE: dict[str, Any] = {"id": "c-1", "source": "PANORAMA", "title": "T", "page_language": "en"}
ROWS = {
    "decision_rows": DECISION,
    "document_rows": {"id": "d-1", "title": "T"},
    "publication_rows": PUBLICATION,
    "entity_rows": ENTITY,
    "case_rows": CASE,
}
FILES = {
    "decision_rows": ("decisions.jsonl", 120),
    "document_rows": ("documents.jsonl", 42),
    "publication_rows": ("publications.jsonl", 111),
    "entity_rows": ("entities.jsonl", 140),
    "case_rows": ("partners/sample_cases.jsonl", 53),
}


def starter_record(loader: str, name: str) -> Any:
    records, _ = check(loader, starter() / FILES[loader][0])
    return next(record for record in records if record.origin.record == name)


@pytest.mark.parametrize("loader", FILES)
def test_bundled_rows_when_loaded_then_each_one_is_a_record(loader: str) -> None:
    name, total = FILES[loader]
    path = starter() / name
    records, report = check(loader, path)
    assert len(path.read_text("utf-8").splitlines()) == total
    assert (report.read, report.loaded, report.quarantined, len(records)) == (total, total, 0, total)


@pytest.mark.parametrize("loader", FILES)
def test_bundled_rows_when_loaded_then_every_field_has_a_place(loader: str) -> None:
    _, report = check(loader, starter() / FILES[loader][0])
    assert told(report, "unmodelled") == []


def test_decision_when_loaded_then_has_the_facts_of_its_row() -> None:
    decision = starter_record("decision_rows", "unccd-15-cop10")
    assert isinstance(decision, Decision)
    assert (decision.symbol, decision.body, decision.session) == ("15/COP.10", "UNCCD COP", "COP10")
    assert (decision.session_start, decision.session_end) == ("2011-10-10", "2011-10-21")
    assert decision.titles == ()
    assert decision.topic == Text("recommended databases for best practices reported through PRAIS", "en")
    assert decision.operative[0] == Provision(
        "requests",
        "secretariat",
        "identify recommended databases for the best practices previously reported through PRAIS",
    )
    assert decision.themes == ("best_practice", "knowledge_sharing", "slm", "monitoring")
    assert decision.paragraphs == ("10",)
    assert ("url_kind", "official or publisher") in decision.origin.notes
    assert ("confidence", "medium") in decision.origin.notes


def test_theme_when_no_concept_has_it_then_reported_and_not_guessed(tmp_path: Path) -> None:
    row = DECISION | {"themes": ["SLM", "cheese"]}
    (decision,), report = load_text("decision_rows", tmp_path, "x.jsonl", json.dumps(row))
    assert isinstance(decision, Decision)
    assert decision.themes == ("slm",)
    assert [issue.reason for issue in report.issues] == ["theme 'cheese' is no concept of the schemes"]


@pytest.mark.parametrize("loader", FILES)
def test_bundled_rows_when_loaded_then_every_theme_is_a_concept(loader: str) -> None:
    _, report = check(loader, starter() / FILES[loader][0])
    assert [issue for issue in report.issues if issue.reason.startswith("theme")] == []


def test_document_when_it_has_titles_in_other_languages_then_each_is_tagged() -> None:
    document = starter_record("document_rows", "iccd-cop14-cst-5")
    assert [title.lang for title in document.titles] == ["en", "es", "zh"]
    assert ("distr_date", "2019-06-24") in document.origin.notes


def test_publication_when_its_doi_stands_in_the_source_then_the_doi_names_it() -> None:
    publication = starter_record("publication_rows", "seed-annex-01")
    assert isinstance(publication, Publication)
    assert publication.id == "doi/10.1016/j.jenvman.2016.09.044"
    assert publication.authors[0] == Author("Akhtar-Schuster", "M.", spi_member=True)
    assert ("seed_annex_number", "1") in publication.origin.notes


def test_publication_when_its_doi_was_never_seen_then_the_row_names_it() -> None:
    publication = starter_record("publication_rows", "ipcc-2019-srccl")
    assert publication.id == "ipcc-2019-srccl"
    assert publication.doi
    assert ("doi_basis", "own knowledge") in publication.origin.notes


def test_entity_when_facts_are_numbers_lists_and_objects_then_each_is_a_text() -> None:
    assert ("monthly_unique_visitors_about", "10000") in starter_record("entity_rows", "knowledge-hub").facts
    leads = [value for name, value in starter_record("entity_rows", "nbs-track").facts if name == "leads"]
    assert leads == ["China", "New Zealand"]
    seats = dict(starter_record("entity_rows", "spi").facts)["seats"]
    assert json.loads(seats)["observers"] == 5


def test_entity_when_loaded_then_has_names_in_both_languages_and_relations() -> None:
    entity = starter_record("entity_rows", "unccd")
    assert isinstance(entity, Entity)
    assert [name.lang for name in entity.names] == ["en", "zh"]
    assert entity.relations == (("one_of", "rio-conventions"),)


def test_case_when_the_source_names_frameworks_then_they_are_concepts() -> None:
    case = starter_record("case_rows", "panorama-restoring-conserving-mountain-pastures-canchayllo")
    assert isinstance(case, Case)
    assert (case.partner, case.countries) == ("PANORAMA", ("PER",))
    assert (case.labelled_by_source, case.themes) == (("EbA",), ("eba",))


def test_case_when_it_names_several_countries_then_each_is_coded() -> None:
    case = starter_record("case_rows", "globalbihari-fao-delfino-half-moons")
    assert case.countries == ("BFA", "NER", "NGA", "SEN")


def test_case_when_the_page_is_in_another_language_then_title_and_summary_differ() -> None:
    records, _ = check("case_rows", starter() / "partners/sample_cases.jsonl")
    other = [record for record in records if record.titles[0].lang != "en"]
    assert {record.titles[0].lang for record in other} == {"es", "id", "it"}
    assert {record.summaries[0].lang for record in other} == {"en"}


@pytest.mark.parametrize("loader", ROWS)
def test_field_when_the_model_has_no_place_for_it_then_reported(loader: str, tmp_path: Path) -> None:
    records, report = load_text(loader, tmp_path, "a.jsonl", json.dumps({**ROWS[loader], "colour": "red"}))
    assert len(records) == 1
    assert told(report, "unmodelled") == [(ROWS[loader]["id"], "colour")]


@pytest.mark.parametrize(
    ("loader", "field", "value", "named"),
    [
        ("decision_rows", "date", "13/09/2019", "date"),
        ("decision_rows", "date", "2019-02-30", "date"),
        ("decision_rows", "session_dates", "2019-09-13/2019-09-02", "session_dates"),
        ("decision_rows", "session_dates", "2019-09-13", "session_dates"),
        ("decision_rows", "year", "2019", "year"),
        ("decision_rows", "year", 10**400, "year"),
        ("decision_rows", "body", "", "body"),
        ("decision_rows", "operative", [{"verb": "asks"}], "operative[0]"),
        ("decision_rows", "operative", ["asks"], "operative[0]"),
        ("decision_rows", "themes", "SLM", "themes"),
        ("decision_rows", "summary", ["text"], "summary"),
        ("decision_rows", "summary", "x" * 10_000_000, "summary"),
        ("document_rows", "title", 7, "title"),
        ("document_rows", "doc_date", "soon", "doc_date"),
        ("publication_rows", "doi", "10/x", "doi"),
        ("publication_rows", "authors", [{"family": ""}], "authors[0]"),
        ("publication_rows", "authors", [{"family": "A", "spi_member": "no"}], "authors[0].spi_member"),
        ("entity_rows", "relations", [{"rel": "part of", "target": "x"}], "relations[0].rel"),
        ("entity_rows", "facts", {"a b": 1}, "facts"),
        ("entity_rows", "facts", [1], "facts"),
        ("case_rows", "country_iso3", "XXX", "country_iso3"),
        ("case_rows", "page_language", "in English", "page_language"),
        ("case_rows", "title", None, "title"),
    ],
)
def test_row_when_a_field_is_wrong_then_only_it_is_lost(
    tmp_path: Path, loader: str, field: str, value: Any, named: str
) -> None:
    rows = [ROWS[loader], {**ROWS[loader], "id": "broken", field: value}, {**ROWS[loader], "id": "last"}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    check_one_broken(loader, [path], "broken", named, others=2)


@pytest.mark.parametrize("name", ["", None, 7, "a b", "é", "x" * 300, "../x", "\ud800"])
def test_row_when_its_identifier_cannot_be_one_then_quarantined(tmp_path: Path, name: Any) -> None:
    records, report = load_text("decision_rows", tmp_path, "a.jsonl", json.dumps({**DECISION, "id": name}))
    assert records == []
    assert [field for _, field in told(report, "quarantined")] == ["id"]


def test_row_when_its_identifier_came_before_then_the_first_is_named(tmp_path: Path) -> None:
    line = json.dumps(DECISION)
    _, report = load_text("decision_rows", tmp_path, "a.jsonl", f"{line}\n{line}\n")
    assert [(i.record, i.field) for i in report.issues] == [("a-1", "id")]
    assert "a.jsonl, line 1" in report.issues[0].reason


def test_text_when_it_holds_markup_then_only_the_words_stay(tmp_path: Path) -> None:
    row = {**DECISION, "summary": "<p>Asks &amp; <b>urges</b></p><script>alert(1)</script>, if p < 0.05"}
    records, _ = load_text("decision_rows", tmp_path, "a.jsonl", json.dumps(row))
    assert records[0].summaries == (Text("Asks & urges\n, if p < 0.05", "en"),)


def test_address_when_it_is_none_then_reported_and_the_row_stays(tmp_path: Path) -> None:
    row = {**DECISION, "url": "javascript:alert(1)"}
    records, report = load_text("decision_rows", tmp_path, "a.jsonl", json.dumps(row))
    assert records[0].origin.url is None
    assert told(report, "unmapped") == [("a-1", "url")]
