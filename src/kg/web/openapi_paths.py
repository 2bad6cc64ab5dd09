"""The addresses for programs as OpenAPI path items; named queries are added from their files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kg.align.explain import FRAMEWORKS
from kg.align.overlap import FACETS as OVERLAP_FACETS
from kg.align.overlap import LEVELS
from kg.config import Settings
from kg.search.requests import DEEPEST_OFFSET, FACETS, SORTS
from kg.sparql.formats import GRAPHS, RESULTS
from kg.vocab import LANGUAGES
from kg.web.linked_data import FORMATS

RESULT_TYPES: Final = tuple(each.media_type for each in RESULTS)
GRAPH_TYPES: Final = tuple(each.media_type for each in GRAPHS)
_RDF_TYPES: Final = tuple(media_type for _name, _suffix, media_type in FORMATS)
_JSON: Final = "application/json"
_LANG: Final = {"type": "string", "enum": list(LANGUAGES)}
_ADDRESS: Final = {"type": "string", "maxLength": 2000}
_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
_OBJECT: Final = {"type": "object"}
_PLACE: Final = {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0}
_FORM: Final = "application/x-www-form-urlencoded"

_NAMES: Final = list(dict.fromkeys(name for each in (*RESULTS, *GRAPHS) for name in each.names))
"""Every name that ``?format=`` takes."""


def query(name: str, text: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    """Return a parameter of the query string."""
    if "enum" in schema:
        schema = {"type": "string"} | schema
    found = {"name": name, "in": "query", "description": text, "schema": schema}
    return found | {"required": True} if required else found


def content(media_types: Iterable[str], schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a content map; formats that are no JSON get no schema."""
    return {each: {"schema": schema} if schema and each.endswith("json") else {} for each in media_types}


def paths(settings: Settings) -> dict[str, Any]:
    """Return the path items of everything but the named queries."""
    return {
        **_search(settings),
        **_sparql(),
        **_data(),
        **_reconciliation(),
        **_service(),
    }


def _get(
    name: str,
    tag: str,
    summary: str,
    parameters: list[dict[str, Any]],
    answer: dict[str, Any],
    **others: str,
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "The answer.", "content": answer}}
    responses |= {code.removeprefix("_"): {"description": text} for code, text in others.items()}
    operation = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": parameters,
        "responses": responses | {"default": _PROBLEM},
    }
    return {"get": operation}


def _search(settings: Settings) -> dict[str, Any]:
    limit = {"type": "integer", "minimum": 1, "maximum": settings.search_limit_max, "default": 10}
    many = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 50}
    text = {"type": "string", "maxLength": settings.query_text_max}
    lang = query("lang", "Language of labels; else as in Accept-Language.", _LANG)
    facets = [query(name, f"Only results of this {name}; several are alternatives.", many) for name in FACETS]
    without = [query(f"not.{name}", f"No results of this {name}.", many) for name in FACETS]
    offset = {"type": "integer", "minimum": 0, "maximum": DEEPEST_OFFSET, "default": 0}
    return {
        "/api/search": _get(
            "search",
            "search",
            "Search in natural language, in any language",
            [
                query("q", "What to look for.", text),
                *facets,
                *without,
                query("off", "Concepts that were recognised in the text and are not meant.", many),
                query("sort", "Order of the results.", {"enum": list(SORTS), "default": SORTS[0]}),
                query("limit", "Most results.", limit),
                query("offset", "Results to leave out first.", offset),
                lang,
            ],
            content([_JSON], {"$ref": "#/components/schemas/SearchResponse"}),
        ),
        "/api/similar": _get(
            "similar",
            "search",
            "Practices like one practice",
            [
                query("iri", "IRI or code of the practice.", _ADDRESS | {"minLength": 1}, required=True),
                query("limit", "Most results.", limit),
            ],
            content([_JSON], _listed("iri", "hits", {"$ref": "#/components/schemas/Hit"})),
        ),
        "/api/suggest": _get(
            "suggest",
            "search",
            "Complete what is being typed",
            [
                query("q", "The beginning of a word.", {"type": "string", "maxLength": 100}),
                query("limit", "Most suggestions.", limit),
                lang,
            ],
            content([_JSON], _listed("q", "suggestions", _OBJECT)),
        ),
    }


