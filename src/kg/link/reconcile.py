"""Reconciliation Service API 0.2: answers to queries, completed names, data extension.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from kg.errors import BadInput, TooLarge
from kg.link import matching
from kg.link.labels import LabelIndex
from kg.link.matching import Candidate
from kg.link.properties import BY_ID, PropertyTable, wanted_keys
from kg.link.reconcile_queries import Query
from kg.link.reconcile_types import SUGGESTIONS, TYPES, describe_entry, types_of

_PROPERTY_WEIGHT: Final = 0.3
_IDS_MOST: Final = 1000


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
