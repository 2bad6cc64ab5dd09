"""The practices most like a partner's page, for a frame in that page: by its text or by its address."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Final
from urllib.parse import urldefrag

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _

from kg.errors import KgError, Refused, Unavailable
from kg.link import pages, partners
from kg.link.fetching import Fetcher
from kg.search.requests import SearchRequest
from kg.web.context import search_index, settings
from kg.web.framed import framed
from kg.web.i18n import direction, language
from kg.web.reconcile import own_address
from kg.web.respond import Answer, tagged
from kg.web.views import local_path

bp = Blueprint("widget", __name__)

STYLE: Final = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:12px;color:#1b2b25;background:#fff}"
    "h1{font-size:17px;margin:0 0 8px}ul{margin:0 0 8px;padding-inline-start:20px}li{margin:0 0 6px}"
    "a{color:#0b4a3a}a:focus{outline:3px solid #0b4a3a;outline-offset:2px}"
    "p{margin:0;color:#4d5f58;font-size:13px}"
)
_QUERY_MOST: Final = 1500
_RELATED: Final = 5
_FETCHING: Final = threading.BoundedSemaphore(4)
_KEPT_S: Final = 3600.0
_REFUSED_S: Final = 60.0
_PAGES_KEPT: Final = 500


class Pages:
    """What pages said when they were last fetched, so that visitors of a page cause one fetch an hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, str | KgError]] = OrderedDict()

    def get(self, address: str) -> str | KgError | None:
        """Return the words of a page or why it was refused, nothing where that is not known any more."""
        with self._lock:
            until, found = self._kept.get(address, (0.0, ""))
            return found if time.monotonic() < until else None

    def keep(self, address: str, found: str | KgError) -> None:
        until = time.monotonic() + (_REFUSED_S if isinstance(found, KgError) else _KEPT_S)
        with self._lock:
            self._kept[address] = (until, found)
            self._kept.move_to_end(address)
            while len(self._kept) > _PAGES_KEPT:
                self._kept.popitem(last=False)


@bp.get("/widget")
@bp.get("/<lang:lang>/widget")
def show() -> Answer:
    """Show the practices most like a text (``q``) or a partner's page (``url``); no cookie, no script."""
    address = request.args.get("url", "")
    items: list[tuple[str, str, str]] = []
    status, said = 200, _("Nothing related was found.")
    try:
        text = _words_of(address) if address else request.args.get("q", "")
        items = _related(" ".join(text.split())[:_QUERY_MOST])
    except KgError as fault:
        # Whoever embeds the frame sees the status; visitors are told in their language.
        status, said = fault.status, _("The list cannot be shown just now.")
        if address and not isinstance(fault, Unavailable):
            said = _("This page cannot be read from here.")
    body = render_template(
        "link_widget.html", items=items, heading=_("Related practices"), nothing=said,
        origin=_("From LandKG"), style=STYLE, home=own_address(), direction_of=direction,
    )  # fmt: skip
    response = framed(tagged(body, "text/html", vary=("Accept-Language",)), STYLE)
    if status != 200 or address:
        response.headers.pop("ETag", None)
        response.cache_control.no_store = status != 200
        response.status_code = status
    return response


def _related(text: str) -> list[tuple[str, str, str]]:
    """Return address, name and language of the practices most like a text."""
    if not text:
        return []
    kinds = {"type": ("technology", "approach", "prais")}
    asked = SearchRequest(text, kinds, limit=_RELATED, language=language())
    hits = search_index().search(asked.checked(settings())).hits
    base = f"{own_address()}{language()}/"
    return [(f"{base}{local_path(hit.iri) or ''}", hit.label, hit.label_lang or language()) for hit in hits]


def _words_of(address: str) -> str:
    """Return what a partner's page says, fetched under the rules of notifications.

    Raises:
        Refused: its address is not allowed, or it gives no page.
        TooLarge: it is too large.
        Unavailable: it does not come in time, or others are being fetched.
    """
    kept: Pages = current_app.extensions.setdefault("kg_widget_pages", Pages())
    address = urldefrag(address).url
    found = kept.get(address)
    if found is None:
        fetcher = _fetcher()
        fetcher.checked(address)
        if not _FETCHING.acquire(blocking=False):
            raise Unavailable("Other pages are being fetched.", retry_after=10)
        try:
            found = pages.words(fetcher.get(address), _QUERY_MOST)
        except KgError as fault:
            found = fault
        finally:
            _FETCHING.release()
        kept.keep(address, found)
    if isinstance(found, KgError):
        raise found
    if not found:
        raise Refused("The page says nothing.")
    return found


def _fetcher() -> Fetcher:
    known = partners.load(settings().home_folder)
    inner = tuple(each.strip() for each in settings().link_inner_hosts.split(",") if each.strip())
    return Fetcher([host for each in known.values() for host in each.hosts], inner=inner)


@bp.get("/widget.js")
def script() -> Answer:
    """Return the one script that puts the widget into a page."""
    response = tagged(_SCRIPT.replace("@BASE@", own_address().rstrip("/")), "text/javascript", max_age=3600)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


_SCRIPT: Final = """"use strict";
// <script src=".../widget.js" data-lang="fr" async></script> sends the page's own title and description;
// data-text="..." sends that text, data-url the page's address (data-url="https://..." another one), which is
// then read by the service. Nothing is stored in the visitor's browser.
(() => {
  const here = document.currentScript;
  const meta = document.querySelector('meta[name="description"]');
  const text = here.dataset.text || [document.title, meta && meta.content].filter(Boolean).join(". ");
  const page = here.dataset.url === undefined ? "" : here.dataset.url || location.href.split("#")[0];
  const given = (here.dataset.lang || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const lang = ["en", "fr", "es", "ru", "zh", "ar"].includes(given) ? given : "en";
  const asked = page ? "url=" + encodeURIComponent(page) : "q=" + encodeURIComponent(text.slice(0, 1500));
  const frame = document.createElement("iframe");
  frame.src = "@BASE@/" + lang + "/widget?" + asked;
  frame.title = here.dataset.title || "LandKG";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  frame.style.cssText = "border:0;width:100%;height:" + (parseInt(here.dataset.height, 10) || 280) + "px";
  here.insertAdjacentElement("afterend", frame);
})();
"""
