"""The page of a practice: where, what it is in words, what it does, how it is assessed."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from kg.entities import common, themes
from kg.entities.model import Fact, Hazard, Impact, Practice, Ref, Table, Verdict
from kg.entities.reading import Reading, ask, labels_of, lexical, natural
from kg.model import Text
from kg.vocab import DCTERMS, FOAF, GEO, PROV

FACETS: Final = (
    "purpose",
    "landUse",
    "slmGroup",
    "measure",
    "degradation",
    "ldGoal",
    "climateZone",
    "rainfallClass",
    "slopeClass",
)
"""``kg:`` facet properties in the order in which a reader asks for them."""

_OWN: Final = (
    "localName",
    "country",
    "place",
    "edition",
    "documented",
    "pageLanguage",
    "hasRow",
    "exposure",
    "hazard",
    "linkedPractice",
    "factsBasis",
    "qualifiesAs",
    "candidateFor",
    *FACETS,
)
_POINT = re.compile(r"POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
_QUALIFIED = re.compile(r"^(?P<column>.+?) \((?P<group>.+?)(?:, \w+_qg_\d+)?\)$")
"""Labels of questions that stand in several groups name the group (``Quantity (Labour, tech_qg_36)``)."""
_COLUMNS: Final = (
    "_specify",
    "_unit",
    "_quantity",
    "_est_costs",
    "_maint_costs",
    "_total_costs",
    "_percentage_costs",
)
"""Ends of the questions of a cost table, in the order of its columns."""
_STAGES: Final = {"_input_est_": "establishment", "_input_maint_": "maintenance"}
_VERDICT_ORDER: Final = ("qualifies", "candidate", "insufficient", "not_qualified")


def read(reading: Reading) -> Practice:
    """Return what only practices have."""
    kg = reading.iris.term
    return Practice(
        countries=reading.refs(kg("country")),
        places=tuple(reading.texts(kg("place"))),
        local_names=tuple(reading.texts(kg("localName"))),
        points=tuple(_points(reading)),
        documented=reading.value(kg("documented")) or None,
        edition=reading.value(kg("edition")) or None,
        classification=tuple(_classification(reading)),
        hazards=tuple(_hazards(reading)),
        impacts=tuple(_impacts(reading)),
        tables=tuple(_tables(reading)),
        answers=_answers(reading),
        linked=reading.refs(kg("linkedPractice")),
        verdicts=tuple(_verdicts(reading)),
        credits=tuple(_credits(reading)),
        basis=reading.values(kg("factsBasis")),
        official=themes.sharing(reading, _topics(reading)),
    )


def _topics(reading: Reading) -> set[str]:
    """Return everything that the practice itself names."""
    return {value for predicate in reading.properties() for value in reading.values(predicate)}


def _points(reading: Reading) -> list[tuple[float, float]]:
    found = []
    for node in reading.parts(f"{GEO}hasGeometry"):
        match = _POINT.search(reading.value(f"{GEO}asWKT", node))
        if match:
            found.append((float(match[1]), float(match[2])))
    return found


def _classification(reading: Reading) -> list[Fact]:
    found = []
    for facet in FACETS:
        values = common.fact_values(reading, reading.iris.term(facet))
        if values:
            found.append(Fact(Ref(reading.iris.term(facet), Text(facet), "facet"), values))
    return found


def _hazards(reading: Reading) -> list[Hazard]:
    kg = reading.iris.term
    found: dict[str, Hazard] = {}
    for node in reading.parts(kg("exposure")):
        hazard = reading.ref(kg("hazard"), node)
        if hazard is not None:
            found[hazard.iri] = Hazard(
                hazard,
                reading.value(kg("change"), node) or None,
                reading.ref(kg("sensitivity"), node),
                reading.text(kg("season"), node),
            )
    for hazard in reading.refs(kg("hazard")):
        found.setdefault(hazard.iri, Hazard(hazard))
    return list(found.values())


def _impact_properties(reading: Reading) -> list[str]:
    start = reading.iris.wocat("tech_impacts_")
    return [name for name in reading.properties() if name.startswith(start)]


def _impacts(reading: Reading) -> list[Impact]:
    found = []
    for predicate in _impact_properties(reading):
        value = reading.value(predicate)
        if re.fullmatch(r"[+-]?[0-3]", value):
            found.append(Impact(reading.names.ref(predicate).label, int(value)))
    return sorted(found, key=lambda impact: (-impact.value, impact.label.value.casefold()))


def _tables(reading: Reading) -> list[Table]:
    kg = reading.iris.term
    groups: dict[str, list[str]] = defaultdict(list)
    for node in reading.parts(kg("hasRow")):
        groups[reading.value(kg("group"), node)].append(node)
    return [_table(reading, key, nodes) for key, nodes in sorted(groups.items(), key=lambda g: natural(g[0]))]


def _table(reading: Reading, key: str, nodes: list[str]) -> Table:
    columns: list[str] = []
    for node in nodes:
        columns += [
            name
            for name in reading.properties(node)
            if name.startswith(reading.iris.wocat_ns) and name not in columns
        ]
    columns.sort(key=_column_order)
    rows = tuple(tuple(common.fact_values(reading, column, node) for column in columns) for node in nodes)
    labels = [reading.names.ref(column).label for column in columns]
    title, plain = _title(labels)
    return Table(key, title, _stage(columns), plain, rows)


def _title(labels: list[Text]) -> tuple[Text | None, tuple[Text, ...]]:
    """Return the title that all columns name, and the columns without it."""
    named = [_QUALIFIED.match(label.value) for label in labels]
    groups = {match["group"] for match in named if match}
    if len(groups) != 1 or None in named:
        return (labels[0] if labels else None), tuple(labels)
    columns = zip(named, labels, strict=True)
    return Text(groups.pop(), labels[0].lang), tuple(
        Text(match["column"], label.lang) for match, label in columns if match
    )


def _column_order(column: str) -> tuple[int, str]:
    """What it is comes first, then how much, then what it costs."""
    place = next((n for n, end in enumerate(_COLUMNS) if column.endswith(end)), len(_COLUMNS))
    return place, column


def _stage(columns: list[str]) -> str:
    """Tell by the questions of WOCAT 4.4 and 4.6 which costs a table is about."""
    for part, stage in _STAGES.items():
        if columns and all(part in column for column in columns):
            return stage
    return ""


def _answers(reading: Reading) -> tuple[Fact, ...]:
    kg = reading.iris.term
    other = (f"{GEO}hasGeometry", f"{DCTERMS}contributor", f"{FOAF}depiction", f"{DCTERMS}spatial")
    shown = frozenset((*map(kg, _OWN), *other, *_impact_properties(reading)))
    return common.facts(reading, shown)


def _credits(reading: Reading) -> list[tuple[str, str, str]]:
    kg = reading.iris.term
    nodes = reading.parts(f"{DCTERMS}contributor") or reading.parts(f"{PROV}wasAttributedTo")
    return [
        (
            reading.value(f"{FOAF}name", node),
            reading.value(kg("institution"), node),
            reading.value(kg("creditRole"), node),
        )
        for node in nodes
    ]


def _verdicts(reading: Reading) -> list[Verdict]:
    """Return the verdict of each framework, the best first; `kg.align` explains them."""
    rows = ask(reading.store, "assessments", reading.iris, entity=reading.iri)
    named_here = (lexical(row[thing]) for row in rows for thing in ("framework", "verdict"))
    reading.names.take(labels_of(reading.store, named_here, reading.iris))
    named = reading.names.ref
    found = {
        lexical(row["assessment"]): Verdict(
            named(lexical(row["assessment"])),
            named(lexical(row["framework"])),
            named(lexical(row["verdict"])),
        )
        for row in rows
    }
    return sorted(found.values(), key=_strength)


def _strength(verdict: Verdict) -> tuple[int, str]:
    name = verdict.verdict.iri.rpartition("verdict_")[2]
    return (_VERDICT_ORDER.index(name) if name in _VERDICT_ORDER else 9, verdict.framework.iri)
