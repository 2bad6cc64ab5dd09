"""Measures search over a million passages: building, memory, recall under filters, and what a search takes.

    python bench/search_scale.py --home FOLDER --out FOLDER [--passages 1000000] [--of-each 10]
                                 [--steps words,e5,use,minilm,tables,recall,search]

``--home`` holds a built generation, ``--out`` gets an index folder made from it (bench/search_copies.py says
how). Steps can be run one at a time; each writes its figures to files beside ``--out``. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import psutil  # type: ignore[import-untyped]

from bench import search_copies as copies
from bench.search_speed import NEEDS, print_table, read_texts, row, timed
from kg import __version__, generation
from kg.config import Settings
from kg.search import concepts as concept_tables
from kg.search import index, lexical, vectors
from kg.search.engines import Narrowing
from kg.search.facets import FacetTable
from kg.search.methods import Methods
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex, open_index

_FILTERS: Final = (
    {"type": ("practice",)},
    {"type": ("decision",)},
    {"landUse": ("cropland",)},
    {"country": ("ETH",)},
    {"country": ("TJK",), "type": ("technology",)},
    {"year": ("2011",)},
)
_ASKED: Final = 60
_DEPTH: Final = 10


class Scale:
    """The real index, the folder that is made, and the figures so far."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.settings = Settings.from_env(home=given.home)
        self.real_folder = generation.current(self.settings.home_folder).index_folder
        self.real = index.read(self.real_folder)
        self.out: Path = given.out
        self.out.mkdir(parents=True, exist_ok=True)
        self.of_each: int = given.of_each
        self.after = copies.sources(self.real, given.passages, given.of_each)
        self.count: int = given.count
        self._notes = self.out.parent / f"{self.out.name}-figures"
        self._notes.mkdir(exist_ok=True)
        self.figures: dict[str, Any] = {
            file.stem: json.loads(file.read_text()) for file in sorted(self._notes.glob("*.json"))
        }

    def note(self, step: str, /, **figures: Any) -> None:
        """Keep and print the figures of a step."""
        self.figures[step] = figures
        (self._notes / f"{step}.json").write_text(json.dumps(figures, indent=2))
        print(f"{step}: {json.dumps(figures)}", flush=True)

    def made(self) -> list[Any]:
        return copies.records(self.real, self.after, self.of_each)


def words(scale: Scale) -> None:
    """Write the word index and the tables."""
    made = scale.made()
    concepts = scale.real.concepts
    labels = [concept_tables.english_words(concepts, record) for record in made]
    shutil.rmtree(scale.out / index.LEXICAL, ignore_errors=True)
    began, burnt = time.perf_counter(), time.process_time()
    lexical.write(scale.out / index.LEXICAL, made, labels)
    seconds, processor = time.perf_counter() - began, time.process_time() - burnt
    size = sum(file.stat().st_size for file in (scale.out / index.LEXICAL).iterdir())
    letters = statistics.fmean(map(len, copies.texts_of(made)))
    scale.note(
        "words",
        records=len(made),
        passages=sum(len(record.passages) for record in made),
        characters_each=round(letters),
        build_s=round(seconds),
        build_processor_s=round(processor),
        disk_mb=round(size / 2**20),
    )
    index.write_tables(scale.out, made, concepts)


def space(scale: Scale, name: str) -> None:
    """Write the vector index of one encoder."""
    real = copies.real_vectors(scale.real_folder, name)
    made = copies.made_vectors(scale.real, real, scale.after, scale.of_each)
    began, burnt = time.perf_counter(), time.process_time()
    found, _ = copies.write_space(scale.real_folder, scale.out, name, made, scale.settings)
    seconds, processor = time.perf_counter() - began, time.process_time() - burnt
    size = (scale.out / f"vectors-{index.file_name(name)}.faiss").stat().st_size
    scale.note(
        name,
        **found,
        build_s=round(seconds),
        build_processor_s=round(processor),
        disk_mb=round(size / 2**20),
        peak_mb=_peak_mb(),
    )


def tables(scale: Scale) -> None:
    """Write the manifest; the folder is whole then."""
    rows = [
        {key: value for key, value in scale.figures[name].items() if not key.endswith(("_s", "_mb"))}
        for name in ("e5", "use", "minilm")
        if name in scale.figures
    ]
    made = scale.made()
    index.write_manifest(scale.out, made, scale.real.concepts, rows)


