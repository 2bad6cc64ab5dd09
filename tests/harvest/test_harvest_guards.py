"""What guards the graph against its sources: changed shapes, withdrawn records, needless builds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from harvesters import wocat

from kg.build import build, is_current
from kg.config import Settings
from kg.harvest import Snapshot, harvest, shapes
from kg.mapping import retired
from kg.progress import silent
from kg.web import create_app


@pytest.fixture
def few() -> Iterator[tuple[servers.Server, servers.Qcat]]:
    import qcat as generator

    records = servers.Qcat([generator.Practice(number) for number in (4, 5, 8)])
    with servers.serving(records) as server:
        yield server, records


def test_shape_when_it_changed_and_nobody_looked_stays_noticed(qcat: Any, settings: Settings) -> None:
    server, records = qcat
    snapshot = Snapshot(settings.home_folder, "wocat")
    harvest(wocat(server), settings, silent())
    assert shapes.lost_fields(snapshot) == []
    shapes.accept(snapshot)
    for code in sorted(records.records)[:15]:
        records.records[code]["list"]["updated"] = "2030-01-01T00:00:00Z"
        tree = records.records[code]["detail"]
        tree["section_other"] = tree.pop("section_specifications")
    for whole in (False, True, False):
        harvest(wocat(server), settings, silent(), whole=whole)
        assert shapes.lost_fields(snapshot) == ["/detail/section_specifications"]
    shapes.accept(snapshot)
    assert shapes.lost_fields(snapshot) == []


def test_record_when_withdrawn_at_its_source_answers_410_with_the_reason(
    few: Any, settings: Settings
) -> None:
    server, records = few
    harvest(wocat(server), settings, silent())
    build(settings, bundled=False, index=False)
    code, envelope = next(iter(records.records.items()))
    del records.records[code]
    harvest(wocat(server), settings, silent(), whole=True)
    made = build(settings, bundled=False, index=False)
    assert made.manifest["renewals"] == 1
    with create_app(settings).test_client() as client:
        answer = client.get(f"/en/id/practice/{code}")
        assert answer.status_code == 410
        assert "no longer has it" in answer.text
        assert envelope["list"]["name"] in answer.text
    assert Snapshot(settings.home_folder, "wocat").count("withdrawn") == 1
    records.records[code] = envelope
    harvest(wocat(server), settings, silent(), whole=True)
    again = build(settings, bundled=False, index=False)
    assert f"/practice/{code}> " in again.generation.graph_file.read_text(encoding="utf-8")
    assert again.manifest["graphs"].get("retired", 0) == 0


def test_build_when_nothing_changed_is_not_needed(few: Any, settings: Settings) -> None:
    server, records = few
    assert not is_current(settings, bundled=False, index=False)
    harvest(wocat(server), settings, silent())
    build(settings, bundled=False, index=False)
    assert is_current(settings, bundled=False, index=False)
    harvest(wocat(server), settings, silent(), whole=True)
    assert is_current(settings, bundled=False, index=False)
    iri = settings.iris.id("practice", sorted(records.records)[0])
    gone = retired.Retired(iri, "", "2026-01-31", "Curator", "told twice")
    retired.add(settings.home_folder, gone, settings.iris)
    assert not is_current(settings, bundled=False, index=False)


def test_snapshot_when_a_record_is_withdrawn_keeps_what_it_said(few: Any, settings: Settings) -> None:
    server, records = few
    harvest(wocat(server), settings, silent())
    code = sorted(records.records)[0]
    del records.records[code]
    harvest(wocat(server), settings, silent(), whole=True)
    (held,) = Snapshot(settings.home_folder, "wocat").records("withdrawn")
    place: Path = Snapshot(settings.home_folder, "wocat").object(held.digest, held.suffix)
    assert code in place.read_text(encoding="utf-8")
