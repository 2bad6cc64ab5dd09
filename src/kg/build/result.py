"""What a build reports: a table for people, a manifest for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from typing import Any

from kg.generation import Generation
from kg.validation import Check, Violation
from loaders.base import Issue, LoadReport

SHOWN = 5000
"""Issues of one kind that a report lists one by one; the counts are always whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset's line of the result table."""

    dataset: str
    read: int
    loaded: int
    quarantined: int
    triples: int


@dataclass(frozen=True, slots=True)
class BuildResult:
    """A published generation, its manifest, and the table of what went in."""

    generation: Generation
    manifest: dict[str, Any]
    table: tuple[Row, ...]

    def dataset_rows(self) -> list[list[Any]]:
        """Return dataset, read, loaded, quarantined, triples; the last row is the sum."""
        whole = Row(
            "all",
            sum(each.read for each in self.table),
            sum(each.loaded for each in self.table),
            sum(each.quarantined for each in self.table),
            sum(each.triples for each in self.table),
        )
        return [list(astuple(each)) for each in (*self.table, whole)]

    def stage_rows(self) -> list[list[Any]]:
        """Return stage and seconds; the last row is the time on the wall."""
        stages = [[name, f"{seconds:.1f}"] for name, seconds in self.manifest["seconds"].items()]
        return [*stages, ["all", f"{self.manifest['duration']:.1f}"]]

    def summary(self) -> str:
        """Return one sentence: what was built, how long it took, what was left out."""
        manifest = self.manifest
        left_out = manifest["quarantined"]
        faults = len(manifest["checks"])
        index = manifest.get("index") or {}
        parts = [
            f"Generation {self.generation.id}: {manifest['records']:,} records, "
            f"{manifest['triples']:,} statements in {manifest['duration']:.1f} s."
        ]
        if index:
            encoded, cached = index.get("encoded", 0), index.get("cached", 0)
            parts.append(f"{encoded:,} passages encoded, {cached:,} from the cache.")
        if left_out:
            parts.append(f"{left_out:,} records quarantined, see reports/load.json.")
        if faults:
            parts.append(f"{faults} checks found something, see reports/validation.json.")
        return " ".join(parts)

    def to_json(self) -> dict[str, Any]:
        return {
            "generation": self.generation.id,
            "folder": str(self.generation.folder),
            "datasets": [asdict(row) for row in self.table],
            **self.manifest,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What ``kg validate`` found, without publishing anything."""

    read: int
    loaded: int
    issues: tuple[Issue, ...]
    warnings: tuple[Violation, ...]
    checks: tuple[Check, ...] = ()

    @property
    def failed(self) -> bool:
        """True when a record would be left out, or a check of the graph found a fault."""
        return any(each.kind == "quarantined" for each in self.issues) or bool(self.checks)

    def rows(self) -> list[list[str]]:
        """Return severity, file, record, field and reason of everything found, the gravest first."""
        rows: list[list[str]] = [
            [each.kind, each.file, each.record, each.field, each.reason]
            for each in sorted(self.issues, key=lambda each: each.kind != "quarantined")
        ]
        rows += [[each.severity, "", each.record, each.field, each.message] for each in self.warnings]
        for check in self.checks:
            rows += [["check", check.name, *_first_two(row), check.title] for row in check.rows]
        return rows[:SHOWN]

    def summary(self) -> str:
        left_out = sum(each.kind == "quarantined" for each in self.issues)
        found = sum(each.count for each in self.checks)
        return (
            f"{self.read:,} records read, {self.loaded:,} good, {left_out:,} quarantined, "
            f"{len(self.warnings):,} warnings, {found:,} rows from the checks of the graph."
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "loaded": self.loaded,
            "issues": [asdict(each) for each in self.issues],
            "warnings": [each.to_json() for each in self.warnings],
            "checks": [each.to_json() for each in self.checks],
        }


def load_report(reports: Iterable[LoadReport]) -> dict[str, Any]:
    """Return what ``reports/load.json`` holds: counts, and the issues with file, record, field, reason."""
    found: dict[str, Any] = {"datasets": {}, "issues": []}
    for report in reports:
        found["datasets"][report.dataset] = report.counts()
        by_kind: dict[str, int] = {}
        for issue in report.issues:
            by_kind[issue.kind] = by_kind.get(issue.kind, 0) + 1
            if by_kind[issue.kind] <= SHOWN:
                found["issues"].append({"dataset": report.dataset, **asdict(issue)})
    return found


def _first_two(row: dict[str, str]) -> tuple[str, str]:
    values = [*row.values(), "", ""]
    return values[0], values[1]
