"""Keeps answers to repeated queries, within a budget of bytes, and remembers queries that overran."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

_SHARE: Final = 8
"""No answer may take more than this fraction of the budget."""
_OVERHEAD: Final = 400
_REMEMBERED: Final = 2000


@dataclass(slots=True)
class Kept:
    """An answer: its bytes, its media type, its entity tag, its rows; compressed once somebody asked."""

    body: bytes
    media_type: str
    etag: str
    rows: int | None = None
    packed: dict[str, bytes] = field(default_factory=dict)
    """The bytes in each content coding; small beside the body."""
    headers: tuple[tuple[str, str], ...] = ()
    """All headers, where the answer has more than type and tag."""


class AnswerCache:
    """Least recently used answers, thread-safe; keys name the generation, so nothing goes stale."""

    def __init__(self, budget: int) -> None:
        """``budget`` is in bytes; 0 keeps nothing."""
        self._budget = budget
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self.size = 0
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable, *, tells: bool = True) -> Kept | None:
        """Return an answer; ``tells`` counts its absence, which only the last to look should."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                self.misses += tells
                return None
            self._kept.move_to_end(key)
            self.hits += 1
            return found[0]

    def put(self, key: Hashable, answer: Kept, weight: int = 0) -> None:
        """Keep an answer if it is small enough; ``weight`` is the size of its key in bytes."""
        size = len(answer.body) + weight + _OVERHEAD
        with self._lock:
            old = self._kept.pop(key, None)
            self.size -= old[1] if old else 0
            if size * _SHARE > self._budget:
                return
            self._kept[key] = (answer, size)
            self.size += size
            while self.size > self._budget:
                _, (_, gone) = self._kept.popitem(last=False)
                self.size -= gone

    def share(self, key: Hashable, answer: Kept, seconds: float) -> None:
        """Give an answer that took so many seconds to other processes; here there are none."""

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.size = 0

    def __len__(self) -> int:
        return len(self._kept)


class Overran:
    """Queries that were stopped lately; asking again at once would only stop them again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._until: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()

    def add(self, key: Hashable, reason: str) -> None:
        with self._lock:
            self._until[key] = (time.monotonic() + self._seconds, reason)
            while len(self._until) > _REMEMBERED:
                self._until.popitem(last=False)

    def look(self, key: Hashable) -> tuple[float, str] | None:
        """Return the seconds still to wait and the reason, or nothing."""
        found = self._until.get(key)
        if found is None:
            return None
        left = found[0] - time.monotonic()
        if left <= 0:
            with self._lock:
                self._until.pop(key, None)
            return None
        return left, found[1]
