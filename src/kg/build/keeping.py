"""The stage that keeps, beside the graph, what the next build needs to renew only what changed."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import kg
import loaders
from kg import resources
from kg.build import manifest, units
from kg.generation import Generation

if TYPE_CHECKING:
    from kg.build.job import Job

_CODE: Final = ("align", "build", "link", "mapping", "quality", "running", "search", "sparql", "store")
"""Packages of ``kg``, besides its modules, that decide what comes of a record."""


def keep(job: Job) -> None:
    """Write what is kept of this build into its generation."""
    with job.timed("keep"):
        units.Kept(
            recipe=recipe(job),
            reviews=reviews(job),
            counted=job.counted,
            units=job.units,
            loose=job.loose,
            linked=job.linked,
            provenance=job.provenance,
            names=job.names,
            curation=curation(job),
        ).write(job.workshop)


def is_current(job: Job, last: Generation) -> bool:
    """Tell whether a generation is what a build would make now."""
    kept = units.state(last.folder)
    job.names = kept.get("names", {})
    return (
        last.manifest.get("inputs_sha256") == manifest.inputs_sha256(job.fingerprints, job.settings.base)
        and kept.get("recipe") == recipe(job)
        and kept.get("curation") == curation(job)
    )


def curation(job: Job) -> str:
    """Return the digest of what curators did and sources withdrew."""
    links = sorted(import_module("kg.link").accepted_lines(job.settings.home_folder, job.iris))
    gone = [sorted(map(repr, each.values())) for each in (job.retired, job.withdrawn)]
    return hashlib.sha256(json.dumps([links, gone, reviews(job)]).encode()).hexdigest()


def recipe(job: Job) -> str:
    """Return the digest of all but the records that the graph is made by: code, ontology, rules, settings."""
    models = manifest.models(job.settings) if job.with_index else {}
    facts = [_code(), manifest.ontology_sha256(), version("pyoxigraph"), job.settings.base, job.with_index]
    return hashlib.sha256(json.dumps([*facts, sorted(models.items())]).encode()).hexdigest()


@cache
def reading(base: str) -> str:
    """Return the digest of all but the records and the dataset that decides what comes of reading a file."""
    facts = [_code(), manifest.ontology_sha256(), version("pyoxigraph"), base]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def reviews(job: Job) -> dict[str, list[Any]]:
    """Return the human assessments that hold, by practice, as they enter the graph."""
    found: dict[str, list[Any]] = {}
    latest = import_module("kg.align.journal").latest(job.settings.home_folder)
    for (practice, framework), each in sorted(latest.items()):
        words = [str(getattr(each, name)) for name in type(each).__slots__]
        found.setdefault(practice, []).append([framework, *words])
    return found


@cache
def _code() -> str:
    """Return the digest of the code, queries and rules that take part."""
    root, whole = Path(kg.__file__).parent, hashlib.sha256()
    files = [*root.glob("*.py"), *(path for name in _CODE for path in (root / name).rglob("*.*"))]
    files += Path(loaders.__file__).parent.glob("*.*")
    for folder in (resources.queries(), resources.ontology() / "rules"):
        files += folder.rglob("*.*")
    for path in sorted(path for path in files if path.is_file() and path.suffix != ".pyc"):
        whole.update(f"{path.name}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()
