"""CSL-JSON: real structures read in full, faults quarantined with their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, load_text, run, told

from kg.model import Author, Text

ANNEX = DATA / "csl" / "annex.json"
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ITEM: dict[str, Any] = {"id": "k", "type": "report", "title": "T"}


def one(tmp_path: Path, **fields: Any) -> tuple[list[Any], Any]:
    return load_text("csl_json", tmp_path, "a.json", json.dumps({**ITEM, **fields}))


def test_article_when_loaded_then_has_the_facts_of_the_source() -> None:
    records, report = run("csl_json", ANNEX)
    first = records[0]
    assert first.id == "doi/10.1016/j.jenvman.2016.09.044"
    assert first.kind == "journal article"
    assert first.titles[0].lang == "en"
    assert "concept of land degradation neutrality and" in first.titles[0].value
    assert (first.year, first.volume, first.issue, first.pages) == (2017, "195", "1", "4-15")
    assert [a.family for a in first.authors][:2] == ["Akhtar-Schuster", "Stringer"]
    assert first.origin.url == "https://doi.org/10.1016/j.jenvman.2016.09.044"
    assert not report.quarantined


def test_names_when_particles_and_organisations_then_kept_in_print_order() -> None:
    records, _ = run("csl_json", ANNEX)
    assert records[1].authors[1] == Author(family="de Vente", given="J.")
    assert records[2].authors == (Author(family="ELD Initiative"),)


def test_isbns_when_two_in_one_text_then_both_are_read() -> None:
    records, _ = run("csl_json", ANNEX)
    assert records[1].isbn == ("9789295110960", "9789295110953")


def test_unmodelled_field_when_in_several_items_then_told_once(tmp_path: Path) -> None:
    items = [{**ITEM, "id": str(n), "ISSN": "0301-4797"} for n in range(3)]
    _, report = load_text("csl_json", tmp_path, "a.json", json.dumps(items))
    assert told(report, "unmodelled") == [("0", "ISSN")]


def test_same_file_when_loaded_twice_then_records_are_equal() -> None:
    assert run("csl_json", ANNEX) == run("csl_json", ANNEX)


def test_isbn_when_check_digit_is_wrong_then_dropped_and_told(tmp_path: Path) -> None:
    records, report = one(tmp_path, ISBN="978-92-95110-96-1")
    assert records[0].isbn == ()
    assert told(report, "dropped") == [("k", "ISBN")]


def test_orcid_when_check_character_is_wrong_then_dropped_and_told(tmp_path: Path) -> None:
    # 0000-0002-1825-0097 is the fictitious person in ORCID's own documentation.
    people = [
        {"family": "Carberry", "ORCID": "http://orcid.org/0000-0002-1825-0097"},
        {"family": "B", "ORCID": "0000-0002-1825-0098"},
    ]
    records, report = one(tmp_path, author=people)
    assert [a.orcid for a in records[0].authors] == ["0000-0002-1825-0097", None]
    assert told(report, "dropped") == [("k", "ORCID")]


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("DOI", "11.1016/x", "DOI"),
        ("DOI", "10.1016/ x", "DOI"),
        ("title", "", "title"),
        ("title", "<i> </i>", "title"),
        ("title", {"a": 1}, "title"),
        ("title", "x" * 1_000_001, "title"),
        ("author", "Doe, J.", "author"),
        ("author", [{"given": None}], "author[0]"),
        ("issued", {"date-parts": [[2017, 2, 30]]}, "issued.date-parts"),
        ("issued", {"date-parts": [["soon"]]}, "issued.date-parts"),
        ("issued", {"raw": "2017-13-01"}, "issued.raw"),
        ("issued", "2017", "issued"),
        ("id", None, "id"),
    ],
)
def test_item_when_a_field_is_wrong_then_quarantined_with_its_name(
    tmp_path: Path, field: str, value: object, named: str
) -> None:
    records, report = one(tmp_path, **{field: value})
    assert records == []
    assert [(i.file, i.field) for i in report.issues if i.kind == "quarantined"] == [("a.json", named)]


def test_bad_item_when_among_good_ones_then_only_it_is_lost(tmp_path: Path) -> None:
    items = [ITEM, 7, {**ITEM, "id": "k2"}, ITEM]
    records, report = load_text("csl_json", tmp_path, "a.json", json.dumps(items))
    assert [r.id for r in records] == ["k", "k2"]
    assert [i.field for i in report.issues] == ["item", "id"]


def test_date_when_unknown_then_year_is_none(tmp_path: Path) -> None:
    records, _ = one(tmp_path, issued={"date-parts": [[None]]})
    assert records[0].year is None


def test_markup_when_in_title_and_abstract_then_plain(tmp_path: Path) -> None:
    abstract = (
        "<jats:title>Abstract</jats:title><jats:p>p &lt; 0.05 &amp;amp; more</jats:p><script>x()</script>"
    )
    title = "CO<sub>2</sub> &lt;i&gt;in&lt;/i&gt; soil <mml:math><mml:mi>x</mml:mi></mml:math>"
    records, _ = one(tmp_path, title=title, abstract=abstract, language="fr")
    assert records[0].titles == (Text("CO2 in soil x", "fr"),)
    assert records[0].abstracts == (Text("Abstract\np < 0.05 & more", "fr"),)


def test_lines_when_one_is_not_json_then_only_it_is_lost(tmp_path: Path) -> None:
    content = json.dumps(ITEM) + '\n{"id": \n' + json.dumps({**ITEM, "id": "k2"})
    records, report = load_text("csl_json", tmp_path, "a.jsonl", content)
    assert len(records) == 2
    assert told(report, "quarantined") == [("line 2", "line")]


def test_million_of_brackets_when_in_title_then_read_in_time(tmp_path: Path) -> None:
    for piece in ("<", "<a", "<!--", "--><!--", "<script>", "&lt;"):
        load_text("csl_json", tmp_path, "a.json", json.dumps({**ITEM, "title": piece * 60_000}))


@FUZZ
@given(content=st.binary(max_size=200))
def test_random_bytes_when_loaded_then_reported(tmp_path: Path, content: bytes) -> None:
    _, report = load_text("csl_json", tmp_path, "a.json", content)
    assert report.read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    sorted({"id", "type", "title", "author", "issued", "DOI", "ISBN", "language", "license", "page"})
)


@FUZZ
@given(fields=st.dictionaries(FIELDS, JSON, max_size=4))
def test_wrong_types_when_loaded_then_counted(tmp_path: Path, fields: dict[str, Any]) -> None:
    _, report = load_text("csl_json", tmp_path, "a.json", json.dumps([{**ITEM, **fields}]))
    assert report.read == 1


@FUZZ
@given(length=st.integers(0, len(ANNEX.read_bytes())))
def test_truncated_file_when_loaded_then_reported(tmp_path: Path, length: int) -> None:
    _, report = load_text("csl_json", tmp_path, "a.json", ANNEX.read_bytes()[:length])
    assert report.quarantined == 1 or report.loaded == 3
