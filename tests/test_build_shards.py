"""Shards of a build: cut, kept as they come, gone on with, and halved until what is at fault stands alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny import TINY, TINY_INPUTS

from kg import generation
from kg.build import BuildResult, build, inputs, merge, reading, shards, units, work
from kg.config import Settings
from kg.errors import BuildFailed, Unavailable
from kg.mapping import Mapped
from kg.model import Record
from kg.running import cluster
from kg.vocab import Iris
from loaders.base import LoadReport

STOPPED = """
import sys, time
import loaders
from kg.build import build
from kg.config import Settings

def stop(source, report):
    print("there", flush=True)
    time.sleep(600)
    yield

get = loaders.get
loaders.get = lambda name: stop if name == "entity_rows" else get(name)
settings = Settings.from_env({}, home=sys.argv[1], build_workers=1)
build(settings, inputs=sys.argv[2:], bundled=False, index=False)
"""


def _build(home: Path, *given: str, **settings: Any) -> BuildResult:
    chosen = Settings.from_env({}, home=str(home), **settings)
    return build(chosen, inputs=given or TINY_INPUTS, bundled=False, index=False)


def _reports(made: BuildResult) -> dict[str, Any]:
    found = {file.name: json.loads(file.read_bytes()) for file in made.generation.reports_folder.iterdir()}
    found["validation.json"]["warnings"].sort(key=repr)  # They come in the order of what is read at a time.
    return found


@pytest.fixture
def tiny_graph(tiny_home: Path) -> bytes:
    return generation.current(tiny_home).graph_file.read_bytes()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The datasets of the shards that are read, in order."""
    found = []
    plain = shards.read

    def counted(shard: shards.Shard) -> bytes:
        found.append(shard.dataset.name)
        return plain(shard)

    monkeypatch.setattr(shards, "read", counted)
    return found


def _stopped(home: Path) -> None:
    """Kill a build at its fifth shard of six."""
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, str(home), *TINY_INPUTS],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        process.send_signal(signal.SIGKILL)


def test_build_when_processes_read_it_then_graph_and_reports_are_those_of_one(tmp_path: Path) -> None:
    rows = (TINY / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    bad = tmp_path / "bad.jsonl"
    bad.write_text("\n".join([rows[0], '{"id": "x", "year": "none"}', "{", *rows[1:]]), encoding="utf-8")
    given = (f"decision_rows={bad}", TINY_INPUTS[2])
    alone, two = (_build(tmp_path / f"{n}", *given, build_workers=n) for n in (1, 2))
    assert two.generation.graph_file.read_bytes() == alone.generation.graph_file.read_bytes()
    assert _reports(two) == _reports(alone)
    assert alone.manifest["quarantined"] == 2


def test_build_when_killed_then_the_next_reads_only_what_was_not_done(
    tmp_path: Path, tiny_graph: bytes, read: list[str]
) -> None:
    _stopped(tmp_path)
    made = _build(tmp_path)
    assert read == ["entity-rows-entities", "case-rows-cases"]
    assert made.generation.graph_file.read_bytes() == tiny_graph
    assert not (tmp_path / "cache" / "shards").exists()


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_shelf_when_an_outcome_is_damaged_then_it_has_none(tmp_path: Path, damage: str, iris: Iris) -> None:
    (given,) = inputs.named(TINY_INPUTS[1:2])
    ((shard, _),) = shards.cut(units.parts(given, given.digests()), iris.base, "")
    shelf = shards.Shelf(tmp_path)
    assert not shelf.has(shard)
    shelf.put(shard, shards.pack(shard, work.Done(LoadReport("decisions"), [b"a run" * 99])))
    assert shelf.has(shard)
    (file,) = shelf.folder.iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:-40] if damage == "cut" else content.replace(b"a run", b"a fun", 1))
    assert not shelf.has(shard)


