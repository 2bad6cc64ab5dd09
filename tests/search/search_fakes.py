"""A small encoder and a small graph for tests that need no model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kg.search.embedding import Vectors, unit
from kg.search.engines import Narrowing


class HashedWords:
    """Encodes a text as the sum of pseudo-random vectors of its words; counts what it encoded."""

    name = "hashed"

    def __init__(self, fingerprint: str = "hashed-1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def warm(self) -> None:
        return None

    def query(self, text: str) -> Vectors:
        return self.queries([text])[0]

    def queries(self, texts: Sequence[str]) -> Vectors:
        return unit(np.stack([self._vector(text) for text in texts]))

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        self.encoded += texts
        yield from enumerate(self.queries(texts))

    @staticmethod
    def _vector(text: str) -> Vectors:
        total = np.zeros(32, dtype=np.float32)
        for word in text.lower().split() or [""]:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).standard_normal(32).astype(np.float32)
        return total


def only(passing: NDArray[np.bool_]) -> Narrowing:
    """Return a narrowing to some passages, each of which is a record of its own."""
    return Narrowing(passing, np.arange(len(passing), dtype=np.int32), {}, {}, None)
