"""What bench/capacity.py asks engines: the query mix in turns, whether they agree, requests per second."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from multiprocessing import get_context
from typing import Any, Final

import pyoxigraph as px
from sparql import QUERIES, Client, fill, several

TEXTS: Final = {path.stem: path.read_text("utf-8") for path in sorted(QUERIES.glob("*.rq"))}
LOOKUPS: Final = ("01_lookup", "06_decision_chain", "10_detail", "11_construct", "12_ask")
"""Questions about one record, whose answer does not grow with the graph."""
CLIENTS: Final = (1, 2, 4, 8, 16)
_COUNTED: Final = ("02_label_prefix", "13_paging")
"""Where LIMIT cuts an order that is open: that of texts in several languages (SPARQL 1.1, 15.1)."""
_ANY_OF: Final = {"14_analytic": ("n",)}
"""The variables whose values are decided where ties are cut and SAMPLE is asked for."""
_CHECKED: Final = 3
_ENDS: Final = (b"}", b".")
"""Of a whole answer: some engines say 200 and then break off at their limit of time."""


def answer_of(query: str, body: bytes) -> Counter[Any] | int:
    """Return an answer in a form that is equal for equal answers."""
    try:
        document = json.loads(body)
    except ValueError:
        graph = px.parse(body, px.RdfFormat.TURTLE)
        return Counter(tuple(_value(each) for each in (q.subject, q.predicate, q.object)) for q in graph)
    if "boolean" in document:
        return int(document["boolean"])
    names, rows = document["head"]["vars"], document["results"]["bindings"]
    if names == ["__ASK_RETVAL"]:  # Virtuoso answers an ASK as if it were a SELECT
        return int(bool(rows) and rows[0]["__ASK_RETVAL"]["value"] == "1")
    if query in _COUNTED:
        return len(rows)
    names = _ANY_OF.get(query) or ("s", "p", "o") * (query == "11_construct") or sorted(names)
    return Counter(tuple(_cell(row.get(name)) for name in names) for row in rows)


def _value(term: Any) -> tuple[str, str]:
    return str(term.value), getattr(term, "language", None) or ""


def _cell(cell: dict[str, Any] | None) -> tuple[str, str] | None:
    return (str(cell["value"]), cell.get("xml:lang", cell.get("lang", ""))) if cell is not None else None


def latencies(
    urls: dict[str, str], practices: int, rounds: int, budget_s: float
) -> dict[str, dict[str, Any]]:
    """Ask each query of each engine in turns; return milliseconds by query and engine.

    The first request is not among the times; an engine that does not answer in time is not asked again.
    ``differ`` names the engines whose answers were not those of the first one, ``rows`` counts one answer.
    """
    clients = {name: Client(url) for name, url in urls.items()}
    found: dict[str, dict[str, Any]] = {}
    for query, text in TEXTS.items():
        rng = random.Random(query)
        times: dict[str, list[float]] = {name: [] for name in urls}
        silent: set[str] = set()
        differ: set[str] = set()
        until, rows = 0.0, 0
        for turn in range(rounds + 1):
            filled, answers = fill(text, rng, practices), dict[str, Counter[Any] | int]()
            for name, client in clients.items():
                if name in silent:
                    continue
                seconds, status, body = client.ask(filled)
                if status != 200 or not body.rstrip().endswith(_ENDS):
                    silent.add(name)
                    continue
                if turn:
                    times[name].append(seconds * 1000)
                if turn < _CHECKED:
                    answers[name] = answer_of(query, body)
            first = next(iter(answers.values()), 0)
            differ |= {name for name, each in answers.items() if each != first}
            if not turn:
                until = time.monotonic() + budget_s
                rows = first.total() if isinstance(first, Counter) else first
            elif time.monotonic() > until:
                break
        found[query] = {"times": times, "silent": sorted(silent), "differ": sorted(differ), "rows": rows}
    return found


def rates(urls: dict[str, str], practices: int, seconds: float) -> dict[str, dict[str, float]]:
    """Return requests per second for lookups, by engine and number of clients, engines in turns."""
    found: dict[str, dict[str, float]] = {name: {} for name in urls}
    for clients in CLIENTS:
        for name, url in urls.items():
            found[name][str(clients)] = _rate(url, practices, clients, seconds)
    return found


def _rate(url: str, practices: int, clients: int, seconds: float) -> float:
    context = get_context("fork")
    out = context.Queue()
    processes = min(clients, 4)
    jobs = [
        context.Process(target=several, args=(clients // processes, url, deck(n, practices), seconds, n, out))
        for n in range(processes)
    ]
    for job in jobs:
        job.start()
    got = [out.get() for _ in jobs]
    for job in jobs:
        job.join()
    failed = sum(bad for _, bad in got)
    if failed:
        raise SystemExit(f"{url}: {failed} requests failed with {clients} clients")
    return sum(len(times) for times, _ in got) / seconds


def deck(seed: int, practices: int, each: int = 60) -> list[str]:
    """Return lookups with other parameters each."""
    rng = random.Random(seed)
    return [fill(TEXTS[name], rng, practices) for name in LOOKUPS for _ in range(each)]
