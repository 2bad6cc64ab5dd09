"""What helps a partner: the registry, the related-practices widget, oEmbed."""

from __future__ import annotations

import base64
import hashlib
from typing import Final
from xml.sax.saxutils import quoteattr

import pyoxigraph as px
from flask import (
    Blueprint,
    json,
    render_template,
    request,
    url_for,
)

from kg.errors import BadInput, NotAcceptable, NotFound
from kg.link import notifications, partners
from kg.link.names import Entry
from kg.search.requests import SearchRequest
from kg.web.context import iris, opened, settings
from kg.web.i18n import direction, language
from kg.web.negotiate import negotiate
from kg.web.reconcile import labels, own_address
from kg.web.respond import Answer, tagged
from kg.web.views import local_path

bp = Blueprint("partner_pages", __name__)

WORDS: Final = {
    "en": ("Related practices", "Nothing related was found.", "From LandKG"),
    "fr": ("Pratiques apparentées", "Rien d'apparenté n'a été trouvé.", "Par LandKG"),
    "es": ("Prácticas relacionadas", "No se encontró nada relacionado.", "De LandKG"),
    "ru": ("Похожие практики", "Ничего похожего не найдено.", "Из LandKG"),
    "zh": ("相关实践", "未找到相关内容。", "来自 LandKG"),
    "ar": ("ممارسات ذات صلة", "لم يُعثر على ما له صلة.", "من LandKG"),
}
"""Heading, empty answer and origin of the widget in six languages."""
_STYLE: Final = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:12px;color:#1b2b25;background:#fff}"
    "h1{font-size:17px;margin:0 0 8px}ul{margin:0 0 8px;padding-inline-start:20px}li{margin:0 0 6px}"
    "a{color:#0b4a3a}a:focus{outline:3px solid #0b4a3a;outline-offset:2px}"
    "p{margin:0;color:#4d5f58;font-size:13px}"
)
_QUERY_MOST: Final = 1500
_RELATED: Final = 5
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


# -- widget and oEmbed --------------------------------------------------------------------------------


@bp.get("/widget")
@bp.get("/<lang:lang>/widget")
def widget() -> Answer:
    """Show the practices most like a text, for a frame in a partner's page; sets no cookie, runs nothing."""
    text = " ".join(request.args.get("q", "").split())[:_QUERY_MOST]
    heading, nothing, origin = WORDS[language()]
    asked = SearchRequest(
        text, {"type": ("technology", "approach", "prais")}, limit=_RELATED, language=language()
    )
    hits = opened().search.search(asked.checked(settings())).hits if text else ()
    items = [(_page(hit.iri), hit.label, hit.label_lang or language()) for hit in hits]
    body = render_template(
        "link_widget.html", items=items, heading=heading, nothing=nothing, origin=origin, style=_STYLE,
        home=own_address(), direction_of=direction,
    )  # fmt: skip
    response = tagged(body, "text/html", vary=("Accept-Language",))
    digest = hashlib.sha256(_STYLE.encode()).digest()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{base64.b64encode(digest).decode()}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *"
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@bp.get("/widget.js")
def widget_script() -> Answer:
    """Return the one script that puts the widget into a page."""
    response = tagged(_SCRIPT.replace("@BASE@", own_address().rstrip("/")), "text/javascript", max_age=3600)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


_SCRIPT: Final = """"use strict";
// <script src=".../widget.js" data-lang="fr" data-text="..." async></script>; without data-text the page's
// own title and description are sent. Nothing is stored in the visitor's browser.
(() => {
  const here = document.currentScript;
  const meta = document.querySelector('meta[name="description"]');
  const text = here.dataset.text || [document.title, meta && meta.content].filter(Boolean).join(". ");
  const given = (here.dataset.lang || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const lang = ["en", "fr", "es", "ru", "zh", "ar"].includes(given) ? given : "en";
  const frame = document.createElement("iframe");
  frame.src = "@BASE@/" + lang + "/widget?q=" + encodeURIComponent(text.slice(0, 1500));
  frame.title = here.dataset.title || "LandKG";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  frame.style.cssText = "border:0;width:100%;height:" + (parseInt(here.dataset.height, 10) || 280) + "px";
  here.insertAdjacentElement("afterend", frame);
})();
"""


@bp.get("/oembed")
def oembed() -> Answer:
    """Describe a record's card for embedding (https://oembed.com/)."""
    if request.args.get("format", "json") != "json":
        raise NotAcceptable("Only the JSON form of oEmbed is offered.")
    entry = _entry(request.args.get("url", ""))
    width, height = _bounded("maxwidth", 420), _bounded("maxheight", 220)
    address = own_address() + url_for("reconcile.preview", id=entry.id).removeprefix(
        request.script_root + "/"
    )
    title = entry.label(language()).value
    html = (
        f'<iframe src={quoteattr(address)} width="{width}" height="{height}" title={quoteattr(title)} '
        'sandbox="" loading="lazy" style="border:0"></iframe>'
    )
    body = {
        "version": "1.0", "type": "rich", "provider_name": "LandKG", "provider_url": own_address(),
        "title": title, "html": html, "width": width, "height": height, "cache_age": 3600,
    }  # fmt: skip
    return tagged(json.dumps(body, ensure_ascii=False), "application/json", vary=("Accept-Language",))


def _entry(address: str) -> Entry:
    roots = (iris().base, settings().public_url, own_address())
    path = notifications.target_paths(address, roots)
    entry = labels().by_iri.get(iris().base + path) if path else None
    if entry is None:
        raise NotFound("This is the address of no record of ours.")
    return entry


def _bounded(name: str, most: int) -> int:
    text = request.args.get(name, str(most))
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadInput(f"'{name}' must be a number of pixels.")
    return max(50, min(most, int(text)))


def _page(iri: str) -> str:
    path = local_path(iri) or ""
    return f"{own_address()}{language()}/{path}"
