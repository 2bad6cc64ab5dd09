"""Makes a search index of any size out of the bundled one, for measuring how search grows.

Nobody has a million judged passages on land management at hand, and encoding that many takes days on two
processors, so both sides are drawn from the real ones:

* Texts: each passage is a few sentences of real passages in one language, the first from the record that it
  is made after. Words so have their real frequencies and company; new rare words do not turn up.
* Classification, mentions, year and kind are those of the record that it is made after.
* Vectors: the real vector of that record's passage, turned towards the vector of another real passage and a
  random direction until its cosine to the first is one that was observed between a real passage and the
  nearest one of another record. The real queries then meet neighbourhoods of the real density.

The folder is an ordinary index folder, written and opened by the product's own functions.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.config import Settings
from kg.search import encoders, index, vectors
from kg.search.cache import VectorCache
from kg.search.embedding import Vectors, unit
from kg.search.passages import Passage, SearchRecord

_SEED: Final = 17
_SENTENCE: Final = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？；])")
_SENTENCES: Final = (1, 3)
_TOWARDS_OTHER: Final = 0.7
"""Share of the turn that goes towards another real passage, the rest in a random direction."""

_BLOCK: Final = 20_000


def sources(tables: index.Tables, passages: int, of_each: int) -> NDArray[np.int32]:
    """Return for each made record the number of the real one that it is made after."""
    usable = np.array([at for at, record in enumerate(tables.records) if record.passages], dtype=np.int32)
    return np.asarray(np.random.default_rng(_SEED).choice(usable, passages // of_each), dtype=np.int32)


def records(tables: index.Tables, after: NDArray[np.int32], of_each: int) -> list[SearchRecord]:
    """Return the made records, ``of_each`` passages each."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for passage in tables.passages:
        by_language[passage.lang] += [each for each in _SENTENCE.split(passage.text) if each.strip()]
    chance = random.Random(_SEED)
    return [
        _record(tables.records[source], number, of_each, by_language, chance)
        for number, source in enumerate(after.tolist())
    ]


def _record(
    source: SearchRecord,
    number: int,
    of_each: int,
    by_language: dict[str, list[str]],
    chance: random.Random,
) -> SearchRecord:
    made = []
    for at in range(of_each):
        model = source.passages[at % len(source.passages)]
        said = [chance.choice(_SENTENCE.split(model.text))]
        said += chance.choices(by_language[model.lang], k=chance.randint(*_SENTENCES) - 1)
        made.append(Passage(model.part if not at else "text", model.lang, " ".join(said)))
    return replace(
        source,
        iri=f"{source.iri}-{number}",
        codes=[f"made_{number}"],
        titles={language: [f"{held[0]} {number}"] for language, held in source.titles.items()},
        relations=[],
        passages=made,
    )


def nearest_cosines(real: Vectors, owners: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return for each real passage the cosine to the nearest passage of another record."""
    likeness = real @ real.T
    likeness[owners[:, None] == owners[None, :]] = -1.0
    return np.asarray(likeness.max(axis=1), dtype=np.float32)


def made_vectors(tables: index.Tables, real: Vectors, after: NDArray[np.int32], of_each: int) -> Vectors:
    """Return a vector for each made passage, shape (passages, dimensions)."""
    chance = np.random.default_rng(_SEED)
    observed = nearest_cosines(real, tables.passage_record)
    counts = np.bincount(tables.passage_record, minlength=len(tables.records))
    places = np.arange(of_each)[None, :] % counts[after][:, None]
    base = (tables.first_passage[after][:, None] + places).ravel()
    made = np.empty((len(base), real.shape[1]), dtype=np.float32)
    for start in range(0, len(base), _BLOCK):
        mine = real[base[start : start + _BLOCK]]
        other = real[chance.integers(0, len(real), len(mine))]
        noise = unit(chance.standard_normal(mine.shape, dtype=np.float32))
        turn = _TOWARDS_OTHER * other + (1 - _TOWARDS_OTHER) * noise
        turn = unit(turn - (turn * mine).sum(axis=1, keepdims=True) * mine)
        cosine = np.minimum(chance.choice(observed, (len(mine), 1)), 1.0)
        made[start : start + _BLOCK] = unit(cosine * mine + np.sqrt(1 - cosine**2) * turn)
    return made


def real_vectors(folder: Path, name: str) -> Vectors:
    """Return the stored vectors of a real index."""
    opened = vectors.VectorIndex(folder / f"vectors-{index.file_name(name)}.faiss")
    return opened.vectors(range(len(opened)))


def write_space(
    real_folder: Path, out: Path, name: str, made: Vectors, settings: Settings
) -> tuple[dict[str, Any], Vectors]:
    """Write the vector index of one encoder; returns its row of the manifest, and what set it."""
    encoder = encoders.create(name, settings)
    cache = VectorCache(settings.home_folder / "cache" / "vectors.sqlite")
    _, asked, _ = index.language_means(encoder, index.read(real_folder).concepts, cache)
    of = index.file_name(name)
    written = vectors.write(out / f"vectors-{of}.faiss", made, queries=asked)
    centres = np.load(real_folder / f"centres-{of}.npy", allow_pickle=False)
    np.save(out / f"centres-{of}.npy", centres, allow_pickle=False)
    row = {"name": name, "fingerprint": encoder.fingerprint, "dimensions": made.shape[1], **asdict(written)}
    return row | {"encoded": 0, "cached": len(made)}, asked


def texts_of(made: Sequence[SearchRecord]) -> Iterator[str]:
    """Yield the texts of the made passages, in order."""
    for record in made:
        for passage in record.passages:
            yield passage.text