def _listed(name: str, items: str, schema: dict[str, Any]) -> dict[str, Any]:
    properties = {name: {"type": "string"}, items: {"type": "array", "items": schema}}
    return {"type": "object", "required": list(properties), "properties": properties}


def _sparql() -> dict[str, Any]:
    iris = {"type": "array", "items": {"type": "string", "format": "uri"}}
    fields: dict[str, dict[str, Any]] = {
        "query": {"type": "string"},
        "default-graph-uri": iris,
        "named-graph-uri": iris,
        "format": {"type": "string", "enum": _NAMES},
    }
    about = {
        "query": "The query; without one a GET gets the description of the service.",
        "default-graph-uri": "Graphs whose union is the default graph.",
        "named-graph-uri": "The named graphs.",
        "format": "Format of the answer, before Accept.",
    }
    answer = content((*RESULT_TYPES, *GRAPH_TYPES))
    unchanged = "Unchanged since the entity tag in If-None-Match."
    asked = _get(
        "sparql_get",
        "sparql",
        "SPARQL 1.1 Protocol, query by GET",
        [query(name, text, fields[name]) for name, text in about.items()],
        answer,
        _304=unchanged,
    )
    posted = {
        "operationId": "sparql_post",
        "tags": ["sparql"],
        "summary": "SPARQL 1.1 Protocol, query by POST",
        "requestBody": {
            "required": True,
            "content": {
                _FORM: {"schema": {"type": "object", "required": ["query"], "properties": fields}},
                "application/sparql-query": {"schema": {"type": "string"}},
            },
        },
        "responses": {"200": {"description": "The answer.", "content": answer}, "default": _PROBLEM},
    }
    return {
        "/sparql": asked | {"post": posted},
        "/graphs": _get(
            "graph",
            "sparql",
            "A named graph, or the union of all (Graph Store Protocol, read side)",
            [
                query("graph", "IRI of the graph.", {"type": "string", "format": "uri"}),
                query("default", "Asks for the union of all graphs.", {"type": "string", "maxLength": 0}),
                query("format", about["format"], {"enum": _NAMES}),
            ],
            content(GRAPH_TYPES),
            _304=unchanged,
        ),
        "/queries": _get(
            "queries",
            "queries",
            "The documented queries and their parameters",
            [query("format", "A page or data, before Accept.", {"enum": ["json", "html"]})],
            content(
                [_JSON],
                {
                    "type": "object",
                    "required": ["queries"],
                    "properties": {
                        "queries": {"type": "array", "items": {"$ref": "#/components/schemas/NamedQuery"}}
                    },
                },
            ),
            _303="A browser is sent to the page.",
            _304=unchanged,
        ),
    }


def _path(name: str, text: str, **schema: Any) -> dict[str, Any]:
    kept = {"type": "string", "minLength": 1, "maxLength": 300} | schema
    return {"name": name, "in": "path", "required": True, "description": text, "schema": kept}


