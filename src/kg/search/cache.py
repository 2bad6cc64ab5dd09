"""Vectors kept from build to build, addressed by model fingerprint and text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np

from kg.search.embedding import Vectors
from kg.search.encoders import Encoder

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, text)
) WITHOUT ROWID
"""
_COMMIT_EVERY: Final = 128
_ASK_AT_ONCE: Final = 500


class VectorCache:
    """An SQLite file of vectors; several builds may read and write it at the same time."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        with closing(self._open()) as database, database:
            database.execute(_SCHEMA)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.file, timeout=60)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        return database

    def encode(
        self, encoder: Encoder, texts: Sequence[str], advance: Callable[[int], None]
    ) -> tuple[Vectors, int]:
        """Return the vectors of all texts, shape (texts, dimensions), and how many were computed.

        New vectors are stored as they come, so a build that is stopped has not computed in vain.
        """
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in texts]
        with closing(self._open()) as database:
            known = self._read(database, encoder.fingerprint, keys)
            places: dict[bytes, str] = {
                key: text for key, text in zip(keys, texts, strict=True) if key not in known
            }
            advance(len(keys) - len(places))
            for key, vector in self._fresh(database, encoder, places) if places else ():
                known[key] = vector
                advance(1)
        if not keys:
            return np.zeros((0, 0), dtype=np.float32), 0
        return np.stack([known[key] for key in keys]), len(places)

    @staticmethod
    def _read(database: sqlite3.Connection, model: str, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        wanted = sorted(set(keys))
        found: dict[bytes, Vectors] = {}
        for start in range(0, len(wanted), _ASK_AT_ONCE):
            part = wanted[start : start + _ASK_AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = database.execute(
                f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})",  # noqa: S608 - marks only
                (model, *part),
            )
            found.update((text, np.frombuffer(vector, np.float32)) for text, vector in rows)
        return found

    @staticmethod
    def _fresh(
        database: sqlite3.Connection, encoder: Encoder, texts: dict[bytes, str]
    ) -> Iterator[tuple[bytes, Vectors]]:
        keys = list(texts)
        waiting: list[tuple[str, bytes, bytes]] = []
        for at, vector in encoder.passages([texts[key] for key in keys]):
            waiting.append((encoder.fingerprint, keys[at], vector.astype(np.float32).tobytes()))
            if len(waiting) >= _COMMIT_EVERY:
                _store(database, waiting)
            yield keys[at], vector
        _store(database, waiting)


def _store(database: sqlite3.Connection, rows: list[tuple[str, bytes, bytes]]) -> None:
    with database:
        database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
    rows.clear()
