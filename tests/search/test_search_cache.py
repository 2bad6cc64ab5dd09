"""Vectors are computed once for each text and model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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


_ENCODING = """
import sys
from pathlib import Path
from search_fakes import HashedWords
from kg.search.cache import VectorCache

class Telling(HashedWords):
    def passages(self, texts):
        for at, vector in super().passages(texts):
            if at == 600:
                print("encoded 600", flush=True)
                sys.stdin.read()  # Until the process is killed.
            yield at, vector

VectorCache(Path(sys.argv[1])).encode(Telling(), [f"text {at}" for at in range(700)], lambda _: None)
"""


def test_encode_when_the_process_is_killed_then_the_next_encodes_only_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "v.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", _ENCODING, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"encoded 600\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    texts = [f"text {at}" for at in range(700)]
    told: list[int] = []
    again = HashedWords()
    vectors, encoded = VectorCache(file).encode(again, texts, told.append)
    assert encoded == len(again.encoded) == 700 - 512
    assert (told[0], sum(told)) == (512, 700)
    assert np.allclose(vectors, HashedWords().queries(texts))


def test_encode_when_there_is_no_text_then_gives_no_vector(tmp_path: Path) -> None:
    vectors, encoded = VectorCache(tmp_path / "v.sqlite").encode(HashedWords(), [], _ignore)
    assert (len(vectors), encoded) == (0, 0)
