"""BibTeX: LaTeX, strings and crossref read; each kind of broken entry loses only itself."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, load_text, run, told

from kg.model import Author

ANNEX = DATA / "bibtex" / "annex.bib"
BROKEN = DATA / "bibtex" / "broken.bib"
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_entry_when_loaded_then_has_the_facts_of_the_source() -> None:
    records, report = run("bibtex", ANNEX)
    first = records[0]
    assert first.id == "doi/10.1016/j.jenvman.2016.09.044"
    assert first.titles[0].value.startswith("Unpacking the concept of Land Degradation Neutrality and")
    assert first.container == "Journal of Environmental Management"
    assert (first.year, first.pages, len(first.authors)) == (2017, "4-15", 7)
    assert not report.quarantined


def test_accents_when_written_in_latex_then_decoded() -> None:
    second = run("bibtex", ANNEX)[0][1]
    assert [a.family for a in second.authors] == ["López Santos", "Torres González", "Peña Uribe"]
    assert second.container == "Environmental Science & Policy"
    assert second.titles[0].lang == "en"


def test_crossref_when_parent_follows_then_fields_are_inherited() -> None:
    chapter = run("bibtex", ANNEX)[0][2]
    assert chapter.container == "World Atlas of Desertification, Part VI: Solutions"
    assert chapter.year == 2018
    assert "6_WAD_Solutions" in chapter.origin.url


def test_author_when_in_braces_then_an_organisation() -> None:
    assert run("bibtex", ANNEX)[0][3].authors == (Author(family="ELD Initiative"),)


def test_broken_entries_when_loaded_then_each_is_told_and_the_rest_kept() -> None:
    records, report = run("bibtex", BROKEN)
    assert [r.origin.record for r in records] == ["first", "undefined"]
    assert sorted(told(report, "quarantined")) == [
        ("badmonth", "month"),
        ("first", "key"),
        ("half", "entry"),
        ("twice", "title"),
        ("untitled", "title"),
    ]
    assert told(report, "unmapped") == [("undefined", "journal")]


def test_crossref_when_circular_or_unknown_then_read_on(tmp_path: Path) -> None:
    pairs = {"a": "b", "b": "a", "c": "z"}
    content = " ".join(f"@book{{{key}, title={{T}}, crossref={{{to}}}}}" for key, to in pairs.items())
    records, report = load_text("bibtex", tmp_path, "a.bib", content)
    assert len(records) == 3
    assert ("c", "crossref") in told(report, "unmapped")


def test_percent_and_url_when_in_fields_then_kept(tmp_path: Path) -> None:
    content = "@misc{a, title={A 50% rise}, url={http://example.org/a_b%20c}}"
    records, _ = load_text("bibtex", tmp_path, "a.bib", content)
    assert records[0].titles[0].value == "A 50% rise"
    assert records[0].origin.url == "http://example.org/a_b%20c"


def test_string_when_concatenated_then_joined(tmp_path: Path) -> None:
    content = '@string{s = "Soil"} @misc{a, title = s # " and water"}'
    assert load_text("bibtex", tmp_path, "a.bib", content)[0][0].titles[0].value == "Soil and water"


def test_deep_braces_when_loaded_then_no_recursion_error(tmp_path: Path) -> None:
    deep = "{" * 5000 + "x" + "}" * 5000
    _, report = load_text("bibtex", tmp_path, "a.bib", f"@misc{{a, title={deep}}} @misc{{b, title={{B}}}}")
    assert report.read == 2


def test_file_when_in_windows_1252_then_read_and_told(tmp_path: Path) -> None:
    records, report = load_text("bibtex", tmp_path, "a.bib", "@misc{a, title={Zaï}}".encode("cp1252"))
    assert records[0].titles[0].value == "Zaï"
    assert told(report, "note") == [("a.bib", "encoding")]


@FUZZ
@given(content=st.binary(max_size=150) | st.text('@{}",=#\\ab%$ \n', max_size=150).map(str.encode))
def test_random_text_when_loaded_then_never_raises(tmp_path: Path, content: bytes) -> None:
    load_text("bibtex", tmp_path, "a.bib", b"@misc{" + content)


@FUZZ
@given(length=st.integers(0, len(ANNEX.read_bytes())))
def test_truncated_file_when_loaded_then_reported(tmp_path: Path, length: int) -> None:
    _, report = load_text("bibtex", tmp_path, "a.bib", ANNEX.read_bytes()[:length])
    assert report.read or report.issues


@FUZZ
@given(
    value=st.text(max_size=60),
    field=st.sampled_from(["author", "title", "year", "month", "doi", "isbn", "crossref"]),
)
def test_field_when_holding_anything_then_counted(tmp_path: Path, value: str, field: str) -> None:
    clean = value.replace("{", "").replace("}", "").replace("\\", "")
    _, report = load_text(
        "bibtex", tmp_path, "a.bib", f"@misc{{k, title={{T}}, x{{}}={{}}, {field}={{{clean}}}}}"
    )
    assert report.read >= 1
