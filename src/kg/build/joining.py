"""Joins what was read: which record stays, what the reports say, and statements that span records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.build import identity, schema
from kg.inference import Closure
from kg.mapping import Known, retired, settle
from kg.mapping.pending import Pending
from loaders.base import LoadReport

if TYPE_CHECKING:
    from kg.build.job import Job


def join(job: Job) -> list[str]:
    """Settle identities and references between all records; returns the lines of no single record.

    Sets what each unit has lost, and the reports and statement counts of the datasets anew.
    """
    units = list(job.units.values())
    bundled = {each.dataset.name for each in job.inputs if each.bundled}
    lost = identity.lost([(unit.key[0], unit.records) for unit in units], bundled, job.retired)
    job.reports = {each.dataset.name: LoadReport(each.dataset.name) for each in job.inputs}
    job.statements = {}
    known = Known()
    pending: list[Pending] = []
    lines: list[str] = []
    for unit, gone in zip(units, lost, strict=True):
        unit.lost = set(gone)
        unit.merged = {iri for iri, why in gone.items() if identity.is_merge(why)}
        report = job.reports[unit.key[0]]
        refused = sum(each.kind == "quarantined" for each in unit.issues)
        report.read += len(unit.records) + refused
        report.loaded += len(unit.records) - len(gone)
        report.issues += [*unit.issues, *gone.values()]
        for each in unit.records:
            lines += each.loose
            held = job.retired.get(each.iri)
            if held is not None and held.replaced_by:
                known.add(each.keys, held.replaced_by)
            if each.iri not in gone:
                known.add(each.keys, each.iri)
                pending += each.pending
            if each.iri not in gone or each.iri in unit.merged:
                job.statements[report.dataset] = job.statements.get(report.dataset, 0) + each.statements
    spanning = [*settle(pending, known)]
    ontology = schema.lines(job.iris)
    spanning += (line for line in ontology if line[1 : line.index(">")] not in job.retired)
    spanning += retired.lines(_tombstones(job), job.iris)
    spanning += Closure(ontology, job.iris).lines(spanning)
    return lines + spanning


def _tombstones(job: Job) -> dict[str, retired.Retired]:
    """Return what curators took out, and what sources withdrew and nobody else has."""
    here = {each.iri for unit in job.units.values() for each in unit.records if each.iri not in unit.lost}
    return {iri: each for iri, each in job.withdrawn.items() if iri not in here} | job.retired
