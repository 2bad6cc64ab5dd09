"""A SKOS thesaurus from a file to the curators' queue and, accepted, into the partner's links."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kg.cli.app import app
from kg.link import accepted_lines
from kg.vocab import Iris

FILE = Path(__file__).resolve().parent / "data" / "thesaurus.ttl"
TERM = "https://thesaurus.example.org/term/"


@pytest.fixture
def home(tiny_home: Path, tmp_path: Path) -> Path:
    (tmp_path / "generations").symlink_to(tiny_home / "generations")
    shutil.copy(tiny_home / "current", tmp_path / "current")
    return tmp_path


def _kg(home: Path, *words: str) -> Any:
    done = CliRunner().invoke(app, ["links", *words, "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_thesaurus_when_aligned_waits_for_curators_and_enters_the_links_once_accepted(home: Path) -> None:
    first = _kg(home, "align", str(FILE), "--partner", "fao")
    assert first["new"] == first["proposed"] > 0
    queued = {(row["subject"], row["object"]): row for row in _kg(home, "list", "--partner", "fao")}
    agroforestry = queued[f"{TERM}10", Iris().concept("agroforestry")]
    assert agroforestry["predicate"] == "skos:closeMatch"
    assert "agree in: en, es, fr" in agroforestry["comment"]
    assert (f"{TERM}11", Iris().concept("land_use_type")) in queued
    assert {subject for subject, _object in queued} == {f"{TERM}10", f"{TERM}11"}
    assert _kg(home, "align", str(FILE), "--partner", "fao")["new"] == 0
    number = str(agroforestry["number"])
    _kg(home, "decide", number, "accept", "--curator", "Ana", "--relation", "skos:exactMatch")
    graph = Iris().graph("links/fao")
    match = f"<{TERM}10> <http://www.w3.org/2004/02/skos/core#exactMatch> <{Iris().concept('agroforestry')}>"
    assert f"{match} <{graph}> ." in list(accepted_lines(home, Iris()))
