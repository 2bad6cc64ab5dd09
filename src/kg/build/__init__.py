"""Builds a generation: load, map, validate, infer, assess, store, index, check, publish."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from typing import Any

from kg import database, generation
from kg.build import inputs as given
from kg.build import keeping, renewing, shards, stages
from kg.build import manifest as manifests
from kg.build.checking import check_current, check_inputs
from kg.build.exporting import export
from kg.build.job import Job
from kg.build.result import BuildResult, CheckReport
from kg.config import Settings
from kg.errors import BuildFailed, NoGeneration, Unavailable
from kg.moments import now
from kg.progress import Progress, silent

__all__ = [
    "BuildResult",
    "CheckReport",
    "build",
    "check_current",
    "check_inputs",
    "dataset_table",
    "export",
    "is_current",
]


def build(
    settings: Settings,
    *,
    inputs: Iterable[str] = (),
    bundled: bool = True,
    index: bool = True,
    whole: bool = False,
    progress: Progress | None = None,
    before_switch: Callable[[dict[str, Any]], None] | None = None,
) -> BuildResult:
    """Build a new generation beside the one that serves, and switch to it.

    Args:
        inputs: more datasets as ``LOADER=PATH``; their records replace bundled ones of the same IRI.
        bundled: whether the records that come with LandKG take part.
        index: whether to build the search index; without it the generation answers SPARQL only, and
            texts are searched for the names of frameworks but not by meaning.
        whole: whether to build everything, also what has not changed since the last generation.
        before_switch: is given the finished manifest; what it raises stops the switch, and nothing is kept.

    What ``kg harvest`` has in the data folder's snapshots takes part, as ``bundled`` does.

    Raises:
        BuildFailed: another build is running, or nothing could be loaded; what served still serves.
    """
    began = time.perf_counter()
    built = now()
    home = database.bind(settings).home_folder
    chosen = [*(given.bundled() if bundled else ()), *given.harvested(home), *given.named(inputs)]
    if not chosen:
        raise BuildFailed("There is nothing to build from.", hint="Name inputs as LOADER=PATH.")
    with generation.building(home) as workshop:
        job = Job(settings, chosen, progress or silent(), workshop, with_index=index)
        if whole or not renewing.attempt(job):
            job = Job(settings, chosen, progress or silent(), workshop, with_index=index)
            for stage in stages.STAGES:
                stage(job)
        try:
            predecessor = generation.pointed(home)
        except NoGeneration:
            predecessor = None
        manifest = manifests.describe(job, built, predecessor)
        shutil.rmtree(job.scratch)
        if index and not job.renewed:  # Of other generations they are written when first asked for.
            import_module("kg.link").write_dumps(home, workshop, settings.iris)
        manifest["duration"] = round(time.perf_counter() - began, 3)
        manifests.write_json(workshop / "manifest.json", manifest)
        if before_switch is not None:
            before_switch(manifest)
        if index:
            stages.fill(job, manifest["id"])
        published = generation.publish(home, workshop)
        shards.Shelf(home).clear()
        # The history of changes follows what serves; where it cannot be written, the service catches up.
        with suppress(Unavailable):
            link = import_module("kg.link")
            delta = link.Delta(job.renewed.id, *job.changes) if job.renewed else None
            link.follow(home, settings.iris, delta)
        return BuildResult(published, manifest, job.rows)


def is_current(settings: Settings, *, bundled: bool = True, index: bool = True) -> bool:
    """Tell whether the generation that serves is what :func:`build` would make of the same arguments.

    Reads the inputs once, to compare their SHA-256, and nothing else.
    """
    home = settings.home_folder
    chosen = [*(given.bundled() if bundled else ()), *given.harvested(home)]
    try:
        last = generation.current(home)
    except NoGeneration:
        return False
    return keeping.is_current(Job(settings, chosen, silent(), home, with_index=index), last)


def dataset_table(settings: Settings) -> list[dict[str, Any]]:
    """Return the datasets with name, title, records, publisher and licence.

    The counts are those of the generation that serves; before the first build they are ``None``.
    """
    try:
        rows = generation.current(settings.home_folder).manifest["datasets"]
        return [dict(row) for row in rows]
    except NoGeneration:
        return [
            {
                "name": each.dataset.name,
                "title": each.dataset.title,
                "records": None,
                "publisher": each.dataset.publisher,
                "licence": each.dataset.licence,
            }
            for each in given.bundled()
        ]