def recall(scale: Scale) -> None:
    """Compare filtered and unfiltered searches of each space with comparing all, for real queries."""
    made = scale.made()
    facets = FacetTable(made, scale.real.concepts)
    owners = np.repeat(np.arange(len(made)), scale.of_each)
    masks: list[tuple[str, Any]] = [("none", None)]
    for asked in _FILTERS:
        request = SearchRequest("", asked)
        allowed = facets.allowed(request.filters, {}, request.years())
        masks.append((json.dumps(asked), None if allowed is None else allowed[owners]))
    for share in (0.5, 0.1, 0.01, 0.001):
        masks.append((f"at random, {share:.1%}", np.random.default_rng(3).random(len(owners)) < share))
    real_index = open_index(scale.real_folder, scale.settings)
    texts = read_texts(NEEDS, _ASKED)
    for name in [each for each in ("e5", "use", "minilm") if each in scale.figures]:
        real = copies.real_vectors(scale.real_folder, name)
        stored = copies.made_vectors(scale.real, real, scale.after, scale.of_each)
        opened = vectors.VectorIndex(scale.out / f"vectors-{index.file_name(name)}.faiss")
        asked_vectors = np.stack(
            real_index.spaces[name].queries([(text, language) for language, text in texts])
        )
        likeness = asked_vectors @ stored.T
        rows = [_one_filter(label, mask, opened, asked_vectors, likeness) for label, mask in masks]
        scale.note(f"recall {name}", rows=rows)
        print("| filter | passes | recall@10 | ms (median) |\n|---|---:|---:|---:|")
        for each in rows:
            print(f"| {each['filter']} | {each['share']:.2%} | {each['recall']:.3f} | {each['ms']:.1f} |")


def _one_filter(label: str, mask: Any, opened: Any, asked: Any, likeness: Any) -> dict[str, Any]:
    hits, wanted, times = 0, 0, []
    narrowing = None if mask is None else Narrowing(mask, np.arange(len(mask), dtype=np.int32), {}, {}, None)
    for at, vector in enumerate(asked):
        scores = likeness[at] if mask is None else np.where(mask, likeness[at], -2.0)
        depth = _DEPTH if mask is None else min(_DEPTH, int(mask.sum()))
        best = set(np.argpartition(-scores, depth)[:depth].tolist())
        began = time.perf_counter()
        found = opened.search(vector, 200, narrowing)
        times.append((time.perf_counter() - began) * 1000)
        hits += len(best & {number for number, _ in found[:_DEPTH]})
        wanted += len(best)
    share = 1.0 if mask is None else float(mask.mean())
    return {"filter": label, "share": share, "recall": hits / wanted, "ms": statistics.median(times)}


def search(scale: Scale) -> None:
    """Time whole searches beside encoding what they encode, with no vector remembered."""
    began = time.perf_counter()
    opened = open_index(scale.out, scale.settings)
    opened_s = time.perf_counter() - began
    opened.warm()
    texts = read_texts(NEEDS, scale.count)
    for language, text in texts[:5]:
        opened.search(SearchRequest(f"{text}.", language=language))
    scale.note("opened", seconds=round(opened_s, 1), resident_mb=_resident_mb())
    plain = _beyond(opened, texts, {})
    filtered = _beyond(opened, texts, {"type": ("practice",)})
    browse = [timed(partial(opened.search, SearchRequest("", {"country": ("ETH",)}))) for _ in range(5)]
    print(f"### Search over {len(opened.tables.records)} records, {len(opened.tables.passages)} passages\n")
    print_table(
        [
            row("search less encoding", plain),
            row("the same among practices only", filtered),
            row("no text, records of one country with counts", browse),
        ]
    )
    scale.note("search", plain=plain, filtered=filtered, browse=browse)


def _beyond(opened: SearchIndex, texts: Sequence[tuple[str, str]], filters: Any) -> list[float]:
    """Return for each text the milliseconds of a search whose vectors are remembered: all but encoding."""
    found = []
    for language, text in texts:
        request = SearchRequest(text, filters, language=language)
        reading = opened.read(request)
        for name, each in opened.spaces.items():
            each.queries(list(Methods.renderings(name, reading).values()))
        found.append(timed(partial(opened.search, request)))
    return found


def _resident_mb() -> int:
    return int(psutil.Process().memory_info().rss) // 2**20


def _peak_mb() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", help="data folder with a built generation; else that of KG_HOME")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--of-each", type=int, default=10, help="passages of a record")
    parser.add_argument("--count", type=int, default=60, help="texts to search for")
    parser.add_argument("--steps", default="words,e5,use,minilm,tables,recall,search")
    given = parser.parse_args()
    scale = Scale(given)
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"LandKG {__version__}, Python {platform.python_version()}, {cores} cores, load {load:.1f}\n")
    for step in given.steps.split(","):
        if step in ("e5", "use", "minilm"):
            space(scale, step)
        else:
            {"words": words, "tables": tables, "recall": recall, "search": search}[step](scale)


if __name__ == "__main__":
    main()
