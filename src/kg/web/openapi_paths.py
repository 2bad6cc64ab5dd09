"""The addresses for programs as OpenAPI path items; named queries are added from their files."""

from __future__ import annotations

from typing import Any, Final

from kg.align.explain import FRAMEWORKS
from kg.align.overlap import FACETS as OVERLAP_FACETS
from kg.align.overlap import LEVELS
from kg.config import Settings
from kg.entities.hub import LISTS
from kg.web.linked_data import FORMATS
from kg.web.openapi_draft import versions
from kg.web.openapi_following import following
from kg.web.openapi_linking import linking
from kg.web.openapi_neighbours import neighbourhood
from kg.web.openapi_parts import FORM, JSON, LANG, UNCHANGED, content, get, path_parameter, post, query
from kg.web.openapi_places import places
from kg.web.openapi_quality import quality
from kg.web.openapi_search import search
from kg.web.openapi_sparql import sparql

_RDF_TYPES: Final = tuple(media_type for _name, _suffix, media_type in FORMATS)
_ADDRESS: Final = {"type": "string", "maxLength": 2000}
_OBJECT: Final = {"type": "object"}
_PLACE: Final = {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0}


def paths(settings: Settings) -> dict[str, Any]:
    """Return the path items of everything but the named queries."""
    return {
        **search(settings),
        **places(settings),
        **sparql(),
        **_data(),
        **neighbourhood(),
        **_reconciliation(),
        **linking(),
        **_service(),
        **quality(),
        **following(),
        **versions(),
    }


def _data() -> dict[str, Any]:
    lang = query("lang", "Language of the sentences; else as in Accept-Language.", LANG)
    level = query("level", "What counts.", {"enum": list(LEVELS), "default": LEVELS[0]})
    value = {"type": "string", "maxLength": 300}
    of_kind = path_parameter("kind", "Kind of record.")
    records = {
        f"/{kind}/{rest}": get(
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
            _304=UNCHANGED,
        )
        for kind, rest, what, parameters in (
            ("id", "{kind}/{id}", "A record", [of_kind, path_parameter("id", "Identifier.")]),
            ("def", "{term}", "A term of the ontology", [path_parameter("term", "Local name of the term.")]),
        )
    }
    return records | {
        "/entity": get(
            "entity",
            "data",
            "From one of our IRIs to its data or page",
            [query("iri", "The IRI.", _ADDRESS, required=True)],
            {},
            _303="There it is.",
        ),
        "/api/assessment/{code}": get(
            "assessment",
            "data",
            "How a practice stands to the frameworks, criterion by criterion with the evidence",
            [
                path_parameter("code", "Code of the practice.", examples=["technologies_1614"]),
                query("framework", "Only this framework.", {"enum": list(FRAMEWORKS)}),
                lang,
            ],
            content([JSON], _OBJECT),
        ),
        "/api/overlap": get(
            "overlap",
            "data",
            "Practices by combination of frameworks",
            [
                level,
                query("by", "Count for each value of this facet.", {"enum": list(OVERLAP_FACETS)}),
                *(query(name, f"Only practices of this {name}.", value) for name in OVERLAP_FACETS),
            ],
            content([JSON], _OBJECT),
        ),
    }


def _reconciliation() -> dict[str, Any]:
    fields = {"queries": "A batch of queries, as JSON.", "extend": "Entities and properties, as JSON."}
    text = {"type": "string", "maxLength": 20_000}
    answer = content([JSON], _OBJECT)
    asked = get(
        "reconcile",
        "reconciliation",
        "The manifest, candidates for a batch of names, or data of matched entities",
        [query(name, each, text) for name, each in fields.items()],
        answer,
    )
    form = {"type": "object", "properties": dict.fromkeys(fields, text)}
    posted = post("reconcile_post", "reconciliation", "The same by POST", {FORM: {"schema": form}}, answer)
    suggested = {
        f"/reconcile/suggest/{what}": get(
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
    proposed = get(
        "reconcile_propose",
        "reconciliation",
        "Properties that data extension offers for a type",
        [query("type", "The type.", {"type": "string"}), query("limit", "Most properties; 0: all.", _PLACE)],
        answer,
    )
    return {"/reconcile": asked | posted, **suggested, "/reconcile/propose": proposed}


def _service() -> dict[str, Any]:
    plain = content([JSON], _OBJECT)
    return {
        "/healthz": get("healthz", "service", "Whether the process answers", [], plain),
        "/status": get("sourceStatus", "service", "How fresh each source is, and what failed", [], plain),
        "/readyz": get("readyz", "service", "Whether a generation is open and search is warm", [], plain),
        "/metrics": get("metrics", "service", "Figures for Prometheus", [], {"text/plain": {}}),
        "/openapi.json": get("openapi", "service", "This document", [], plain),
        "/dumps": get("dumps", "service", "Files of each named graph, with checksums", [], plain),
        "/templates/{name}.csv": get(
            "template_table",
            "service",
            "Empty table for a kind of record",
            [path_parameter("name", "Name of the list.", enum=list(LISTS))],
            content(["text/csv"]),
        ),
        "/templates/{name}.yml": get(
            "template_mapping",
            "service",
            "The mapping file (YARRRML) that loads the table once it is filled in",
            [path_parameter("name", "Name of the list.", enum=list(LISTS))],
            content(["application/yaml"]),
        ),
        "/changes.json": get(
            "changes",
            "service",
            "What changed since the last generation (ActivityStreams)",
            [],
            {"application/activity+json": {}},
        ),
        "/changes.atom": get(
            "changes_atom", "service", "The same as an Atom feed", [], {"application/atom+xml": {}}
        ),
        "/.well-known/void": get(
            "void",
            "service",
            "The datasets (VoID)",
            [],
            content(_RDF_TYPES),
            _303="A browser is sent to the page of the datasets.",
            _304=UNCHANGED,
        ),
    }
