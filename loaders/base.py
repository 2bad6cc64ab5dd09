"""What every loader shares: the source it reads and the report it fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from kg.model import Dataset, Record

MAX_TEXT = 1_000_000
"""Longest text of one field, in characters; longer ones are a mistake of the source."""

MAX_RECORD_BYTES = 64 * 1024 * 1024
"""Largest single record file that is read into memory."""


def kind_of(value: object) -> str:
    """Return what a value of JSON is, in the words of someone who does not program: ``a text``."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    for kinds, words in (((int, float), "a number"), ((str,), "a text"), ((list, tuple), "a list")):
        if isinstance(value, kinds):
            return words
    return "an object with fields"


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one dataset in one format; ``paths`` are files, in the order they are read.

    ``first_line`` is the number that the first line has for people: of a large file with a record a line,
    a part is given as if it were the file.
    """

    dataset: Dataset
    paths: tuple[Path, ...]
    base: str
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Issue:
    """Something the author of a record should know.

    ``quarantined`` records are not in the graph; ``dropped`` fields are left out on purpose
    (personal data), ``unmodelled`` ones have no place in the model yet, ``unmapped`` values match no
    concept, ``note`` is information.
    """

    kind: Literal["quarantined", "unmapped", "unmodelled", "dropped", "note"]
    file: str
    record: str
    field: str
    reason: str


@dataclass(slots=True)
class LoadReport:
    """Counts and issues of one dataset; ``read == loaded + quarantined`` always holds."""

    dataset: str
    read: int = 0
    loaded: int = 0
    issues: list[Issue] = field(default_factory=list)

    @property
    def quarantined(self) -> int:
        return sum(issue.kind == "quarantined" for issue in self.issues)

    def keep(self) -> None:
        """Count a record that was yielded."""
        self.read += 1
        self.loaded += 1

    def quarantine(self, file: str, record: str, field: str, reason: str) -> None:
        """Count a record that is left out, with the reason its author needs; once a record."""
        self.read += 1
        self.issues.append(Issue("quarantined", file, record, field, reason))

    def mention(
        self,
        kind: Literal["unmapped", "unmodelled", "dropped", "note"],
        file: str,
        record: str,
        field: str,
        reason: str,
    ) -> None:
        """Report something about a record that was, or will be, loaded."""
        self.issues.append(Issue(kind, file, record, field, reason))

    def counts(self) -> dict[str, int]:
        """Return read, loaded and the number of issues of each kind."""
        kinds: Counter[str] = Counter(issue.kind for issue in self.issues)
        return {"read": self.read, "loaded": self.loaded, "quarantined": 0, **kinds}


class Loader(Protocol):
    """A module of ``loaders`` seen as an object."""

    def load(self, source: Source, report: LoadReport) -> Iterator[Record]:
        """Yield the records of all files; quarantine what cannot be used, and go on."""
        ...
