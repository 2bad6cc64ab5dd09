"""Generates a graph in the project's vocabulary, with invented practices and decisions, for bench/sparql.py.

python bench/sparql_data.py FILE.nq PRACTICES [SEED]     about 60 statements a practice
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

from kg.terms import iri, literal
from kg.vocab import DCTERMS, RDF, RDFS, SKOS, XSD, Iris

COUNTRIES: Final = 120
Fact = Callable[[str, str, str, str], str]
WORDS: Final = tuple(
    word
    for line in (
        "terrace stone line planting pit half moon grass strip mulch check dam pond tree shrub fodder",
        "compost rotation fence channel bund soil water slope runoff erosion yield farmer herder season",
    )
    for word in line.split()
)
FACETS: Final = {
    "landUse": 14,
    "measure": 32,
    "degradation": 26,
    "purpose": 9,
    "slmGroup": 27,
    "climateZone": 4,
}


def quads(practices: int, seed: int = 1) -> Iterator[str]:
    """Yield N-Quads lines; the same arguments give the same lines."""
    random, iris = Random(seed), Iris()

    def fact(graph: str, subject: str, predicate: str, value: str) -> str:
        return f"{iri(subject)} {iri(predicate)} {value} {iri(iris.graph(graph))} ."

    for number in range(COUNTRIES):
        country = iris.country(f"C{number:02d}")
        yield fact("concepts", country, f"{RDF}type", iri(iris.term("Country")))
        for lang in ("en", "fr", "es"):
            yield fact("concepts", country, f"{SKOS}prefLabel", literal(f"Country {number}", lang=lang))
    for facet, size in FACETS.items():
        for number in range(size):
            concept = iris.concept(f"{facet.lower()}_{number}")
            yield fact("concepts", concept, f"{SKOS}prefLabel", literal(f"{facet} {number}", lang="en"))
    decisions = max(50, practices // 10)
    for number in range(decisions):
        decision = iris.id("decision", f"d-{number}")
        yield fact("decisions", decision, f"{RDF}type", iri(iris.term("Decision")))
        yield fact(
            "decisions",
            decision,
            iris.term("year"),
            literal(str(1994 + number % 30), datatype=f"{XSD}integer"),
        )
        for _ in range(random.randint(0, 2)):
            if number:
                cited = iris.id("decision", f"d-{random.randrange(max(0, number - 300), number)}")
                yield fact("decisions", decision, iris.term("cites"), iri(cited))
    for number in range(practices):
        yield from _practice(number, random, iris, fact)


def _practice(
    number: int, random: Random, iris: Iris, fact: Callable[[str, str, str, str], str]
) -> Iterator[str]:
    subject = iris.id("practice", f"technologies_{900_000 + number}")
    yield fact("wocat", subject, f"{RDF}type", iri(iris.term("Technology" if number % 3 else "Approach")))
    yield fact(
        "wocat",
        subject,
        iris.term("country"),
        iri(iris.country(f"C{int(random.random() ** 2 * COUNTRIES):02d}")),
    )
    day = f"20{random.randint(10, 24)}-{random.randint(1, 12):02d}-15"
    yield fact("wocat", subject, iris.term("documented"), literal(day, datatype=f"{XSD}date"))
    yield fact("wocat", subject, f"{DCTERMS}source", iri(f"https://example.org/practice/{number}"))
    for lang in ("en", "fr")[: random.randint(1, 2)]:
        title = " ".join(random.choices(WORDS, k=4))
        yield fact("wocat", subject, f"{RDFS}label", literal(title, lang=lang))
        yield fact(
            "wocat", subject, f"{DCTERMS}abstract", literal(" ".join(random.choices(WORDS, k=60)), lang=lang)
        )
    for facet, size in FACETS.items():
        for value in random.sample(range(size), random.randint(1, 4)):
            yield fact("wocat", subject, iris.term(facet), iri(iris.concept(f"{facet.lower()}_{value}")))
    for question in range(34):
        score = literal(str(random.randint(-3, 3)), datatype=f"{XSD}integer")
        yield fact("wocat", subject, iris.wocat(f"tech_impacts_{question}"), score)


def write(path: Path, practices: int, seed: int = 1) -> None:
    """Write the graph as sorted N-Quads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in sorted(set(quads(practices, seed))))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
