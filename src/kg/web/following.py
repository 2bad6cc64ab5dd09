"""The whole history of changes, page by page: an event stream (LDES) and an ActivityStreams collection."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from flask import Blueprint, Response, json, request

from kg.errors import NotFound
from kg.link import history, stream
from kg.web.context import iris, settings
from kg.web.linked_data import FORMATS
from kg.web.negotiate import negotiate
from kg.web.rdf import written
from kg.web.reconcile import own_address
from kg.web.respond import Answer

bp = Blueprint("following", __name__)

_YEAR: Final = 365 * 86_400
_ACTIVITY: Final = "application/activity+json"
_MOST: Final = 10_000_000


@bp.get("/changes/stream")
def event_stream() -> Answer:
    """Describe the event stream (https://w3id.org/ldes/specification); its pages hold the events."""
    _total()
    return _rdf(stream.described(_address("stream")), is_final=False)


@bp.get("/changes/stream/<int:number>")
def fragment(number: int) -> Answer:
    """Return one page of the event stream; one that is full never changes."""
    events, total = _page(number)
    lines = stream.fragment(_address("stream"), number, events, total)
    return _rdf(lines, is_final=number < stream.pages(total))


@bp.get("/changes/activities")
def activities() -> Answer:
    """Describe the same history as an ActivityStreams collection."""
    return _json(stream.collection(_address("activities"), _total()), is_final=False)


@bp.get("/changes/activities/<int:number>")
def activity_page(number: int) -> Answer:
    """Return one page of the collection, oldest event first."""
    events, total = _page(number)
    body = stream.collection_page(_address("activities"), number, events, total)
    return _json(body, is_final=number < stream.pages(total))


def _address(name: str) -> str:
    return f"{own_address()}changes/{name}"


def _total() -> int:
    """Return the number of events, after those of a generation that nobody has noted yet."""
    history.follow(settings().home_folder, iris())
    return history.total(settings().home_folder)


def _page(number: int) -> tuple[list[history.Event], int]:
    total = _total()
    if not 1 <= number <= min(stream.pages(total), _MOST):
        raise NotFound("The history has no such page.")
    return history.page(settings().home_folder, number), total


def _rdf(lines: Iterable[str], *, is_final: bool) -> Answer:
    media_type = negotiate(request.headers.get("Accept"), [each for _name, _suffix, each in FORMATS])
    response = _kept(written(lines, media_type, stream.PREFIXES), media_type, is_final=is_final)
    response.vary.add("Accept")
    return response


def _json(body: dict[str, object], *, is_final: bool) -> Answer:
    return _kept(json.dumps(body, ensure_ascii=False).encode(), _ACTIVITY, is_final=is_final)


def _kept(body: bytes, media_type: str, *, is_final: bool) -> Response:
    """Return an answer that caches may keep for good once its page is full."""
    response = Response(body, content_type=media_type)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.cache_control.public = True
    if is_final:
        response.cache_control.max_age = _YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response
