"""Links in and links suggested: ``/api/link`` with jobs, mapping sets by token, inbox and webmentions."""

from __future__ import annotations

import logging
import threading
from typing import Any, Final

from flask import Blueprint, Response, current_app, json, make_response, request, url_for

from kg.errors import BadInput, KgError, NotFound, Refused, Unavailable, UnsupportedMedia
from kg.link import jobs, journal, linksets, notifications, partners, review, sssom
from kg.link.fetching import Fetcher
from kg.link.links import ACCEPT, Link
from kg.link.names import Entry
from kg.link.partners import Partner
from kg.link.properties import Kept
from kg.link.records import from_row
from kg.link.suggest import Suggester
from kg.web import guard
from kg.web.context import Services, iris, once, opened, services, settings
from kg.web.reconcile import labels, own_address, reconciler
from kg.web.respond import Answer
from kg.web.views import public

bp = Blueprint("linking", __name__)

AT_ONCE: Final = 200
"""Records answered in the request itself; more become a job, which needs a token."""
_JOB_MOST: Final = 100_000
_NOTIFICATION_BYTES: Final = 64 * 1024
_FETCHING: Final = threading.BoundedSemaphore(4)
_LOG: Final = logging.getLogger(__name__)
_LDP: Final = "http://www.w3.org/ns/ldp#"


@bp.post("/api/link")
def link() -> Answer:
    """Suggest links for records: ``{"records": [...], "partner": "panorama"}`` or a list of records."""
    body = request.get_json(silent=True, force=True)
    given = body.get("records") if isinstance(body, dict) else body
    if not isinstance(given, list) or not given:
        raise BadInput("Send JSON with a list of 'records', each with id, title and text.")
    records = [from_row(row, f"record {number}") for number, row in enumerate(given[:_JOB_MOST], 1)]
    if len(records) > AT_ONCE:
        guard.account().require("partner")
        job = jobs.create(settings().home_folder, records)
        _start(job.id)
        response = _json(job.to_json(), 202)
        response.headers["Location"] = url_for("linking.job", name=job.id)
        return response
    owner = _named_partner(body.get("partner") if isinstance(body, dict) else None)
    found = [each for links in suggester().suggest(records) for each in links]
    return _links(found, owner)


@bp.get("/api/link/jobs/<name>")
def job(name: str) -> Answer:
    """Tell how far a job is."""
    guard.account().require("partner")
    return _json(jobs.get(settings().home_folder, name).to_json())


@bp.get("/api/link/jobs/<name>/links")
def job_links(name: str) -> Answer:
    """Return what a job has found so far."""
    guard.account().require("partner")
    job = jobs.get(settings().home_folder, name)
    return _links(list(jobs.links(settings().home_folder, job.id)), _named_partner(job.partner))


@bp.post("/api/link/jobs/<name>/resume")
def resume(name: str) -> Answer:
    """Go on with a job that was interrupted or cancelled."""
    guard.account().require("partner")
    job = jobs.get(settings().home_folder, name)
    _start(job.id)
    return _json(job.to_json(), 202)


@bp.delete("/api/link/jobs/<name>")
def cancel(name: str) -> Answer:
    """Stop a job after the batch it is at."""
    guard.account().require("partner")
    return _json(jobs.cancel(settings().home_folder, name).to_json())


@bp.post("/api/linksets/<name>")
def linkset(name: str) -> Answer:
    """Take a partner's mapping set (SSSOM TSV); its rows go to the queue."""
    who = guard.account().require("partner")
    owner = partners.get(settings().home_folder, name)
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("The mapping set is not in UTF-8.") from None
    return _json(review.take(settings().home_folder, text, owner, who, iris()).to_json(), 201)


# -- links in -----------------------------------------------------------------------------------------


@bp.post("/webmention")
def webmention() -> Answer:
    """Take a Webmention: ``source`` is a partner's page that links to ``target``, a record of ours."""
    source, target = request.form.get("source", ""), request.form.get("target", "")
    if not source or not target or source == target:
        raise BadInput("Send 'source' and 'target' as form fields.")
    is_new = _receive(source, target, "webmention")
    return _json({"status": "queued" if is_new else "known"})


