"""Bundled records that tell one practice twice, and some that only look so, through index and command.

``bench/merging.py`` measures many more, among them practices told in another language (docs/quality.md).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg import generation, merging
from kg.cli.app import app

BASE = "https://w3id.org/landkg/id/practice/"


@pytest.fixture(scope="module")
def probable(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], float]:
    """Probability of the pairs that ``kg merge find`` proposes, by the codes of the practices."""
    home = tmp_path_factory.mktemp("merging")
    serving = generation.current(bundled_home)
    (home / "generations").mkdir()
    (home / "generations" / serving.id).symlink_to(serving.folder, target_is_directory=True)
    shutil.copy(bundled_home / "current", home / "current")
    done = CliRunner().invoke(app, ["merge", "find", "--least", "0.3", "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    found = merging.load(home)
    assert found is not None
    return {
        frozenset(iri.removeprefix(BASE) for iri in (each.left, each.right)): each.probability
        for each in found.candidates
    }


@pytest.mark.parametrize(
    "pair", [("unccd_221", "unccd_441"), ("approaches_2361", "approaches_486")], ids=["dunes", "catchment"]
)
def test_practice_when_documented_twice_is_found(
    probable: dict[frozenset[str], float], pair: tuple[str, str]
) -> None:
    assert probable[frozenset(pair)] > 0.9


@pytest.mark.parametrize(
    "pair",
    [
        ("approaches_2471", "approaches_2475"),
        ("unccd_221", "unccd_427"),
        ("technologies_1001", "technologies_1002"),
    ],
    ids=["two services of one name", "two regions", "two stages"],
)
def test_practices_when_they_only_look_alike_are_not_probable(
    probable: dict[frozenset[str], float], pair: tuple[str, str]
) -> None:
    assert probable.get(frozenset(pair), 0) < 0.5
