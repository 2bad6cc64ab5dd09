"""The pieces that OpenAPI path items are put together from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kg.sparql.formats import GRAPHS, RESULTS
from kg.vocab import LANGUAGES

RESULT_TYPES: Final = tuple(each.media_type for each in RESULTS)
GRAPH_TYPES: Final = tuple(each.media_type for each in GRAPHS)
FORMAT_NAMES: Final = list(dict.fromkeys(name for each in (*RESULTS, *GRAPHS) for name in each.names))
"""Every name that ``?format=`` takes at ``/sparql``."""

LANG: Final = {"type": "string", "enum": list(LANGUAGES)}
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
UNCHANGED: Final = "Unchanged since the entity tag in If-None-Match."


def query(name: str, text: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    """Return a parameter of the query string."""
    if "enum" in schema:
        schema = {"type": "string"} | schema
    found = {"name": name, "in": "query", "description": text, "schema": schema}
    return found | {"required": True} if required else found


def content(media_types: Iterable[str], schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a content map; formats that are no JSON get no schema."""
    return {each: {"schema": schema} if schema and each.endswith("json") else {} for each in media_types}


def get(
    name: str,
    tag: str,
    summary: str,
    parameters: list[dict[str, Any]],
    answer: dict[str, Any],
    **others: str,
) -> dict[str, Any]:
    """Return a path item with a GET; ``others`` are descriptions of answers by status, as ``_304``."""
    responses: dict[str, Any] = {"200": {"description": "The answer.", "content": answer}}
    responses |= {code.removeprefix("_"): {"description": text} for code, text in others.items()}
    operation = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": parameters,
        "responses": responses | {"default": PROBLEM},
    }
    return {"get": operation}


def post(name: str, tag: str, summary: str, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return a path item with a POST, whose body has a content map."""
    operation = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "requestBody": {"required": True, "content": body},
        "responses": {"200": {"description": "The answer.", "content": answer}, "default": PROBLEM},
    }
    return {"post": operation}


def path_parameter(name: str, text: str, **schema: Any) -> dict[str, Any]:
    """Return a parameter of the path, a text unless ``schema`` says more."""
    kept = {"type": "string", "minLength": 1, "maxLength": 300} | schema
    return {"name": name, "in": "path", "required": True, "description": text, "schema": kept}
