"""Reads parts of the inputs into sorted runs of statements, by whoever the settings say; keeps what comes.

A shard that fails is tried again, then halved until the record at fault stands alone and is quarantined.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kg import running
from kg.build import keeping, shards, units
from kg.build.shards import Shard, Shelf
from kg.errors import BuildFailed

if TYPE_CHECKING:
    from kg.build.job import Job

_LOG: Final = logging.getLogger("kg.build")
_LITTLE: Final = 24 * 1024 * 1024
"""Inputs smaller than this are read in this process: starting others would take longer."""
_MOST_REFUSED: Final = 50
"""Records whose reading may fail; more of them mean that something else is at fault."""


def read(job: Job, parts: Sequence[units.Part], name: str) -> Iterator[units.Unit]:
    """Yield what comes of each part; the runs go to ``job.taken``.

    Args:
        name: of the stage, for the progress.

    Raises:
        BuildFailed: reading fails again and again, or a worker has another release.
        Unavailable: there is nobody to read; what is done is kept.
    """
    recipe = keeping.reading(job.settings.base)
    cut = list(shards.cut(parts, job.settings.base, recipe))
    little = len(cut) < 2 or sum(part.size for part in parts) < _LITTLE
    runner = running.choose(job.settings, little=little)
    shelf = Shelf(job.settings.home_folder)
    with job.progress.stage(name, sum(len(shard.files) for shard, _ in cut)) as advance:
        work = _Work(runner, shelf, [shard for shard, _ in cut], advance)
        for (_, group), pieces in zip(cut, work.finished(), strict=True):
            found: dict[units.Key, units.Unit] = {}
            for piece in pieces:
                outcome = shelf.take(piece, job.scratch / f"run-{len(job.taken):05}{piece.piece}")
                job.taken.append((outcome.runs, group))
                for stage, seconds in outcome.seconds.items():
                    job.seconds[stage] = job.seconds.get(stage, 0.0) + seconds
                for unit in outcome.units:
                    if unit.key in found:
                        found[unit.key].add(unit)
                    else:
                        found[unit.key] = unit
            yield from found.values()


@dataclass
class _Work:
    """Shards to read, and how far that is; a shard is whole when none of its pieces is ``left``."""

    runner: running.Runner
    shelf: Shelf
    shards: Sequence[Shard]
    advance: Callable[[int], None]
    pieces: list[list[Shard]] = field(init=False)
    left: list[int] = field(init=False)
    refused: int = 0
    tried: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.pieces = [[] for _ in self.shards]
        self.left = [1 for _ in self.shards]

    def finished(self) -> Iterator[list[Shard]]:
        """Yield the pieces of each shard, in order, once their outcomes are on the shelf."""
        waiting = list(enumerate(self.shards))
        at = 0
        for _ in self._rounds(waiting):
            while at < len(self.shards) and not self.left[at]:
                yield sorted(self.pieces[at], key=lambda each: each.piece)
                at += 1

    def _rounds(self, waiting: list[tuple[int, Shard]]) -> Iterator[None]:
        """Run what waits, then what failed of it; yields whenever something is done."""
        while waiting:
            left = [(number, piece) for number, piece in waiting if not self._is_there(number, piece)]
            if there := len(waiting) - len(left):
                _LOG.info("%d of %d shards are there from a build that stopped.", there, len(waiting))
            yield
            failed: list[tuple[int, Shard]] = []
            everywhere = not self.runner.elsewhere
            yield from self._run(self.runner, [each for each in left if everywhere or each[1].moves], failed)
            here = [each for each in left if not (everywhere or each[1].moves)]
            yield from self._run(running.Here(), here, failed)
            waiting = failed

    def _is_there(self, number: int, piece: Shard) -> bool:
        if self.shelf.has(piece):
            self._done(number, piece)
            return True
        return False

    def _run(
        self, runner: running.Runner, some: list[tuple[int, Shard]], failed: list[tuple[int, Shard]]
    ) -> Iterator[None]:
        things = (piece.packed() if runner.elsewhere else piece for _, piece in some)
        for which, outcome in runner.run(shards.read, things):
            number, piece = some[which]
            if isinstance(outcome, running.Failed):
                failed += [(number, each) for each in self._again(number, piece, outcome)]
            else:
                self.shelf.put(piece, outcome)
                self._done(number, piece)
            yield

    def _done(self, number: int, piece: Shard) -> None:
        self.pieces[number].append(piece)
        self.left[number] -= 1
        if not self.left[number]:
            self.advance(len(self.shards[number].files))

    def _again(self, number: int, piece: Shard, failed: running.Failed) -> list[Shard]:
        """Return what to run instead of a shard that failed: it, its halves, or nothing.

        Raises:
            BuildFailed: that has happened too often.
        """
        self.tried[piece.key] += 1
        _LOG.warning("A shard of %s failed: %s", piece.dataset.name, failed.reason)
        if self.tried[piece.key] < 2:
            return [piece]
        halves = piece.halves()
        if halves:
            self.left[number] += len(halves) - 1
            return halves
        self.refused += 1
        if self.refused > _MOST_REFUSED:
            raise BuildFailed(
                f"Reading {piece.dataset.name} fails again and again: {failed.reason}",
                hint="What is done is kept; the log says where it failed.",
            )
        # Under another name, so that a build that goes on behind this one tries it again.
        refused = replace(piece, piece=f"{piece.piece}!")
        self.shelf.put(refused, piece.refused(failed.reason))
        self._done(number, refused)
        return []
