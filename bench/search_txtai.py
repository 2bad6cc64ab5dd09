"""Compares search with txtai over the same texts with the same model, in one run.

    python bench/search_txtai.py [--home FOLDER] [--txtai PYTHON] [--set all] [--stride 3]

``--txtai`` is the interpreter of an environment that has txtai and sentence-transformers (no dependency of
LandKG: ``python -m venv X; X/bin/pip install txtai sentence-transformers``); without it the run says so and
ends. Both sides encode the texts of the built generation from nothing with multilingual-e5-small, and ours a
second time with the three encoders of the default. Each side runs in a process of its own. Quality is nDCG@10
on the needs of tests/relevance, a record standing where the best of its passages does. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.relevance import SETS, Need, ndcg, needs
from kg import __version__, generation, progress
from kg.config import Settings
from kg.search import encoders, index
from kg.search.embedding import SentenceModel, threads
from kg.search.requests import SearchRequest
from kg.search.service import open_index
from kg.store.embedded import open_store
from kg.vocab import LANGUAGES

_DEPTH: Final = 100
"""Passages asked from txtai, so that ten records come of them."""


def asked(wanted: Sequence[Need], stride: int) -> list[tuple[Need, str]]:
    """Return the pairs of need and language that are asked, every ``stride``-th."""
    return [(need, language) for need in wanted for language in LANGUAGES][::stride]


def our_side(home: str | None, names: str, pairs: Sequence[tuple[Need, str]]) -> dict[str, Any]:
    """Build and ask in this process; returns what the other side returns."""
    source = Settings.from_env(home=home)
    current = generation.current(source.home_folder)
    with tempfile.TemporaryDirectory() as folder:
        models = source.home_folder / "models"
        if models.is_dir():
            shutil.copytree(models, Path(folder) / "models")
        settings = Settings.from_env(home=folder, encoders=names)
        for name in encoders.names(settings):
            encoders.create(name, settings).warm()
        store = open_store(current.folder, source)
        began = time.perf_counter()
        index.build(store, Path(folder) / "index", settings, progress.silent())
        built = time.perf_counter() - began
        store.close()
        opened = open_index(Path(folder) / "index", settings)
        opened.warm()
        opened.search(SearchRequest("warm"))
        found, times = [], []
        for need, language in pairs:
            began = time.perf_counter()
            answer = opened.search(SearchRequest(need.texts[language], limit=10))
            times.append((time.perf_counter() - began) * 1000)
            found.append([hit.iri.split("/id/", 1)[1] for hit in answer.hits])
        opened.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"version": __version__, "build_s": built, "times_ms": times, "found": found, "peak_mb": peak}


def their_side(
    python: str, home: str | None, pairs: Sequence[tuple[Need, str]], hybrid: bool, folder: Path
) -> dict[str, Any]:
    """Let txtai index and search the same texts in its own process."""
    settings = Settings.from_env(home=home)
    tables = index.read(generation.current(settings.home_folder).index_folder)
    encoder = encoders.create("e5", settings)
    if not isinstance(encoder, SentenceModel):
        raise SystemExit("e5 is no model of sentence-transformers")
    given = {
        "model": str(encoder.folder),
        "prompts": encoder.prompts,
        "hybrid": hybrid,
        "threads": threads(),
        "batch": settings.encode_batch,
        "depth": _DEPTH,
        "texts": list(index.encoded_texts(tables.records, tables.concepts)),
        "queries": [need.texts[language] for need, language in pairs],
    }
    (folder / "in.json").write_text(json.dumps(given), encoding="utf-8")
    script = Path(__file__).with_name("txtai_side.py")
    env = os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    files = [str(folder / "in.json"), str(folder / "out.json")]
    subprocess.run([python, str(script), *files], check=True, env=env)
    answer: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    owners = tables.passage_record.tolist()
    names = [record.iri.split("/id/", 1)[1] for record in tables.records]
    answer["found"] = [
        list(dict.fromkeys(names[owners[number]] for number in numbers))[:10] for numbers in answer["found"]
    ]
    return answer


def row(name: str, answer: dict[str, Any], pairs: Sequence[tuple[Need, str]]) -> str:
    scores: dict[bool, list[float]] = {True: [], False: []}
    for (need, language), found in zip(pairs, answer["found"], strict=True):
        scores[language == "en"].append(ndcg(found, need.graded))
    times = sorted(answer["times_ms"])
    p95 = times[int(0.95 * (len(times) - 1))]
    english, other = (statistics.fmean(scores[key]) for key in (True, False))
    cost = f"{answer['build_s']:.1f} | {statistics.median(times):.0f} | {p95:.0f} | {answer['peak_mb']}"
    return f"| {name} | {cost} | {english:.3f} | {other:.3f} |"


def has_txtai(python: str) -> bool:
    """Tell whether this interpreter is there and has txtai."""
    try:
        done = subprocess.run([python, "-c", "import txtai"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", help="data folder with a built generation; else that of KG_HOME")
    parser.add_argument("--txtai", default=sys.executable, help="interpreter that has txtai")
    parser.add_argument("--set", choices=(*SETS, "all"), default="all")
    parser.add_argument("--stride", type=int, default=3, help="ask every n-th pair of need and language")
    parser.add_argument("--ours", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folders = SETS.values() if given.set == "all" else [SETS[given.set]]
    pairs = asked([need for folder in folders for need in needs(folder)], given.stride)
    if given.ours:
        print(json.dumps(our_side(given.home, given.ours, pairs)))
        return
    if not has_txtai(given.txtai):
        print(f"Skipped: {given.txtai} has no txtai; name an interpreter that has it by --txtai.")
        return
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(f"LandKG {__version__}, Python {platform.python_version()}, {cores} cores, load {load:.1f}")
    print(f"{len(pairs)} queries\n")
    print(
        "| | build s | query p50 ms | query p95 ms | peak MB | nDCG@10, English | nDCG@10, other languages |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for hybrid in (False, True):
            answer = their_side(given.txtai, given.home, pairs, hybrid, Path(folder))
            kind = "dense and BM25" if hybrid else "dense"
            print(row(f"txtai {answer['version']}, e5, {kind}", answer, pairs), flush=True)
    for names in ("e5", "e5,use,minilm"):
        command = [sys.executable, __file__, "--ours", names, "--set", given.set]
        command += ["--stride", str(given.stride), *(["--home", given.home] if given.home else [])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(row(f"LandKG, {names}", json.loads(done.stdout.splitlines()[-1]), pairs), flush=True)


if __name__ == "__main__":
    main()
