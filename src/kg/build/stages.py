"""The stages of a build, in order, each a function on the job."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pyoxigraph as px

from kg.build import identity, manifest, merge, quality, schema, work
from kg.build.inputs import Input
from kg.build.result import Row, load_report
from kg.config import Settings
from kg.errors import BuildFailed
from kg.inference import Closure
from kg.mapping import Known, provenance, retired, settle
from kg.progress import Progress
from kg.sparql import counting
from kg.sparql.columns import writing as columns
from kg.store.embedded import EmbeddedStore, fits_memory, open_store
from kg.validation import Check, Violation, check_graph
from kg.vocab import Iris
from loaders.base import LoadReport

_ALONE_BELOW: Final = 24 * 1024 * 1024
"""Inputs smaller than this are read in this process: starting others would take longer."""


@dataclass
class Job:
    """What the stages of one build share."""

    settings: Settings
    inputs: list[Input]
    progress: Progress
    workshop: Path
    with_index: bool = True
    seconds: dict[str, float] = field(default_factory=dict)
    done: list[work.Done] = field(default_factory=list)
    runs: list[Path] = field(default_factory=list)
    reports: dict[str, LoadReport] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    assessed: list[Path] = field(default_factory=list)
    merged: merge.Merged = field(default_factory=merge.Merged)
    index: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    fingerprints: list[dict[str, Any]] = field(default_factory=list)

    @property
    def iris(self) -> Iris:
        return self.settings.iris

    @property
    def scratch(self) -> Path:
        """Folder for what the generation does not keep."""
        folder = self.workshop / "scratch"
        folder.mkdir(exist_ok=True)
        return folder

    @cached_property
    def retired(self) -> dict[str, retired.Retired]:
        """Records that curators withdrew or merged, by IRI."""
        return retired.read(self.settings.home_folder, self.iris)

    @cached_property
    def opened(self) -> EmbeddedStore:
        """The finished graph, opened once for the index and the checks."""
        return open_store(self.workshop, self.settings)

    @property
    def warnings(self) -> list[Violation]:
        return [each for done in self.done for each in done.warnings]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One line a dataset for the result table."""
        return tuple(
            Row(name, each.read, each.loaded, each.quarantined, self.statements.get(name, 0))
            for name, each in self.reports.items()
        )

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began


def load(job: Job) -> None:
    """Read, map, check and infer every dataset into sorted runs, in parallel when there is much."""
    job.fingerprints = [each.fingerprint() for each in job.inputs]
    tasks: list[work.Task] = []
    for given in job.inputs:
        graph = job.iris.graph(given.graph)
        for files in given.chunks():
            runs = job.scratch / f"run-{len(tasks):05}"
            tasks.append(work.Task(given.dataset, files, graph, job.settings.base, runs))
    size = sum(each["bytes"] for each in job.fingerprints)
    with job.progress.stage("load", sum(len(task.files) for task in tasks)) as advance:
        for done in _run(tasks, alone=size < _ALONE_BELOW):
            job.done.append(done)
            advance(len(done.task.files))
            for stage, seconds in done.seconds.items():
                job.seconds[stage] = job.seconds.get(stage, 0.0) + seconds


def _run(tasks: list[work.Task], *, alone: bool) -> Iterator[work.Done]:
    """Yield the outcomes in the order of the tasks, whatever process they come from."""
    processes = min(len(os.sched_getaffinity(0)), 8, len(tasks))
    if alone or processes < 2:
        yield from map(work.run, tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work.run, tasks)


def connect(job: Job) -> None:
    """Settle identities and references between records, and add the ontology."""
    with job.progress.stage("connect"), job.timed("map"):
        gone = identity.one_of_each(job)
        identity.take_out(job, gone)
        known = Known()
        kept: list[work.Seen] = []
        for done in job.done:
            report = job.reports.setdefault(done.task.dataset.name, LoadReport(done.task.dataset.name))
            report.read += done.report.read
            report.loaded += done.report.loaded
            report.issues += done.report.issues
            lost = gone.get(id(done), set())
            for run in done.runs if lost else ():
                merge.without(run, lost)
            for each in done.records:
                held = job.retired.get(each.iri)
                if held is not None and held.replaced_by:
                    known.add(each.keys, held.replaced_by)
                if each.iri not in lost:
                    known.add(each.keys, each.iri)
                    kept.append(each)
                    name = report.dataset
                    job.statements[name] = job.statements.get(name, 0) + each.statements
            job.runs += done.runs
        lines = [line for each in kept for line in settle(each.pending, known)]
        ontology = schema.lines(job.iris)
        lines += (line for line in ontology if line[1 : line.index(">")] not in job.retired)
        lines += retired.lines(job.retired, job.iris)
        lines += Closure(ontology, job.iris).lines(lines)
        job.runs.append(job.scratch / "links.nq")
        work.write_run(lines, job.runs[-1])


def merge_records(job: Job) -> None:
    """Merge the runs into one sorted file without repeats."""
    with job.progress.stage("merge"), job.timed("store"):
        folder = job.scratch / "records"
        folder.mkdir()
        job.merged = merge.merge(job.runs, folder / "graph.nq", inferred=job.iris.graph("inferred"))


