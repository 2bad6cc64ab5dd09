"""Entity IRIs and ontology terms: a page for people, RDF for programs, by content negotiation.

``/id/<path>`` answers programs at once (200 with Content-Location; the resolver in front of the
persistent identifiers has already redirected them) and sends browsers to the page in their language
with 303. ``/data/<path>.<suffix>`` is the same RDF at an address of its own.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, request

from kg import queries
from kg.entities import status
from kg.errors import NotAcceptable, NotFound
from kg.store import Binding, GraphStore
from kg.terms import local_id
from kg.web import tombstones
from kg.web.context import iris, opened
from kg.web.jsonld import compacted
from kg.web.negotiate import negotiate
from kg.web.respond import Answer, tagged
from kg.web.views import page

bp = Blueprint("linked_data", __name__)

HTML: Final = "text/html"
JSON_LD: Final = "application/ld+json"
FORMATS: Final = (
    ("Turtle", "ttl", "text/turtle"),
    ("JSON-LD", "jsonld", JSON_LD),
    ("N-Triples", "nt", "application/n-triples"),
    ("RDF/XML", "rdf", "application/rdf+xml"),
)
"""(name, suffix, media type) of the RDF formats offered, the preferred one first."""

_BY_SUFFIX: Final = {suffix: media_type for _name, suffix, media_type in FORMATS}
_OTHER_NAMES: Final = {"application/json": JSON_LD, "application/xhtml+xml": HTML}
_ALIASES: Final = {
    "turtle": "ttl",
    "json": "jsonld",
    "json-ld": "jsonld",
    "ntriples": "nt",
    "n-triples": "nt",
    "xml": "rdf",
    "rdfxml": "rdf",
    "rdf+xml": "rdf",
}


@bp.get("/<any(id,def):kind>/<path:path>")
@bp.get("/<any(def):kind>/", defaults={"path": ""})
def entity(kind: str, path: str) -> Answer:
    """Answer for an entity's IRI with what the client reads best."""
    iri = iri_of(kind, path)
    asked = request.args.get("format", "").lower()
    suffix = _ALIASES.get(asked, asked)
    if suffix and suffix != "html" and suffix not in _BY_SUFFIX:
        raise NotAcceptable(
            f"There is no format '{asked[:40]}'.", hint=f"Known: html, {', '.join(_BY_SUFFIX)}."
        )
    store = opened().store
    moved = _moved_by_suffix(store, kind, path)
    if moved is not None:
        return moved
    is_gone, replacement = tombstones.moved(store, iri)
    if replacement is not None:
        return tombstones.permanent(tombstones.address("linked_data.entity", replacement))
    if suffix in _BY_SUFFIX:
        return _see_other(data_path(iri, suffix))
    media_type = HTML if suffix == "html" else _negotiated()
    if is_gone:
        return _tombstone(store, iri, media_type)
    if media_type == HTML:
        return _see_other(page(iri))
    response = _described(store, iri, media_type)
    response.vary.add("Accept")
    response.headers["Content-Location"] = data_path(iri, _suffix(media_type))
    return response


@bp.get("/data/<any(id,def):kind>/<path:path>")
def data(kind: str, path: str) -> Answer:
    """Answer with the RDF of one format."""
    stem, _dot, suffix = path.rpartition(".")
    if suffix not in _BY_SUFFIX:
        raise NotFound("There is nothing at this address.")
    iri = iri_of(kind, "" if stem == "ontology" and kind == "def" else stem)
    store = opened().store
    is_gone, replacement = tombstones.moved(store, iri)
    if replacement is not None:
        return tombstones.permanent(tombstones.address("linked_data.data", replacement, suffix=suffix))
    media_type = _BY_SUFFIX[suffix]
    return _tombstone(store, iri, media_type) if is_gone else _described(store, iri, media_type)


def iri_of(kind: str, path: str) -> str:
    """Return the IRI that a path stands for, whatever host the request named."""
    return f"{iris().base}{kind}/{local_id(path)}"


def data_path(iri: str, suffix: str) -> str:
    """Return the address of a record's RDF in one format."""
    path = iri.removeprefix(iris().base)
    kind, _slash, rest = path.partition("/")
    root = request.script_root
    return f"{root}/data/{kind}/{rest or 'ontology'}.{suffix}"


def _tombstone(store: GraphStore, iri: str, media_type: str) -> Response:
    if media_type == HTML:
        return tombstones.page(store, iri)
    return tombstones.gone(_described(store, iri, media_type))


def _described(store: GraphStore, iri: str, media_type: str) -> Response:
    if iri == iris().ns:
        query, values = queries.get("entity", "graph"), {"graph": iris().graph("ontology")}
    else:
        query, values = queries.get("entity", "describe"), {"entity": iri}
    text, bind = query.bind(values, iris())
    body = serialised(store, text, bind, media_type)
    response = tagged(body, media_type)
    response.headers.add("Link", f'<{page(iri)}>; rel="alternate"; type="text/html"')
    response.headers.add("Link", f'<{iri}>; rel="describes"')
    return response


def serialised(store: GraphStore, text: str, bind: Binding, media_type: str) -> bytes:
    """Return a CONSTRUCT's answer as the engine writes it, JSON-LD with a context."""
    prefixes = queries.prefix_map(iris())
    body = store.answer(text, media_type, bind=bind, prefixes=prefixes)
    return compacted(body, prefixes) if media_type == JSON_LD else body


def _moved_by_suffix(store: GraphStore, kind: str, path: str) -> Response | None:
    """Send ``/id/practice/x.ttl`` to the data unless that is an identifier itself."""
    stem, _dot, suffix = path.rpartition(".")
    if not stem or suffix not in _BY_SUFFIX or status(store, iri_of(kind, path), iris()).known:
        return None
    return _see_other(data_path(iri_of(kind, stem), suffix))


def _negotiated() -> str:
    offers = (HTML, *(media_type for _name, _suffix, media_type in FORMATS))
    return negotiate(request.headers.get("Accept"), offers, _OTHER_NAMES)


def _suffix(media_type: str) -> str:
    return next(suffix for _name, suffix, each in FORMATS if each == media_type)


def _see_other(address: str) -> Response:
    response = _as_response(redirect(address, 303))
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _as_response(answer: Answer) -> Response:
    if not isinstance(answer, Response):  # pragma: no cover - flask's redirect gives its own class
        return Response(answer.response, answer.status, answer.headers)
    return answer
