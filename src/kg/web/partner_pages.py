"""What helps a partner: the registry and cards of records (oEmbed)."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

import pyoxigraph as px
from flask import (
    Blueprint,
    json,
    request,
    url_for,
)

from kg.entities import describe, status
from kg.errors import BadInput, NotAcceptable, NotFound
from kg.link import notifications, partners
from kg.link.names import Entry
from kg.web.context import iris, opened, settings
from kg.web.i18n import language
from kg.web.negotiate import negotiate
from kg.web.reconcile import labels, own_address
from kg.web.respond import Answer, tagged

bp = Blueprint("partner_pages", __name__)

_RDF: Final = {"text/turtle": px.RdfFormat.TURTLE, "application/ld+json": px.RdfFormat.JSON_LD}


@bp.get("/partners")
def registry() -> Answer:
    """Describe the partners: JSON, or DCAT and VoID in Turtle or JSON-LD."""
    known = partners.load(settings().home_folder)
    media_type = negotiate(request.headers.get("Accept"), ("application/json", *_RDF))
    if media_type in _RDF:
        body = "\n".join(partners.lines(known.values(), iris())).encode()
        triples = (quad.triple for quad in px.parse(input=body, format=px.RdfFormat.N_QUADS))
        prefixes = {"dcat": "http://www.w3.org/ns/dcat#", "dcterms": "http://purl.org/dc/terms/",
                    "void": "http://rdfs.org/ns/void#", "foaf": "http://xmlns.com/foaf/0.1/"}  # fmt: skip
        text = px.serialize(triples, format=_RDF[media_type], prefixes=prefixes) or b""
        return tagged(text, media_type, vary=("Accept",))
    body_json = json.dumps({"partners": [each.to_json() for each in known.values()]}, ensure_ascii=False)
    return tagged(body_json, "application/json", vary=("Accept",))


@bp.get("/oembed")
def oembed() -> Answer:
    """Describe a record's card for embedding (https://oembed.com/)."""
    if request.args.get("format", "json") != "json":
        raise NotAcceptable("Only the JSON form of oEmbed is offered.")
    iri = _iri(request.args.get("url", ""))
    width, height = _bounded("maxwidth", 420), _bounded("maxheight", 220)
    entry = labels().by_iri.get(iri)
    body: dict[str, object] = {
        "version": "1.0", "type": "link", "provider_name": "LandKG", "provider_url": own_address(),
        "cache_age": 3600,
    }  # fmt: skip
    if entry is None:  # a scheme, a dataset: there is no card of it
        body["title"] = describe(opened().store, iri, language(), iris()).title.value
    else:
        body |= {"type": "rich", "title": entry.label(language()).value, "width": width, "height": height}
        body["html"] = _card(entry, width, height)
    return tagged(json.dumps(body, ensure_ascii=False), "application/json", vary=("Accept-Language",))


def _card(entry: Entry, width: int, height: int) -> str:
    path = url_for("reconcile.preview", id=entry.id).removeprefix(f"{request.script_root}/")
    title = quoteattr(entry.label(language()).value)
    return (
        f'<iframe src={quoteattr(own_address() + path)} width="{width}" height="{height}" title={title} '
        'sandbox="" loading="lazy" style="border:0"></iframe>'
    )


def _iri(address: str) -> str:
    """Return the IRI of a record of ours that an address is about.

    Raises:
        NotFound: it is the address of no record.
    """
    roots = (iris().base, settings().public_url, own_address())
    path = notifications.target_paths(address, roots)
    found = status(opened().store, f"{iris().base}{path}", iris()) if path else None
    if found is None or not found.known or found.withdrawn:
        raise NotFound("This is the address of no record of ours.")
    return f"{iris().base}{path}"


def _bounded(name: str, most: int) -> int:
    text = request.args.get(name, str(most))
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadInput(f"'{name}' must be a number of pixels.")
    return max(50, min(most, int(text)))
