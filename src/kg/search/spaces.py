"""The vector space of one encoder: queries become vectors, and vectors find passages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from kg.search.embedding import Vectors, unit
from kg.search.encoders import ENGLISH_ONLY, Encoder
from kg.search.engines import VectorEngine
from kg.vocab import LANGUAGES

_QUERIES_KEPT: Final = 2048


class Space:
    """The vector space of one encoder: its vectors and the means that are taken away."""

    def __init__(self, encoder: Encoder, vectors: VectorEngine, folder: Path, name: str) -> None:
        self.encoder = encoder
        self.vectors = vectors
        self._centres = np.load(folder / f"centres-{name}.npy", allow_pickle=False)
        self._kept: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._phrases: dict[str, Vectors] = {}

    def phrases(self, english: Sequence[str]) -> Vectors:
        """Return the vectors of phrases that come again and again, shape (phrases, dimensions); all are kept.

        They are those of our own word lists, never a query's.
        """
        missing = [phrase for phrase in english if phrase not in self._phrases]
        if missing:
            fresh = self._vectors([(phrase, "en") for phrase in missing])
            self._phrases |= dict(zip(missing, fresh, strict=True))
        return np.stack([self._phrases[phrase] for phrase in english])

    def queries(self, asked: Sequence[tuple[str, str]]) -> list[Vectors]:
        """Return the vectors of (text, language) pairs without what a language adds to every vector.

        All that are not remembered are encoded in one call.
        """
        with self._lock:
            held = {each: self._kept[each] for each in asked if each in self._kept}
        missing = [each for each in dict.fromkeys(asked) if each not in held]
        if missing:
            held |= dict(zip(missing, self._vectors(missing), strict=True))
        with self._lock:
            self._kept.update({each: held[each] for each in missing})
            while len(self._kept) > _QUERIES_KEPT:
                self._kept.popitem(last=False)
        return [held[each] for each in asked]

    def _vectors(self, asked: Sequence[tuple[str, str]]) -> Vectors:
        vectors = self.encoder.queries([text for text, _ in asked])
        if self.encoder.name not in ENGLISH_ONLY:
            vectors = vectors - self._centres[[1 + LANGUAGES.index(language) for _, language in asked]]
        return unit(vectors)
