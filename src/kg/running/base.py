"""What runs shards, as a protocol, and what becomes of those that fail."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from kg.errors import KgError

_LOG: Final = logging.getLogger("kg.running")
_SHARE: Final[list[int]] = []


@dataclass(frozen=True, slots=True)
class Failed:
    """A thing that could not be done, and why: errors that nobody expected, and processes that ended."""

    reason: str


class Runner(Protocol):
    """Runs functions; ``elsewhere`` tells that workers may be on machines that have none of our files."""

    elsewhere: bool

    def look(self) -> str:
        """Return in words who that is.

        Raises:
            Unavailable: there is nobody.
        """
        ...

    def run(self, do: Callable[[Any], Any], things: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        """Yield the number of each thing, from 0, and what ``do`` returned or :class:`Failed`, as they come.

        Things are taken as places become free, so that few of them are held at a time.

        Raises:
            KgError: what ``do`` raised on purpose; it is no fault of the thing alone.
            Unavailable: there is nobody who could run it.
        """
        ...


def processors() -> int:
    """Return the processors that this process may use; libraries would count the whole machine."""
    return _SHARE[0] if _SHARE else max(1, len(os.sched_getaffinity(0)))


def share(count: int) -> None:
    """Let this process use so many processors, since others run beside it."""
    _SHARE[:] = [max(1, count)]


def attempt(do: Callable[[Any], Any], thing: Any) -> Any:
    """Return what ``do`` returns, or :class:`Failed` with the error that nobody expected.

    Raises:
        KgError: an error on purpose.
    """
    try:
        return do(thing)
    except KgError:
        raise
    except Exception as fault:
        _LOG.exception("A shard failed.")
        return Failed(f"{type(fault).__name__}: {fault}"[:300])
