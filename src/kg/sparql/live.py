"""Keeps the pool of the generation that serves, moves to the next one, ends the last when it is idle."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kg import generation
from kg.config import Settings
from kg.errors import KgError, NoGeneration, Unavailable
from kg.sparql.workers import NurseryGoneError, Pool

_LOOK_S: Final = 1.0
_log = logging.getLogger("kg.sparql")


class LivePools:
    """The pool in use and those that are ending; every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home = settings.home_folder
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._pool: Pool | None = None
        self._leases: dict[Pool, int] = {}
        self._owner = os.getpid()
        self._looked = 0.0
        self._moving = False
        self._closed = False

    def start(self) -> None:
        """Open the current generation in the background, if there is one."""
        threading.Thread(target=self._warm, name="kg-sparql-start", daemon=True).start()

    def _warm(self) -> None:
        try:
            self._current()
        except KgError as fault:
            _log.info("SPARQL waits for a generation: %s", fault)

    def generation_id(self) -> str:
        """Return the id of the generation that would answer now.

        Raises:
            NoGeneration: nothing has been built.
        """
        return self._current().generation.id

    def ready(self) -> Pool | None:
        """Return the pool that would answer now if it is open; never waits and opens nothing."""
        pool = self._pool
        return None if pool is None or os.getpid() != self._owner else self._current()

    @contextmanager
    def lease(self) -> Iterator[Pool]:
        """Give the current pool for one query; it is not ended before the query is.

        Raises:
            NoGeneration: nothing has been built.
            Unavailable: the generation cannot be opened.
        """
        while True:
            pool = self._current()
            with self._lock:
                if pool in self._leases:
                    self._leases[pool] += 1
                    break
        try:
            yield pool
        finally:
            with self._lock:
                self._leases[pool] -= 1
                ended = pool is not self._pool and not self._leases[pool]
                if ended:
                    del self._leases[pool]
            if ended:
                pool.close()

    def drop(self, pool: Pool) -> None:
        """Forget a pool whose nursery has ended; the next query starts another."""
        with self._lock:
            if self._pool is pool:
                self._pool = None

    def busy(self) -> tuple[int, int]:
        """Return how many queries run and how many wait."""
        with self._lock:
            pools = list(self._leases)
        return sum(each.running for each in pools), sum(each.waiting for each in pools)

    def close(self) -> None:
        """End all pools; a forked copy of the process leaves those of its parent alone."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._closed = True
            pools, self._pool = list(self._leases), None
            self._leases = {}
        for pool in pools:
            pool.close()

    def _current(self) -> Pool:
        if os.getpid() != self._owner:
            self.__init__(self._settings)  # type: ignore[misc] # forked: the processes are the parent's
        pool = self._pool
        now = time.monotonic()
        if pool is not None and now - self._looked < _LOOK_S:
            return pool
        if pool is None:
            return self._open()
        self._looked = now
        try:
            pointed = generation.pointed(self._home)
        except NoGeneration:
            return pool  # the pointer is being replaced by hand; what is open still answers
        if pointed != pool.generation.id and not self._moving:
            self._moving = True
            threading.Thread(target=self._move, name="kg-sparql-move", daemon=True).start()
        return pool

    def _open(self) -> Pool:
        with self._starting:
            if self._pool is not None:
                return self._pool
            return self._install(Pool(generation.current(self._home), self._settings))

    def _move(self) -> None:
        """Open the generation that the pointer names beside the one that answers, then switch."""
        try:
            with self._starting:
                self._install(Pool(generation.current(self._home), self._settings))
        except (KgError, NurseryGoneError, OSError) as fault:
            _log.error("the new generation cannot serve SPARQL: %s", fault)
        finally:
            self._moving = False

    def _install(self, pool: Pool) -> Pool:
        with self._lock:
            if self._closed:
                pool.close()
                raise Unavailable("The service is shutting down.")
            old, self._pool = self._pool, pool
            self._leases[pool] = 0
            self._looked = time.monotonic()
            ended = old if old is not None and not self._leases[old] else None
            if ended is not None:
                del self._leases[ended]
        if ended is not None:
            ended.close()
        return pool
