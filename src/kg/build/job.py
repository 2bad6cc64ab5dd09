"""What the stages of one build share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kg.build import merge, units, withdrawn
from kg.build.inputs import Input
from kg.build.result import Row
from kg.build.units import Key, Part, Unit
from kg.build.withdrawn import Names
from kg.config import Settings
from kg.generation import Generation
from kg.mapping import retired
from kg.mapping.retired import Retired
from kg.progress import Progress
from kg.store.embedded import EmbeddedStore, open_store
from kg.validation import Check, Violation
from kg.vocab import Iris
from loaders.base import LoadReport


@dataclass
class Job:
    """What the stages of one build share."""

    settings: Settings
    inputs: list[Input]
    progress: Progress
    workshop: Path
    with_index: bool = True
    seconds: dict[str, float] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    units: dict[Key, Unit] = field(default_factory=dict)
    """What came of each part, in the order of ``parts``."""
    taken: list[tuple[list[Path], list[Part]]] = field(default_factory=list)
    """Runs of statements, and the parts they were read from."""
    runs: list[Path] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    provenance: list[str] = field(default_factory=list)
    reports: dict[str, LoadReport] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    assessed: list[Path] = field(default_factory=list)
    merged: merge.Merged = field(default_factory=merge.Merged)
    counted: dict[str, int] = field(default_factory=dict)
    """Statements by graph, without those on the build itself."""
    index: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    fingerprints: list[dict[str, Any]] = field(default_factory=list)
    renewed: Generation | None = None
    """The generation that this one is made from."""
    anew: tuple[bytes, ...] = ()
    """How the lines begin that do not come from the generation before."""
    changes: tuple[list[bytes], list[bytes]] = ([], [])
    """Lines that went from the graph of that generation, and lines that came."""
    names: Names = field(default_factory=dict)
    """Names of records that their source withdrew, as far as they are known already."""

    def __post_init__(self) -> None:
        for given in self.inputs:
            digests = given.digests()
            self.fingerprints.append(given.fingerprint(digests))
            self.parts += units.parts(given, digests)

    @property
    def iris(self) -> Iris:
        return self.settings.iris

    @property
    def scratch(self) -> Path:
        """Folder for what the generation does not keep."""
        folder = self.workshop / "scratch"
        folder.mkdir(exist_ok=True)
        return folder

    @cached_property
    def retired(self) -> dict[str, Retired]:
        """Records that curators withdrew or merged, by IRI."""
        return retired.read(self.settings.home_folder, self.iris)

    @cached_property
    def withdrawn(self) -> dict[str, Retired]:
        """Records that their source no longer has, by IRI."""
        found, self.names = withdrawn.find(self.settings.home_folder, self.iris, self.names)
        return found

    @cached_property
    def opened(self) -> EmbeddedStore:
        """The finished graph, opened once for the index and the checks."""
        return open_store(self.workshop, self.settings)

    @property
    def warnings(self) -> list[Violation]:
        return [each for unit in self.units.values() for each in unit.warnings]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One line a dataset for the result table."""
        return tuple(
            Row(name, each.read, each.loaded, each.quarantined, self.statements.get(name, 0))
            for name, each in self.reports.items()
        )

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began