def _data() -> dict[str, Any]:
    lang = query("lang", "Language of the sentences; else as in Accept-Language.", _LANG)
    level = query("level", "What counts.", {"enum": list(LEVELS), "default": LEVELS[0]})
    value = {"type": "string", "maxLength": 300}
    records = {
        f"/{kind}/{rest}": _get(
            f"{kind}_{rest.count('/')}",
            "data",
            f"{what} as RDF; browsers are sent to its page",
            [
                *parameters,
                query("format", "Format, before Accept.", {"enum": [each for _name, each, _type in FORMATS]}),
            ],
            content(_RDF_TYPES),
            _301="The record was merged into another.",
            _303="The data or the page are at another address.",
            _304="Unchanged since the entity tag in If-None-Match.",
        )
        for kind, rest, what, parameters in (
            ("id", "{kind}/{id}", "A record", [_path("kind", "Kind of record."), _path("id", "Identifier.")]),
            ("def", "{term}", "A term of the ontology", [_path("term", "Local name of the term.")]),
        )
    }
    return records | {
        "/entity": _get(
            "entity",
            "data",
            "From one of our IRIs to its data or page",
            [query("iri", "The IRI.", _ADDRESS, required=True)],
            {},
            _303="There it is.",
        ),
        "/api/assessment/{code}": _get(
            "assessment",
            "data",
            "How a practice stands to the frameworks, criterion by criterion with the evidence",
            [
                _path("code", "Code of the practice.", examples=["technologies_1614"]),
                query("framework", "Only this framework.", {"enum": list(FRAMEWORKS)}),
                lang,
            ],
            content([_JSON], _OBJECT),
        ),
        "/api/overlap": _get(
            "overlap",
            "data",
            "Practices by combination of frameworks",
            [
                level,
                query("by", "Count for each value of this facet.", {"enum": list(OVERLAP_FACETS)}),
                *(query(name, f"Only practices of this {name}.", value) for name in OVERLAP_FACETS),
            ],
            content([_JSON], _OBJECT),
        ),
    }


def _reconciliation() -> dict[str, Any]:
    fields = {"queries": "A batch of queries, as JSON.", "extend": "Entities and properties, as JSON."}
    text = {"type": "string", "maxLength": 20_000}
    answer = content([_JSON], _OBJECT)
    asked = _get(
        "reconcile",
        "reconciliation",
        "The manifest, candidates for a batch of names, or data of matched entities",
        [query(name, each, text) for name, each in fields.items()],
        answer,
    )
    form = {"type": "object", "properties": dict.fromkeys(fields, text)}
    posted = {
        "operationId": "reconcile_post",
        "tags": ["reconciliation"],
        "summary": "The same by POST",
        "requestBody": {"required": True, "content": {_FORM: {"schema": form}}},
        "responses": {"200": {"description": "The answer.", "content": answer}, "default": _PROBLEM},
    }
    suggested = {
        f"/reconcile/suggest/{what}": _get(
            f"reconcile_suggest_{what}",
            "reconciliation",
            f"Complete the name of an entity's {what}"
            if what != "entity"
            else "Complete the name of an entity",
            [
                query("prefix", "What has been typed.", {"type": "string", "maxLength": 500}),
                query("cursor", "Suggestions to leave out first.", _PLACE),
            ],
            answer,
        )
        for what in ("entity", "type", "property")
    }
    proposed = _get(
        "reconcile_propose",
        "reconciliation",
        "Properties that data extension offers for a type",
        [query("type", "The type.", {"type": "string"}), query("limit", "Most properties; 0: all.", _PLACE)],
        answer,
    )
    return {"/reconcile": asked | {"post": posted}, **suggested, "/reconcile/propose": proposed}


def _service() -> dict[str, Any]:
    plain = content([_JSON], _OBJECT)
    return {
        "/healthz": _get("healthz", "service", "Whether the process answers", [], plain),
        "/readyz": _get("readyz", "service", "Whether a generation is open and search is warm", [], plain),
        "/metrics": _get("metrics", "service", "Figures for Prometheus", [], {"text/plain": {}}),
        "/openapi.json": _get("openapi", "service", "This document", [], plain),
        "/.well-known/void": _get(
            "void",
            "service",
            "The datasets (VoID)",
            [],
            content(_RDF_TYPES),
            _303="A browser is sent to the page of the datasets.",
            _304="Unchanged since the entity tag in If-None-Match.",
        ),
    }