def test_build_when_a_record_crashes_reading_then_it_alone_is_quarantined_and_tried_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = work.map_record

    def crash(record: Record, iris: Iris, graph: str) -> Mapped:
        if getattr(record, "id", "") == "unccd-15-cop10":
            raise RuntimeError("never seen before")
        return plain(record, iris, graph)

    with monkeypatch.context() as patched:
        patched.setattr(work, "map_record", crash)
        made = _build(tmp_path, *TINY_INPUTS[1:3])
    (issue,) = [each for each in _reports(made)["load.json"]["issues"] if each["kind"] == "quarantined"]
    assert (issue["file"], issue["record"]) == ("decisions.jsonl", "line 1")
    assert issue["reason"] == "could not be read: RuntimeError: never seen before"
    assert (made.manifest["records"], made.manifest["quarantined"]) == (5, 1)
    assert _build(tmp_path, *TINY_INPUTS[1:3]).manifest["quarantined"] == 0


def test_build_when_every_record_crashes_then_it_stops_says_why_and_keeps_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*given: Any) -> Mapped:
        raise RuntimeError("a fault of the mapping")

    with monkeypatch.context() as patched:
        patched.setattr(work, "map_record", crash)
        patched.setattr(reading, "_MOST_REFUSED", 3)
        with pytest.raises(BuildFailed, match="again and again: RuntimeError: a fault of the mapping"):
            _build(tmp_path, *TINY_INPUTS[1:3])
    assert _build(tmp_path, *TINY_INPUTS[1:3]).manifest["quarantined"] == 0


def test_build_when_a_file_of_lines_is_large_then_its_slices_make_the_same_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    rows = (TINY / "decisions.jsonl").read_bytes().splitlines(keepends=True)
    file = tmp_path / "many.jsonl"
    file.write_bytes(b"".join([*rows, b"{\n"]))
    whole = _build(tmp_path / "whole", f"decision_rows={file}")
    monkeypatch.setattr(inputs, "BYTES_PER_CHUNK", 100)
    monkeypatch.setattr(inputs, "BYTES_PER_SLICE", len(rows[0]) + len(rows[1]) - 9)
    cut = _build(tmp_path / "cut", f"decision_rows={file}")
    assert len(read) == 1 + len(list(inputs.slices(file))) > 3
    assert cut.generation.graph_file.read_bytes() == whole.generation.graph_file.read_bytes()
    assert _reports(cut) == _reports(whole)
    assert _reports(cut)["load.json"]["issues"][-1]["record"] == f"line {len(rows) + 1}"


def test_slices_when_put_together_are_the_file_and_break_at_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BYTES_PER_SLICE", 16)
    content = "erste\r\nzweite Zeile, länger als eine Scheibe\n\n\nfünfte\n".encode() * 3 + b"last"
    file = tmp_path / "lines.jsonl"
    file.write_bytes(content)
    found = list(inputs.slices(file))
    parts = [content[each.start : each.end] for each in found]
    assert b"".join(parts) == content
    assert all(part.endswith(b"\n") for part in parts[:-1])
    assert [each.line for each in found] == [1 + len(content[: each.start].splitlines()) for each in found]


def test_merge_when_runs_are_more_than_may_be_open_then_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    for number in range(11):
        lines = sorted(f"<s:{(number * 7 + n) % 23}> <p:p> <o:o> <g:{number % 2}> .\n" for n in range(9))
        runs.append(tmp_path / f"{number}.nq")
        runs[-1].write_text("".join(lines), encoding="utf-8")
    at_once = merge.merge(runs, tmp_path / "at-once", inferred="g:1")
    monkeypatch.setattr(merge, "_OPEN", 3)
    assert merge.merge(runs, tmp_path / "by-and-by", inferred="g:1") == at_once
    assert (tmp_path / "by-and-by").read_bytes() == (tmp_path / "at-once").read_bytes()
    assert len(list(tmp_path.iterdir())) == len(runs) + 2


def test_build_when_the_cluster_is_not_there_then_unavailable_and_the_last_generation_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    before = _build(tmp_path, TINY_INPUTS[1]).generation
    with pytest.raises(Unavailable, match="KG_BUILD_CLUSTER"):
        _build(tmp_path, build_cluster="tcp://127.0.0.1:9")
    assert generation.current(tmp_path) == before
