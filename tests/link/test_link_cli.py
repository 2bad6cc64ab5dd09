"""The linking commands, from a partner's file to a decision, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg.cli.app import app


@pytest.fixture
def home(tiny_home: Path, tmp_path: Path) -> Path:
    """A data folder of its own that serves the small generation."""
    (tmp_path / "generations").symlink_to(tiny_home / "generations")
    (tmp_path / "current").write_text((tiny_home / "current").read_text(encoding="ascii"), encoding="ascii")
    return tmp_path


def _run(home: Path, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--home", str(home)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_links_when_made_queued_and_decided_by_commands_are_in_the_journal(home: Path) -> None:
    records = home / "cases.jsonl"
    row = {
        "url": "https://panorama.solutions/en/solution/x",
        "title": "Ecosystem-based adaptation in the hills",
    }
    records.write_text(json.dumps(row) + "\n", encoding="utf-8")
    out = home / "links.sssom.tsv"
    _run(home, "link", str(records), "--partner", "panorama", "--no-meaning", "--queue", "-o", str(out))
    assert "landkg:concept/eba" in out.read_text(encoding="utf-8")
    queue = json.loads(_run(home, "links", "list", "--json"))
    number = next(each["number"] for each in queue if each["object"].endswith("/concept/eba"))
    decided = _run(home, "links", "decide", str(number), "accept", "--curator", "Ana", "--json")
    assert json.loads(decided)["decision"]["curator"] == "Ana"
    exported = home / "export.tsv"
    exported.write_text(_run(home, "links", "export", "panorama"), encoding="utf-8")
    again = _run(home, "links", "load", str(exported), "--partner", "panorama", "--curator", "Ana", "--json")
    assert json.loads(again) == {"rows": len(queue), "queued": 0, "decided": 0}
    assert json.loads(_run(home, "links", "conflicts", "--json")) == []
    assert json.loads(_run(home, "links", "jobs", "--json"))[0]["state"] == "done"


def test_partners_when_listed_say_what_is_known(home: Path) -> None:
    found = {each["id"]: each for each in json.loads(_run(home, "partners", "--json"))}
    assert found["panorama"]["homepage"] == "https://panorama.solutions"
    assert "licence" not in found["panorama"]


def test_queue_when_no_partner_is_named_is_refused(home: Path) -> None:
    done = CliRunner().invoke(app, ["link", "x.csv", "--queue", "--home", str(home)])
    assert done.exit_code != 0
