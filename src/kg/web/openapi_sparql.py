"""The addresses that speak SPARQL, and the list of named queries, as OpenAPI path items."""

from __future__ import annotations

from typing import Any, Final

from kg.web.openapi_parts import (
    FORM,
    FORMAT_NAMES,
    GRAPH_TYPES,
    JSON,
    LANG,
    RESULT_TYPES,
    UNCHANGED,
    content,
    get,
    post,
    query,
)

_IRIS: Final = {"type": "array", "items": {"type": "string", "format": "uri"}}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "query": {"type": "string"},
    "default-graph-uri": _IRIS,
    "named-graph-uri": _IRIS,
    "format": {"type": "string", "enum": FORMAT_NAMES},
}
_ABOUT: Final = {
    "query": "The query; without one a GET gets the description of the service.",
    "default-graph-uri": "Graphs whose union is the default graph.",
    "named-graph-uri": "The named graphs.",
    "format": "Format of the answer, before Accept.",
}


def sparql() -> dict[str, Any]:
    """Return the path items of queries and graphs."""
    return {
        "/sparql": _protocol("sparql", "SPARQL 1.1 Protocol"),
        "/sparql/search": _protocol(
            "sparql_search", "The search as a SPARQL endpoint, for federated queries"
        ),
        "/graphs": get(
            "graph",
            "sparql",
            "A named graph, or the union of all (Graph Store Protocol, read side)",
            [
                query("graph", "IRI of the graph.", {"type": "string", "format": "uri"}),
                query("default", "Asks for the union of all graphs.", {"type": "string", "maxLength": 0}),
                query("format", _ABOUT["format"], {"enum": FORMAT_NAMES}),
            ],
            content(GRAPH_TYPES),
            _304=UNCHANGED,
        ),
        "/queries": get(
            "queries",
            "queries",
            "The documented queries and their parameters",
            [
                query("format", "A page or data, before Accept.", {"enum": ["json", "html"]}),
                query("lang", "Language of titles and help; else as in Accept-Language.", LANG),
            ],
            content(
                [JSON],
                {
                    "type": "object",
                    "required": ["queries"],
                    "properties": {
                        "queries": {"type": "array", "items": {"$ref": "#/components/schemas/NamedQuery"}}
                    },
                },
            ),
            _303="A browser is sent to the page.",
            _304=UNCHANGED,
        ),
    }


def _protocol(name: str, summary: str) -> dict[str, Any]:
    parameters = [query(field, text, _FIELDS[field]) for field, text in _ABOUT.items()]
    answer = content((*RESULT_TYPES, *GRAPH_TYPES))
    body = {
        FORM: {"schema": {"type": "object", "required": ["query"], "properties": _FIELDS}},
        "application/sparql-query": {"schema": {"type": "string"}},
    }
    return get(f"{name}_get", "sparql", f"{summary}, by GET", parameters, answer, _304=UNCHANGED) | post(
        f"{name}_post", "sparql", f"{summary}, by POST", body, answer
    )
