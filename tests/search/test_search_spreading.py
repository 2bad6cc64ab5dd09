"""Passages that others encode: each vector in its place, tried once more, never by other weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from search_fakes import HashedWords

from kg.config import Settings
from kg.errors import BuildFailed, ModelMismatch
from kg.running import Here
from kg.search import spreading
from kg.search.cache import VectorCache
from kg.search.embedding import Vectors
from kg.search.spreading import Spread

TEXTS = [f"soil {'and water ' * (number % 7)}{number}" for number in range(90)]


class Failing(HashedWords):
    """Fails at one of the texts as often as wanted."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        if TEXTS[5] in texts and self.times:
            self.times -= 1
            raise MemoryError("for once")
        yield from super().passages(texts)


def _spread(monkeypatch: pytest.MonkeyPatch, there: HashedWords) -> Spread:
    monkeypatch.setattr(spreading, "_FEW", 10)
    monkeypatch.setattr(spreading, "_BATCHES", 1)
    monkeypatch.setattr(spreading, "_encoder", lambda *_: there)
    return Spread(HashedWords(), Settings.from_env({}, encode_batch=8), Here())


def test_over_when_settings_are_the_default_then_the_encoder_itself() -> None:
    encoder = HashedWords()
    assert spreading.over(encoder, Settings.from_env({})) is encoder
    assert isinstance(spreading.over(encoder, Settings.from_env({}, build_workers=2)), Spread)


def test_passages_when_others_encode_them_then_each_vector_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = HashedWords()
    spread = _spread(monkeypatch, there)
    vectors, encoded = VectorCache(tmp_path / "v.sqlite").encode(spread, TEXTS, lambda _: None)
    assert np.allclose(vectors, there.queries(TEXTS))
    assert (encoded, len(there.encoded)) == (90, 90)


def test_passages_when_they_are_few_then_nobody_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    there = HashedWords()
    assert len(list(_spread(monkeypatch, there).passages(TEXTS[:5]))) == 5
    assert there.encoded == []


def test_passages_when_encoding_fails_once_then_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = dict(_spread(monkeypatch, Failing(1)).passages(TEXTS))
    assert found.keys() == set(range(90))


def test_passages_when_encoding_fails_twice_then_the_build_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BuildFailed, match="Encoding passages failed: MemoryError: for once"):
        list(_spread(monkeypatch, Failing(2)).passages(TEXTS))


def test_passages_when_a_worker_has_other_weights_then_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelMismatch, match="other weights of 'hashed'"):
        list(_spread(monkeypatch, HashedWords("hashed-2")).passages(TEXTS))
