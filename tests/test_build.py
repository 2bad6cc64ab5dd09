"""Builds: deterministic, counted, atomic, and harmless when they fail or are killed."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pyoxigraph as px
import pytest
from hypothesis import strategies as st
from tiny import TINY, TINY_INPUTS

from kg import build as building
from kg import generation
from kg.build import build, check_current, check_inputs, dataset_table, export, merge, stages
from kg.build.job import Job
from kg.config import Settings
from kg.errors import BadInput, BuildFailed, NotFound
from kg.progress import silent
from kg.store import GraphStore
from kg.store.embedded import open_store

PROGRAM = """
import sys
from kg.build import build
from kg.config import Settings
build(Settings.from_env({}, home=sys.argv[1]), inputs=sys.argv[2:], bundled=False, index=False)
"""


def _settings(home: Path) -> Settings:
    return Settings.from_env({}, home=str(home))


def _build(home: Path, *inputs: str) -> building.BuildResult:
    return build(_settings(home), inputs=inputs or TINY_INPUTS, bundled=False, index=False)


def _start(home: Path, seed: int = 0) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(home), *TINY_INPUTS], env=environment)


def _rows(file: Path, **changes: Any) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows[0].update(changes)
    return rows


def _write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture
def tiny_graph(tiny_home: Path) -> Path:
    return generation.current(tiny_home).graph_file


def test_build_when_the_hash_seed_differs_then_the_graph_is_the_same_bytes(
    tmp_path: Path, tiny_graph: Path
) -> None:
    for seed in (1, 2):
        home = tmp_path / str(seed)
        assert _start(home, seed).wait() == 0
        assert generation.current(home).graph_file.read_bytes() == tiny_graph.read_bytes()


def test_build_when_done_then_rows_loaded_and_quarantined_add_up(tmp_path: Path) -> None:
    bad = _write(tmp_path / "bad.jsonl", _rows(TINY / "decisions.jsonl", year="not a year"))
    made = _build(tmp_path / "home", f"decision_rows={bad}")
    row = made.table[0]
    assert (row.read, row.loaded, row.quarantined) == (4, 3, 1)
    report = json.loads((made.generation.reports_folder / "load.json").read_text(encoding="utf-8"))
    issue = next(each for each in report["issues"] if each["kind"] == "quarantined")
    assert (issue["file"], issue["record"], issue["field"]) == ("bad.jsonl", "unccd-15-cop10", "year")
    assert made.manifest["records"] == 3
    assert made.dataset_rows()[-1][:4] == ["all", 4, 3, 1]
    assert "1 records quarantined" in made.summary()


def test_build_when_two_datasets_have_one_record_then_it_is_there_once_and_reported(tmp_path: Path) -> None:
    twice = _write(tmp_path / "twice.jsonl", _rows(TINY / "decisions.jsonl", year=1999)[:1])
    made = _build(tmp_path / "home", f"decision_rows={TINY / 'decisions.jsonl'}", f"decision_rows={twice}")
    assert [(row.loaded, row.quarantined) for row in made.table] == [(4, 0), (0, 1)]
    text = made.generation.graph_file.read_text(encoding="utf-8")
    assert '"1999"' not in text
    assert "/id/decision/unccd-15-cop10>" in text


def test_build_when_an_input_has_a_bundled_record_then_it_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = building.given
    bundled = [given.Input(each.dataset, each.files, bundled=True) for each in given.named(TINY_INPUTS[1:2])]
    monkeypatch.setattr(given, "bundled", lambda: bundled)
    fuller = _write(tmp_path / "fuller.jsonl", _rows(TINY / "decisions.jsonl", year=1999)[:1])
    made = build(_settings(tmp_path / "home"), inputs=[f"decision_rows={fuller}"], index=False)
    assert [(row.loaded, row.quarantined) for row in made.table] == [(3, 1), (1, 0)]
    lines = made.generation.graph_file.read_text(encoding="utf-8").splitlines()
    own = [line for line in lines if line.startswith("<https://w3id.org/landkg/id/decision/unccd-15-cop10>")]
    years = [line.split(" ", 2)[2] for line in own if "/def/year>" in line]
    assert years == [
        '"1999"^^<http://www.w3.org/2001/XMLSchema#integer> '
        "<https://w3id.org/landkg/graph/decision-rows-fuller> ."
    ]


def test_build_when_done_then_the_graph_is_canonical(tiny_graph: Path) -> None:
    lines = tiny_graph.read_text(encoding="utf-8").split("\n")[:-1]
    triples = [line.rsplit(" <", 1)[0] for line in lines]
    assert lines == sorted(lines)
    assert len(set(triples)) == len(triples), "a triple stands in two graphs and would count twice"
    assert not [line for line in lines if line.startswith("_:") or " _:" in line.split('"')[0]]


def test_build_when_done_then_the_manifest_says_what_went_in(tiny_home: Path) -> None:
    manifest = generation.current(tiny_home).manifest
    assert {each["dataset"] for each in manifest["inputs"]} == {each["name"] for each in manifest["datasets"]}
    assert all(len(each["sha256"]) == 64 for each in manifest["inputs"])
    assert manifest["versions"].keys() == {"landkg", "pyoxigraph", "python"}
    assert sum(manifest["graphs"].values()) == manifest["triples"]
    assert manifest["ontology"]["version"]


def test_build_when_done_then_the_graph_describes_its_datasets(tiny_store: GraphStore) -> None:
    rows = tiny_store.select("""
        PREFIX void: <http://rdfs.org/ns/void#> PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT ?dataset ?entities WHERE { ?build a prov:Activity ; prov:used ?dataset . ?dataset void:entities ?entities }
    """)  # noqa: E501
    assert sum(int(row["entities"].value) for row in rows) == 24


@hypothesis.given(
    st.sets(st.integers(0, 40), min_size=1),
    st.sets(st.integers(-5, 45)),
)
def test_insert_when_lines_are_few_then_as_if_merged(many: set[int], few: set[int]) -> None:
    def lines(numbers: set[int], graph: str) -> bytes:
        words = sorted(f"<s:{'x' * (n % 7)}{n}> <p:p> <o:o> <g:{graph}> .\n" for n in numbers)
        return "".join(words).encode()

    with TemporaryDirectory() as name:
        folder = Path(name)
        one, two = folder / "one", folder / "two"
        one.write_bytes(lines(many, "a"))
        two.write_bytes(lines(few, "b"))
        counted = merge.merge([one], folder / "counted", inferred="g:i")
        inserted = merge.insert(two, counted, folder / "counted", folder / "inserted")
        assert inserted == merge.merge([one, two], folder / "merged", inferred="g:i")
        assert (folder / "inserted").read_bytes() == (folder / "merged").read_bytes()


def test_build_when_done_then_the_graph_counts_itself_truly(tiny_store: GraphStore) -> None:
    rows = tiny_store.select(
        "PREFIX void: <http://rdfs.org/ns/void#> SELECT ?graph ?said (COUNT(*) AS ?there) WHERE {"
        " ?whole void:subset ?graph . ?graph void:triples ?said . GRAPH ?graph { ?s ?p ?o } }"
        " GROUP BY ?graph ?said"
    )
    told = {row["graph"].value.rpartition("/")[2]: (row["said"].value, row["there"].value) for row in rows}
    assert {"assessments", "inferred", "ontology"} <= told.keys()
    assert [each for each in told.values() if each[0] != each[1]] == []


def test_build_when_repeated_then_the_same_generation_serves(tmp_path: Path) -> None:
    first, second = _build(tmp_path), _build(tmp_path)
    assert second.generation == first.generation
    assert len(generation.list_all(tmp_path)) == 1


def test_build_when_the_base_is_another_then_nothing_of_ours_has_the_default(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=str(tmp_path), base="https://example.org/kg/")
    made = build(settings, inputs=TINY_INPUTS, bundled=False, index=False)
    text = made.generation.graph_file.read_text(encoding="utf-8")
    assert "<https://w3id.org/landkg/" not in text
    assert "<https://example.org/kg/id/decision/unccd-15-cop10>" in text
    assert "<https://example.org/kg/def/Practice>" in text


def test_build_when_it_fails_then_the_last_good_generation_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _build(tmp_path).generation

    def fail(job: Job) -> None:
        raise BuildFailed("the disk is full")

    monkeypatch.setattr(stages, "STAGES", (*stages.STAGES[:4], fail))
    monkeypatch.setattr(stages, "AFTER_RENEWING", (fail,))
    with pytest.raises(BuildFailed):
        _build(tmp_path, TINY_INPUTS[1])
    assert generation.current(tmp_path) == before
    assert [path.name for path in (tmp_path / "generations").iterdir()] == [before.id]


@pytest.mark.parametrize("text", ["nonsense", "wocat=", "no_such_loader=x", "decision_rows=/no/such/file"])
def test_build_when_an_input_is_wrong_then_bad_input(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        _build(tmp_path, text)


def test_build_when_there_is_no_input_then_build_failed(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match="nothing to build"):
        build(_settings(tmp_path), bundled=False, index=False)


@pytest.mark.slow
def test_build_when_killed_at_random_moments_then_the_previous_generation_serves(tmp_path: Path) -> None:
    before = _build(tmp_path, TINY_INPUTS[1]).generation
    began = time.perf_counter()
    assert _start(tmp_path / "measure").wait() == 0
    whole = time.perf_counter() - began
    chance = random.Random(7)
    killed = turns = 0
    while killed < 6 and (turns := turns + 1) <= 40:
        process = _start(tmp_path)
        time.sleep(chance.uniform(0.2, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        serving = generation.current(tmp_path)
        assert open_store(serving.folder, _settings(tmp_path)).size() == serving.manifest["triples"]
        if serving.id != before.id:
            generation.rollback(tmp_path, before.id)
    assert killed == 6
    after = _build(tmp_path).generation
    assert generation.current(tmp_path) == after
    assert {path.name for path in (tmp_path / "generations").iterdir()} == {before.id, after.id}


@pytest.mark.slow
def test_build_when_it_has_an_index_then_the_graph_names_its_models(
    bundled_home: Path, bundled_store: GraphStore
) -> None:
    encoders = generation.current(bundled_home).manifest["index"]["encoders"]
    rows = bundled_store.select(
        "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX owl: <http://www.w3.org/2002/07/owl#>"
        " SELECT ?version WHERE { ?build prov:wasAssociatedWith/owl:versionInfo ?version }"
    )
    assert {each["fingerprint"] for each in encoders} <= {row["version"].value for row in rows}


def test_build_when_texts_are_unchanged_then_nothing_is_encoded_again(bundled_settings: Settings) -> None:
    before = generation.current(bundled_settings.home_folder)
    again = build(bundled_settings)
    assert again.manifest["index"]["encoded"] == 0
    assert again.manifest["index"]["cached"] > 700
    assert again.generation.id == before.id


@pytest.mark.slow
def test_build_when_the_records_are_the_bundled_ones_then_none_is_lost(bundled_home: Path) -> None:
    manifest = generation.current(bundled_home).manifest
    rows = {each["name"]: each for each in manifest["datasets"]}
    starter = Path(building.given.resources.starter())
    for given in building.given.bundled():
        lines = sum(
            len((starter / path).read_text(encoding="utf-8").splitlines()) for path in given.dataset.paths
        )
        counts = rows[given.dataset.name]
        assert counts["read"] == lines == counts["loaded"] + counts["quarantined"]
    assert manifest["quarantined"] == 0


def test_check_inputs_when_a_row_is_bad_then_it_fails_and_keeps_nothing(tmp_path: Path) -> None:
    bad = _write(tmp_path / "bad.jsonl", _rows(TINY / "decisions.jsonl", year="x"))
    report = check_inputs(_settings(tmp_path / "home"), [f"decision_rows={bad}"], progress=silent())
    assert report.failed
    assert report.rows()[0][:4] == ["quarantined", "bad.jsonl", "unccd-15-cop10", "year"]
    assert not (tmp_path / "home").exists()


def test_check_current_when_served_then_it_counts_the_records(tiny_settings: Settings) -> None:
    report = check_current(tiny_settings, progress=silent())
    assert not [each for each in report.issues if each.kind == "quarantined"]
    assert (report.read, report.loaded) == (24, 24)


def test_dataset_table_when_nothing_is_built_then_the_bundled_ones_without_counts(tmp_path: Path) -> None:
    rows = dataset_table(_settings(tmp_path))
    assert {row["records"] for row in rows} == {None}
    assert "wocat" in {row["name"] for row in rows}


def test_dataset_table_when_built_then_counts_of_the_generation(tiny_settings: Settings) -> None:
    assert sum(row["records"] for row in dataset_table(tiny_settings)) == 24


@pytest.mark.parametrize("form", ["nq", "trig", "nt", "ttl", "rdf", "jsonld"])
def test_export_when_a_graph_is_named_then_only_its_statements(tiny_settings: Settings, form: str) -> None:
    out = io.BytesIO()
    name = "document-rows-documents"
    count = export(tiny_settings, out, graph=name, form=form)
    assert count == generation.current(tiny_settings.home_folder).manifest["graphs"][name]
    kind = building.exporting.FORMATS[form]
    assert len(set(px.parse(input=out.getvalue(), format=kind, without_named_graphs=False))) == count


def test_export_when_whole_then_the_canonical_file(tiny_settings: Settings, tiny_graph: Path) -> None:
    out = io.BytesIO()
    export(tiny_settings, out)
    assert out.getvalue() == tiny_graph.read_bytes()


def test_export_when_graph_or_format_is_unknown_then_errors(tiny_settings: Settings) -> None:
    with pytest.raises(NotFound):
        export(tiny_settings, io.BytesIO(), graph="none")
    with pytest.raises(BadInput):
        export(tiny_settings, io.BytesIO(), form="docx")
