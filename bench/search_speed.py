"""Measures what people and programs wait for: suggestions, searches, and searches inside SPARQL.

    python bench/search_speed.py [--home FOLDER] [--needs tests/relevance/needs.tsv] [--count 60]
                                  [--index FOLDER]

The folder holds a built generation. Suggestions and SPARQL are measured over HTTP on a started server,
searches inside this process beside the encoding of the same text alone, text by text in turns. Prints
Markdown.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

from kg import __version__, generation
from kg.config import Settings
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex, open_index
from kg.vocab import LANGUAGES

NEEDS = Path(__file__).resolve().parents[1] / "tests" / "relevance" / "needs.tsv"
PREFIXES = (
    "",
    "s",
    "so",
    "dro",
    "mul",
    "sal",
    "éro",
    "sécher",
    "suel",
    "эро",
    "засух",
    "盐",
    "水土",
    "تدهور",
    "technologies_1",
)


def read_texts(path: Path, count: int) -> list[tuple[str, str]]:
    """Return (language, text) of needs, languages in turn."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [(language, row[language]) for row in rows for language in LANGUAGES if row.get(language)]
    return found[:: max(1, len(found) // count)][:count]


def both(call: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds of a call, and those of processor time: other programs do not change these."""
    burnt = time.process_time()
    taken = timed(call)
    return taken, (time.process_time() - burnt) * 1000


def timed(call: Callable[[], object]) -> float:
    """Return the milliseconds of a call."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def row(name: str, values: Sequence[float]) -> str:
    figures = (statistics.median(values), _p95(values), max(values))
    return f"| {name} | {len(values)} | " + " | ".join(f"{each:.2f}" for each in figures) + " |"


def print_table(rows: Sequence[str]) -> None:
    print("| what | times | p50 ms | p95 ms | most ms |\n|---|---:|---:|---:|---:|")
    print("\n".join(rows), "\n")


def searches(index: SearchIndex, texts: Sequence[tuple[str, str]]) -> None:
    """Compare whole searches with encoding their text once, and with the same search asked again."""
    index.warm()
    for language, text in texts[:3]:
        index.search(SearchRequest(f"{text}.", language=language))
    alone, whole, again = [], [], []
    for at, (language, text) in enumerate(texts):
        request = SearchRequest(text, language=language)
        # No vector is remembered: each text is new to the search, and encoding alone keeps none.
        turns = [partial(encode, index, text), partial(index.search, request)]
        first, second = (both(turns[at % 2]), both(turns[1 - at % 2]))
        alone.append(first if at % 2 == 0 else second)
        whole.append(second if at % 2 == 0 else first)
        again.append(both(partial(index.search, request)))
    print(f"### Searches over {len(index.tables.records)} records, {len(index.tables.passages)} passages\n")
    names = ("encode the text, nothing else", "search, from text to results", "the same again (vectors kept)")
    for kind, number in (("", 0), (", processor time", 1)):
        measured = [[each[number] for each in values] for values in (alone, whole, again)]
        print_table([row(name + kind, values) for name, values in zip(names, measured, strict=True)])
        ratios = [each / base for each, base in zip(measured[1], measured[0], strict=True)]
        print(f"Search / encoding alone{kind}: median of {statistics.median(ratios):.2f}; p95 / p95 ", end="")
        print(f"{_p95(measured[1]) / _p95(measured[0]):.2f}.\n")


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * (len(values) - 1)))]


def encode(index: SearchIndex, text: str) -> None:
    for space in index.spaces.values():
        space.encoder.queries([text])


class Client:
    """One connection kept alive."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str) -> tuple[int, bytes]:
        self.connection.request(
            "GET", path, headers={"Accept": "application/sparql-results+json, application/json"}
        )
        answer = self.connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def started(home: Path) -> Iterator[Client]:
    """Serve the folder until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = os.environ | {"KG_HOME": str(home), "KG_RATE_PER_MINUTE": "0", "KG_LOG_LEVEL": "ERROR"}
    command = [
        sys.executable, "-m", "gunicorn", "kg.web:create_app()", "--worker-class", "kg.web.quick.QuickWorker",
        "--threads", "16", "--bind", f"127.0.0.1:{port}", "--keep-alive", "60", "--log-level", "error",
    ]  # fmt: skip
    with subprocess.Popen(command, env=env) as process:
        try:
            yield ready(port)
        finally:
            process.terminate()
            process.wait(timeout=60)


def ready(port: int) -> Client:
    for _ in range(600):
        try:
            client = Client(port)
            if client.get("/readyz")[0] == 200:
                return client
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not become ready")


def suggestions(client: Client, rounds: int) -> None:
    """Type beginnings in six languages."""
    paths = [f"/api/suggest?q={quote(each)}&lang={language}" for each in PREFIXES for language in LANGUAGES]
    client.get(paths[0])
    values = [timed(partial(client.get, path)) for _ in range(rounds) for path in paths]
    print("### Suggestions, over HTTP\n")
    print_table([row("/api/suggest", values)])


def inside_sparql(client: Client, texts: Sequence[tuple[str, str]]) -> None:
    """Ask searches joined with the graph: new, in another query, and again as they are."""
    new: list[float] = []
    other: list[float] = []
    same: list[float] = []
    for language, text in texts:
        asked = f'?hit kg:query {json.dumps(text)} ; kg:language "{language}" ; kg:score ?s'
        joined = ("kg:country", "rdfs:label")
        queries = [f"SELECT * {{ SERVICE kg:search {{ {asked} }} ?hit {each} ?o }}" for each in joined]
        first, second = (f"/sparql?{urlencode({'query': each})}" for each in queries)
        for values, path in ((new, first), (other, second), (same, first)):
            values.append(timed(partial(ask, client, path)))
    print("### SERVICE kg:search joined with the graph, over HTTP\n")
    print_table(
        [
            row("a new search", new),
            row("its results in another query", other),
            row("the same query again", same),
        ]
    )


def ask(client: Client, path: str) -> None:
    status, body = client.get(path)
    if status != 200:
        raise SystemExit(f"status {status}: {body[:300].decode()}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", help="data folder with a built generation; else that of KG_HOME")
    parser.add_argument("--needs", type=Path, default=NEEDS)
    parser.add_argument("--count", type=int, default=60, help="texts to search for")
    parser.add_argument("--index", type=Path, help="an index folder of bench/search_scale.py; searches only")
    parser.add_argument("--rounds", type=int, default=5, help="how often each beginning is typed")
    given = parser.parse_args()
    settings = Settings.from_env(home=given.home)
    texts = read_texts(given.needs, given.count)
    machine = f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}"
    print(f"LandKG {__version__}, Python {platform.python_version()}, {machine}\n")
    searches(
        open_index(given.index or generation.current(settings.home_folder).index_folder, settings), texts
    )
    if given.index:
        return
    with started(settings.home_folder) as client:
        suggestions(client, given.rounds)
        inside_sparql(client, texts)


if __name__ == "__main__":
    main()
