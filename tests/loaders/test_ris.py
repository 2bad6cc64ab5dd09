"""RIS: references, encodings, and files that break off."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, load_text, run, told

from kg.model import Author

ANNEX = DATA / "ris" / "annex.ris"
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WHOLE = "TY  - RPRT\nID  - k\nTI  - T\n{}\nER  - \n"


def test_reference_when_loaded_then_has_the_facts_of_the_source() -> None:
    records, report = run("ris", ANNEX)
    first, second = records
    assert first.id == "doi/10.1016/j.jenvman.2016.09.044"
    assert first.titles[0].value.endswith("its operation through the Rio Conventions")
    assert (first.year, first.pages, len(first.authors)) == (2017, "4-15", 7)
    assert second.id == "verburg-2019"
    assert second.authors[1] == Author(family="Şenyaz", given="A.")
    assert second.isbn == ("9789295117099",)
    assert second.titles[0].lang == "en"
    assert {field for _, field in told(report, "unmodelled")} == {"KW", "SN"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_file_when_in_another_encoding_then_reads_the_same(tmp_path: Path, encoding: str, end: str) -> None:
    text = ANNEX.read_text(encoding="utf-8").replace("\n", end)
    records, _ = load_text("ris", tmp_path, "annex.ris", text.encode(encoding))
    assert records == run("ris", ANNEX)[0]


def test_reference_when_without_end_then_only_it_is_lost(tmp_path: Path) -> None:
    content = "TY  - BOOK\nID  - a\nTI  - A\n" + WHOLE.format("PY  - 2019")
    records, report = load_text("ris", tmp_path, "a.ris", content)
    assert [r.id for r in records] == ["k"]
    assert told(report, "quarantined") == [("reference 1", "ER")]


@pytest.mark.parametrize(
    ("line", "field"),
    [("PY  - 2019/13/01", "PY"), ("DO  - nonsense", "DO"), ("PY  - yes", "PY"), ("DA  - 2019/02/30", "DA")],
)
def test_reference_when_a_tag_is_wrong_then_quarantined_with_it(
    tmp_path: Path, line: str, field: str
) -> None:
    records, report = load_text("ris", tmp_path, "a.ris", WHOLE.format(line))
    assert records == []
    assert told(report, "quarantined") == [("reference 1", field)]


def test_reference_when_without_title_or_key_then_quarantined(tmp_path: Path) -> None:
    content = "TY  - BOOK\nID  - a\nER  - \nTY  - BOOK\nTI  - A\nER  - \n"
    _, report = load_text("ris", tmp_path, "a.ris", content)
    assert [field for _, field in told(report, "quarantined")] == ["TI", "ID"]


@FUZZ
@given(content=st.binary(max_size=150) | st.text("TYERAUP0- \n2/;", max_size=150).map(str.encode))
def test_random_text_when_loaded_then_reported(tmp_path: Path, content: bytes) -> None:
    _, report = load_text("ris", tmp_path, "a.ris", b"TY  - JOUR\n" + content)
    assert report.read >= 1


@FUZZ
@given(length=st.integers(1, len(ANNEX.read_bytes())))
def test_truncated_file_when_loaded_then_reported(tmp_path: Path, length: int) -> None:
    _, report = load_text("ris", tmp_path, "a.ris", ANNEX.read_bytes()[:length])
    assert report.read >= 1
