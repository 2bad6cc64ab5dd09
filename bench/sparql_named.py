"""Measures every file in queries/ beside another server that holds the same graph, in turns.

    python bench/sparql_named.py HOME --url http://127.0.0.1:8000/sparql --endpoint virtuoso=URL

HOME is the data folder whose generation both serve. ``engine`` is the graph in this process, as the pages
ask it; ``landkg`` and the others get the same text over HTTP, with terms in place of the parameters.
Prints Markdown, the slowest beside the other server first. Rows are those of the first answer.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from sparql import Client, count_rows

from kg import generation, queries, resources
from kg.config import Settings
from kg.errors import KgError
from kg.queries import NamedQuery
from kg.store.embedded import open_store
from kg.store.naming import substituted
from kg.store.placing import placed

ID = "https://w3id.org/landkg/id/"
DEF = "https://w3id.org/landkg/def/"
EXAMPLES = {
    "graph": "https://w3id.org/landkg/graph/wocat",
    "start": f"{ID}practice/",
    "base": "https://w3id.org/landkg/",
    "relation": f"{DEF}country",
    "property": f"{DEF}country",
    "facet": f"{DEF}country",
    "value": f"{ID}country/NER",
    "class": f"{DEF}Technology",
    "endpoint": "https://w3id.org/landkg/sparql",
    "word": "SPI",
    "practice": "technologies_1100",
    "record": f"{ID}practice/technologies_1100",
}
"""Values of parameters that have no default."""
ENTITIES = (
    ("framework", f"{ID}framework/eba"), ("country", f"{ID}country/NER"), ("concept", f"{ID}concept/eba"),
    ("decision", f"{ID}decision/unccd-19-cop13"), ("criterion", f"{ID}criterion/eba-1"),
    ("body", f"{ID}entity/spi"), ("", f"{ID}practice/technologies_1100"),
)  # fmt: skip
"""Records for parameters called ``entity``, by a word in their help."""


def values(query: NamedQuery) -> dict[str, str]:
    """Return values for the parameters that need one."""
    found = {}
    for each in query.parameters:
        if each.required:
            fitting = next(iri for word, iri in ENTITIES if word in each.help)
            found[each.name] = fitting if each.name == "entity" else EXAMPLES.get(each.name, fitting)
    return found


def median(ask: Callable[[], tuple[float, int]], rounds: int, budget: float) -> tuple[float, int]:
    """Return the median time of a question in milliseconds and the rows of its answer."""
    times, rows, until = [], -1, time.monotonic() + budget
    for turn in range(rounds + 1):
        seconds, found = ask()
        rows = found if not turn else rows
        if turn:  # the first one warms
            times.append(seconds * 1000)
        if times and time.monotonic() > until:
            break
    return statistics.median(times), rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--endpoint", action="append", default=[], metavar="NAME=URL")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--budget", type=float, default=1.0, help="seconds a query and server at most")
    parser.add_argument("--only", default="", help="expression that the names have to match")
    chosen = parser.parse_args()
    settings = Settings.from_env({}, home=str(chosen.home))
    current = generation.current(settings.home_folder)
    store = open_store(current.folder, settings)
    urls = {"landkg": chosen.url} | dict(each.split("=", 1) for each in chosen.endpoint)
    clients = {name: Client(url) for name, url in urls.items()}
    lines = []
    for path in sorted(resources.queries().glob("*/*.rq")):
        name = f"{path.parent.name}/{path.stem}"
        if not re.search(chosen.only, name) or path.parent.name == "checks":
            continue
        query = queries.read(path)
        text, bound = query.bind(values(query), settings.iris)
        filled = placed(text, {key: str(term) for key, term in bound.items()}) or substituted(text, bound)

        def engine(
            text: str = text, bound: dict[str, queries.Term] = bound, name: str = name
        ) -> tuple[float, int]:
            started = time.perf_counter()
            is_select = re.search(r"^SELECT", text, re.MULTILINE)
            ask = store.select if is_select else store.construct
            try:
                rows = len(ask(text, bound))
            except KgError as fault:
                print(f"{name}: {fault}", file=sys.stderr)
                return float("nan"), -1
            return time.perf_counter() - started, rows

        found = {"engine": median(engine, chosen.rounds, chosen.budget)}
        for each, client in clients.items():

            def asked(client: Client = client, filled: str = filled) -> tuple[float, int]:
                seconds, status, body = client.ask(filled)
                return (seconds, count_rows(body)) if status == 200 else (float("nan"), -1)

            found[each] = median(asked, chosen.rounds, chosen.budget)
        lines.append((name, found))
    last = list(found)[-1]
    print("| query | " + " | ".join(f"{each} ms" for each in found) + f" | landkg / {last} | rows |")
    print("|---" * (len(found) + 3) + "|")
    for name, found in sorted(lines, key=lambda each: -each[1]["landkg"][0] / each[1][last][0]):
        cells = [f"{found[each][0]:.2f}" for each in found]
        rows = "/".join(dict.fromkeys(str(each[1]) for each in found.values()))
        print(f"| {name} | {' | '.join(cells)} | {found['landkg'][0] / found[last][0]:.2f} | {rows} |")


if __name__ == "__main__":
    main()
