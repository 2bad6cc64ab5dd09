"""Reconciliation Service API 1.0-draft: its queries read as ours, our answers written as it wants them.

https://reconciliation-api.github.io/specs/1.0-draft/ . Names and properties became conditions, keys of
batches became places in lists, and each text says its language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from kg.errors import BadInput, TooLarge
from kg.link import reconcile_queries as queries
from kg.link.matching import Candidate
from kg.link.properties import BY_ID
from kg.link.reconcile import Reconciler
from kg.link.reconcile_queries import Query

VERSION: Final = "1.0-draft"
_CONDITIONS_MOST: Final = 50
_VALUES_MOST: Final = 50
_QUANTIFIERS: Final = ("any", "all", "none")
FEATURES: Final = {
    "exact": "equal name",
    "name_similarity": "likeness of names",
    "token_overlap": "shared words",
    "preferred_label": "preferred label",
    "code": "equal code",
    "type": "type that was asked for",
    "meaning": "likeness of meaning",
}
"""Names of the features; what is not here is named by its identifier."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a property: which of the values must be there, and whether it filters."""

    pid: str
    values: tuple[Any, ...]
    required: bool
    quantifier: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: the names that may match, and what is asked of properties."""

    names: tuple[str, ...]
    base: Query
    conditions: tuple[Condition, ...]


def read_batch(value: Any) -> list[Asked]:
    """Read the body of a request to ``/match``.

    Raises:
        BadInput: it is no object with a list of queries, or a query is not as the draft has it.
        TooLarge: there are more queries or conditions than one request may hold.
    """
    if not isinstance(value, dict) or not isinstance(value.get("queries"), list):
        raise BadInput("Send an object whose 'queries' is a list.")
    if len(value["queries"]) > queries.BATCH_MOST:
        raise TooLarge(
            f"A batch holds at most {queries.BATCH_MOST} queries.",
            hint=f"The manifest asks for {queries.BATCH_SIZE}.",
        )
    return [_asked(each, f"queries[{number}]") for number, each in enumerate(value["queries"])]


def _asked(value: Any, place: str) -> Asked:
    if not isinstance(value, dict):
        raise BadInput(f"'{place}' must be an object.")
    given = value.get("conditions")
    if not isinstance(given, list) or not given:
        raise BadInput(f"'{place}.conditions' must be a list of at least one condition.")
    if len(given) > _CONDITIONS_MOST:
        raise TooLarge(f"'{place}.conditions' holds at most {_CONDITIONS_MOST} conditions.")
    wanted = value.get("type")
    if wanted is not None and not isinstance(wanted, str):
        raise BadInput(f"'{place}.type' must be the identifier of one type.")
    names: list[str] = []
    conditions = []
    for number, each in enumerate(given):
        found = _condition(each, f"{place}.conditions[{number}]")
        if isinstance(found, Condition):
            conditions.append(found)
        else:
            names += found
    base = queries.read_query(
        {"query": names[0] if names else "", "type": wanted, "limit": value.get("limit")}
    )
    return Asked(tuple(names[:_VALUES_MOST]), base, tuple(conditions))


def _condition(value: Any, place: str) -> Condition | list[str]:
    if not isinstance(value, dict) or value.get("matchType") not in ("name", "property"):
        raise BadInput(f"'{place}.matchType' must be 'name' or 'property'.")
    if "propertyValue" not in value:
        raise BadInput(f"'{place}.propertyValue' is missing.")
    given = value["propertyValue"]
    values = given[:_VALUES_MOST] if isinstance(given, list) else [given]
    if value["matchType"] == "name":
        return [_name(each) for each in values]
    if not isinstance(value.get("propertyId"), str):
        raise BadInput(f"'{place}.propertyId' must be the identifier of a property.")
    quantifier = value.get("matchQuantifier", "any")
    if quantifier not in _QUANTIFIERS:
        raise BadInput(f"'{place}.matchQuantifier' must be one of {', '.join(_QUANTIFIERS)}.")
    return Condition(value["propertyId"], tuple(values), value.get("required") is True, quantifier)


def _name(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("id") or ""
    return "" if value is None or isinstance(value, dict | list) else str(value)


def candidates(service: Reconciler, asked: Asked, language: str) -> list[Candidate]:
    """Return the candidates of one query, best first; at most one is a certain match."""
    best: dict[int, Candidate] = {}
    wide = replace(asked.base, limit=queries.LIMIT_MOST, properties=_lenient(asked.conditions))
    for name in asked.names or ("",):
        for each in service.candidates(replace(wide, text=name), language):
            held = best.get(each.entry.number)
            if held is None or each.score > held.score:
                best[each.entry.number] = each
    found = _kept(service, best.values(), asked.conditions)
    found.sort(key=lambda each: each.order(language))
    if sum(each.match for each in found) > 1:
        for each in found:
            each.match = False
    return found[: asked.base.limit]


def _lenient(conditions: Iterable[Condition]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Return what raises or lowers scores the way it does in version 0.2."""
    return tuple((each.pid, each.values) for each in conditions if each.quantifier == "any")


def _kept(
    service: Reconciler, found: Iterable[Candidate], conditions: tuple[Condition, ...]
) -> list[Candidate]:
    """Leave out what a required condition rules out; a soft one rules out a certain match."""
    rows = list(found)
    for each in conditions:
        prop = BY_ID.get(each.pid)
        if prop is None:
            if each.required:
                return []
            continue
        having = [service.table.having(prop, (value,)) for value in each.values]
        for row in rows:
            held = [row.entry.number in one for one in having]
            fits = {"any": any(held), "all": all(held), "none": not any(held)}[each.quantifier]
            row.features[f"property_{prop.id}"] = fits
            row.match = row.match and fits
        if each.required:
            rows = [row for row in rows if row.features[f"property_{prop.id}"]]
    return rows


def described(service: Reconciler, found: Candidate, language: str) -> dict[str, Any]:
    """Return a candidate as the draft writes it: every feature has a name."""
    body = service.describe(found, language)
    for each in body["features"]:
        each["name"] = FEATURES.get(each["id"], each["id"].replace("_", " "))
    return body | {"lang": found.entry.label(language).lang or language}


def extended(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a data extension response of 0.2 with its rows as lists."""
    rows = [
        {"id": given, "properties": [{"id": pid, "values": cells} for pid, cells in row.items()]}
        for given, row in answer["rows"].items()
    ]
    return {"meta": answer["meta"], "rows": rows}


def manifest_extend(settings: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the settings of data extension in the draft's names."""
    changed = [
        {
            "id": each["name"],
            "name": each["label"],
            "type": each["type"],
            "default": each["default"],
            "helpText": each["help_text"],
        }
        for each in settings
    ]
    return {"proposeProperties": True, "propertySettings": changed}
