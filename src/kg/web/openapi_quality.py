"""The quality report as OpenAPI path items."""

from __future__ import annotations

from typing import Any, Final

from kg.quality import KINDS
from kg.web.openapi_parts import JSON, UNCHANGED, content, get, query
from kg.web.quality_asked import LONGEST, MOST, TABLES, USUAL

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_COUNTS: Final = {"type": "object", "additionalProperties": {"type": "integer"}}
_OBJECT: Final = {"type": "object"}


def quality() -> dict[str, Any]:
    """Return the path items of the report and its tables."""
    wanted = [
        query("kind", "Only findings of this kind.", {"enum": list(KINDS)}),
        query(
            "change", "Only those that the generation before did not have, or had.", {"enum": ["new", "gone"]}
        ),
        query("q", "Only those whose record, field or reason has this text.", _TEXT | {"maxLength": LONGEST}),
    ]
    part = [
        query("limit", "Most findings.", _COUNT | {"maximum": MOST, "default": USUAL}),
        query("offset", "Findings to leave out first.", _COUNT | {"maximum": 10_000_000, "default": 0}),
    ]
    summary = "The quality report of the generation that serves, compared with the one before"
    answer = content([JSON], _answer())
    found = {
        "/quality": get(
            "quality",
            "service",
            f"{summary}; browsers are sent to its page",
            [*wanted, *part],
            answer,
            _303="A browser is sent to the page.",
            _304=UNCHANGED,
        ),
        "/quality.json": get("quality_json", "service", summary, [*wanted, *part], answer, _304=UNCHANGED),
    }
    for name in TABLES:
        chosen = wanted if name == "findings" else []
        text = f"The table '{name}' of the quality report"
        found[f"/quality/{name}.csv"] = get(
            f"quality_{name}", "service", text, chosen, content(["text/csv"]), _304=UNCHANGED
        )
    return found


def _answer() -> dict[str, Any]:
    finding = {
        "type": "object",
        "required": ["kind", "record", "field", "reason"],
        "properties": {
            "kind": {"enum": list(KINDS)},
            "record": _TEXT | {"description": "IRI, or dataset, file and place of one that was left out."},
            "field": _TEXT,
            "reason": _TEXT,
        },
    }
    properties = {
        "generation": _TEXT,
        "built": _TEXT,
        "counts": _COUNTS,
        "total": _COUNT,
        "offset": _COUNT,
        "limit": _COUNT,
        "findings": {"type": "array", "items": finding},
        "completeness": {"type": "array", "items": _OBJECT},
        "languages": _COUNTS,
        "since_last": {"type": ["object", "null"]},
        "links_checked": {"type": ["object", "null"]},
    }
    return {"type": "object", "required": list(properties), "properties": properties}
