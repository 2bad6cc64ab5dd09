"""Measures the server's time for each type of page, over many records, first and again.

    python bench/pages.py --home FOLDER [--each 40] [--clock wall|processor] [--profile TYPE]

The folder holds a built generation: for the figures in docs/pages.md the bundled records with 1,750 practices
of ``bench/qcat.py`` (``--make`` builds it there, in two minutes). The application answers in this process, as
a worker of the service does. Types take turns, and languages within a type. "First" is a record or a choice
that was not asked before, with the lists and counts of the generation in memory; "again" is the same one once
more; "start" is the very first page of its type. The goals are a median below 60 ms and a p95 below 150 ms.
The clock of the processor tells the same on a busy machine. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import platform
import pstats
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from flask import Flask
from flask.testing import FlaskClient

from kg import __version__, generation
from kg.build import build
from kg.config import Settings
from kg.entities import Catalogue
from kg.store import GraphStore
from kg.store.opening import open_graph
from kg.vocab import LANGUAGES
from kg.web import create_app
from kg.web.browse import PER_PAGE

MEDIAN_MS, P95_MS = 60.0, 150.0
KINDS: Final = {
    "practice": "kg:Practice",
    "country": "kg:Country",
    "concept": "skos:Concept",
    "decision": "kg:Decision",
    "document": "kg:Document",
    "publication": "kg:Publication",
    "framework": "kg:Framework",
    "criterion": "kg:Criterion",
    "rule": "kg:Rule",
    "assessment": "kg:Assessment",
    "body": "kg:Body",
    "platform": "kg:Platform",
}
"""Types of record and their class; a page of each."""
TEXTS: Final = (
    "drought",
    "gully erosion on grazing land",
    "sécheresse",
    "恢复退化土地",
    "حصاد المياه",
    "засуха",
)
FACES: Final = ("drought", "vegetation", "fertility", "crusts", "water", "flood")
LANDS: Final = ("cropland", "grazing", "forest", "mixed")


def addresses(store: GraphStore, settings: Settings, each: int) -> dict[str, list[str]]:
    """Return up to ``each`` addresses of every type of page, after ``/<language>/``."""
    base, random = settings.base, Random(7)
    found: dict[str, list[str]] = {
        "home": [""],
        "about": ["about"],
        "queries": ["queries"],
        "sparql": ["sparql"],
    }
    for kind, klass in KINDS.items():
        rows = store.select(
            f"PREFIX kg: <{settings.iris.ns}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
            f"SELECT DISTINCT ?r WHERE {{ ?r a {klass} FILTER(STRSTARTS(STR(?r), '{base}id/')) }}"
        )
        paths = sorted(str(row["r"].value).removeprefix(base) for row in rows)
        found[kind] = random.sample(paths, min(each, len(paths)))
    catalogue = Catalogue("bench", settings.iris)
    lists = ("practices", "decisions", "publications", "concepts", "countries", "bodies")
    lengths = {name: len(catalogue.listing(store, name, "en")) for name in lists}
    found["list"] = [
        f"browse/{name}?page={page}"
        for page in (1, 2, 3)
        for name in lists
        if lengths[name] > (page - 1) * PER_PAGE
    ]
    countries = [path.rsplit("/", 1)[-1] for path in found["country"]]
    found["overlap"] = ["overlap", *(f"overlap?only=country:{code}" for code in countries)]
    found["named query"] = [f"queries/practices-by-country?country={code}" for code in countries]
    if (generation.current(settings.home_folder).index_folder).is_dir():
        found |= _searches(countries)
    return {name: paths[:each] for name, paths in found.items() if paths}


def _searches(countries: list[str]) -> dict[str, list[str]]:
    pairs = list(itertools.product(TEXTS, countries))
    Random(7).shuffle(pairs)
    return {
        "results, text": [f"search?q={text}&country={code}" for text, code in pairs],
        "results, filters": [f"search?country={code}" for code in countries],
        "map": ["map", *(f"map?q={text}" for text in TEXTS), *(f"map?country={code}" for code in countries)],
        "question": [f"support?face={face}" for face in FACES],
        "plan": [
            f"support/plan?face={face}&place={code}&land={land}"
            for face, land, code in zip(
                itertools.cycle(FACES), itertools.cycle(LANDS), countries, strict=False
            )
        ],
    }


Times = dict[str, dict[str, list[float]]]


def measure(client: FlaskClient, pages: dict[str, list[str]], clock: Callable[[], float]) -> Times:
    """Return milliseconds by type and turn (start, first, again); types take turns."""
    times: Times = defaultdict(lambda: defaultdict(list))
    for number in range(max(map(len, pages.values()))):
        for name, paths in pages.items():
            if number >= len(paths):
                continue
            address = f"/{LANGUAGES[number % len(LANGUAGES)]}/{paths[number]}"
            for turn in ("first" if number else "start", "again"):
                began = clock()
                answer = client.get(address, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
                times[name][turn].append((clock() - began) * 1000)
                if answer.status_code not in (200, 400):
                    raise SystemExit(f"{address} answered {answer.status_code}")
            times[name]["kB"].append(len(answer.data) / 1000)
    return times


def lines(times: Times) -> Iterable[str]:
    """Give the lines of the table; what misses a goal is marked."""
    yield "| page | addresses | start | first p50 | first p95 | again p50 | again p95 | largest kB, packed |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, found in times.items():
        cells = [f"{found['start'][0]:.0f}"]
        for turn in ("first", "again"):
            taken = found[turn] or found["start"]
            for value, goal in ((statistics.median(taken), MEDIAN_MS), (_p95(taken), P95_MS)):
                cells.append(f"{value:.0f}{' (!)' if value >= goal else ''}")
        yield f"| {name} | {len(found['kB'])} | {' | '.join(cells)} | {max(found['kB']):.0f} |"


def _p95(taken: list[float]) -> float:
    return sorted(taken)[max(0, -(-len(taken) * 95 // 100) - 1)]


def profile(client: FlaskClient, paths: list[str]) -> None:
    """Print where the time of a type of page goes."""
    client.get(f"/en/{paths[0]}")
    watch = cProfile.Profile()
    watch.enable()
    for path in paths[1:]:
        client.get(f"/en/{path}")
    watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(45)


def make(folder: Path) -> None:
    """Build the bundled records with 1,750 generated practices, without a search index."""
    given = folder / "qcat"
    subprocess.run([sys.executable, str(Path(__file__).with_name("qcat.py")), str(given), "1750"], check=True)
    build(Settings.from_env({}, home=str(folder)), inputs=(f"wocat={given}",), index=False)


def served(settings: Settings) -> Flask:
    """Return the application once it has counted its graph and, with an index, loaded its models."""
    app = create_app(replace(settings, rate_per_minute=0))
    client = app.test_client()
    until = time.monotonic() + 600
    while client.get("/readyz").status_code == 503 and time.monotonic() < until:
        if not generation.current(settings.home_folder).index_folder.is_dir():
            break
        time.sleep(0.5)
    app.extensions["kg_warmth"].rest(600)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--make", action="store_true", help="build the data folder first")
    parser.add_argument("--each", type=int, default=40, help="most addresses of one type")
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    parser.add_argument("--profile", default="", help="a type of page to profile")
    chosen = parser.parse_args()
    if chosen.make:
        make(chosen.home)
    settings = Settings.from_env({}, home=str(chosen.home), log_level="ERROR")
    store = open_graph(generation.current(settings.home_folder).folder, settings)
    pages = addresses(store, settings, chosen.each)
    store.close()
    client = served(settings).test_client()
    if chosen.profile:
        profile(client, pages[chosen.profile])
        return
    clock = time.perf_counter if chosen.clock == "wall" else time.process_time
    print(f"LandKG {__version__}, Python {platform.python_version()}, clock: {chosen.clock}, milliseconds\n")
    print("\n".join(lines(measure(client, pages, clock))))


if __name__ == "__main__":
    main()