@bp.post("/inbox")
def notify() -> Answer:
    """Take a Linked Data Notification (JSON-LD)."""
    if request.mimetype not in ("application/ld+json", "application/json", "application/activity+json"):
        raise UnsupportedMedia("Send the notification as application/ld+json.")
    if (request.content_length or 0) > _NOTIFICATION_BYTES:
        raise BadInput("A notification has at most 64 KB.")
    body = request.get_json(silent=True, force=True)
    source, target, relation = notifications.read_notification(body)
    _receive(source, target, "notification", relation)
    response = _json({"status": "queued"}, 201)
    response.headers["Location"] = url_for("linking.inbox", _external=False)
    return response


@bp.get("/inbox")
def inbox() -> Answer:
    """List what the inbox holds (LDN, section 3.3): the accepted ones; others are the curators' matter."""
    seen = journal.listed(settings().home_folder, state="accept")
    held = [each for each in seen if each.source in ("notification", "webmention")]
    body = {
        "@context": _LDP.rstrip("#"),
        "@id": public(url_for("linking.inbox")),
        "@type": f"{_LDP}Container",
        f"{_LDP}contains": [{"@id": iris().id("link", f"{each.partner}/{each.number}")} for each in held],
    }
    response = _json(body)
    response.headers["Content-Type"] = "application/ld+json"
    response.headers["Accept-Post"] = "application/ld+json"
    return response


def _receive(source: str, target: str, how: str, relation: str = "dcterms:relation") -> bool:
    entry, ways = _target(target)
    known = partners.load(settings().home_folder)
    inner = tuple(each.strip() for each in settings().link_inner_hosts.split(",") if each.strip())
    fetcher = Fetcher([host for each in known.values() for host in each.hosts], inner=inner)
    _scheme, host, _port, _path = fetcher.checked(source)
    owner = partners.of_host(known.values(), host)
    if owner is None:
        raise Refused(f"{host[:80]} is no host of a registered partner.")
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


# -- shared -------------------------------------------------------------------------------------------


def suggester() -> Suggester:
    """Return the suggester of this request's generation, with meaning once search is warm."""
    current = opened()
    try:
        current_app.extensions["kg_warmth"].check()
        is_warm = True
    except KgError:
        is_warm = False

    def made() -> Suggester:
        service = reconciler()
        search = current.search if is_warm else None
        return Suggester(service.index, service.table, current.store, iris(), search)

    return once("kg_suggester", made, key=is_warm)


def _start(name: str) -> None:
    """Run a job beside the requests, one at a time."""
    lock: threading.Lock = current_app.extensions.setdefault("kg_link_job", threading.Lock())
    if not lock.acquire(blocking=False):
        raise Unavailable("Another job is running.", retry_after=60, hint="Resume this one later.")
    thread = threading.Thread(target=_run, args=(services(), name, lock), name="link-job", daemon=True)
    thread.start()


def _run(of: Services, name: str, lock: threading.Lock) -> None:
    try:
        with of.live.lease() as current:
            index, table = Kept().of(current.generation.id, current.store, of.settings.iris)
            made = Suggester(index, table, current.store, of.settings.iris)
            jobs.run(of.settings.home_folder, name, made)
    except KgError as fault:
        _LOG.error("The job %s stopped: %s", name, fault)
    finally:
        lock.release()


def _named_partner(name: Any) -> Partner | None:
    return partners.get(settings().home_folder, str(name)) if name else None


def _links(found: list[Link], owner: Partner | None) -> Answer:
    """Return links in the format that is asked for, JSON unless another is named."""
    form = request.args.get("format", "json")
    if form == "sssom":
        return _text(sssom.write(found, owner, iris()), "text/tab-separated-values")
    if form == "ttl":
        return _text(linksets.turtle(found, owner, iris()).decode(), "text/turtle")
    if form == "csv":
        return _text(linksets.table(found), "text/csv")
    if form != "json":
        raise BadInput(f"There is no format '{form[:20]}'.", hint="Known: json, sssom, ttl, csv.")
    body = {"accept": ACCEPT, "links": [each.to_json() for each in found]}
    return _json(body)


def _text(body: str, media_type: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    response.cache_control.no_store = True
    return response


def _json(body: Any, status: int = 200) -> Response:
    response = make_response(json.dumps(body, ensure_ascii=False), status)
    response.headers["Content-Type"] = "application/json"
    response.cache_control.no_store = True
    return response
