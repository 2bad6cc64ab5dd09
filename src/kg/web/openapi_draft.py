"""The versions of the reconciliation service at paths of their own, as OpenAPI path items."""

from __future__ import annotations

from typing import Any, Final

from kg.web.openapi_parts import FORM, JSON, content, get, post, query
from kg.web.reconcile import DRAFT

_TAG: Final = "reconciliation"
_OBJECT: Final = {"type": "object"}
_ANSWER: Final = content([JSON], _OBJECT)
_PLACE: Final = {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0}
_VALUE: Final = {"description": "A text, number, truth value or entity, or a list of them."}
_CONDITION: Final = {
    "type": "object",
    "required": ["matchType", "propertyValue"],
    "properties": {
        "matchType": {"enum": ["name", "property"]},
        "propertyId": {"type": "string"},
        "propertyValue": _VALUE,
        "required": {"type": "boolean"},
        "matchQuantifier": {"enum": ["any", "all", "none"]},
    },
}
_QUERY: Final = {
    "type": "object",
    "required": ["conditions"],
    "properties": {
        "conditions": {"type": "array", "items": _CONDITION, "minItems": 1},
        "type": {"type": "string"},
        "limit": {"type": "integer", "minimum": 1},
    },
}


def versions() -> dict[str, Any]:
    """Return the path items of version 0.2 and of the draft after it."""
    root = f"/reconcile/{DRAFT}"
    fields = {"queries": {"type": "string"}, "extend": {"type": "string"}}
    form = {FORM: {"schema": {"type": "object", "properties": fields}}}
    batch = {"type": "object", "required": ["queries"],
             "properties": {"queries": {"type": "array", "items": _QUERY}}}  # fmt: skip
    asked = {"type": "object", "required": ["ids", "properties"],
             "properties": {"ids": {"type": "array", "items": {"type": "string"}},
                            "properties": {"type": "array", "items": _OBJECT}}}  # fmt: skip
    found = {
        "/reconcile/0.2": get("reconcile_02", _TAG, "The manifest of version 0.2", [], _ANSWER)
        | post("reconcile_02_batch", _TAG, "A batch of version 0.2, or data extension", form, _ANSWER),
        root: get("draft", _TAG, f"The manifest of version {DRAFT}", [], _ANSWER),
        f"{root}/match": post("draft_match", _TAG, "A batch of queries", {JSON: {"schema": batch}}, _ANSWER),
        f"{root}/extend": post("draft_extend", _TAG, "Data extension", {JSON: {"schema": asked}}, _ANSWER),
        f"{root}/extend/propose": get(
            "draft_propose",
            _TAG,
            "Properties that data extension offers for a type",
            [query("type", "The type.", {"type": "string"}), query("limit", "Most; 0: all.", _PLACE)],
            _ANSWER,
        ),
        f"{root}/preview": get(
            "draft_preview",
            _TAG,
            "A card of one entity",
            [query("id", "The entity.", {"type": "string"}, required=True)],
            {"text/html": {}},
        ),
    }
    for what in ("entity", "type", "property"):
        found[f"{root}/suggest/{what}"] = get(
            f"draft_suggest_{what}",
            _TAG,
            f"Complete the name of a {what}",
            [
                query("prefix", "The beginning.", {"type": "string"}, required=True),
                query("limit", "Most suggestions; 0: 20.", _PLACE),
                query("offset", "How many to leave out.", _PLACE),
            ],
            _ANSWER,
        )
    return found
