"""Compares the encoding of an index build with sentence-transformers' own ``encode``, on the same texts.

    python bench/search_encode.py [--home FOLDER] [--texts 256] [--rounds 3]

Texts are passages of the built generation, drawn evenly; rounds take turns, so that a busy machine slows
both. Ours includes keeping the vectors in the cache of builds. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.search_speed import timed
from kg import __version__, generation
from kg.config import Settings
from kg.search import encoders, index
from kg.search.cache import VectorCache
from kg.search.embedding import SentenceModel


def ours(encoder: SentenceModel, texts: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        VectorCache(Path(folder) / "vectors.sqlite").encode(encoder, texts, lambda _: None)


def theirs(encoder: SentenceModel, texts: Sequence[str], batch: int) -> None:
    prompt = encoder.prompts[1]
    encoder.library.encode(list(texts), prompt=prompt, batch_size=batch, normalize_embeddings=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", help="data folder with a built generation; else that of KG_HOME")
    parser.add_argument("--texts", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    settings = Settings.from_env(home=given.home)
    tables = index.read(generation.current(settings.home_folder).index_folder)
    every = sorted({passage.text for passage in tables.passages})
    texts = every[:: max(1, len(every) // given.texts)][: given.texts]
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"LandKG {__version__}, Python {platform.python_version()}, {cores} cores, load {load:.1f}")
    print(f"{len(texts)} passages, {given.rounds} rounds in turns\n")
    print(
        "| encoder | ours, passages/s | encode, passages/s | ours / encode | processor time, ours / encode |"
    )
    print("|---|---:|---:|---:|---:|")
    for name in ("e5", "minilm"):
        encoder = encoders.create(name, settings)
        if not isinstance(encoder, SentenceModel):
            raise SystemExit(f"{name} is no model of sentence-transformers")
        encoder.warm()
        ours(encoder, texts[:32])
        theirs(encoder, texts[:32], settings.encode_batch)
        rates: dict[str, list[float]] = {"ours": [], "theirs": []}
        burnt = {"ours": 0.0, "theirs": 0.0}
        for turn in range(given.rounds):
            for side in ("ours", "theirs") if turn % 2 == 0 else ("theirs", "ours"):
                began = time.process_time()
                if side == "ours":
                    taken = timed(partial(ours, encoder, texts))
                else:
                    taken = timed(partial(theirs, encoder, texts, settings.encode_batch))
                burnt[side] += time.process_time() - began
                rates[side].append(len(texts) / taken * 1000)
        mine, other = statistics.median(rates["ours"]), statistics.median(rates["theirs"])
        shares = f"{mine / other:.2f} | {burnt['ours'] / burnt['theirs']:.2f}"
        print(f"| {name} | {mine:.1f} | {other:.1f} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
