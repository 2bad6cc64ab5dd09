"""The manifest of a generation: what it was made from, by what, and what came of it."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__, resources
from kg.build import schema
from kg.config import Settings
from kg.vocab import OWL, Iris

if TYPE_CHECKING:
    from kg.build.job import Job


def describe(job: Job, built: str, predecessor: str | None) -> dict[str, Any]:
    """Return the manifest; ``id`` depends on the graph and the index's encoders, not on the clock."""
    head = job.iris.graph("")
    made = {
        "graph_sha256": job.merged.sha256,
        "index": [job.index.get("version"), [each["fingerprint"] for each in job.index.get("encoders", [])]],
    }
    generation_id = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
    return {
        "id": generation_id,
        "built": built,
        "predecessor": predecessor,
        "renewals": job.renewed.manifest.get("renewals", 0) + 1 if job.renewed else 0,
        "base": job.settings.base,
        "records": sum(row.loaded for row in job.rows),
        "quarantined": sum(row.quarantined for row in job.rows),
        "triples": job.merged.triples,
        "graphs": {iri.removeprefix(head): count for iri, count in job.merged.graphs.items()},
        "datasets": [
            {
                "name": given.dataset.name,
                "title": given.dataset.title,
                "publisher": given.dataset.publisher,
                "licence": given.dataset.licence,
                "loader": given.dataset.loader,
                "graph": given.graph,
                **job.reports[given.dataset.name].counts(),
                "records": job.reports[given.dataset.name].loaded,
                "triples": job.statements.get(given.dataset.name, 0),
            }
            for given in job.inputs
        ],
        "inputs": job.fingerprints,
        "inputs_sha256": inputs_sha256(job.fingerprints, job.settings.base),
        "graph_sha256": job.merged.sha256,
        "ontology": {"version": ontology_version(job.iris), "sha256": ontology_sha256()},
        "versions": {
            "landkg": __version__,
            "pyoxigraph": version("pyoxigraph"),
            "python": platform.python_version(),
        },
        "index": job.index,
        "checks": [{"name": each.name, "count": each.count} for each in job.checks],
        "warnings": len(job.warnings),
        "seconds": {name: round(value, 3) for name, value in job.seconds.items()},
    }


def ontology_version(iris: Iris) -> str:
    """Return ``owl:versionInfo`` of the ontology, or an empty text."""
    head = f"<{iris.ns.rstrip('/')}"
    for line in schema.lines(iris):
        if line.startswith(head) and f" <{OWL}versionInfo> " in line:
            return line.split('"')[1]
    return ""


def ontology_sha256() -> str:
    """Return the digest of every ontology file and rule, shapes included."""
    root = resources.ontology()
    whole = hashlib.sha256()
    for path in sorted([*root.rglob("*.ttl"), *root.rglob("*.rq")]):
        whole.update(f"{path.relative_to(root).as_posix()}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write JSON that people can read and machines can compare."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def inputs_sha256(fingerprints: list[dict[str, Any]], base: str) -> str:
    """Return the digest of everything the graph is made from: records, ontology, base, mapping."""
    facts = {
        "inputs": fingerprints,
        "ontology": ontology_sha256(),
        "base": base,
        "version": __version__,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def software(iris: Iris) -> dict[str, str]:
    """Return name and version of what makes the graph."""
    return {
        "landkg": __version__,
        "pyoxigraph": version("pyoxigraph"),
        "ontology": ontology_version(iris),
    }


def models(settings: Settings) -> dict[str, str]:
    """Return name and fingerprint of the encoders whose vectors the index holds."""
    from kg.search import encoders

    return {
        f"encoder-{name}": encoders.create(name, settings).fingerprint for name in encoders.names(settings)
    }
