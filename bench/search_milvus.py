"""Compares search in this process (FAISS, tantivy) with search over Milvus Lite, on one index, in one run.

    python bench/search_milvus.py [--home FOLDER] [--index FOLDER] [--count 60] [--encoders e5,use,minilm]
                                  [--kind HNSW] [--server URI] [--needs 1]

Without ``--index`` it takes the index of the generation that serves; ``bench/search_scale.py`` makes folders
of any size, a million passages too. Milvus Lite is started as a server of its own, filled, measured and
ended; ``--server`` names a Milvus that runs instead. ``--needs 1`` adds nDCG@10 of all needs that are judged,
``--needs 5`` of every fifth, which says something of the real records only. Latencies are those of searches
whose vectors are remembered: all but encoding. Both engines take turns, query by query. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import psutil  # type: ignore[import-untyped]

from bench.relevance import SETS, ndcg, needs
from bench.search_speed import NEEDS, print_table, read_texts, row, timed
from kg import __version__, generation
from kg.config import Settings
from kg.search.engines import Narrowing, VectorEngine
from kg.search.methods import Methods
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex, open_index
from kg.vocab import LANGUAGES

_DEPTH: Final = 10
_FILTERS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "no filter": {},
    "practices only": {"type": ("practice",)},
    "one country": {"country": ("ETH",)},
}
_MB: Final = 2**20


@contextmanager
def milvus_lite(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Run a server of Milvus Lite on a folder; yield its address and process."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("milvus-lite")
    command = [str(program), "server", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
        finally:
            process.terminate()


def opening(index: Path, settings: Settings, name: str) -> tuple[SearchIndex, float]:
    """Open an index and return it with the seconds that took."""
    began = time.perf_counter()
    return open_index(index, settings, name), time.perf_counter() - began


def resident(process: psutil.Process) -> int:
    return int(process.memory_info().rss) // _MB


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // _MB


def latencies(pair: dict[str, SearchIndex], texts: Sequence[tuple[str, str]]) -> None:
    """Time both engines in turns, and compare what they find first."""
    rows, same = [], []
    for label, filters in _FILTERS.items():
        times: dict[str, list[float]] = {name: [] for name in pair}
        shared = []
        for language, text in texts:
            request = SearchRequest(text, filters, language=language)
            first: dict[str, list[str]] = {}
            for name, each in pair.items():
                reading = each.read(request)
                for encoder, space in each.spaces.items():
                    space.queries(list(Methods.renderings(encoder, reading).values()))
                times[name].append(timed(partial(each.search, request)))
                first[name] = [hit.iri for hit in each.search(request).hits[:_DEPTH]]
            one, other = first.values()
            shared.append(_share(set(other), set(one)))
        rows += [row(f"{name}, {label}", values) for name, values in times.items()]
        same.append(f"| {label} | {statistics.fmean(shared):.3f} | {min(shared):.1f} |")
    print("### Searches, all but encoding\n")
    print_table(rows)
    print("| first ten results | in both, mean | least |\n|---|---:|---:|")
    print("\n".join(same), "\n")


def engines(pair: dict[str, SearchIndex], texts: Sequence[tuple[str, str]]) -> None:
    """Print the recall of each space against comparing all vectors, and how far the word rankings agree."""
    reference = next(iter(pair.values()))
    print("### Engines alone, without fusion\n")
    print("| what | " + " | ".join(pair) + " |\n|---|" + "---:|" * len(pair))
    masks = _masks(reference)
    for name, space in reference.spaces.items():
        asked = space.queries([(text, language) for language, text in texts])
        stored = space.vectors.vectors(range(len(space.vectors)))
        for label, narrowing in masks.items():
            wanted = [_exact(vector, stored, narrowing) for vector in asked]
            figures = [_recall(each.spaces[name].vectors, asked, narrowing, wanted) for each in pair.values()]
            print(f"| {name}, recall@10, {label} | " + " | ".join(figures) + " |", flush=True)
        del stored
    _words(pair, texts, masks)


def _recall(
    vectors: VectorEngine, asked: Sequence[Any], narrowing: Narrowing | None, wanted: Sequence[set[int]]
) -> str:
    hits, took = [], []
    for vector, best in zip(asked, wanted, strict=True):
        began = time.perf_counter()
        found = vectors.search(vector, 200, narrowing)
        took.append((time.perf_counter() - began) * 1000)
        hits.append(_share({number for number, _ in found[:_DEPTH]}, best))
    return f"{statistics.fmean(hits):.3f} in {statistics.median(took):.1f} ms"


def _share(found: set[Any], wanted: set[Any]) -> float:
    return len(found & wanted) / len(wanted) if wanted else float(not found)


def _masks(index: SearchIndex) -> dict[str, Narrowing | None]:
    return {label: index.narrowed(SearchRequest("", filters)) for label, filters in _FILTERS.items()}


def _exact(vector: Any, stored: Any, narrowing: Narrowing | None) -> set[int]:
    scores = stored @ vector
    if narrowing is not None:
        scores = np.where(narrowing.passages, scores, -2.0)
    depth = _DEPTH if narrowing is None else min(_DEPTH, int(narrowing.passages.sum()))
    return set(np.argpartition(-scores, depth)[:depth].tolist()) if depth else set()


def _words(
    pair: dict[str, SearchIndex], texts: Sequence[tuple[str, str]], masks: dict[str, Narrowing | None]
) -> None:
    for depth in (_DEPTH, 200):
        for label, narrowing in masks.items():
            figures: list[str] = []
            wanted: list[set[int]] = []
            for each in pair.values():
                shared, took = [], []
                for at, (language, text) in enumerate(texts):
                    groups = each.read(SearchRequest(text, language=language)).groups
                    began = time.perf_counter()
                    found = each.engines.words.search(groups, narrowing=narrowing, limit=200)
                    took.append((time.perf_counter() - began) * 1000)
                    best = {number for number, _ in found[:depth]}
                    if len(wanted) <= at:
                        wanted.append(best)
                    shared.append(_share(best, wanted[at]))
                figures.append(f"{statistics.fmean(shared):.3f} in {statistics.median(took):.1f} ms")
            print(
                f"| words, first {depth} as the first engine, {label} | " + " | ".join(figures) + " |",
                flush=True,
            )
    print()


def judged(pair: dict[str, SearchIndex], step: int) -> None:
    """Print nDCG@10 of every ``step``-th judged need in every language."""
    wanted = [need for folder in SETS.values() for need in needs(folder)][::step]
    print(f"### nDCG@10 of {len(wanted)} needs\n")
    print("| language | " + " | ".join(pair) + " | first ten in both |\n|---|" + "---:|" * (len(pair) + 1))
    for language in LANGUAGES:
        values: dict[str, list[float]] = {name: [] for name in pair}
        shared = []
        for need in wanted:
            first = {}
            for name, each in pair.items():
                hits = each.search(SearchRequest(need.texts[language])).hits
                first[name] = [hit.iri.split("/id/", 1)[1] for hit in hits][:_DEPTH]
                values[name].append(ndcg(first[name], need.graded))
            one, other = first.values()
            shared.append(_share(set(other), set(one)))
        means = " | ".join(f"{statistics.fmean(each):.4f}" for each in values.values())
        print(f"| {language} | {means} | {statistics.fmean(shared):.3f} |", flush=True)
    print()


def _sizes(index: SearchIndex, encoders: str, rows: Sequence[tuple[str, float, float, int, int]]) -> None:
    count = len(index.tables.passages)
    print(f"### {len(index.tables.records)} records, {count} passages, encoders {encoders}\n")
    print("| engine | fill s | open s | disk MB | memory MB |\n|---|---:|---:|---:|---:|")
    for each in rows:
        print("| {} | {:.1f} | {:.1f} | {} | {} |".format(*each))
    print(
        "\nMemory of the first is what this process grew by, with the tables of texts, which both need; that "
        "of Milvus is its server's. Fill includes the analysis of all texts.\n",
        flush=True,
    )


def compare(given: argparse.Namespace, uri: str, server: psutil.Process | None, data: Path | None) -> None:
    """Fill Milvus, open the same index embedded, and print everything side by side."""
    options = {"encoders": given.encoders, "milvus_index": given.kind, "milvus_timeout_s": 600.0}
    embedded = Settings.from_env(home=given.home, **options)
    milvus = Settings.from_env(home=given.home, vectors="milvus", milvus_uri=uri, **options)
    index = given.index or generation.current(embedded.home_folder).index_folder
    name = f"bench_{index.parent.name}_{index.name}"
    me = psutil.Process()
    rows: list[tuple[str, float, float, int, int]] = []
    before = resident(me)
    one, seconds = opening(index, embedded, name)
    files = sum(file.stat().st_size for file in index.rglob("*") if file.name.endswith(".faiss")) // _MB
    words = size(index / "words")
    rows.append(("FAISS and tantivy", 0.0, seconds, files + words, resident(me) - before))
    other, filled = opening(index, milvus, name)
    other.close()
    other, seconds = opening(index, milvus, name)
    memory = resident(server) if server is not None else 0
    rows.append(
        (f"Milvus ({uri if data is None else 'Lite'})", filled, seconds, size(data) if data else 0, memory)
    )
    _sizes(one, given.encoders, rows)
    texts = read_texts(NEEDS, given.count)
    pair = {"embedded": one, "Milvus": other}
    for opened in pair.values():
        opened.warm()
        opened.search(SearchRequest("stone bunds"))
    latencies(pair, texts)
    engines(pair, texts)
    if given.needs:
        judged(pair, given.needs)
    if server is not None:
        print(f"Memory of the server at the end: {resident(server)} MB.")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", help="data folder with a built generation; else that of KG_HOME")
    parser.add_argument("--index", type=Path, help="index folder; else that of the generation")
    parser.add_argument("--count", type=int, default=60, help="texts to search for")
    parser.add_argument("--encoders", default="e5,use,minilm")
    parser.add_argument("--kind", default="HNSW", help="index of more than 20,000 vectors in Milvus")
    parser.add_argument("--server", help="address of a Milvus that runs; else Milvus Lite is started")
    parser.add_argument("--data", type=Path, help="folder of Milvus Lite, kept; else a temporary one")
    parser.add_argument("--needs", type=int, default=0, help="nDCG@10 of every so-manieth judged need too")
    given = parser.parse_args()
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"LandKG {__version__}, Python {platform.python_version()}, {cores} cores, load {load:.1f}\n")
    if given.server:
        compare(given, given.server, None, None)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = given.data or Path(folder)
        with milvus_lite(data) as (uri, server):
            compare(given, uri, server, data)


if __name__ == "__main__":
    main()