def assess(job: Job) -> None:
    """Let the alignment rules add their assessments, from the records alone."""
    found = getattr(import_module("kg.align"), "assess", None)
    if not callable(found):
        return
    closure = Closure(schema.lines(job.iris), job.iris)
    # A build without an index has no use for an encoder: texts are then searched for names only.
    settings = job.settings if job.with_index else replace(job.settings, encoders="")
    with job.timed("assess"):
        store = _reading(job, job.scratch / "records" / "graph.nq")
        lines = iter(found(store, settings, job.progress))
        while part := list(islice(lines, work.RUN_LINES)):
            part += closure.lines(part)
            job.assessed.append(job.scratch / f"assessed-{len(job.assessed)}.nq")
            work.write_run(part, job.assessed[-1])
        store.close()


def _reading(job: Job, graph: Path) -> EmbeddedStore:
    """Open a graph that is not published: in memory, or as a store in the scratch folder."""
    if fits_memory(graph, job.settings.memory_budget_mb):
        return open_store(graph.parent, job.settings)
    folder = graph.parent / "store"
    _fill(folder, graph)
    return EmbeddedStore(px.Store.read_only(str(folder)), in_memory=False)


def _fill(folder: Path, graph: Path) -> None:
    disk = px.Store(str(folder))
    disk.bulk_load(path=str(graph), format=px.RdfFormat.N_QUADS)
    disk.optimize()
    disk.flush()
    del disk


def store(job: Job) -> None:
    """Write the whole graph with assessments and provenance, and the store made from it."""
    with job.progress.stage("store"), job.timed("store"):
        described = job.scratch / "provenance.nq"
        # Links that curators accepted come from the journal, so that no rebuild loses them.
        linked = job.scratch / "linked.nq"
        work.write_run(
            list(import_module("kg.link").accepted_lines(job.settings.home_folder, job.iris)), linked
        )
        whole = [job.scratch / "records" / "graph.nq", *job.assessed, linked]
        # Counted before it is described: what the graph says of its own size has to be true.
        counted = job.scratch / "counted.nq"
        job.merged = merge.merge(whole, counted, inferred=job.iris.graph("inferred"))
        work.write_run(_provenance(job), described)
        graph = job.workshop / "graph.nq"
        job.merged = merge.insert(described, job.merged, counted, graph)
        _fill(job.workshop / "store", graph)


def _provenance(job: Job) -> list[str]:
    counts = []
    for given, fingerprint in zip(job.inputs, job.fingerprints, strict=True):
        report = job.reports[given.dataset.name]
        statements = job.statements.get(given.dataset.name, 0)
        counts.append(
            provenance.DatasetCounts(
                given.dataset,
                job.iris.graph(given.graph),
                report.loaded,
                statements,
                fingerprint["files"],
                fingerprint["sha256"],
            )
        )
    digest = manifest.inputs_sha256(job.fingerprints, job.settings.base)
    used = manifest.software(job.iris) | (manifest.models(job.settings) if job.with_index else {})
    return provenance.lines(counts, job.merged.graphs, used, digest, job.iris)


def index(job: Job) -> None:
    """Build the search index from the finished graph."""
    if not job.with_index:
        return
    from kg.search import index as search_index

    with job.timed("index"):
        job.index = search_index.build(job.opened, job.workshop / "index", job.settings, job.progress)


def count(job: Job) -> None:
    """Write the columns and the statistics that make queries quick."""
    with job.progress.stage("count"), job.timed("count"):
        statistics = columns.write(job.opened.engine, job.workshop)
        counting.keep(job.workshop, json.dumps(statistics.to_json()).encode())


def check(job: Job) -> None:
    """Ask what should not be there; faults are reported, a store that lost statements stops the build."""
    with job.progress.stage("check"), job.timed("check"):
        if job.opened.size() != job.merged.triples:
            raise BuildFailed(
                f"The store holds {job.opened.size()} statements, the graph {job.merged.triples}.",
                hint="Please report this with the graph.nq of the build.",
            )
        job.checks = check_graph(job.opened, job.iris)
        job.opened.close()


def write_reports(job: Job) -> None:
    """Write ``reports/load.json`` and ``reports/validation.json``."""
    folder = job.workshop / "reports"
    folder.mkdir(exist_ok=True)
    report = load_report(job.reports.values())
    manifest.write_json(folder / "load.json", report)
    refused = [each for each in report["issues"] if each["kind"] == "quarantined"]
    manifest.write_json(
        folder / "validation.json",
        {
            "violations": refused,
            "warnings": [each.to_json() for each in job.warnings],
            "checks": [each.to_json() for each in job.checks],
        },
    )


STAGES: Final[tuple[Callable[[Job], None], ...]] = (
    load,
    connect,
    merge_records,
    assess,
    store,
    index,
    count,
    quality.examine,
    check,
    write_reports,
)
"""In this order; a new stage is a function on the job and a line here."""
