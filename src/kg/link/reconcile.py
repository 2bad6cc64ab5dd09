"""Reconciliation Service API 0.2: batches of queries, suggestions, data extension.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kg.errors import BadInput, TooLarge
from kg.link import matching
from kg.link.labels import LabelIndex
from kg.link.matching import Candidate, Wanted
from kg.link.names import Entry
from kg.link.properties import BY_ID, PROPERTIES, PropertyTable, proposals, wanted_keys
from kg.link.text import fold

BATCH_SIZE: Final = 50
BATCH_MOST: Final = 200
DEFAULT_LIMIT: Final = 10
DEFAULT_LIMIT_BY_PROPERTY: Final = 50
"""Candidates of a query without a name, which all score the same."""
LIMIT_MOST: Final = 100
SUGGESTIONS: Final = 20
_PROPERTY_WEIGHT: Final = 0.3
_QUERY_MOST: Final = 20_000
_IDS_MOST: Final = 1000

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


@dataclass(frozen=True, slots=True)
class Query:
    """One reconciliation query, as the specification's section 4 has it."""

    text: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    limit: int = DEFAULT_LIMIT
    properties: tuple[tuple[str, tuple[Any, ...]], ...] = ()


def parse(text: str) -> Any:
    """Read JSON from a form field.

    Raises:
        BadInput: it is not JSON, or nested beyond reason.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("The parameter does not hold JSON.") from None


def read_batch(value: Any) -> dict[str, Query]:
    """Read a batch of queries by their keys.

    Raises:
        BadInput: it is no object of queries.
        TooLarge: there are more queries than one request may hold.
    """
    if not isinstance(value, dict):
        raise BadInput("'queries' must be an object that maps keys to queries.")
    if len(value) > BATCH_MOST:
        raise TooLarge(
            f"A batch holds at most {BATCH_MOST} queries.", hint=f"The manifest asks for {BATCH_SIZE}."
        )
    return {str(key): _query(each) for key, each in value.items()}


def _query(value: Any) -> Query:
    if not isinstance(value, dict):
        raise BadInput("Each query must be an object with 'query' or 'properties'.")
    text = value.get("query")
    if text is not None and not isinstance(text, str):
        raise BadInput("'query' must be a text.")
    properties = _properties(value.get("properties"))
    if text is None and not properties:
        raise BadInput("Each query needs 'query' or 'properties'.")
    given = value.get("type")
    types = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    types = [each.get("id") if isinstance(each, dict) else each for each in types]
    strict = value.get("type_strict")
    return Query(
        (text or "")[:_QUERY_MOST],
        Wanted(
            tuple(each for each in types if isinstance(each, str) and each),
            strict if strict in ("any", "all", "should") else "any",
        ),
        _limit(value.get("limit"), DEFAULT_LIMIT if text else DEFAULT_LIMIT_BY_PROPERTY),
        properties,
    )


def _limit(value: Any, default: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value < 1:
        return default
    return int(min(value, LIMIT_MOST))


def _properties(value: Any) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    found = []
    for each in value if isinstance(value, list) else []:
        if isinstance(each, dict) and isinstance(each.get("pid"), str):
            given = each.get("v")
            found.append((each["pid"], tuple(given) if isinstance(given, list) else (given,)))
    return tuple(found)


class Reconciler:
    """Answers over the names of one generation."""

    def __init__(
        self, index: LabelIndex, table: PropertyTable, *, threshold: float = 98.0, margin: float = 5.0
    ) -> None:
        self.index = index
        self.table = table
        self._threshold, self._margin = threshold, margin

    def candidates(self, query: Query, language: str) -> list[Candidate]:
        """Return the candidates of one query, best first; at most one is a certain match."""
        found: list[Candidate] = []
        if query.text.strip():
            found = matching.candidates(self.index, query.text, query.wanted, language)
        elif query.properties:
            found = self._by_property(query)
        self._constrain(found, query)
        found.sort(key=lambda each: each.order(language))
        matching.decide(found, self._threshold, self._margin)
        return found[: query.limit]

    def _by_property(self, query: Query) -> list[Candidate]:
        """Return what has all the wanted values, for a query without a name."""
        sets = [self.table.having(BY_ID[pid], values) for pid, values in query.properties if pid in BY_ID]
        numbers = set.intersection(*sets) if sets else set()
        entries = [self.index.entries[number] for number in sorted(numbers)]
        return [Candidate(each, matching.LEAST) for each in entries if query.wanted.allows(each)]

    def _constrain(self, found: list[Candidate], query: Query) -> None:
        known = [(BY_ID[pid], values) for pid, values in query.properties if pid in BY_ID]
        known = [(prop, values) for prop, values in known if any(wanted_keys(value) for value in values)]
        if not known:
            return
        for prop, values in known:
            having = self.table.having(prop, values)
            for each in found:
                fits = each.entry.number in having
                each.features[f"property_{prop.id}"] = fits
                if not fits:
                    each.score = round(each.score * (1 - _PROPERTY_WEIGHT / len(known)), 1)
                    each.safe = False

    def describe(self, found: Candidate, language: str) -> dict[str, Any]:
        """Return a candidate as the specification writes it."""
        entry = found.entry
        features: list[dict[str, Any]] = [
            {"id": name, "value": value} for name, value in found.features.items()
        ]
        body: dict[str, Any] = {
            "id": entry.id,
            "name": _shown(found, language),
            "description": describe_entry(entry, self.index, language),
            "type": types_of(entry),
            "score": found.score,
            "features": features,
            "match": found.match,
        }
        return body

    # -- suggest ----------------------------------------------------------------------------------

    def suggest_entities(self, prefix: str, cursor: int, language: str) -> list[dict[str, Any]]:
        """Complete the beginning of a name, an id or a code."""
        entry = self.index.entry(prefix.strip())
        found = self.index.beginning(prefix, language)
        if entry is not None:
            found = [entry, *[each for each in found if each is not entry]]
        return [
            {
                "id": each.id,
                "name": each.label(language).value,
                "description": describe_entry(each, self.index, language),
                "notable": types_of(each),
            }
            for each in found[cursor : cursor + SUGGESTIONS]
        ]

    # -- data extension ---------------------------------------------------------------------------

    def extend(self, value: Any, language: str, service: str) -> dict[str, Any]:
        """Answer a data extension query.

        Raises:
            BadInput: it does not name ids and properties.
            TooLarge: it names too many ids.
        """
        if not isinstance(value, dict) or not isinstance(value.get("ids"), list):
            raise BadInput("'extend' must be an object with 'ids' and 'properties'.")
        wanted = value.get("properties")
        if not isinstance(wanted, list):
            raise BadInput("'properties' must be a list of objects with an 'id'.")
        if len(value["ids"]) > _IDS_MOST:
            raise TooLarge(f"At most {_IDS_MOST} ids are extended at a time.")
        asked = [each for each in wanted if isinstance(each, dict) and isinstance(each.get("id"), str)]
        ids = [each if isinstance(each, str) else json.dumps(each) for each in value["ids"]]
        rows = {given: {each["id"]: self._cells(given, each, language) for each in asked} for given in ids}
        return {"meta": [_meta(each["id"], service) for each in asked], "rows": rows}

    def _cells(self, given: str, asked: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
        prop = BY_ID.get(asked["id"])
        if prop is None:
            return []
        settings = asked.get("settings")
        text = str(settings.get("limit", "")) if isinstance(settings, dict) else ""
        limit = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        return self.table.cells(self.index.entry(given), prop, language, limit)


def _shown(found: Candidate, language: str) -> str:
    """Return the entry's name in the reader's language, or the matched one where it is in that language."""
    name = found.name
    own = found.entry.label(language)
    if (
        name is not None
        and name.role == "label"
        and (own.lang or "") != language
        and found.features.get("exact")
    ):
        return name.text
    return own.value


def _meta(pid: str, service: str) -> dict[str, Any]:
    prop = BY_ID.get(pid)
    body: dict[str, Any] = {"id": pid, "name": prop.name if prop else pid}
    if prop and prop.expects:
        body["type"] = {"id": prop.expects, "name": TYPES[prop.expects]}
        if service.startswith(("http://", "https://")):
            body["service"] = service
    return body


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
