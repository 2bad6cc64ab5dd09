"""Shows how far a long job is: a bar on a terminal, log lines elsewhere, nothing in tests."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

Advance = Callable[[int], None]
"""Called with the number of steps done since the last call."""

_LOG: Final = logging.getLogger("kg.progress")
_LOG_EVERY_S: Final = 10.0


class Progress(Protocol):
    """Where a job reports its stages; ``total`` is the number of steps when known."""

    def stage(self, name: str, total: int | None = None) -> AbstractContextManager[Advance]: ...


def for_terminal() -> Progress:
    """Return bars when standard error is a terminal, else log lines."""
    return TerminalProgress() if sys.stderr.isatty() else LogProgress()


def silent() -> Progress:
    """Return a progress that shows nothing."""
    return SilentProgress()


class SilentProgress:
    """Counts nothing, shows nothing."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:  # noqa: ARG002
        yield _ignore


class LogProgress:
    """One line when a stage starts, at most one every ten seconds, one when it ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        began = last = self._clock()
        done = 0
        of = f" of {total}" if total else ""

        def advance(steps: int) -> None:
            nonlocal done, last
            done += steps
            now = self._clock()
            if now - last >= _LOG_EVERY_S:
                last = now
                _LOG.info("%s: %d%s", name, done, of)

        _LOG.info("%s ...", name)
        yield advance
        counted = f"{done}{of}, " if done else ""
        _LOG.info("%s: done (%s%.1f s)", name, counted, self._clock() - began)


class TerminalProgress:
    """A bar for the running stage; each finished stage leaves one line."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description:<12}"), BarColumn(24))
        bars = Bars(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True))
        with bars:
            task = bars.add_task(name, total=total)
            yield lambda steps: bars.advance(task, steps)
            done = bars.tasks[0].completed or 1
            bars.update(task, total=done, completed=done)


def _ignore(steps: int) -> None:
    """Take no notice of progress."""
