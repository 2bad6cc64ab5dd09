"""The addresses that link partners' records with ours, as OpenAPI path items."""

from __future__ import annotations

from typing import Any, Final

from kg.web.openapi_parts import FORM, JSON, content, get, path_parameter, post, query

TOKEN: Final = {"type": "http", "scheme": "bearer", "description": "A partner's token."}
_TAG: Final = "linking"
_OBJECT: Final = {"type": "object"}
_ANSWER: Final = content([JSON], _OBJECT)
_LINKS: Final = content([JSON, "text/csv", "text/tab-separated-values", "text/turtle"], _OBJECT)
_RECORD: Final = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("id", "title", "text")},
}
_FORMAT: Final = query("format", "Format of the links.", {"enum": ["json", "sssom", "ttl", "csv"]})
_ADDRESS: Final = {"type": "string", "format": "uri", "maxLength": 2000}


def linking() -> dict[str, Any]:
    """Return the path items of suggestions, jobs, mapping sets, notifications and embedding."""
    records = {"type": "array", "items": _RECORD, "minItems": 1}
    fields = {"records": records, "partner": {"type": "string"}, "meaning": {"type": "boolean"}}
    asked = {"type": "object", "required": ["records"], "properties": fields}
    suggested = post(
        "link",
        _TAG,
        "Suggest links for records; many, or records as JSON Lines, become a job",
        {JSON: {"schema": asked}, "application/x-ndjson": {"schema": {"type": "string"}}},
        _LINKS,
    )
    suggested["post"]["parameters"] = [_FORMAT]
    suggested["post"]["responses"]["202"] = {"description": "A job has begun; Location names it."}
    return {"/api/link": suggested, **_jobs(), **_incoming(), **_shown()}


def _jobs() -> dict[str, Any]:
    name = path_parameter("name", "Name of the job.")
    job, links = "/api/link/jobs/{name}", "/api/link/jobs/{name}/links"
    cancelled = get("link_job_cancel", _TAG, "Stop a job after the batch it is at", [name], _ANSWER)
    resumed = get("link_job_resume", _TAG, "Go on with a job", [name], {}, _202="The job goes on.")
    queued = get("link_job_queue", _TAG, "Put a job's links before the curators", [name], {}, _201="Queued.")
    taken = post(
        "linkset",
        _TAG,
        "Hand in a mapping set (SSSOM) or a linkset (RDF) for review",
        {kind: {"schema": {"type": "string"}} for kind in ("text/tab-separated-values", "text/turtle")},
        {},
    )
    taken["post"]["parameters"] = [path_parameter("name", "Name of the partner.")]
    taken["post"]["responses"]["201"] = {"description": "Its rows are in the queue.", "content": _ANSWER}
    return {
        job: _with_token(
            get("link_job", _TAG, "How far a job is", [name], _ANSWER) | {"delete": cancelled["get"]}
        ),
        links: _with_token(get("link_job_links", _TAG, "What a job has found", [name, _FORMAT], _LINKS)),
        f"{job}/resume": _with_token({"post": resumed["get"]}),
        f"{job}/queue": _with_token({"post": queued["get"]}),
        "/api/linksets/{name}": _with_token(taken),
    }


def _with_token(item: dict[str, Any]) -> dict[str, Any]:
    return {method: operation | {"security": [{"token": []}]} for method, operation in item.items()}


def _incoming() -> dict[str, Any]:
    pair = {"source": _ADDRESS, "target": _ADDRESS}
    mention = {"type": "object", "required": list(pair), "properties": pair}
    told = post(
        "notify", _TAG, "Send a Linked Data Notification", {"application/ld+json": {"schema": _OBJECT}}, {}
    )
    told["post"]["responses"]["202"] = {"description": "It waits for review.", "content": _ANSWER}
    return {
        "/webmention": post("webmention", _TAG, "Send a Webmention", {FORM: {"schema": mention}}, _ANSWER),
        "/inbox": get("inbox", _TAG, "Notifications that were accepted", [], {"application/ld+json": {}})
        | told,
    }


def _shown() -> dict[str, Any]:
    pixels = {"type": "integer", "minimum": 1, "maximum": 99_999}
    return {
        "/partners": get(
            "partners",
            _TAG,
            "The registered partners",
            [],
            content([JSON, "text/turtle", "application/ld+json"]),
            _304="Unchanged since the entity tag in If-None-Match.",
        ),
        "/oembed": get(
            "oembed",
            _TAG,
            "A record's card for embedding (oEmbed)",
            [
                query("url", "Address of the record.", _ADDRESS, required=True),
                query("maxwidth", "Most pixels across.", pixels),
                query("maxheight", "Most pixels down.", pixels),
                query("format", "The form; JSON is the only one.", {"enum": ["json"]}),
            ],
            _ANSWER,
        ),
    }
