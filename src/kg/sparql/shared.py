"""Answers to expensive queries, kept in Redis for all processes beside the cache that each of them has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from typing import Final

from kg import __version__
from kg.redising import Redis
from kg.sparql.cache import AnswerCache, Kept

DEAR_S: Final = 0.1
"""Seconds from which on an answer is worth a journey to Redis."""
LARGEST: Final = 4 * 1024 * 1024
_LASTS_S: Final = 24 * 3600
_NAME: Final = f"landkg:answer:{__version__}:"


class SharedCache(AnswerCache):
    """Looks into Redis for what this process has not; keys name the generation, so nothing goes stale."""

    def __init__(self, budget: int, redis: Redis) -> None:
        """``budget`` is in bytes of this process; how much Redis holds is its own setting."""
        super().__init__(budget)
        self._redis = redis

    def get(self, key: Hashable, *, tells: bool = True) -> Kept | None:
        """Return an answer; Redis is asked only by the last to look, which may wait for it."""
        found = super().get(key, tells=tells)
        if found is not None or not tells:
            return found
        name = _name(key)
        packed = self._redis.ask(lambda client: client.get(name))
        if not isinstance(packed, bytes):
            return None
        head, _line, body = packed.partition(b"\n")
        media_type, etag, rows = json.loads(head)
        found = Kept(body, media_type, etag, rows)
        self.put(key, found, weight=len(name))
        self.hits += 1
        self.misses -= 1
        return found

    def share(self, key: Hashable, answer: Kept, seconds: float) -> None:
        """Give an answer that took this long to the other processes."""
        if seconds < DEAR_S or len(answer.body) > LARGEST:
            return
        packed = json.dumps([answer.media_type, answer.etag, answer.rows]).encode() + b"\n" + answer.body
        self._redis.ask(lambda client: client.set(_name(key), packed, ex=_LASTS_S))


def _name(key: Hashable) -> str:
    return _NAME + hashlib.sha256(repr(key).encode("utf-8", "backslashreplace")).hexdigest()
