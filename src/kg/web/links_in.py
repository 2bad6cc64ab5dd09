"""Links in: the notifications inbox, webmentions, and partners' mapping sets and linksets by token."""

from __future__ import annotations

import threading
from typing import Final
from urllib.parse import urldefrag

import pyoxigraph as px
from flask import Blueprint, request, url_for

from kg.errors import BadInput, NotFound, Refused, TooManyRequests, Unavailable, UnsupportedMedia
from kg.link import journal, linksets, notifications, partners, review
from kg.link.fetching import Fetcher
from kg.link.names import Entry
from kg.web import guard
from kg.web.context import iris, settings
from kg.web.rate import client, limit
from kg.web.reconcile import labels, own_address
from kg.web.respond import Answer, unkept_json
from kg.web.views import public

bp = Blueprint("links_in", __name__)

PER_MINUTE: Final = 30
"""Notifications of one client a minute."""
WAITING_MOST: Final = 1000
"""Links of one partner, told by notifications, that may wait for a curator."""
UPLOAD_BYTES: Final = 8 * 1024 * 1024
"""Largest mapping set or linkset."""
HOW: Final = ("notification", "webmention")
_NOTIFICATION_BYTES: Final = 64 * 1024
_FETCHING: Final = threading.BoundedSemaphore(4)
_LDP: Final = "http://www.w3.org/ns/ldp#"
_NOTIFICATIONS: Final = ("application/ld+json", "application/json", "application/activity+json")
_SSSOM: Final = ("text/tab-separated-values", "text/plain", "")
_RDF: Final = {
    "text/turtle": px.RdfFormat.TURTLE,
    "application/n-triples": px.RdfFormat.N_TRIPLES,
    "application/n-quads": px.RdfFormat.N_QUADS,
    "application/trig": px.RdfFormat.TRIG,
    "application/rdf+xml": px.RdfFormat.RDF_XML,
    "application/ld+json": px.RdfFormat.JSON_LD,
}


@bp.post("/api/linksets/<name>")
def linkset(name: str) -> Answer:
    """Take a partner's mapping set (SSSOM TSV) or linkset (RDF); its links go to the queue."""
    who = guard.account().require("partner")
    owner = partners.get(settings().home_folder, name)
    request.max_content_length = UPLOAD_BYTES
    kind = _RDF.get(request.mimetype)
    if kind is None and request.mimetype not in _SSSOM:
        raise UnsupportedMedia("A mapping set is text/tab-separated-values (SSSOM), a linkset is RDF.")
    body = request.get_data()
    if kind is None:
        try:
            rows = review.read(body.decode("utf-8"), iris())
        except UnicodeDecodeError:
            raise BadInput("The mapping set is not in UTF-8.") from None
    else:
        rows = linksets.read(body, kind, owner, iris())
    return unkept_json(review.take(settings().home_folder, rows, owner, who, iris()).to_json(), 201)


@bp.post("/webmention")
def webmention() -> Answer:
    """Take a Webmention: ``source`` is a partner's page that links to ``target``, a record of ours."""
    request.max_content_length = _NOTIFICATION_BYTES
    _count()
    source, target = request.form.get("source", ""), request.form.get("target", "")
    if not source or not target or source == target:
        raise BadInput("Send 'source' and 'target' as form fields.")
    is_new = _receive(source, target, "webmention")
    return unkept_json({"status": "queued" if is_new else "known"})


@bp.post("/inbox")
def notify() -> Answer:
    """Take a Linked Data Notification (JSON-LD; LDN, section 3.3.2): 202, as a curator looks at it first."""
    if request.mimetype not in _NOTIFICATIONS:
        raise UnsupportedMedia("Send the notification as application/ld+json.")
    request.max_content_length = _NOTIFICATION_BYTES
    _count()
    body = request.get_json(silent=True, force=True)
    source, target, relation = notifications.read_notification(body)
    is_new = _receive(source, target, "notification", relation)
    return unkept_json({"status": "queued" if is_new else "known"}, 202)


@bp.get("/inbox")
def inbox() -> Answer:
    """List what the inbox holds (LDN, section 3.3): the accepted ones; others are the curators' matter."""
    seen = journal.listed(settings().home_folder, state="accept")
    held = [each for each in seen if each.source in HOW]
    body = {
        "@context": _LDP.rstrip("#"),
        "@id": public(url_for("links_in.inbox")),
        "@type": f"{_LDP}Container",
        f"{_LDP}contains": [{"@id": iris().id("link", f"{each.partner}/{each.number}")} for each in held],
    }
    response = unkept_json(body)
    response.headers["Content-Type"] = "application/ld+json"
    response.headers["Accept-Post"] = "application/ld+json"
    return response


def _count() -> None:
    wait = limit("notifications", PER_MINUTE).take(client())
    if wait:
        raise TooManyRequests(
            f"One client may send {PER_MINUTE} notifications a minute.", hint=f"Go on after {wait} seconds."
        )


def _receive(source: str, target: str, how: str, relation: str = "dcterms:relation") -> bool:
    entry, ways = _target(target)
    known = partners.load(settings().home_folder)
    inner = tuple(each.strip() for each in settings().link_inner_hosts.split(",") if each.strip())
    fetcher = Fetcher([host for each in known.values() for host in each.hosts], inner=inner)
    source = urldefrag(source).url
    _scheme, host, _port, _path = fetcher.checked(source)
    owner = partners.owner(known.values(), source)
    if owner is None:
        raise Refused(f"This is no record of a registered partner, although {host[:80]} is one's host.")
    waiting = journal.total(settings().home_folder, partner=owner.id, state="open", sources=HOW)
    if waiting >= WAITING_MOST:
        raise Unavailable(
            f"Curators have {waiting} links of {owner.name} to look at first.", retry_after=3600
        )
    if not _FETCHING.acquire(blocking=False):
        raise Unavailable("Other notifications are being checked.", retry_after=10)
    try:
        return notifications.receive(
            settings().home_folder, source, entry, ways, owner, fetcher, how=how, relation=relation
        )
    finally:
        _FETCHING.release()


def _target(address: str) -> tuple[Entry, set[str]]:
    """Return the record of an address of ours, and every address under which a page may link to it."""
    roots = (iris().base, settings().public_url, own_address())
    path = notifications.target_paths(address, roots)
    entry = labels().by_iri.get(iris().base + path) if path else None
    if entry is None:
        raise NotFound("The target is no record of ours.")
    return entry, {address, entry.iri, *(f"{root}{path}" for root in roots)}
