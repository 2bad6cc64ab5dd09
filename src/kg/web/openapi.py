"""``/openapi.json``: the description of every address for programs, made from the code's own tables."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, json, request

from kg import __version__
from kg.queries import NamedQuery, Parameter
from kg.web.context import settings
from kg.web.named_queries import FORMATS, all_queries
from kg.web.openapi_linking import TOKEN
from kg.web.openapi_parts import PROBLEM, RESULT_TYPES, UNCHANGED, content, query
from kg.web.openapi_paths import paths
from kg.web.openapi_schemas import components
from kg.web.respond import Answer, tagged

bp = Blueprint("openapi", __name__)

TAGS: Final = {
    "search": "Find practices, decisions, publications and terms in natural language.",
    "sparql": "The whole graph by SPARQL 1.1, read only.",
    "queries": "Documented questions with typed parameters.",
    "data": "Records and terms as RDF, assessments as JSON.",
    "reconciliation": "Match names with records (Reconciliation Service API 0.2).",
    "linking": "Links between partners' records and ours.",
    "service": "What the service says about itself.",
}
_LONGEST: Final = 2000


@bp.get("/openapi.json")
def document() -> Answer:
    """Describe the interface (OpenAPI 3.1.0, https://spec.openapis.org/oas/v3.1.0)."""
    body = json.dumps(describe(), ensure_ascii=False)
    return tagged(body, "application/json")


def describe() -> dict[str, Any]:
    """Return the whole description; it depends on the settings and on the query files alone."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LandKG",
            "version": __version__,
            "summary": "Knowledge graph and semantic search for sustainable land management",
            "description": "Only what partners hand in needs a token. Errors are problem details (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": request.script_root or "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths(settings())
        | {f"/queries/{each.name}": _named(each) for each in all_queries().values()},
        "components": components() | {"securitySchemes": {"token": TOKEN}},
    }


def _named(each: NamedQuery) -> dict[str, Any]:
    parameters = [_parameter(one) for one in each.parameters]
    parameters.append(query("format", "Format of the answer, before Accept.", {"enum": list(FORMATS)}))
    return {
        "get": {
            "operationId": f"query_{each.name.replace('-', '_')}",
            "tags": ["queries"],
            "summary": each.title,
            "description": each.description,
            "parameters": parameters,
            "responses": {
                "200": {"description": "The rows.", "content": content(RESULT_TYPES)},
                "303": {"description": "A browser is sent to the page of the query."},
                "304": {"description": UNCHANGED},
                "default": PROBLEM,
            },
        }
    }


def _parameter(each: Parameter) -> dict[str, Any]:
    schema = dict(_TYPES.get(each.type, _IDENTIFIER))
    if each.default is not None:
        schema["default"] = int(each.default) if each.type == "integer" else each.default
    return query(each.name, f"{each.help} (type: {each.type})", schema, required=each.required)


_IDENTIFIER: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 300}
"""An identifier such as ``technologies_1614``, or the whole IRI of the record."""

_TYPES: Final[dict[str, dict[str, Any]]] = {
    "country": {"type": "string", "pattern": '^([A-Za-z]{3}|https?://[^\\s<>"{}|\\\\^`]+)$'},
    "string": {"type": "string", "maxLength": _LONGEST},
    "integer": {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1},
    "number": {"type": "number"},
    "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
    "iri": {"type": "string", "format": "uri", "maxLength": _LONGEST},
}
