"""Checks a renewed graph: what an unchanged record says is not asked again if it was well before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg import queries
from kg.store import GraphStore, Row
from kg.store.embedded import open_store
from kg.validation import Check, check_graph

if TYPE_CHECKING:
    from kg.build.job import Job

_OF_RECORDS: Final = frozenset(
    {
        "assessment-result-without-evidence",
        "assessment-rule-unknown",
        "assessment-statement-without-assessment",
        "assessment-without-evidence",
        "evidence-of-nothing",
        "practice-without-title",
        "record-without-dataset",
    }
)
"""Checks whose rows begin with a record or a part of it, and rest on it and the approaches linked to it."""
_OF_VALUES: Final = frozenset({"concept-without-label", "country-without-label"})
"""Checks whose rows are values of records."""
_OF_CONCEPTS: Final = frozenset({"broader-cycle", "broader-outside"})
"""Checks of concepts alone; where one changes, everything is built."""


def checks(job: Job) -> list[Check]:
    """Return what :func:`kg.validation.check_graph` finds in the whole graph, in less time.

    Where the last generation had no row of a check, only records made anew can give one; they are looked at
    by themselves, and if one does, the check is run on the whole graph.
    """
    before = {each["name"] for each in job.renewed.manifest["checks"]} if job.renewed else set()
    well = (_OF_RECORDS | _OF_VALUES | _OF_CONCEPTS) - before
    small = open_store(job.scratch / "anew", job.settings)
    try:
        asked = [name for name in queries.load_folder("checks") if not _is_well(job, small, name, well)]
    finally:
        small.close()
    return check_graph(job.opened, job.iris, names=asked)


def _is_well(job: Job, small: GraphStore, name: str, well: frozenset[str]) -> bool:
    if name not in well:
        return False
    if name in _OF_CONCEPTS:
        return True
    text, bound = queries.bind(queries.load_folder("checks")[name], {}, job.iris)
    rows = small.select(text, bound)
    return not any(name in _OF_VALUES or _is_anew(job, row) for row in rows)


def _is_anew(job: Job, row: Row) -> bool:
    first = next(iter(row.values()))
    return f"{first} ".encode().startswith(job.anew)
