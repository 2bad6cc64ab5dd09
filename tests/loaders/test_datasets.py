"""The datasets that come along, and those named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading import DATA

from kg.errors import BadInput
from kg.resources import starter
from kg.terms import is_web_address
from loaders import MODULES, get
from loaders.base import LoadReport, Source
from loaders.datasets import bundled, for_input

COUNTS = {
    "wocat": 254,
    "decisions": 120,
    "documents": 42,
    "publications": 111,
    "entities": 140,
    "cases": 53,
}


@pytest.mark.parametrize("dataset", bundled(), ids=lambda dataset: dataset.name)
def test_bundled_dataset_when_loaded_then_all_its_rows_are_there(dataset: object) -> None:
    found = next(each for each in bundled() if each is dataset or each == dataset)
    report = LoadReport(found.name)
    source = Source(found, tuple(starter() / path for path in found.paths), "https://w3id.org/landkg/")
    records = list(get(found.loader)(source, report))
    assert len(records) == report.read == COUNTS[found.name]
    assert all(record.origin.licence == found.licence for record in records)


def test_bundled_datasets_when_listed_then_each_tells_licence_publisher_and_origin() -> None:
    assert [dataset.name for dataset in bundled()] == list(COUNTS)
    for dataset in bundled():
        assert is_web_address(dataset.licence)
        assert dataset.publisher
        assert dataset.note
        assert dataset.graph == dataset.name
        assert dataset.loader in MODULES


def test_input_when_a_folder_then_its_files_come_in_order() -> None:
    dataset = for_input(f"wocat={DATA / 'wocat'}")
    assert dataset.loader == "wocat"
    assert (dataset.name, dataset.graph) == ("wocat-wocat", "wocat-wocat")
    assert [Path(path).name for path in dataset.paths] == sorted(
        p.name for p in (DATA / "wocat").glob("*.json")
    )
    assert "by-nc-sa" in dataset.licence


def test_input_when_several_files_and_a_name_then_both_are_kept() -> None:
    one, two = DATA / "wocat" / "v1.json", DATA / "wocat" / "unccd.json"
    dataset = for_input(f"wocat:Harvest 1={one},{two}")
    assert dataset.name == "harvest-1"
    assert dataset.paths == (str(one.resolve()), str(two.resolve()))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("wocat", "not an input"),
        ("wocat=", "not an input"),
        ("word=x.doc", "no loader"),
        ("wocat=/no/such/folder", "no file or folder"),
        (f"bibtex={DATA / 'wocat'}", "holds no file"),
    ],
)
def test_input_when_it_cannot_be_one_then_the_error_says_why(spec: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        for_input(spec)
