"""A cross-encoder looks again at the first results: optional, and bounded in time."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from kg.config import Settings
from kg.errors import ConfigError
from kg.search.embedding import load_cross_encoder
from kg.search.fusion import Fused

_WEIGHTS: Final = ("*.safetensors", "pytorch_model*.bin")
_AT_ONCE: Final = 8
"""Pairs in one call of the model: between calls the time is looked at."""

_KEPT: Final = 512
_HINT: Final = "Name a folder that sentence-transformers' CrossEncoder saved, or leave KG_RERANK_MODEL empty."

Order = tuple[tuple[int, float], ...]
"""(place in the window, score), best first; places that were not scored are left out."""


def check(settings: Settings) -> None:
    """See that the cross-encoder of the settings can be there, without loading it.

    Raises:
        ConfigError: a cross-encoder is named, and there is no model of this kind.
    """
    if not settings.rerank_model:
        return
    if settings.rerank_depth < 2 or settings.rerank_ms <= 0:
        raise ConfigError("KG_RERANK_DEPTH must be at least 2, and KG_RERANK_MS above 0.")
    folder = Path(settings.rerank_model).expanduser()
    if not folder.is_dir():
        if settings.model_download:
            return
        raise ConfigError(f"KG_RERANK_MODEL names {settings.rerank_model}, which is no folder.", hint=_HINT)
    try:
        described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        built = " ".join(described.get("architectures") or ())
    except (OSError, ValueError, AttributeError, TypeError):
        built = ""
    if not built or not any(True for pattern in _WEIGHTS for _ in folder.glob(pattern)):
        raise ConfigError(f"There is no model in {folder}, which KG_RERANK_MODEL names.", hint=_HINT)
    if "SequenceClassification" not in built:
        raise ConfigError(f"The model in {folder} is no cross-encoder but {built}.", hint=_HINT)


class Reranker:
    """Puts the first results in the order in which a cross-encoder scores their texts against the query.

    Safe to use from several threads; the model works for one at a time.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; the model is loaded by :meth:`warm`, or by the first search.

        Raises:
            ConfigError: see :func:`check`.
        """
        check(settings)
        self._settings = settings
        self._clock = clock
        self._model: Any = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, tuple[int, ...]], Order] = OrderedDict()
        self._keeping = threading.Lock()

    def warm(self) -> None:
        """Load the model now.

        Raises:
            ConfigError: it cannot be loaded, or gives several scores instead of one.
        """
        with self._lock:
            self._loaded()

    def again(self, query: str, ranked: list[Fused], text_of: Callable[[Fused], str]) -> list[Fused]:
        """Return the results with the first ones in the cross-encoder's order.

        Records named in the query stay above all. When the time is over, what was not scored yet stays
        behind what was, in its order. A repeated query has the same order, so that pages join.
        """
        named = sum(1 for each in ranked if "exact" in each.parts)
        end = min(len(ranked), named + self._settings.rerank_depth)
        window = ranked[named:end]
        if len(window) < 2 or not query:
            return ranked
        key = (query, tuple(each.record for each in window))
        with self._keeping:
            order = self._kept.get(key)
        if order is None:
            order = self._order(query, window, text_of)
            with self._keeping:
                self._kept[key] = order
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return ranked[:named] + _arranged(window, order) + ranked[end:]

    def _order(self, query: str, window: Sequence[Fused], text_of: Callable[[Fused], str]) -> Order:
        until = self._clock() + self._settings.rerank_ms / 1000
        if not self._lock.acquire(timeout=self._settings.rerank_ms / 1000):
            return ()
        scores: list[float] = []
        try:
            model = self._loaded()
            for start in range(0, len(window), _AT_ONCE):
                began = self._clock()
                pairs = [(query, text_of(each)) for each in window[start : start + _AT_ONCE]]
                found = model.predict(pairs, batch_size=_AT_ONCE, show_progress_bar=False)
                scores += [float(score) for score in found]
                now = self._clock()
                if now + (now - began) > until:  # The next call would not end in time.
                    break
        finally:
            self._lock.release()
        return tuple(sorted(enumerate(scores), key=lambda each: -each[1]))

    def _loaded(self) -> Any:
        """Return the model; the caller holds the lock."""
        if self._model is None:
            from safetensors import SafetensorError

            where = self._settings.rerank_model
            try:
                model = load_cross_encoder(where, self._settings)
            except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as fault:
                raise ConfigError(
                    f"The cross-encoder {where} cannot be loaded: {fault}", hint=_HINT
                ) from fault
            if model.num_labels != 1:
                raise ConfigError(f"The model {where} gives {model.num_labels} scores, not one.", hint=_HINT)
            self._model = model
        return self._model


def _arranged(window: Sequence[Fused], order: Order) -> list[Fused]:
    """Return a window in a new order; places keep their scores, so that scores fall along the list."""
    if not order:
        return list(window)
    scored = {at for at, _ in order}
    arranged = [window[at] for at, _ in order] + [each for at, each in enumerate(window) if at not in scored]
    levels = sorted((each.score for each in window), reverse=True)
    for rank, (each, (_, score)) in enumerate(zip(arranged, order, strict=False), 1):
        each.parts["cross"] = (rank, score)
    for each, level in zip(arranged, levels, strict=True):
        each.score = level
    return arranged
