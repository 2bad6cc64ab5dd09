"""JSON schemas of answers, derived from the dataclasses that the answers are made of."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from kg.queries import TYPES
from kg.search.requests import FacetCount, Hit, SearchResponse
from kg.search.suggestions import Suggestion
from kg.search.understood import Excluded, Recognised, Understood

_PLAIN: Final = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_SPAN: Final = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
_PART: Final = {
    "type": "object",
    "required": ["rank", "share"],
    "properties": {"rank": {"type": "integer"}, "share": {"type": "number"}},
}


def components() -> dict[str, Any]:
    """Return the schemas and responses that operations refer to."""
    return {
        "schemas": {
            "Problem": PROBLEM,
            "Hit": schema_of(Hit, parts={"type": "object", "additionalProperties": _PART}),
            "FacetCount": schema_of(FacetCount),
            "Recognised": _spanned(Recognised),
            "Excluded": _spanned(Excluded, off={"type": "string"}),
            "Understood": schema_of(Understood),
            "SearchResponse": schema_of(SearchResponse),
            "Suggestion": schema_of(Suggestion),
            "NamedQuery": NAMED_QUERY,
        },
        "responses": {
            "Problem": {
                "description": "The request was not answered; the document says why (RFC 9457).",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        },
    }


def schema_of(kind: type, **instead: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a dataclass in its JSON form.

    Args:
        instead: schemas of fields that are written otherwise than their type says.
    """
    hints = get_type_hints(kind)
    properties = {each.name: instead.get(each.name) or _schema(hints[each.name]) for each in fields(kind)}
    return {"type": "object", "required": list(properties), "properties": properties}


def _schema(hint: Any) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(each) for each in arguments]}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if is_dataclass(hint) and isinstance(hint, type):
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    if origin is tuple:
        return _SPAN if arguments == (int, int) else {"type": "array", "items": _schema(arguments[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    raise TypeError(f"no schema is known for {hint}")


def _spanned(kind: type, **more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of something found in the query, whose two positions are written as one span."""
    schema = schema_of(kind)
    properties: dict[str, Any] = {
        name: each for name, each in schema["properties"].items() if name not in ("start", "end")
    }
    properties |= {**more, "span": _SPAN}
    return schema | {"properties": properties, "required": list(properties)}


PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong, for the person who asked."},
        "code": {
            "type": "string",
            "description": "Short name of the kind of error; it does not change.",
        },
        "hint": {"type": "string", "description": "What to do about it."},
        "request_id": {"type": "string", "description": "Names the request in the service's log."},
        "line": {"type": ["integer", "null"], "description": "Line of a SPARQL query, from 1."},
        "column": {"type": ["integer", "null"], "description": "Column of a SPARQL query, from 1."},
    },
}

NAMED_QUERY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["name", "title", "description", "url", "parameters", "query", "example"],
    "properties": {
        "name": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "url": {"type": "string", "format": "uri"},
        "query": {"type": "string", "description": "The SPARQL text, in which the parameters are variables."},
        "example": {"type": "string", "description": "The same with the defaults, as it runs at /sparql."},
        "parameters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "type", "required", "default", "description"],
                "properties": {
                    "name": {"type": "string"},
                    "type": {"enum": list(TYPES)},
                    "required": {"type": "boolean"},
                    "default": {"type": ["string", "null"]},
                    "description": {"type": "string"},
                },
            },
        },
    },
}
