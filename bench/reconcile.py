"""How often reconciliation is right: every label of every concept, written as it is and mistyped once.

Usage: ``python -m bench.reconcile [HOME] [--names FILE]``. HOME is a data folder with a generation of all
bundled records; FILE holds names that are not in the graph, one a line.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from kg import generation
from kg.config import Settings
from kg.link import names as reading
from kg.link.labels import LabelIndex
from kg.link.properties import PropertyTable
from kg.link.reconcile import Reconciler
from kg.link.reconcile_queries import Query
from kg.store.embedded import open_store
from kg.vocab import LANGUAGES

NAMES = Path(__file__).resolve().parents[1] / "tests" / "link" / "data" / "names_elsewhere.txt"


def mistyped(text: str, chance: random.Random) -> str:
    """Leave out, replace, double or swap one letter."""
    at = chance.randrange(len(text))
    letter = chance.choice([each for each in text if each.isalnum()] or ["x"])
    way = chance.randrange(4)
    if way < 3:
        return text[:at] + ("" if way == 0 else letter) + text[at + (way < 2) :]
    at = min(at, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def main() -> None:
    """Print the figures of docs/linking.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", nargs="?", default="")
    parser.add_argument("--names", type=Path, default=NAMES)
    parser.add_argument("--every", type=int, default=1, help="Take one label and name in so many.")
    given = parser.parse_args()
    settings = Settings.from_env({}, home=given.home) if given.home else Settings.from_env()
    store = open_store(generation.current(settings.home_folder).folder, settings)
    index = LabelIndex(reading.read(store, settings.iris))
    service = Reconciler(index, PropertyTable(index, store, settings.iris))
    chance = random.Random(11)
    asked, right, fair, typed, found = (Counter[str]() for _ in range(5))
    began = time.perf_counter()
    for name in index.names[:: given.every]:
        entry = index.entries[name.entry]
        if name.role not in ("label", "alt") or entry.types != ("concept",):
            continue
        language = name.lang if name.lang in LANGUAGES else "en"
        first = service.candidates(Query(name.text), language)[:1]
        same = {index.names[each].entry for each in index.exact[name.key]}
        asked[language] += 1
        right[language] += bool(first) and first[0].entry is entry
        fair[language] += bool(first) and first[0].entry.number in same
        if len(name.text) > 3:
            wrong = service.candidates(Query(mistyped(name.text, chance)), language)[:1]
            typed[language] += 1
            found[language] += bool(wrong) and wrong[0].entry.number in same
    for language in LANGUAGES:
        print(
            f"{language}: {asked[language]} labels, right first {right[language] / asked[language]:.2%}, "
            f"or of the same label {fair[language] / asked[language]:.2%}; "
            f"mistyped {found[language] / typed[language]:.2%} of {typed[language]}"
        )
    total = asked.total()
    print(
        f"all: {total} labels, right first {right.total() / total:.2%}, {fair.total() / total:.2%}; ", end=""
    )
    print(f"mistyped {found.total() / typed.total():.2%} of {typed.total()}")
    others = given.names.read_text(encoding="utf-8").splitlines()[:: given.every]
    matched = [name for name in others if any(each.match for each in service.candidates(Query(name), "en"))]
    print(f"{len(others)} names that are not in the graph: {len(matched)} certain matches {matched[:5]}")
    count = total + typed.total() + len(others)
    print(f"{(time.perf_counter() - began) / count * 1000:.1f} ms a query")


if __name__ == "__main__":
    main()
