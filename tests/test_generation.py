"""Generations: publish, point, roll back, prune, and survive what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg import generation
from kg.errors import BadInput, BuildFailed, NoGeneration, NotFound


def _publish(home: Path, number: int) -> generation.Generation:
    with generation.building(home) as workshop:
        (workshop / "graph.nq").write_text("", encoding="utf-8")
        (workshop / "store").mkdir()
        manifest = {"id": f"{number:016x}", "built": f"2026-01-{number:02}T00:00:00Z"}
        (workshop / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return generation.publish(home, workshop)


def test_current_when_nothing_was_built_then_no_generation(tmp_path: Path) -> None:
    with pytest.raises(NoGeneration, match="kg build"):
        generation.current(tmp_path)


def test_publish_when_done_then_current_names_it(tmp_path: Path) -> None:
    made = _publish(tmp_path, 1)
    assert generation.current(tmp_path) == made
    assert made.graph_file.is_file()
    assert [path.name for path in (tmp_path / "generations").iterdir()] == [made.id]


def test_publish_when_the_id_exists_then_only_the_pointer_moves(tmp_path: Path) -> None:
    first, _ = _publish(tmp_path, 1), _publish(tmp_path, 2)
    before = first.graph_file.stat().st_ino
    assert _publish(tmp_path, 1).graph_file.stat().st_ino == before
    assert generation.current(tmp_path).id == first.id


def test_publish_when_a_folder_of_that_id_is_broken_then_it_is_replaced(tmp_path: Path) -> None:
    broken = tmp_path / "generations" / f"{1:016x}"
    broken.mkdir(parents=True)
    assert _publish(tmp_path, 1).graph_file.is_file()


def test_publish_when_the_manifest_names_a_path_then_build_failed(tmp_path: Path) -> None:
    with generation.building(tmp_path) as workshop:
        (workshop / "manifest.json").write_text('{"id": "../../etc"}', encoding="utf-8")
        with pytest.raises(BuildFailed):
            generation.publish(tmp_path, workshop)


def test_building_when_it_fails_then_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), generation.building(tmp_path) as workshop:
        (workshop / "graph.nq").write_text("half", encoding="utf-8")
        raise RuntimeError
    assert list((tmp_path / "generations").iterdir()) == []


def test_building_when_another_build_runs_then_build_failed(tmp_path: Path) -> None:
    with (
        generation.building(tmp_path),
        pytest.raises(BuildFailed, match="Another build"),
        generation.building(tmp_path),
    ):
        pass


def test_building_when_an_earlier_build_was_killed_then_its_leftovers_go(tmp_path: Path) -> None:
    leftover = tmp_path / "generations" / "tmp-0123456789ab"
    (leftover / "store").mkdir(parents=True)
    with generation.building(tmp_path):
        assert not leftover.exists()


def test_list_all_when_some_are_damaged_then_newest_whole_ones_first(tmp_path: Path) -> None:
    for number in (1, 3, 2):
        _publish(tmp_path, number)
    (tmp_path / "generations" / f"{3:016x}" / "manifest.json").write_text("{", encoding="utf-8")
    assert [int(each.id, 16) for each in generation.list_all(tmp_path)] == [2, 1]


def test_rollback_when_no_id_is_given_then_the_one_before(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        _publish(tmp_path, number)
    assert int(generation.rollback(tmp_path).id, 16) == 2
    assert int(generation.rollback(tmp_path).id, 16) == 1
    with pytest.raises(NotFound):
        generation.rollback(tmp_path)


def test_rollback_when_the_id_is_unknown_then_the_pointer_stays(tmp_path: Path) -> None:
    made = _publish(tmp_path, 1)
    with pytest.raises(NotFound):
        generation.rollback(tmp_path, f"{9:016x}")
    assert generation.current(tmp_path).id == made.id


def test_prune_when_the_current_one_is_old_then_it_stays(tmp_path: Path) -> None:
    for number in (1, 2, 3, 4):
        _publish(tmp_path, number)
    generation.rollback(tmp_path, f"{1:016x}")
    removed = generation.prune(tmp_path, 2)
    assert [int(each, 16) for each in removed] == [2, 3]
    assert sorted(int(each.id, 16) for each in generation.list_all(tmp_path)) == [1, 4]


def test_prune_when_keep_is_nought_then_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        generation.prune(tmp_path, 0)
