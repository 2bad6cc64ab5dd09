"""Bundled records that another list tells once more, through build, index and command.

Where a test asks less than all, docs/quality.md says how many are found.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kg.build import build
from kg.cli.app import app
from kg.config import Settings

pytestmark = pytest.mark.slow
DATA = Path(__file__).resolve().parents[1] / "data" / "merging"
BASE = "https://w3id.org/landkg/id/"


def rows(kind: str) -> list[dict[str, str]]:
    with (DATA / f"{kind}s.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def probable(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], Any]:
    """Pairs that ``kg merge find`` proposes, by the ends of their IRIs."""
    home = tmp_path_factory.mktemp("merging")
    if (bundled_home / "cache").is_dir():
        shutil.copytree(bundled_home / "cache", home / "cache")
    inputs = [f"mapping={DATA / name}.yml" for name in ("practices", "publications")]
    build(Settings.from_env({}, home=str(home)), inputs=inputs)
    done = CliRunner().invoke(app, ["merge", "find", "--least", "0.3", "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    pairs = json.loads(done.stdout)
    return {frozenset(each[side].removeprefix(BASE) for side in ("left", "right")): each for each in pairs}


def told_again(kind: str) -> set[frozenset[str]]:
    return {
        frozenset({f"{kind}/neighbour-{row['ID']}", f"{kind}/{row['Same as']}"})
        for row in rows(kind)
        if row["Same as"]
    }


def test_practices_when_told_in_another_language_are_mostly_found(
    probable: dict[frozenset[str], Any],
) -> None:
    again = told_again("practice")
    assert len(again & probable.keys()) >= 0.6 * len(again)


def test_report_to_prais_when_a_list_has_it_in_english_is_found(probable: dict[frozenset[str], Any]) -> None:
    assert probable[frozenset({"practice/neighbour-04", "practice/unccd_105"})]["probability"] > 0.9


def test_practice_when_reported_twice_to_prais_is_found(probable: dict[frozenset[str], Any]) -> None:
    assert probable[frozenset({"practice/unccd_221", "practice/unccd_441"})]["probability"] > 0.9


def test_practices_when_they_only_share_a_name_are_not_probable(probable: dict[frozenset[str], Any]) -> None:
    services = probable.get(frozenset({"practice/approaches_2471", "practice/approaches_2475"}))
    assert services is None or services["probability"] < 0.5


def test_publications_without_doi_are_found_by_title_and_authors(
    probable: dict[frozenset[str], Any],
) -> None:
    assert told_again("publication") <= probable.keys()


def test_records_that_only_look_alike_are_seldom_proposed(probable: dict[frozenset[str], Any]) -> None:
    others = {f"practice/neighbour-{row['ID']}" for row in rows("practice") if not row["Same as"]}
    assert len([pair for pair in probable if pair & others]) <= 2
