"""What a build keeps of each part of its inputs, so that the next one reads only what changed.

A unit is a file where files stand alone, else what is read at a time. What is kept lies in the folder
``kept-1`` of a generation: ``units.jsonl`` (records, references and remarks of each unit), ``loose.nq``
(statements of no single record: ontology, references between records, tombstones), ``linked.nq`` (links that
curators accepted), ``provenance.nq`` and ``state.json`` (the recipe, and what was counted).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kg.build.inputs import Input, Slice, slices
from kg.build.withdrawn import Names
from kg.build.work import Done, Seen, write_run
from kg.mapping import Pending
from kg.validation import Violation
from loaders.base import Issue

FOLDER: Final = "kept-1"
"""The folder of what is kept in a generation's folder; its number changes with its format."""
Key = tuple[str, str]
"""Name of the dataset and of the file; the number of the part where files do not stand alone."""
FAILED: Final = "could not be read"
"""How the reason begins where reading a record failed for no fault that anybody has found in it."""
_PASSING: Final = ("identifier", "was already read", FAILED)
"""What a reason says where a record stayed out because of another file's, or of the machine."""


@dataclass(slots=True)
class Unit:
    """A part of the inputs and what came of it; ``lost`` are its records for which others stand."""

    key: Key
    digest: str
    records: list[Seen] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    merged: set[str] = field(default_factory=set)
    """Those of the lost whose statements stand at another record; known once all units are joined."""

    @property
    def stands(self) -> bool:
        """Whether what came of it holds as long as the unit itself does not change."""
        return not any(each.kind == "quarantined" and _passes(each) for each in self.issues)

    def add(self, piece: Unit) -> None:
        """Take in another piece of the same unit."""
        self.records += piece.records
        self.issues += piece.issues
        self.warnings += piece.warnings

    def to_json(self) -> list[Any]:
        records = [
            [
                *(each.iri, each.keys, [astuple(one) for one in each.pending], each.file, each.record),
                *(each.statements, each.is_concept, each.loose),
            ]
            for each in self.records
        ]
        issues = [astuple(each) for each in self.issues]
        return [
            self.key,
            self.digest,
            records,
            issues,
            [asdict(each) for each in self.warnings],
            sorted(self.lost),
        ]

    @classmethod
    def from_json(cls, row: list[Any]) -> Unit:
        key, digest, records, issues, warnings, lost = row
        return cls(
            (key[0], key[1]),
            digest,
            [_seen(each) for each in records],
            [Issue(*each) for each in issues],
            [Violation(**each) for each in warnings],
            set(lost),
        )


@dataclass(slots=True)
class Kept:
    """What a generation keeps of its making."""

    recipe: str
    reviews: dict[str, list[Any]]
    counted: dict[str, int]
    units: dict[Key, Unit]
    loose: list[str]
    linked: list[str]
    provenance: list[str]
    names: Names
    curation: str = ""
    """Digest of what curators did and sources withdrew."""

    def write(self, folder: Path) -> None:
        """Write it into a generation's folder."""
        place = folder / FOLDER
        place.mkdir()
        with (place / "units.jsonl").open("w", encoding="utf-8") as out:
            for each in self.units.values():
                out.write(json.dumps(each.to_json(), ensure_ascii=False) + "\n")
        for name in _LINES:
            write_run(list(getattr(self, name)), place / f"{name}.nq")
        state = {name: getattr(self, name) for name in _STATE}
        (place / "state.json").write_text(json.dumps(state), encoding="utf-8")


_LINES: Final = ("loose", "linked", "provenance")
_STATE: Final = ("recipe", "reviews", "counted", "names", "curation")


def state(folder: Path) -> dict[str, Any]:
    """Return the small part of what a generation keeps; nothing where it keeps none."""
    try:
        found: dict[str, Any] = json.loads((folder / FOLDER / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if found.keys() == set(_STATE) else {}


def read(folder: Path) -> Kept | None:
    """Return what a generation keeps, or nothing where that is missing or damaged."""
    place = folder / FOLDER
    try:
        small = state(folder)
        with (place / "units.jsonl").open(encoding="utf-8") as lines:
            units = {each.key: each for each in (Unit.from_json(json.loads(line)) for line in lines)}
        texts = [(place / f"{name}.nq").read_text(encoding="utf-8") for name in _LINES]
        loose, linked, provenance = (text.split("\n")[:-1] for text in texts)
        return Kept(units=units, loose=loose, linked=linked, provenance=provenance, **small)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Part:
    """A unit of an input before it is read."""

    key: Key
    digest: str
    given: Input
    files: tuple[Path, ...]
    slice: Slice | None = None

    @property
    def alone(self) -> bool:
        """Whether the unit is a file, so that several can be read together and still be told apart."""
        return self.given.apart and self.slice is None

    @property
    def size(self) -> int:
        """Bytes to read."""
        if self.slice:
            return self.slice.end - self.slice.start
        return sum(file.stat().st_size for file in self.files)


def parts(given: Input, digests: list[str]) -> Iterator[Part]:
    """Yield the units of an input in reading order, each with a digest of all that it is read from."""
    about = repr((replace(given.dataset, paths=()), given.graph, given.bundled))
    of = dict(zip(given.files, digests, strict=True))
    name = given.dataset.name
    if given.apart:
        for file in given.files:
            if given.is_cut(file):
                for n, each in enumerate(slices(file)):
                    yield Part((name, f"{file.name}#{n}"), _of_slice(about, file, each), given, (file,), each)
            else:
                yield Part((name, file.name), _digest(about, of[file]), given, (file,))
        return
    for number, chunk in enumerate(given.chunks()):
        if chunk.slice:
            digest = _of_slice(about, chunk.files[0], chunk.slice)
        else:
            digest = _digest(about, *(f"{file.name}\0{of[file]}" for file in chunk.files))
        yield Part((name, f"#{number}"), digest, given, chunk.files, chunk.slice)


def _of_slice(about: str, file: Path, part: Slice) -> str:
    return _digest(about, f"{file.name}\0{part.sha256}", str(part.line))


def divide(done: Done, of: Sequence[tuple[Key, str]], *, alone: bool) -> list[Unit]:
    """Return what came of some units (key, digest) that were read together, in their order.

    Args:
        alone: whether each unit is a file; else there is one unit.
    """
    found = {key: Unit(key, digest) for key, digest in of}
    dataset, whole = of[0][0]

    def unit(file: str) -> Unit:
        return found[dataset, file if alone else whole]

    files = {seen.iri: seen.file for seen in done.records}
    for seen in done.records:
        unit(seen.file).records.append(seen)
    for issue in done.report.issues:
        unit(issue.file).issues.append(issue)
    for warning in done.warnings:
        # Of a record that was refused nothing else is kept either.
        if warning.record in files:
            unit(files[warning.record]).warnings.append(warning)
    return list(found.values())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _seen(row: list[Any]) -> Seen:
    iri, names, pending, *rest = row
    return Seen(iri, tuple(names), [_pending(each) for each in pending], *rest)


def _pending(row: list[Any]) -> Pending:
    names, subject, predicate, tail, otherwise = row
    return Pending(tuple(names), subject, predicate, tail, tuple(otherwise))


def _passes(issue: Issue) -> bool:
    return any(part in issue.reason for part in _PASSING)
