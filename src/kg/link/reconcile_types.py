"""The types of reconciliation, how an entry is described, and what the suggest services complete."""

from __future__ import annotations

from typing import Any, Final

from kg.link.labels import LabelIndex
from kg.link.names import Entry
from kg.link.properties import PROPERTIES, proposals
from kg.link.text import fold

SUGGESTIONS: Final = 20
TYPES: Final = {
    "practice": "Practice of sustainable land management",
    "technology": "SLM technology (WOCAT)",
    "approach": "SLM approach (WOCAT)",
    "prais": "PRAIS best practice",
    "decision": "Decision or resolution",
    "document": "Official document",
    "publication": "Publication",
    "concept": "Concept",
    "country": "Country or area",
    "region": "Region",
    "framework": "Framework (SLM, LDN, EbA, Eco-DRR, NbS, drought)",
    "body": "Body, convention or organization",
    "entity": "Other thing of the UNCCD Knowledge Hub",
    "case": "Partner's case study",
}
"""Types of entities with their names; the first of an entity's types is the most special."""

DEFAULT_TYPES: Final = ("practice", "concept", "country", "decision", "publication", "body")


def types_of(entry: Entry) -> list[dict[str, str]]:
    """Return the types of an entry with their names."""
    return [{"id": each, "name": TYPES[each]} for each in entry.types]


def describe_entry(entry: Entry, index: LabelIndex, language: str) -> str:
    """Return what tells an entry from others of its name: type, code, countries, year."""
    parts = [TYPES[entry.types[0]], entry.id.partition(":")[2].replace("~", "/")]
    if entry.types[-1] in ("practice", "case"):
        for each in entry.countries[:3]:
            country = index.by_id.get(f"country:{each}")
            parts.append(country.label(language).value if country else each)
    parts.append(entry.year)
    return ", ".join(each for each in parts if each)


def suggest_types(prefix: str, cursor: int) -> list[dict[str, str]]:
    """Complete the beginning of a type's name or id."""
    rows = [{"id": each, "name": name} for each, name in TYPES.items()]
    return _beginning(rows, prefix)[cursor : cursor + SUGGESTIONS]


def suggest_properties(prefix: str, cursor: int) -> list[dict[str, str]]:
    """Complete the beginning of a property's name or id."""
    rows = [{"id": each.id, "name": each.name} for each in PROPERTIES]
    return _beginning(rows, prefix)[cursor : cursor + SUGGESTIONS]


def _beginning(rows: list[dict[str, str]], prefix: str) -> list[dict[str, str]]:
    key = fold(prefix)
    if not key:
        return []
    return [
        row for row in rows if fold(row["id"]).startswith(key) or f" {fold(row['name'])}".find(f" {key}") >= 0
    ]


def propose(wanted: str, limit: int) -> dict[str, Any]:
    """Return the properties that data extension offers for a type."""
    found = proposals(wanted, limit)
    body: dict[str, Any] = {
        "properties": [{"id": each.id, "name": each.name} for each in found],
        "type": wanted,
    }
    return body | ({"limit": limit} if limit else {})
