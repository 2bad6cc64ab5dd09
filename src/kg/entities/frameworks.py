"""The pages of frameworks and of their criteria."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from kg.entities import common
from kg.entities.framework_model import (
    CriterionPage,
    Framework,
    FrameworkCriterion,
    Relation,
    Relations,
    Under,
)
from kg.entities.memory import remembered
from kg.entities.model import Listed, Ref
from kg.entities.reading import Names, Reading, Statements, ask, lexical, natural
from kg.store import GraphStore, Row
from kg.vocab import DCTERMS, SKOS, Iris

_OWN: Final = ("hasCriterion", "publishedCriterion", "adoptedIn", "definedIn", "paragraph", "concept")
_CLASSES: Final = ("defining", "guard", "supporting", "process")
_RECORDS: Final = ("decision", "publication", "document", "case")
_FIRST: Final = 8
"""Records of a kind, and countries, that the page lists before it refers to the search."""


def read(reading: Reading) -> Framework:
    """Return what only frameworks have: criteria, relations, and what stands under them."""
    kg = reading.iris.term
    tests, published = _criteria(reading)
    under, countries, assessed = _reached(reading)
    return Framework(
        definition=reading.text(f"{SKOS}definition"),
        notes=tuple(reading.texts(f"{SKOS}note")),
        paragraph=reading.value(kg("paragraph")),
        sources=reading.refs(f"{DCTERMS}source"),
        concept=reading.ref(kg("concept")),
        adopted=reading.refs(kg("adoptedIn")),
        defined=reading.refs(kg("definedIn")),
        tests=tests,
        published=published,
        relations=_relations(reading),
        under=under,
        countries=countries,
        assessed=assessed,
        records=_records(reading),
    )


def own_properties(reading: Reading) -> frozenset[str]:
    """Properties that the page has shown."""
    shown = {f"{SKOS}definition", f"{SKOS}note", f"{SKOS}altLabel"}
    return frozenset({*map(reading.iris.term, _OWN), *shown})


def read_criterion(reading: Reading) -> CriterionPage:
    """Return how often a criterion has each result, and the rules that test it."""
    rows = ask(reading.store, "criterion-results", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "result")
    names.add(rows, "rule")
    counts = {lexical(row["result"]): int(lexical(row["count"])) for row in rows if "result" in row}
    rules = sorted({lexical(row["rule"]) for row in rows if "rule" in row}, key=natural)
    return CriterionPage(
        results=tuple((names.ref(iri), counts[iri]) for iri in sorted(counts, key=counts.__getitem__)[::-1]),
        rules=tuple(map(names.ref, rules)),
    )


def _criteria(
    reading: Reading,
) -> tuple[tuple[FrameworkCriterion, ...], tuple[tuple[str, tuple[FrameworkCriterion, ...]], ...]]:
    """Return (tests by class, [(edition, published criteria with their indicators)])."""
    rows = ask(reading.store, "framework-criteria", reading.iris, entity=reading.iri)
    found = Statements(rows, "criterion", reading)
    below: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        below[lexical(row.get("parent"))].add(lexical(row["criterion"]))
    named = set(reading.values(reading.iris.term("hasCriterion")))

    def each(iri: str) -> FrameworkCriterion:
        return _criterion(found, iri, tuple(each(one) for one in sorted(below.get(iri, ()), key=natural)))

    top = [each(iri) for iri in sorted(below[""], key=natural)]
    tests = sorted((one for one in top if one.ref.iri in named), key=lambda one: _place(one.klass))
    editions: dict[str, list[FrameworkCriterion]] = defaultdict(list)
    for one in top:
        if one.ref.iri not in named:
            editions[one.edition].append(one)
    return tuple(tests), tuple((edition, tuple(editions[edition])) for edition in sorted(editions)[::-1])


def _place(klass: str) -> int:
    return _CLASSES.index(klass) if klass in _CLASSES else len(_CLASSES)


def _criterion(found: Statements, iri: str, indicators: tuple[FrameworkCriterion, ...]) -> FrameworkCriterion:
    kg = found.iris.term
    return FrameworkCriterion(
        ref=found.names.ref(iri),
        description=found.text(f"{DCTERMS}description", iri),
        klass=found.value(kg("criterionClass"), iri),
        number=found.value(kg("number"), iri),
        edition=found.value(kg("edition"), iri),
        sources=found.refs(f"{DCTERMS}source", iri),
        source_note=found.value(kg("sourceNote"), iri),
        confidence=found.value(kg("confidence"), iri),
        tests=found.refs(kg("testsCriterion"), iri),
        indicators=indicators,
    )


def _relations(reading: Reading) -> tuple[Relations, ...]:
    """Return the relations by what stands at their other end, frameworks first."""
    rows = ask(reading.store, "framework-relations", reading.iris, entity=reading.iri)
    found, kg = Statements(rows, "relation", reading), reading.iris.term
    groups: dict[Ref, list[Relation]] = defaultdict(list)
    for iri in sorted(found.nodes):
        subject, kind, target = (
            found.ref(kg(f"relation{end}"), iri) for end in ("Subject", "Type", "Object")
        )
        if subject is None or kind is None or target is None:
            continue
        groups[target if subject.iri == reading.iri else subject].append(
            Relation(
                iri=iri,
                subject=subject,
                kind=kind,
                object=target,
                modality=found.value(kg("modality"), iri),
                condition=found.text(kg("condition"), iri),
                source=found.ref(f"{DCTERMS}source", iri),
                source_note=found.value(kg("sourceNote"), iri),
                paragraph=found.value(kg("paragraph"), iri),
                confidence=found.value(kg("confidence"), iri),
                competes=found.values(kg("competesWith"), iri),
            )
        )
    made = [Relations(other, _views(each)) for other, each in groups.items()]
    return tuple(sorted(made, key=lambda group: (group.other.kind != "framework", group.other.iri)))


def _views(relations: list[Relation]) -> tuple[tuple[Relation, ...], ...]:
    """Put views that compete into one tuple; every other relation stands alone."""
    by_iri = {each.iri: each for each in relations}
    made: list[tuple[Relation, ...]] = []
    seen: set[str] = set()
    for each in relations:
        if each.iri not in seen:
            group = {each.iri, *(iri for iri in each.competes if iri in by_iri)}
            group |= {other.iri for other in relations if each.iri in other.competes}
            made.append(tuple(by_iri[iri] for iri in sorted(group - seen)))
            seen |= group
    return tuple(sorted(made, key=len, reverse=True))


def _reached(reading: Reading) -> tuple[tuple[Under, ...], tuple[tuple[Ref, int], ...], int]:
    """Return (practices by verdict, [(country, practices)], number of practices assessed)."""
    counted = reached(reading.store, reading.iri, reading.iris)
    names = Names(reading.iris, reading.language)
    names.add(counted, "country")
    totals: dict[str, int] = {}
    places: dict[str, dict[str, int]] = defaultdict(dict)
    for row in counted:
        statement, country = lexical(row.get("statement")), lexical(row.get("country"))
        if country:
            places[country][statement] = int(lexical(row["count"]))
        else:
            totals[statement] = int(lexical(row["count"]))
    first = _first(reading)
    under = tuple(
        Under(name, totals.get(reading.iris.term(term), 0), first.get(reading.iris.term(term), ()))
        for name, term in (("qualifies", "qualifiesAs"), ("candidate", "candidateFor"))
    )
    countries = [(names.ref(iri), sum(counts.values())) for iri, counts in places.items()]
    countries.sort(key=lambda each: (-each[1], each[0].label.value))
    return under, tuple(countries), totals.get("", 0)


def reached(store: GraphStore, iri: str, iris: Iris) -> list[Row]:
    """Return the counts of practices under a framework, made once: they read all practices."""
    return remembered(store, f"reached {iri}", lambda: ask(store, "framework-reached", iris, entity=iri))


def _first(reading: Reading) -> dict[str, tuple[Listed, ...]]:
    rows = ask(reading.store, "framework-first", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "record")
    names.add(rows, "country", "countryLabel")
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        countries = found[lexical(row["statement"])][lexical(row["record"])]
        if "country" in row:
            countries.add(names.ref(lexical(row["country"])).label.value)
    return {
        statement: tuple(Listed(names.ref(iri), " · ".join(sorted(notes))) for iri, notes in records.items())
        for statement, records in found.items()
    }


def _records(reading: Reading) -> tuple[tuple[str, int, tuple[Listed, ...]], ...]:
    """Return (kind, how many, the newest) for the records that are stated to be about it."""
    kinds: dict[str, list[Listed]] = defaultdict(list)
    for line in common.listed(reading, "framework-records"):
        kinds[line.ref.kind].append(line)
    return tuple(
        (kind, len(kinds[kind]), tuple(kinds[kind][:_FIRST])) for kind in _RECORDS if kinds.get(kind)
    )
