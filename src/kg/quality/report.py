"""The report itself: findings, completeness, reading it back and comparing two."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

from kg import generation
from kg.errors import NoGeneration
from kg.generation import Generation
from kg.tables import csv_text, plain_cell

FILE: Final = "quality.json"

KINDS: Final = {
    "quarantined": "Record left out when it was loaded",
    "unmapped": "Value that matches no concept, country or address",
    "coordinates": "Point that cannot be right",
    "language": "Text that is not in its stated language",
    "no-language": "Long text without a language",
    "damaged-text": "Text with broken characters, markup or too little in it",
    "duplicate": "Two records that look like one",
    "date": "Year or day that cannot be right",
    "dangling": "Reference to a record that is not there",
    "incomplete": "Record without a field that its class should have",
    "broken-link": "Address that does not answer (only when asked for)",
}
"""Kinds of finding and what each is, gravest first."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to look at: record is an IRI (or file and place of a record that was left out)."""

    kind: str
    record: str
    field: str
    reason: str


COLUMNS: Final = tuple(each.name for each in fields(Finding))


@dataclass(frozen=True, slots=True)
class Filled:
    """How many records of a class in a dataset fill in a field."""

    dataset: str
    kind: str
    field: str
    filled: int
    records: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells it from other lines of a report."""
        return self.dataset, self.kind, self.field

    @property
    def share(self) -> float:
        """Return the share filled in, 0 to 1."""
        return self.filled / self.records if self.records else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found in one generation; ``languages`` counts texts by their stated language."""

    findings: tuple[Finding, ...]
    completeness: tuple[Filled, ...]
    languages: tuple[tuple[str, int], ...]

    def counts(self) -> dict[str, int]:
        """Return the number of findings of each kind, in the order of :data:`KINDS`."""
        found = Counter(each.kind for each in self.findings)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def to_json(self) -> dict[str, Any]:
        return {"findings": [asdict(each) for each in self.findings], **self.numbers()}

    def numbers(self) -> dict[str, Any]:
        """Return everything but the findings, of which there may be very many."""
        return {
            "counts": self.counts(),
            "completeness": [{**asdict(each), "share": round(each.share, 4)} for each in self.completeness],
            "languages": dict(self.languages),
        }

    def to_csv(self) -> str:
        """Return the findings as a table with a header (RFC 4180)."""
        return csv_text(COLUMNS, (tuple(map(plain_cell, astuple(each))) for each in self.findings))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is new and what is gone since another report, and how far fields and languages moved.

    ``completeness`` has the earlier line of each field whose numbers differ (``None`` where there was none),
    ``languages`` the difference in texts of each language.
    """

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    completeness: tuple[tuple[Filled, Filled | None], ...] = ()
    languages: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        findings = {"new": self.new, "gone": self.gone}
        return {name: [asdict(e) for e in each] for name, each in findings.items()} | self.numbers()

    def numbers(self) -> dict[str, Any]:
        """Return everything but the findings."""
        return {
            "completeness": [
                {
                    **asdict(now),
                    "share": round(now.share, 4),
                    "share_before": round(before.share, 4) if before else None,
                }
                for now, before in self.completeness
            ],
            "languages": dict(self.languages),
        }


def load(serving: Generation) -> Report | None:
    """Return the report of a generation, ``None`` where it was built before there were any."""
    path = serving.reports_folder / FILE
    if not path.is_file():
        return None
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Report(
        tuple(Finding(**each) for each in raw["findings"]),
        tuple(
            Filled(each["dataset"], each["kind"], each["field"], each["filled"], each["records"])
            for each in raw["completeness"]
        ),
        tuple(raw["languages"].items()),
    )


def previous(home: Path, serving: Generation) -> Report | None:
    """Return the report of the generation before, ``None`` where there is none."""
    name = serving.manifest.get("predecessor")
    if not name or name == serving.id:
        return None
    try:
        return load(generation.load(home, name))
    except NoGeneration:
        return None


def compare(now: Report, before: Report) -> Comparison:
    """Return the findings that only one of two reports has, and the numbers that differ."""
    mine, theirs = set(now.findings), set(before.findings)
    filled = {each.key: each for each in before.completeness}
    spoken = Counter(dict(now.languages))
    spoken.subtract(dict(before.languages))
    return Comparison(
        _sorted(mine - theirs),
        _sorted(theirs - mine),
        tuple((each, filled.get(each.key)) for each in now.completeness if filled.get(each.key) != each),
        tuple(sorted((tag, count) for tag, count in spoken.items() if count)),
    )


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings once each, the gravest kind first."""
    return _sorted(set(findings))


def local_name(iri: str) -> str:
    """Return the end of an IRI, after its last slash or hash."""
    return iri.replace("#", "/").rpartition("/")[2]


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    rank = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(findings, key=lambda each: (rank[each.kind], each)))
