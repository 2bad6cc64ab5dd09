"""Who runs shards: this process, processes of this machine; what fails or dies takes nothing else along."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator

import pytest

from kg import running
from kg.config import Settings
from kg.errors import ConfigError, KgError, Unavailable
from kg.running import Failed, Here, cluster
from kg.running.processes import Processes


def _root(number: int) -> float:
    """Return a root; 13 ends the process, as one does that has too little memory."""
    if number == 13:
        os._exit(9)
    return math.sqrt(number)


def _refuse(number: int) -> float:
    raise ConfigError(f"{number} is no number.")


def _settings(**changes: object) -> Settings:
    return Settings.from_env({}, **changes)


def test_choose_when_settings_are_the_default_then_little_is_done_here() -> None:
    assert isinstance(running.choose(_settings(), little=True), Here)


def test_choose_when_workers_are_named_then_so_many_whatever_there_is() -> None:
    chosen = running.choose(_settings(build_workers=3), little=True)
    assert (type(chosen), chosen.workers, chosen.elsewhere) == (Processes, 3, False)
    assert isinstance(running.choose(_settings(build_workers=1)), Here)


def test_choose_when_workers_are_fewer_than_none_then_the_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="KG_BUILD_WORKERS"):
        running.choose(_settings(build_workers=-1))


def test_here_when_one_thing_fails_then_the_others_are_done() -> None:
    found = dict(Here().run(math.sqrt, [4, -1, 9]))
    assert (found[0], found[2]) == (2.0, 3.0)
    assert found[1] == Failed("ValueError: math domain error")


def test_here_when_an_outcome_is_taken_then_no_further_thing_has_been() -> None:
    taken = []

    def things() -> Iterator[int]:
        for each in (4, 9):
            taken.append(each)
            yield each

    assert next(iter(Here().run(math.sqrt, things()))) == (0, 2.0)
    assert taken == [4]


def test_processes_when_one_dies_then_only_what_it_was_at_has_failed() -> None:
    found = dict(Processes(2).run(_root, [1, 4, 13, 9, 16]))
    assert {number: found[number] for number in (0, 1, 3, 4)} == {0: 1.0, 1: 2.0, 3: 3.0, 4: 4.0}
    assert "process ended" in found[2].reason


def test_processes_when_an_error_is_deliberate_then_it_is_raised() -> None:
    with pytest.raises(KgError, match="5 is no number"):
        list(Processes(1).run(_refuse, [5]))


def test_cluster_when_no_scheduler_answers_then_unavailable_names_address_and_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    chosen = running.choose(_settings(build_cluster="tcp://127.0.0.1:9"))
    with pytest.raises(Unavailable, match=r"tcp://127.0.0.1:9 .*KG_BUILD_CLUSTER"):
        list(chosen.run(math.sqrt, [1]))


def test_cluster_when_the_address_is_none_then_unavailable_names_it() -> None:
    with pytest.raises(Unavailable, match="nonsense"):
        list(running.choose(_settings(build_cluster="nonsense://x")).run(math.sqrt, [1]))
