"""The stages of a build, in order, each a function on the job."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

import pyoxigraph as px

from kg.batches import batches
from kg.build import (
    joining,
    keeping,
    manifest,
    merge,
    quality,
    reading,
    rechecking,
    schema,
    work,
)
from kg.build.job import Job
from kg.build.result import load_report
from kg.errors import BuildFailed, Unavailable
from kg.inference import Closure
from kg.mapping import provenance
from kg.sparql import counting
from kg.sparql.columns import writing as columns
from kg.store.embedded import EmbeddedStore, fits_memory, open_store
from kg.validation import check_graph
from kg.vocab import DCTERMS, RDFS


def load(job: Job) -> None:
    """Read, map, check and infer every dataset into sorted runs, in parallel when there is much."""
    for unit in reading.read(job, job.parts, "load"):
        job.units[unit.key] = unit


def connect(job: Job) -> None:
    """Settle identities and references between records, and add the ontology."""
    with job.progress.stage("connect"), job.timed("map"):
        job.loose = joining.join(job)
        for runs, parts in job.taken:
            units = [job.units[part.key] for part in parts]
            into = {iri: job.retired[iri].replaced_by for unit in units for iri in unit.merged}
            lost = set().union(*(unit.lost - unit.merged for unit in units))
            for run in runs:
                if lost:
                    merge.without(run, lost)
                if into:
                    merge.united(run, into, (f"{RDFS}label", f"{DCTERMS}title"))
            job.runs += runs
        job.runs.append(job.scratch / "links.nq")
        work.write_run(list(job.loose), job.runs[-1])


def merge_records(job: Job) -> None:
    """Merge the runs into one sorted file without repeats."""
    with job.progress.stage("merge"), job.timed("store"):
        folder = job.scratch / "records"
        folder.mkdir()
        job.merged = merge.merge(job.runs, folder / "graph.nq", inferred=job.iris.graph("inferred"))
        _remove(*job.runs)


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
        for part in batches(found(store, settings, job.progress), work.RUN_LINES):
            job.assessed.append(job.scratch / f"assessed-{len(job.assessed)}.nq")
            work.write_run([*part, *closure.lines(part)], job.assessed[-1])
        store.close()
        shutil.rmtree(job.scratch / "records" / "store", ignore_errors=True)


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
        described, linked = job.scratch / "provenance.nq", job.scratch / "linked.nq"
        job.linked = accepted(job)
        work.write_run(list(job.linked), linked)
        whole = [job.scratch / "records" / "graph.nq", *job.assessed, linked]
        # Counted before it is described: what the graph says of its own size has to be true.
        counted = job.scratch / "counted.nq"
        job.merged = merge.merge(whole, counted, inferred=job.iris.graph("inferred"))
        _remove(*whole)
        job.counted = job.merged.graphs
        work.write_run(described_by(job), described)
        graph = job.workshop / "graph.nq"
        job.merged = merge.insert(described, job.merged, counted, graph, job.provenance)
        _remove(counted)
        _fill(job.workshop / "store", graph)


def accepted(job: Job) -> list[str]:
    """Return the links that curators accepted; they come from the journal, so that no rebuild loses them."""
    return list(import_module("kg.link").accepted_lines(job.settings.home_folder, job.iris))


def _remove(*files: Path) -> None:
    """Remove what is not read again: at 20,000 practices each copy of the graph takes gigabytes."""
    for file in files:
        file.unlink()


def described_by(job: Job) -> list[str]:
    """Return the statements on datasets, graphs and build, once the graph is counted (``job.counted``)."""
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
    return provenance.lines(counts, job.counted, used, digest, job.iris)


def index(job: Job) -> None:
    """Build the search index from the finished graph."""
    if not job.with_index:
        return
    from kg.search import index as search_index

    with job.timed("index"):
        job.index = search_index.build(job.opened, job.workshop / "index", job.settings, job.progress)


def fill(job: Job, generation_id: str) -> None:
    """Load the index into a search engine of its own, if the settings name one, before anybody moves over.

    An engine that is away just now is filled by whoever opens the generation.
    """
    from kg.search import engine_choice

    if engine_choice.is_elsewhere(job.settings):
        with job.progress.stage("fill the search engine"), suppress(Unavailable):
            engine_choice.fill(job.workshop / "index", job.settings, generation_id)


def count(job: Job) -> None:
    """Write the columns and the statistics that make queries quick."""
    with job.progress.stage("count"), job.timed("count"):
        statistics = columns.write(job.opened.engine, job.workshop)
        counting.keep(job.workshop, json.dumps(statistics.to_json()).encode())


def check(job: Job) -> None:
    """Ask what should not be there; faults are reported, a store that lost statements stops the build."""
    with job.progress.stage("check"), job.timed("check"):
        if job.renewed is not None:  # The store was whole before, and counting it takes a second a million.
            job.checks = rechecking.checks(job)
        elif job.opened.size() != job.merged.triples:
            raise BuildFailed(
                f"The store holds {job.opened.size()} statements, the graph {job.merged.triples}.",
                hint="Please report this with the graph.nq of the build.",
            )
        else:
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
    keeping.keep,
)
"""In this order; a new stage is a function on the job and a line here."""
AFTER_RENEWING: Final = (index, quality.examine, check, write_reports, keeping.keep)
"""What follows where the graph was made from the last one (kg.build.renewing)."""
