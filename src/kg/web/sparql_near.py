"""Lends the SPARQL service the graph that the pages use, while it is the generation that answers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kg.errors import KgError
from kg.live import Live
from kg.store import GraphStore

_AGAIN_S: Final = 5.0
_log = logging.getLogger("kg.sparql")


class Nearby:
    """Gives a store that lies in memory; what is not open yet is opened in the background."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._opening = threading.Lock()
        self._asked = float("-inf")

    @contextmanager
    def __call__(self, generation_id: str) -> Iterator[GraphStore | None]:
        """Give the store of a generation for the length of a ``with`` block, or nothing."""
        with self._live.glance() as opened:
            if opened is None or opened.generation.id != generation_id:
                self._open()
                yield None
            else:
                yield opened.store if getattr(opened.store, "in_memory", False) else None

    def _open(self) -> None:
        now = time.monotonic()
        if now - self._asked >= _AGAIN_S and self._opening.acquire(blocking=False):
            self._asked = now
            threading.Thread(target=self._follow, name="kg-sparql-near", daemon=True).start()

    def _follow(self) -> None:
        try:
            self._live.refresh()
        except (KgError, OSError) as fault:
            _log.info("cheap queries go to workers: %s", fault)
        finally:
            self._opening.release()
