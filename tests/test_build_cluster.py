"""Builds on a Dask cluster that is really started: the same graph, also when a worker or scheduler goes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import clusters
import pytest
from tiny import TINY_INPUTS

from kg import generation
from kg.build import build, keeping
from kg.config import Settings
from kg.errors import BuildFailed, Unavailable
from kg.progress import Advance, Progress
from kg.running import cluster
from kg.running.cluster import Cluster


class OnFirst:
    """A progress that does something when the first part of the inputs has been read."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.do = do
        self.count = 0

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        def advance(steps: int) -> None:
            if name == "load":
                self.count += steps
                if self.count == 1:
                    self.do()

        yield advance


@pytest.fixture(scope="module")
def dask() -> Iterator[clusters.Dask]:
    with clusters.dask(2) as started:
        yield started


def _build(home: Path, address: str, progress: Progress | None = None) -> bytes:
    settings = Settings.from_env({}, home=str(home), build_cluster=address)
    made = build(settings, inputs=TINY_INPUTS, bundled=False, index=False, progress=progress)
    return made.generation.graph_file.read_bytes()


def test_build_when_a_worker_is_lost_then_the_others_read_the_rest_and_the_graph_is_the_same(
    tmp_path: Path, tiny_home: Path, dask: clusters.Dask
) -> None:
    lose = OnFirst(dask.kill)
    graph = _build(tmp_path, dask.address, lose)
    assert lose.count == len(TINY_INPUTS)
    assert graph == generation.current(tiny_home).graph_file.read_bytes()


def test_build_when_workers_have_another_release_then_it_stops_and_names_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dask: clusters.Dask
) -> None:
    monkeypatch.setattr(keeping, "reading", lambda _: "another")
    with pytest.raises(BuildFailed, match="has another release of LandKG than the build"):
        _build(tmp_path, dask.address)


def test_cluster_when_things_are_many_then_each_is_done_once(dask: clusters.Dask) -> None:
    found = list(Cluster(dask.address).run(math.sqrt, range(40)))
    assert dict(found) == {number: math.sqrt(number) for number in range(40)}
    assert len(found) == 40


def test_cluster_when_looked_at_then_it_tells_its_workers(dask: clusters.Dask) -> None:
    looked = Cluster(dask.address).look()
    assert looked == f"Dask at {dask.address}, workers: {len(dask.workers)}"


def test_cluster_when_there_is_no_worker_then_unavailable_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.2)
    with clusters.dask(0) as started, pytest.raises(Unavailable, match="has had no worker"):
        list(Cluster(started.address).run(math.sqrt, [1]))


def test_cluster_when_a_thing_kills_its_workers_then_it_alone_has_failed() -> None:
    with clusters.dask(2, failures=0) as started:
        found = dict(Cluster(started.address).run(eval, ["1", "__import__('os')._exit(9)", "3", "4"]))
    assert "every worker that tried ended" in found[1].reason
    assert (found[2], found[3]) == (3, 4)


def test_cluster_when_the_scheduler_goes_then_unavailable_says_so() -> None:
    with clusters.dask(1) as started:
        running = Cluster(started.address).run(time.sleep, [0, 600, 600])
        next(running)
        started.scheduler.kill()
        with pytest.raises(Unavailable, match="is gone"):
            list(running)
