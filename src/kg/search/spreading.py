"""Encodes many passages by several processes or machines, a bounded number of texts at a time.

The vectors go through the cache of :mod:`kg.search.cache` as they come, so that a build that is stopped goes
on behind them. Batches are those that one process would make: what comes out differs by rounding alone.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from kg import running
from kg.batches import batches
from kg.config import Settings
from kg.errors import BuildFailed, ModelMismatch
from kg.search import encoders
from kg.search.embedding import Vectors
from kg.search.encoders import Encoder

_FEW: Final = 1_000
"""Passages that are encoded here before others would have loaded the model."""
_BATCHES: Final = 8
"""Batches of a shard: some 250 texts, ten seconds of a small model."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to encode, and the encoder by its name in the settings and the fingerprint that it must have."""

    name: str
    fingerprint: str
    model: str
    batch: int
    home: str
    """Data folder where models are unpacked; empty: that of the worker."""
    texts: tuple[str, ...]


def over(encoder: Encoder, settings: Settings) -> Encoder:
    """Return the encoder, with passages that go to whoever the settings say, if they say so."""
    if not settings.build_cluster and settings.build_workers < 2:
        return encoder  # One process uses all processors already.
    return Spread(encoder, settings, running.choose(settings))


class Spread:
    """An encoder whose passages others encode."""

    def __init__(self, encoder: Encoder, settings: Settings, runner: running.Runner) -> None:
        self._encoder, self._settings, self._runner = encoder, settings, runner
        self.name, self.fingerprint = encoder.name, encoder.fingerprint

    def warm(self) -> None:
        self._encoder.warm()

    def query(self, text: str) -> Vectors:
        return self._encoder.query(text)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        """Yield (position, vector) of each text, as they come.

        Raises:
            BuildFailed: encoding failed twice; what came is kept.
            ModelMismatch: a worker has other weights.
            Unavailable: there is nobody to encode.
        """
        if len(texts) < _FEW:
            yield from self._encoder.passages(texts)
            return
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        waiting = list(batches(order, self._settings.encode_batch * _BATCHES))
        for last in (False, True):
            failed = []
            shards = (self._shard([texts[at] for at in places]) for places in waiting)
            for number, outcome in self._runner.run(encode, shards):
                if isinstance(outcome, running.Failed):
                    if last:
                        raise BuildFailed(f"Encoding passages failed: {outcome.reason}")
                    failed.append(waiting[number])
                else:
                    vectors = np.frombuffer(outcome, np.float32).reshape(len(waiting[number]), -1)
                    yield from zip(waiting[number], vectors, strict=True)
            waiting = failed

    def _shard(self, texts: list[str]) -> Texts:
        settings, runner = self._settings, self._runner
        return Texts(
            self.name,
            self.fingerprint,
            settings.model,
            settings.encode_batch,
            "" if runner.elsewhere else str(settings.home_folder),
            tuple(texts),
        )


def encode(shard: Texts) -> bytes:
    """Return the vectors of the texts, float32, row by row; this is what runs on workers.

    Raises:
        ModelMismatch: the model of this name has other weights here.
    """
    encoder = _encoder(shard.name, shard.model, shard.batch, shard.home)
    if encoder.fingerprint != shard.fingerprint:
        raise ModelMismatch(
            f"The worker on {socket.gethostname()} has other weights of '{shard.name}' than the build.",
            hint="Install the same models on all machines.",
        )
    found = sorted(encoder.passages(shard.texts), key=lambda each: each[0])
    return np.stack([vector for _, vector in found]).astype(np.float32).tobytes()


@cache
def _encoder(name: str, model: str, batch: int, home: str) -> Encoder:
    settings = Settings.from_env(home=home or None, model=model, encode_batch=batch)
    return encoders.create(name, settings)
