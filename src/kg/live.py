"""The generation that serves, leased to requests and swapped under them without a failed one."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg import generation
from kg.config import Settings
from kg.errors import KgError, Unavailable
from kg.generation import Generation
from kg.store import GraphStore
from kg.store.opening import announce, open_graph

if TYPE_CHECKING:
    from types import TracebackType

    from kg.search.service import SearchIndex

_LOG: Final = logging.getLogger("kg.live")
CHECK_EVERY_S: Final = 0.5
"""How often, at most, the pointer is looked at."""


class Opened:
    """One generation held open: its graph, and its search index from first use."""

    def __init__(self, of: Generation, settings: Settings) -> None:
        self.generation = of
        self._settings = settings
        self.store: GraphStore = open_graph(of.folder, settings)
        self._search: SearchIndex | None = None
        self._lock = threading.Lock()
        self._is_announced = False

    @property
    def search(self) -> SearchIndex:
        """The search index, opened by whoever asks first.

        Raises:
            ModelMismatch: it was built with another embedding model than the settings name.
        """
        if self._search is None:
            from kg.search.service import open_index

            with self._lock:
                if self._search is None:
                    opened = open_index(self.generation.index_folder, self._settings)
                    if self._is_announced:
                        _announced(opened)
                    self._search = opened
        return self._search

    @property
    def is_search_open(self) -> bool:
        return self._search is not None

    def announce(self) -> None:
        """Say where graph and index are that they serve from now on, if others use the same servers."""
        announce(self.store)
        with self._lock:
            self._is_announced = True
            if self._search is not None:
                _announced(self._search)

    def close(self) -> None:
        """Let go of graph and index; called when no lease is left."""
        with self._lock:
            if self._search is not None:
                self._search.close()
                self._search = None
        self.store.close()


def _announced(search: SearchIndex) -> None:
    """As with the store: an engine that is away just now is told at the next switch."""
    try:
        search.announce()
    except KgError as fault:
        _LOG.warning("The search engine could not be told what serves: %s", fault)


class _Holding:
    """An opened generation and the number of leases on it."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.leases = 0
        self.is_current = True


class Live:
    """Leases the current generation; safe to use from any number of threads.

    A new generation is opened beside the old one by one thread, while the others go on with the old;
    the old one is closed when its last lease ends. If the new one cannot be opened, the old one goes
    on serving and the fault is logged; where something it needs is away just now, it is tried again.
    """

    def __init__(self, settings: Settings, prepare: Callable[[Opened], None] | None = None) -> None:
        """``prepare`` is called with a new generation before it takes over from another one."""
        self._settings = settings
        self._prepare = prepare
        self._home: Path = settings.home_folder
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._current: _Holding | None = None
        self._stamp: tuple[int, int] | None = None
        self._refused: tuple[int, int] | None = None
        self._again = 0.0
        self._looked = 0.0

    def __enter__(self) -> Live:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def lease(self) -> Iterator[Opened]:
        """Give the current generation for the length of a ``with`` block.

        Raises:
            NoGeneration: nothing has been built yet.
        """
        holding = self._take()
        try:
            yield holding.opened
        finally:
            self._give_back(holding)

    @contextmanager
    def glance(self) -> Iterator[Opened | None]:
        """Give what is open just now for the length of a ``with`` block, or nothing; never opens anything."""
        with self._lock:
            holding = self._current
            if holding is not None:
                holding.leases += 1
        try:
            yield holding.opened if holding is not None else None
        finally:
            if holding is not None:
                self._give_back(holding)

    def refresh(self) -> None:
        """Look at the pointer now and follow it; the next lease has the new generation."""
        self._looked = 0.0
        with self._opening:
            self._follow()

    def close(self) -> None:
        """Let go of everything that is not leased; a later lease opens it again."""
        with self._lock:
            holding, self._current, self._stamp = self._current, None, None
            if holding is not None:
                holding.is_current = False
        if holding is not None and holding.leases == 0:
            holding.opened.close()

    def _take(self) -> _Holding:
        while True:
            if self._current is None:
                with self._opening:
                    self._follow()
            elif time.monotonic() - self._looked >= CHECK_EVERY_S and self._opening.acquire(blocking=False):
                # One thread looks, and opens if need be; the others take what is there.
                try:
                    self._follow()
                finally:
                    self._opening.release()
            with self._lock:
                if self._current is not None:
                    self._current.leases += 1
                    return self._current

    def _give_back(self, holding: _Holding) -> None:
        with self._lock:
            holding.leases -= 1
            is_over = holding.leases == 0 and not holding.is_current
        if is_over:
            holding.opened.close()

    def _follow(self) -> None:
        """Open what the pointer names if it has moved; the caller holds ``_opening``.

        Raises:
            NoGeneration: there is nothing to serve, neither before nor now.
        """
        self._looked = time.monotonic()
        stamp = self._pointer_stamp()
        if self._current is not None and stamp in (self._stamp, None):
            return
        if self._current is not None and stamp == self._refused and self._looked < self._again:
            return
        try:
            current = generation.current(self._home)
            if self._current is not None and self._current.opened.generation.id == current.id:
                self._stamp = stamp
                return
            opened = self._opened(current)
        except (KgError, OSError) as fault:
            if self._current is None:
                raise
            wait = fault.retry_after if isinstance(fault, Unavailable) else math.inf
            self._refused, self._again = stamp, time.monotonic() + wait
            _LOG.error("The new generation cannot be opened, the old one goes on serving: %s", fault)
            return
        self._switch(opened, stamp)

    def _opened(self, current: Generation) -> Opened:
        opened = Opened(current, self._settings)
        if self._current is None:
            return opened
        try:
            # Before the switch, so that no request waits for it.
            if self._current.opened.is_search_open:
                opened.search  # noqa: B018
            if self._prepare is not None:
                self._prepare(opened)
        except BaseException:
            opened.close()
            raise
        return opened

    def _switch(self, opened: Opened, stamp: tuple[int, int] | None) -> None:
        with self._lock:
            old, self._current, self._stamp = self._current, _Holding(opened), stamp
            self._refused = None
            if old is not None:
                old.is_current = False
            is_over = old is not None and old.leases == 0
        _LOG.info("Serving generation %s.", opened.generation.id)
        opened.announce()
        if old is not None and is_over:
            old.opened.close()

    def _pointer_stamp(self) -> tuple[int, int] | None:
        with suppress(FileNotFoundError):
            found = (self._home / generation.POINTER).stat()
            return found.st_mtime_ns, found.st_ino
        return None
