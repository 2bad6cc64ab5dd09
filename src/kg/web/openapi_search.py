"""The addresses of the search as OpenAPI path items; what GET takes in the address, POST takes in a body."""

from __future__ import annotations

from typing import Any, Final

from kg.config import Settings
from kg.search.export import FORMATS
from kg.search.requests import DEEPEST_OFFSET, FACETS, SORTS
from kg.web.api import EMBED_MOST
from kg.web.openapi_parts import FORM, JSON, LANG, content, get, post, query

_TEXTS: Final = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 50}
_GROUP: Final = {"type": "object", "additionalProperties": _TEXTS, "propertyNames": {"enum": list(FACETS)}}
_LISTS: Final = (JSON, *(media_type for media_type, _write in FORMATS.values()))
_HIT: Final = {"$ref": "#/components/schemas/Hit"}


def search(settings: Settings) -> dict[str, Any]:
    """Return the path items of search, similar records, suggestions and vectors."""
    most = {"type": "integer", "minimum": 1, "maximum": settings.search_limit_max, "default": 10}
    text = {"type": "string", "maxLength": settings.query_text_max}
    limit = query("limit", "Most results.", most)
    all_too = query(
        "limit",
        f"Most results of a page, or 'all' for the whole list (up to {settings.search_export_max}).",
        {"oneOf": [most, {"const": "all"}]},
    )
    lang = query("lang", "Language of labels; else as in Accept-Language.", LANG)
    form = query("format", "Format of the list, before Accept.", {"enum": ["json", *FORMATS]})
    return {
        "/api/search": _both(
            "search",
            "Search in natural language, in any language",
            [query("q", "What to look for.", text), *_filters(), all_too, lang, form],
            content(_LISTS, {"$ref": "#/components/schemas/SearchResponse"}),
            {"filters": _GROUP, "exclude": _GROUP},
        ),
        "/api/similar": _both(
            "similar",
            "Records like one record",
            [
                query("iri", "IRI of the record, or code of a practice.", _ADDRESS, required=True),
                query("type", "Only records of these types.", _TEXTS),
                limit,
                lang,
                form,
            ],
            content(_LISTS, _listed("iri", "hits", _HIT)),
        ),
        "/api/suggest": _both(
            "suggest",
            "Complete what is being typed",
            [query("q", "The beginning of a word.", {"type": "string", "maxLength": 100}), limit, lang],
            content([JSON], _listed("q", "suggestions", {"$ref": "#/components/schemas/Suggestion"})),
        ),
        "/api/embed": _both(
            "embed",
            "Vectors of texts, where the operator allows it (setting embed_api)",
            [
                query("q", "The texts.", _some(text), required=True),
                query("kind", "What the texts are.", {"enum": ["query", "passage"], "default": "query"}),
                query("encoder", "Encoder of the index.", {"type": "string", "maxLength": 40}),
            ],
            content([JSON], {"type": "object"}),
        ),
    }


_ADDRESS: Final = {"type": "string", "minLength": 1, "maxLength": 2000}


def _some(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema | {"minLength": 1}, "minItems": 1, "maxItems": EMBED_MOST}


def _filters() -> list[dict[str, Any]]:
    offset = {"type": "integer", "minimum": 0, "maximum": DEEPEST_OFFSET, "default": 0}
    return [
        *(query(each, f"Only results of this {each}; several are alternatives.", _TEXTS) for each in FACETS),
        *(query(f"not.{each}", f"No results of this {each}.", _TEXTS) for each in FACETS),
        query("off", "Concepts that were recognised in the text and are not meant.", _TEXTS),
        query("sort", "Order of the results.", {"enum": list(SORTS), "default": SORTS[0]}),
        query("offset", "Results to leave out first.", offset),
    ]


def _both(
    name: str,
    summary: str,
    parameters: list[dict[str, Any]],
    answer: dict[str, Any],
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a path item with GET and POST; ``more`` are members that only a JSON body can have."""
    fields = {each["name"]: each["schema"] for each in parameters}
    needed = [each["name"] for each in parameters if each.get("required")]
    form = {"type": "object", "properties": fields} | ({"required": needed} if needed else {})
    body = {JSON: {"schema": form | {"properties": fields | (more or {})}}, FORM: {"schema": form}}
    return get(name, "search", summary, parameters, answer) | post(
        f"{name}_post", "search", f"{summary}; arguments in the body", body, answer
    )


def _listed(name: str, items: str, schema: dict[str, Any]) -> dict[str, Any]:
    properties = {name: {"type": "string"}, items: {"type": "array", "items": schema}}
    return {"type": "object", "required": list(properties), "properties": properties}
