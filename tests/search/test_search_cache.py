"""Vectors are computed once for each text and model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from search_fakes import HashedWords

from kg.search.cache import VectorCache


def _ignore(_: int) -> None:
    return None


def test_encode_when_texts_repeat_then_computes_each_once(tmp_path: Path) -> None:
    encoder = HashedWords()
    vectors, encoded = VectorCache(tmp_path / "v.sqlite").encode(encoder, ["a", "b", "a"], _ignore)
    assert encoded == 2
    assert encoder.encoded == ["a", "b"]
    assert np.array_equal(vectors[0], vectors[2])


def test_encode_when_built_before_then_computes_only_what_is_new(tmp_path: Path) -> None:
    VectorCache(tmp_path / "v.sqlite").encode(HashedWords(), ["a", "b"], _ignore)
    again = HashedWords()
    vectors, encoded = VectorCache(tmp_path / "v.sqlite").encode(again, ["b", "c", "a"], _ignore)
    assert (encoded, again.encoded) == (1, ["c"])
    assert np.allclose(vectors, again.queries(["b", "c", "a"]))


def test_encode_when_the_model_changed_then_computes_again(tmp_path: Path) -> None:
    VectorCache(tmp_path / "v.sqlite").encode(HashedWords("one"), ["a"], _ignore)
    _, encoded = VectorCache(tmp_path / "v.sqlite").encode(HashedWords("two"), ["a"], _ignore)
    assert encoded == 1


def test_encode_when_stopped_midway_then_keeps_what_was_done(tmp_path: Path) -> None:
    class Failing(HashedWords):
        def passages(self, texts):  # type: ignore[no-untyped-def]
            for at, vector in super().passages(texts):
                if at == 600:
                    raise KeyboardInterrupt
                yield at, vector

    texts = [f"text {at}" for at in range(700)]
    with pytest.raises(KeyboardInterrupt):
        VectorCache(tmp_path / "v.sqlite").encode(Failing(), texts, _ignore)
    _, encoded = VectorCache(tmp_path / "v.sqlite").encode(HashedWords(), texts, _ignore)
    assert encoded == 700 - 512


def test_encode_when_there_is_no_text_then_gives_no_vector(tmp_path: Path) -> None:
    vectors, encoded = VectorCache(tmp_path / "v.sqlite").encode(HashedWords(), [], _ignore)
    assert (len(vectors), encoded) == (0, 0)
