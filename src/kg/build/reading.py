"""Reads parts of the inputs into sorted runs of statements, in several processes when there is much."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from kg.build import units, work
from kg.build.inputs import BYTES_PER_CHUNK, FILES_PER_CHUNK

if TYPE_CHECKING:
    from kg.build.job import Job

_ALONE_BELOW: Final = 24 * 1024 * 1024
"""Inputs smaller than this are read in this process: starting others would take longer."""


def read(job: Job, parts: Sequence[units.Part], name: str) -> Iterator[units.Unit]:
    """Yield what comes of each part; the runs go to ``job.taken``.

    Args:
        name: of the stage, for the progress.
    """
    groups = list(_grouped(parts))
    tasks: list[work.Task] = []
    for group in groups:
        given = group[0].given
        files = tuple(file for part in group for file in part.files)
        runs = job.scratch / f"run-{len(job.taken) + len(tasks):05}"
        graph = job.iris.graph(given.graph)
        tasks.append(work.Task(given.dataset, files, graph, job.settings.base, runs))
    size = sum(file.stat().st_size for task in tasks for file in task.files)
    with job.progress.stage(name, sum(len(task.files) for task in tasks)) as advance:
        for group, done in zip(groups, _run(tasks, alone=size < _ALONE_BELOW), strict=True):
            job.taken.append((done.runs, group))
            advance(len(done.task.files))
            for stage, seconds in done.seconds.items():
                job.seconds[stage] = job.seconds.get(stage, 0.0) + seconds
            yield from units.divide(done, group)


def _grouped(parts: Sequence[units.Part]) -> Iterator[list[units.Part]]:
    """Cut the parts into tasks: one dataset each, of bounded number and size, so that memory stays flat."""
    group: list[units.Part] = []
    size = 0
    for part in parts:
        alike = group and group[0].given is part.given and part.given.apart
        if group and not (alike and len(group) < FILES_PER_CHUNK and size < BYTES_PER_CHUNK):
            yield group
            group, size = [], 0
        group.append(part)
        size += sum(file.stat().st_size for file in part.files)
    if group:
        yield group


def _run(tasks: list[work.Task], *, alone: bool) -> Iterator[work.Done]:
    """Yield the outcomes in the order of the tasks, whatever process they come from."""
    processes = min(len(os.sched_getaffinity(0)), 8, len(tasks))
    if alone or processes < 2:
        yield from map(work.run, tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work.run, tasks)
