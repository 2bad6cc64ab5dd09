"""Answers for records that are no longer there: 301 to what stands for them now, or 410 and a tombstone."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from flask import Response, redirect, render_template, url_for

from kg import queries
from kg.entities import status
from kg.entities.reading import lexical
from kg.errors import NotFound
from kg.store import GraphStore
from kg.web.context import iris

_PAGE: Final = "text/html"


def moved(store: GraphStore, iri: str) -> tuple[bool, str | None]:
    """Return whether a record was withdrawn, and the IRI that stands for it now.

    Raises:
        NotFound: there never was such a record.
    """
    found = status(store, iri, iris())
    if not found.known:
        raise NotFound("There is no record with this identifier.")
    return found.withdrawn, found.replacement


def address(endpoint: str, iri: str, **more: Any) -> str:
    """Return the address of the record that stands for a merged one, at the same endpoint."""
    kind, _slash, path = iri.removeprefix(iris().base).partition("/")
    suffix = f".{more.pop('suffix')}" if "suffix" in more else ""
    return url_for(endpoint, kind=kind, path=f"{unquote(path)}{suffix}", **more)


def permanent(to: str) -> Response:
    """Return the redirect of a merged record: 301, as its identifier will not be used again."""
    answer = redirect(to, 301)
    return Response(answer.response, answer.status, answer.headers)


def page(store: GraphStore, iri: str) -> Response:
    """Return the page that stands where a withdrawn record was, with 410."""
    text, bound = queries.get("links", "tombstone").bind({"entity": iri}, iris())
    row = next(iter(store.select(text, bound)), {})
    body = render_template(
        "link_tombstone.html",
        iri=iri,
        name=lexical(row.get("label")),
        on=lexical(row.get("on"))[:10],
        reason=lexical(row.get("reason")),
        problem=True,
    )
    return gone(Response(body, content_type=f"{_PAGE}; charset=utf-8"))


def gone(response: Response) -> Response:
    """Return an answer as that of a record that was withdrawn."""
    response.status_code = 410
    response.headers.pop("ETag", None)
    response.cache_control.no_cache = True
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.update(("Accept", "Accept-Language"))
    return response
