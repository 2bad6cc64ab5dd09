"""Pairs of records that look like one: what is found, what is not, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kg import merging
from kg.merging.features import Features, surname
from kg.merging.finding import MODELS, compare, settings
from kg.vocab import Iris

IRIS = Iris()


def test_practice_when_told_in_two_languages_is_found_with_reasons(dunes: Features, again: Features) -> None:
    (found,) = compare([dunes, again], "practice")
    assert (found.left, found.right) == (again.iri, dunes.iri)
    assert found.probability > 0.9
    reasons = {each.field: each for each in found.evidence}
    assert "name" not in reasons, "names in two languages tell nothing"
    assert reasons["subjects"].bits > 0
    assert reasons["subjects"].found == "they speak of the same things (cosine 0.65 or more)"


def test_practice_when_texts_differ_is_not_found(dunes: Features, again: Features) -> None:
    other = replace(again, meaning=[0.0, 1.0], subjects=[0.0, 1.0])
    assert compare([dunes, other], "practice") == []


def test_practice_when_the_country_is_another_is_not_compared(dunes: Features, again: Features) -> None:
    assert compare([dunes, replace(again, keys=["PER technology"])], "practice") == []


def test_practice_when_one_source_tells_both_is_less_probable(dunes: Features, again: Features) -> None:
    (several,) = compare([dunes, again], "practice", least=0)
    (one,) = compare([dunes, replace(again, sources=["wocat"])], "practice", least=0)
    assert one.probability < several.probability


def test_records_when_fewer_than_two_give_no_pair(dunes: Features) -> None:
    assert compare([dunes], "practice") == []


def test_publication_when_the_doi_is_another_is_less_probable(dunes: Features) -> None:
    paper = replace(dunes, keys=["cowie"], people=["cowie"], year=2018, doi="10.1/a", concepts=[])
    twin = replace(paper, iri=f"{dunes.iri}-b", doi="10.1/b")
    silent = replace(twin, doi=None)
    (apart,) = compare([paper, twin], "publication", least=0)
    (open_,) = compare([paper, silent], "publication", least=0)
    assert apart.probability < open_.probability


def test_record_when_it_has_no_text_is_compared_by_the_rest(dunes: Features, again: Features) -> None:
    bare = replace(again, meaning=None, subjects=None, names=dunes.names, words=dunes.words, languages=["es"])
    (found,) = compare([dunes, bare], "practice", least=0)
    assert {each.field for each in found.evidence} == {"name", "concepts", "source"}


@pytest.mark.parametrize("model", MODELS)
def test_model_says_how_probable_each_level_is(model: str) -> None:
    for comparison in settings(model)["comparisons"]:
        levels = [each for each in comparison["comparison_levels"] if not each.get("is_null_level")]
        for key in ("m_probability", "u_probability"):
            assert sum(each[key] for each in levels) == pytest.approx(1, abs=0.001)
            assert all(0 < each[key] < 1 for each in levels)


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("Cowie, A.L.", "cowie"),
        ("Annette Cowie", "cowie"),
        ("Castillo Sánchez, V.", "castillo sanchez"),
        ("", ""),
    ],
)
def test_person_is_known_by_the_family_name(written: str, family: str) -> None:
    assert surname(written) == family


def test_candidates_when_saved_come_back_as_they_were(
    tmp_path: Path, dunes: Features, again: Features
) -> None:
    found = compare([dunes, again], "practice")
    merging.save(tmp_path, "0123", found)
    assert merging.load(tmp_path) == merging.Found("0123", tuple(found))
    assert json.loads((tmp_path / merging.FILE).read_text(encoding="utf-8"))["generation"] == "0123"


def test_candidate_when_rejected_is_not_proposed_again(
    tmp_path: Path, dunes: Features, again: Features
) -> None:
    found = compare([dunes, again], "practice")
    assert merging.undecided(found, tmp_path, IRIS) == found
    merging.reject(tmp_path, dunes.iri, again.iri, IRIS, on="2026-11-29", by="Ana", reason="two valleys")
    assert merging.undecided(found, tmp_path, IRIS) == []
    ((_, kept),) = merging.distinct(tmp_path).items()
    assert (kept.by, kept.reason) == ("Ana", "two valleys")
