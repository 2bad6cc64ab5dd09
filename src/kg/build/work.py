"""Reads one part of a dataset into sorted runs of statements; knows nothing of where it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import zstandard

import loaders
from kg.batches import batches
from kg.build import schema
from kg.errors import BadRecord
from kg.inference import Closure
from kg.mapping import Mapped, Pending, map_record
from kg.model import Concept, Dataset, Record
from kg.validation import Validator, Violation
from kg.vocab import Iris
from loaders.base import Issue, LoadReport, Source

BATCH = 200
"""Records mapped and checked at a time."""
RUN_LINES = 200_000
"""Statements held before a run is written: about 50 MB."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a dataset: files, or some lines of one, of which the first has the number ``first_line``."""

    dataset: Dataset
    files: tuple[Path, ...]
    graph: str
    base: str
    first_line: int = 1


@dataclass(slots=True)
class Seen:
    """What the other records need to know of a record that was kept."""

    iri: str
    keys: tuple[str, ...]
    pending: list[Pending]
    file: str
    record: str
    statements: int
    is_concept: bool = False
    loose: list[str] = field(default_factory=list)
    """Lines whose subjects are others than the record and its parts."""


@dataclass(slots=True)
class Done:
    """What came of a task; seconds are of this process, by stage.

    A run is sorted N-Quads, compressed by Zstandard: what a worker sends back, and what is kept, is small.
    """

    report: LoadReport
    runs: list[bytes] = field(default_factory=list)
    records: list[Seen] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def run(task: Task) -> Done:
    """Load, map, check and infer one part; broken records are quarantined in the report."""
    done = Done(LoadReport(task.dataset.name))
    clock = _Clock(done.seconds)
    iris = Iris(task.base)
    closure, validator = _closure(iris), _validator(iris)
    source = Source(task.dataset, task.files, task.base, task.first_line)
    records = loaders.get(task.dataset.loader)(source, done.report)
    seen: set[str] = set()
    held: list[str] = []
    while batch := list(clock.take("load", records, BATCH)):
        with clock.stage("map"):
            tried = (_map(record, task, iris, seen, done) for record in batch)
            mapped = [pair for pair in tried if pair is not None]
        with clock.stage("infer"):
            inferred = [list(closure.lines(each.lines)) for _, each in mapped]
        with clock.stage("validate"):
            found = validator.check(
                [(each.iri, [*each.lines, *more]) for (_, each), more in zip(mapped, inferred, strict=True)]
            )
        refused = _refuse(found, mapped, done)
        with clock.stage("map"):
            for (record, each), more in zip(mapped, inferred, strict=True):
                if each.iri in refused:
                    continue
                held += each.lines
                held += more
                origin = record.origin
                count = len(each.lines)
                loose = [*_loose(each.iri, each.lines), *_loose(each.iri, more)]
                done.records.append(
                    Seen(
                        *(each.iri, each.keys, each.pending, origin.file, origin.record, count),
                        isinstance(record, Concept),
                        loose,
                    )
                )
            if len(held) >= RUN_LINES:
                _write(held, done)
                held = []
    with clock.stage("map"):
        _write(held, done)
    return done


def _loose(iri: str, lines: list[str]) -> list[str]:
    own = (f"<{iri}>", f"<{iri}/")
    return [line for line in lines if not line.startswith(own)]


def _map(record: Record, task: Task, iris: Iris, seen: set[str], done: Done) -> tuple[Record, Mapped] | None:
    origin = record.origin
    try:
        mapped = map_record(record, iris, task.graph)
    except BadRecord as fault:
        _quarantine(done.report, origin.file, origin.record, fault.field, fault.reason)
        return None
    if mapped.iri in seen:
        _quarantine(done.report, origin.file, origin.record, "id", "another record has the same identifier")
        return None
    seen.add(mapped.iri)
    return record, mapped


def _refuse(found: list[Violation], mapped: list[tuple[Record, Mapped]], done: Done) -> set[str]:
    """Quarantine the records with violations, once each; keep warnings."""
    origins = {each.iri: record.origin for record, each in mapped}
    refused: dict[str, list[Violation]] = {}
    for each in found:
        if each.severity == "violation":
            refused.setdefault(each.record, []).append(each)
        else:
            done.warnings.append(each)
    for iri, faults in refused.items():
        origin = origins[iri]
        reason = "; ".join(dict.fromkeys(fault.message for fault in faults[:5]))
        _quarantine(done.report, origin.file, origin.record, faults[0].field, reason)
    return set(refused)


def _quarantine(report: LoadReport, file: str, record: str, field_: str, reason: str) -> None:
    """Take back a record that the loader had counted as loaded."""
    report.loaded -= 1
    report.issues.append(Issue("quarantined", file, record, field_, reason))


def _write(lines: list[str], done: Done) -> None:
    if lines:
        lines.sort()
        packer = zstandard.ZstdCompressor().compressobj()
        parts = [
            packer.compress("".join(f"{line}\n" for line in some).encode()) for some in batches(lines, BATCH)
        ]
        done.runs.append(b"".join([*parts, packer.flush()]))


def write_run(lines: list[str], path: Path) -> None:
    """Write lines sorted by code point, which is also the order of their UTF-8 bytes."""
    lines.sort()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in lines)


class _Clock:
    """Adds up the seconds of stages that take turns."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    def stage(self, name: str) -> _Lap:
        return _Lap(self._seconds, name)

    def take(self, name: str, records: Iterator[Record], count: int) -> Iterator[Record]:
        """Yield up to ``count`` records; the time to make them goes to the stage."""
        for _ in range(count):
            began = time.perf_counter()
            record = next(records, None)
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began
            if record is None:
                return
            yield record


class _Lap:
    def __init__(self, seconds: dict[str, float], name: str) -> None:
        self._seconds, self._name = seconds, name

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._seconds[self._name] = self._seconds.get(self._name, 0.0) + time.perf_counter() - self._began


@cache
def _closure(iris: Iris) -> Closure:
    return Closure(schema.lines(iris), iris)


@cache
def _validator(iris: Iris) -> Validator:
    return Validator(iris, schema.lines(iris))
