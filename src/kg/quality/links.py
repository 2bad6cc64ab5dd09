"""Asks the addresses of records whether they still answer, slowly and one host at a time."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from kg import __version__, queries
from kg.entities.reading import lexical
from kg.quality.reasons import say
from kg.quality.report import Finding
from kg.store import GraphStore
from kg.vocab import DCTERMS, Iris

AGENT: Final = f"LandKG/{__version__} (link check)"
PAUSE: Final = 1.0
"""Seconds between two requests to one host."""
_GONE: Final = (404, 410)


def addresses(store: GraphStore, iris: Iris) -> dict[str, list[str]]:
    """Return the records of each address that they give as their source."""
    text, bound = queries.bind(queries.get("quality", "values"), {}, iris)
    found: dict[str, list[str]] = {}
    for row in store.select(text, bound):
        if lexical(row["property"]) == f"{DCTERMS}source":
            address = lexical(row["value"])
            if address.startswith(("http://", "https://")) and not address.startswith(iris.base):
                found.setdefault(address, []).append(lexical(row["record"]))
    return dict(sorted(found.items()))


def check(
    found: dict[str, list[str]],
    *,
    most: int,
    pause: float = PAUSE,
    told: Callable[[int], None] = lambda _: None,
) -> Iterator[Finding]:
    """Ask up to ``most`` addresses and yield those that are gone or do not answer.

    A refusal (401, 403, 429) or a fault of the server (5xx) says nothing about the page and is no finding.
    """
    last: dict[str, float] = {}
    for address in _spread(list(found)[:most]):
        host = urlsplit(address).netloc
        wait = last.get(host, 0.0) + pause - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        reason = _ask(address)
        last[host] = time.monotonic()
        told(1)
        for record in found[address] if reason else ():
            yield Finding("broken-link", record, "source", reason)


def _ask(address: str) -> str:
    """Return what is wrong with an address, or nothing."""
    request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": AGENT})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20):  # noqa: S310 - http and https only, see addresses
            return ""
    except urllib.error.HTTPError as fault:
        if fault.code not in _GONE:
            return ""
        return say("broken-link", "gone", address=address[:200], status=fault.code)
    except (urllib.error.URLError, TimeoutError, OSError, ValueError) as fault:
        words = str(getattr(fault, "reason", fault))[:100]
        return say("broken-link", "silent", address=address[:200], fault=words)


def _spread(given: Iterable[str]) -> list[str]:
    """Order addresses so that hosts take turns, which makes the pauses short."""
    by_host: dict[str, list[str]] = {}
    for each in given:
        by_host.setdefault(urlsplit(each).netloc, []).append(each)
    turns: list[str] = []
    while by_host:
        for host in list(by_host):
            turns.append(by_host[host].pop(0))
            if not by_host[host]:
                del by_host[host]
    return turns
