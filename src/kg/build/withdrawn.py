"""Tombstones of harvested records that their source no longer has: their addresses answer 410 and say why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import loaders
from kg.errors import BadRecord
from kg.mapping import map_record
from kg.mapping.retired import Retired
from kg.mapping.writing import LABEL
from kg.model import Dataset
from kg.vocab import Iris
from loaders.base import LoadReport, Source

Names = dict[str, list[tuple[str, str]]]
"""IRI and name of the records in each answer, by its SHA-256."""


def find(
    home: Path, iris: Iris, known: Mapping[str, list[tuple[str, str]]]
) -> tuple[dict[str, Retired], Names]:
    """Return the withdrawn records of all sources by IRI, and the names of all that were read.

    Args:
        known: names that an earlier build read.

    Raises:
        ConfigError: ``sources.toml`` cannot be used.
    """
    from kg.harvest import feeding

    found: dict[str, Retired] = {}
    names: Names = {}
    for dataset, files in feeding.withdrawn(home):
        reason = f"{dataset.title} no longer has it."
        for file, day in files:
            digest = file.name.partition(".")[0]
            if digest not in names:
                read = known[digest] if digest in known else list(_names(file, dataset, iris))
                names[digest] = [(iri, label) for iri, label in read]
            for iri, label in names[digest]:
                found[iri] = Retired(iri, "", day, dataset.publisher, reason, label)
    return found, names


def _names(file: Path, dataset: Dataset, iris: Iris) -> Iterator[tuple[str, str]]:
    source = Source(dataset, (file,), iris.base)
    for record in loaders.get(dataset.loader)(source, LoadReport(dataset.name)):
        try:
            mapped = map_record(record, iris, iris.graph(dataset.graph or dataset.name))
        except BadRecord:
            continue  # It never was in the graph.
        head = f"<{mapped.iri}> {LABEL} "
        labels = sorted(line[len(head) :] for line in mapped.lines if line.startswith(head))
        english = [each for each in labels if '"@en <' in each]
        yield mapped.iri, _text((english or labels or [""])[0])


def _text(rest: str) -> str:
    """Return the text of the literal that the rest of a line begins with."""
    import pyoxigraph as px

    if not rest:
        return ""
    (quad,) = px.parse(input=f"<x:s> <x:p> {rest}", format=px.RdfFormat.N_QUADS)
    return str(getattr(quad.object, "value", ""))
