"""The serving generation: leases, hot swap, and what happens when the new one is broken."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from kg import generation, live
from kg.config import Settings
from kg.errors import NoGeneration, Unavailable
from kg.live import Live
from kg.store import GraphStore

COUNT = "SELECT ?s WHERE { ?s ?p ?o }"


def _publish(home: Path, number: int) -> str:
    """Publish a generation with ``number`` statements."""
    with generation.building(home) as workshop:
        lines = [f"<http://x/{n}> <http://x/p> <http://x/o> <http://x/g> .\n" for n in range(number)]
        (workshop / "graph.nq").write_text("".join(lines), encoding="utf-8")
        (workshop / "manifest.json").write_text(json.dumps({"id": f"{number:016x}"}), encoding="utf-8")
        return generation.publish(home, workshop).id


@pytest.fixture(autouse=True)
def _look_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY_S", 0.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({}, home=str(tmp_path))


def test_lease_when_nothing_was_built_then_no_generation_until_it_is(
    settings: Settings, tmp_path: Path
) -> None:
    with Live(settings) as serving:
        with pytest.raises(NoGeneration), serving.lease():
            pass
        _publish(tmp_path, 1)
        with serving.lease() as opened:
            assert len(opened.store.select(COUNT)) == 1


def test_lease_when_the_pointer_moves_then_the_next_lease_has_the_new_one(
    settings: Settings, tmp_path: Path
) -> None:
    _publish(tmp_path, 1)
    with Live(settings) as serving, serving.lease() as before:
        newer = _publish(tmp_path, 2)
        with serving.lease() as after:
            assert after.generation.id == newer
            assert len(after.store.select(COUNT)) == 2
        assert len(before.store.select(COUNT)) == 1


def test_generation_when_it_takes_over_was_prepared_while_the_other_served(
    settings: Settings, tmp_path: Path
) -> None:
    seen: list[tuple[str, str]] = []

    def prepare(opened: live.Opened) -> None:
        with serving.glance() as current:
            seen.append((opened.generation.id, current.generation.id if current else ""))

    first = _publish(tmp_path, 1)
    with Live(settings, prepare) as serving:
        with serving.lease():
            assert seen == []
        second = _publish(tmp_path, 2)
        with serving.lease() as opened:
            assert opened.generation.id == second
    assert seen == [(second, first)]


def test_lease_when_the_last_one_ends_then_the_old_generation_is_closed(
    settings: Settings, tmp_path: Path
) -> None:
    _publish(tmp_path, 1)
    with Live(settings) as serving:
        with serving.lease() as before:
            _publish(tmp_path, 2)
            with serving.lease():
                pass
            assert before.store.size() == 1
        with pytest.raises(Unavailable):
            before.store.select(COUNT)


def test_lease_when_the_new_generation_is_broken_then_the_old_one_goes_on(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = _publish(tmp_path, 1)
    with Live(settings) as serving:
        with serving.lease():
            pass
        second = _publish(tmp_path, 2)
        (tmp_path / "generations" / second / "graph.nq").unlink()
        for _ in range(3):
            with serving.lease() as opened:
                assert opened.generation.id == first
        assert len([each for each in caplog.records if "goes on serving" in each.message]) == 1


def test_refresh_when_called_then_the_switch_does_not_wait_for_the_next_look(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY_S", 3600.0)
    _publish(tmp_path, 1)
    with Live(settings) as serving:
        with serving.lease():
            pass
        newer = _publish(tmp_path, 2)
        serving.refresh()
        with serving.lease() as opened:
            assert opened.generation.id == newer


def test_lease_when_threads_hammer_during_switches_then_no_request_fails(
    settings: Settings, tmp_path: Path
) -> None:
    for number in (3, 2, 1):
        _publish(tmp_path, number)
    faults: list[BaseException] = []
    seen: set[int] = set()
    stop = threading.Event()

    def hammer(serving: Live) -> None:
        while not stop.is_set():
            try:
                with serving.lease() as opened:
                    count = len(opened.store.select(COUNT))
                    assert count == int(opened.generation.id, 16)
                    seen.add(count)
            except BaseException as fault:
                faults.append(fault)
                return

    with Live(settings) as serving:
        threads = [threading.Thread(target=hammer, args=(serving,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 60
        turn = 0
        while turn < 60 or (seen != {1, 2, 3} and not faults and time.monotonic() < until):
            generation.rollback(tmp_path, f"{turn % 3 + 1:016x}")
            time.sleep(0.02)
            turn += 1
        stop.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert seen == {1, 2, 3}


def test_lease_when_the_new_one_is_not_available_just_now_then_follows_once_it_is(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = _publish(tmp_path, 1)
    tried: list[float] = []
    opening = live.open_graph

    def away(folder: Path, settings: Settings) -> GraphStore:
        tried.append(time.monotonic())
        raise Unavailable("The database is away.", retry_after=60)

    with Live(settings) as serving:
        with serving.lease() as before:
            assert before.generation.id == older
        newer = _publish(tmp_path, 2)
        monkeypatch.setattr(live, "open_graph", away)
        for _ in range(3):
            with serving.lease() as held:
                assert held.generation.id == older
        assert len(tried) == 1
        monkeypatch.setattr(live, "open_graph", opening)
        monkeypatch.setattr(serving, "_again", 0.0)
        with serving.lease() as after:
            assert after.generation.id == newer
