"""What machines ask of the service itself: health, robots, sitemap, VoID."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app, json, redirect, request, url_for

from kg import __version__, queries
from kg.entities.reading import ask, lexical
from kg.errors import BadInput, NotFound
from kg.web import downloads
from kg.web.context import iris, opened
from kg.web.i18n import language
from kg.web.linked_data import FORMATS, HTML
from kg.web.negotiate import negotiate
from kg.web.rdf import written
from kg.web.respond import Answer, tagged
from kg.web.views import local_path, public
from kg.web.warming import Warmth

bp = Blueprint("meta", __name__)

PER_SITEMAP: Final = 10_000
"""Addresses of one sitemap file; sitemaps.org allows 50,000."""

_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


@bp.get("/healthz")
def healthz() -> Answer:
    """Tell that the process answers."""
    return _plain_json({"status": "ok", "version": __version__})


@bp.get("/readyz")
def readyz() -> Answer:
    """Tell that a generation is open and the search models are loaded."""
    current = opened()
    warmth: Warmth = current_app.extensions["kg_warmth"]
    warmth.check()
    return _plain_json(
        {"status": "ready", "generation": current.generation.id, "triples": current.store.size()}
    )


@bp.get("/robots.txt")
def robots() -> Answer:
    """Let crawlers in, but not into searches and queries without end."""
    lines = (
        "User-agent: *",
        "Disallow: /sparql",
        "Disallow: /api/",
        *(f"Disallow: /{lang}/search?" for lang in ("en", "fr", "es", "ru", "zh", "ar")),
        "",
        f"Sitemap: {public(url_for('meta.sitemap'))}",
        "",
    )
    return Response("\n".join(lines), mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Answer:
    """List the sitemap's parts."""
    parts = range(1, 1 + max(1, -(-len(_records()) // PER_SITEMAP)))
    addresses = (public(url_for("meta.sitemap_part", number=number)) for number in parts)
    return _xml("sitemapindex", "sitemap", addresses)


@bp.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Answer:
    """List the identifiers of one part; each leads to a page in the visitor's language."""
    records = _records()[(number - 1) * PER_SITEMAP : number * PER_SITEMAP] if number else []
    if not records:
        raise NotFound("The sitemap has no such part.")
    return _xml("urlset", "url", (public(iri.removeprefix(iris().base)) for iri in records))


@bp.get("/.well-known/void")
def void() -> Answer:
    """Describe datasets, files, partners and linksets (VoID, section 7.2), as the catalogue does."""
    offers = [*(each for _name, _suffix, each in FORMATS), HTML]
    media_type = negotiate(request.headers.get("Accept"), offers)
    if media_type == HTML:
        response = redirect(url_for("browse.listing", lang=language(), name="datasets"), 303)
        response.vary.update(("Accept", "Accept-Language"))
        return response
    text, bind = queries.get("entity", "void").bind(
        {
            "graph": iris().graph("provenance"),
            "endpoint": public(url_for("sparql.endpoint")),
        },
        iris(),
    )
    stated = opened().store.answer(text, "application/n-triples", bind=bind, prefixes={}).decode()
    lines = [*stated.splitlines(), *downloads.described(whole=False)]
    variant = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    body = written(lines, media_type, downloads.prefixes())
    return tagged(body, media_type, vary=("Accept",), variant=variant)


@bp.get("/entity")
def lookup() -> Answer:
    """Send an IRI that somebody has to its page or data: ``/entity?iri=...``."""
    iri = request.args.get("iri", "")
    path = local_path(iri)
    if not iri:
        raise BadInput("Give the IRI as 'iri'.")
    if path is None:
        raise NotFound("This IRI is not one of ours.")
    response = redirect(f"{request.script_root}/{path}", 303)
    response.vary.add("Accept")
    return response


def _records() -> list[str]:
    rows = ask(opened().store, "sitemap", iris())
    return [iri for row in rows if local_path(iri := lexical(row["record"]))]


def _xml(root: str, item: str, addresses: Iterable[str]) -> Answer:
    lines = "".join(f"<{item}><loc>{escape(each)}</loc></{item}>\n" for each in addresses)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{lines}</{root}>\n'
    return tagged(body, "application/xml", max_age=3600)


def _plain_json(body: dict[str, object]) -> Response:
    response = Response(json.dumps(body), mimetype="application/json")
    response.cache_control.no_store = True
    return response
