"""The neighbourhood of a record and the overlap's table as OpenAPI path items."""

from __future__ import annotations

from typing import Any, Final

from kg.align.overlap import FACETS, LEVELS
from kg.entities import neighbours
from kg.web.graph import LEAST
from kg.web.openapi_parts import JSON, LANG, UNCHANGED, content, get, query

_TEXT: Final = {"type": "string"}
_WHOLE: Final = {"type": "integer", "minimum": 0}
_ADDRESS: Final = {"type": "string", "format": "uri", "maxLength": 2000}
_LIMIT: Final = {
    "type": "integer",
    "minimum": LEAST,
    "maximum": neighbours.MOST,
    "default": neighbours.FEW,
}


def neighbourhood() -> dict[str, Any]:
    """Return the path items."""
    lang = query("lang", "Language of labels; else as in Accept-Language.", LANG)
    record = query("iri", "The record.", _ADDRESS, required=True)
    limit = query("limit", "Relations of the record itself, shared out evenly among kinds.", _LIMIT)
    level = query("level", "What counts.", {"enum": list(LEVELS), "default": LEVELS[0]})
    value = {"type": "string", "maxLength": 300}
    facets = [query(name, f"Only practices of this {name}.", value) for name in FACETS]
    return {
        "/api/graph": get(
            "neighbourhood",
            "data",
            "The records around a record, as nodes and edges",
            [record, limit, lang],
            content([JSON], _answer()),
            _304=UNCHANGED,
        ),
        "/overlap.csv": get(
            "overlap_csv",
            "data",
            "Practices by combination of frameworks, as a table",
            [level, *facets, lang],
            content(["text/csv"]),
            _304=UNCHANGED,
        ),
    }


def _answer() -> dict[str, Any]:
    node = _object(id=_TEXT, label=_TEXT, kind=_TEXT, kindLabel=_TEXT, page=_TEXT, graph=_TEXT)
    edge = _object(source=_TEXT, target=_TEXT, relation=_TEXT, label=_TEXT)
    group = _object(
        relation=_TEXT,
        label=_TEXT,
        direction={"enum": ["out", "in"]},
        kind={"enum": list(neighbours.KINDS)},
        shown=_WHOLE,
        count=_WHOLE,
    )
    return _object(
        record=_TEXT,
        nodes={"type": "array", "items": node},
        edges={"type": "array", "items": edge},
        groups={"type": "array", "items": group},
        shown=_WHOLE,
        count=_WHOLE,
        between=_object(shown=_WHOLE, count=_WHOLE),
    )


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}
