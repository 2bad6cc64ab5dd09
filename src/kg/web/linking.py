"""Links suggested for whole records: ``/api/link``, and jobs for many of them."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask import Blueprint, Response, current_app, json, make_response, request, url_for

from kg.errors import BadInput, KgError, NotFound, TooLarge, Unavailable
from kg.link import jobs, journal, linksets, partners, queueing, sssom, working
from kg.link.accounts import Account
from kg.link.jobs import Job
from kg.link.links import ACCEPT, Link
from kg.link.partners import Partner
from kg.link.records import PartnerRecord, from_row
from kg.link.suggest import Suggester
from kg.web import guard
from kg.web.context import Services, iris, once, opened, services, settings
from kg.web.reconcile import reconciler
from kg.web.respond import Answer, unkept_json

bp = Blueprint("linking", __name__)

AT_ONCE: Final = 200
"""Records answered in the request itself; more become a job, which needs a token."""
JOBS_KEPT: Final = 20
"""Jobs of one partner that are kept; the oldest that do not run go first."""
UPLOAD_BYTES: Final = 256 * 1024 * 1024
_LINE_BYTES: Final = 256 * 1024
_LINES: Final = ("application/x-ndjson", "application/jsonl", "application/json-lines")


@bp.post("/api/link")
def link() -> Answer:
    """Suggest links for records: ``{"records": [...], "partner": "panorama"}`` or a list of records.

    More than 200 records, records as JSON Lines, or ``Prefer: respond-async`` (RFC 7240) begin a job,
    which needs a token.
    """
    if request.mimetype in _LINES:
        return _begin(guard.account().require("partner"), _lines(), request.args)
    body = request.get_json(silent=True, force=True)
    given = body.get("records") if isinstance(body, dict) else body
    if not isinstance(given, list) or not given:
        raise BadInput("Send JSON with a list of 'records', each with id, title and text.")
    asked = body if isinstance(body, dict) else {}
    records = (from_row(row, f"record {number}") for number, row in enumerate(given, 1))
    if len(given) > AT_ONCE or "respond-async" in request.headers.get("Prefer", ""):
        return _begin(guard.account().require("partner"), records, asked)
    owner = _named_partner(asked.get("partner"))
    found = [each for links in suggester().suggest(list(records)) for each in links]
    return _links(found, owner)


def _lines() -> Iterator[PartnerRecord]:
    """Yield the records of a body of JSON Lines, which is taken whole before anything is written down."""
    request.max_content_length = UPLOAD_BYTES
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(request.stream, file)
        file.seek(0)
        number = 0
        while line := file.readline(_LINE_BYTES + 1):
            number += 1
            if len(line) > _LINE_BYTES:
                raise TooLarge(f"Line {number} has more than {_LINE_BYTES // 1024} KB.")
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, UnicodeDecodeError):
                raise BadInput(f"Line {number} is not JSON.") from None
            yield from_row(row, f"line {number}")


def _begin(who: Account, records: Iterable[PartnerRecord], asked: Mapping[str, Any]) -> Answer:
    """Begin a job; a partner's is its own, a curator's that of the partner it names."""
    home = settings().home_folder
    named = who.name if who.role == "partner" else asked.get("partner") or ""
    owner = _named_partner(named)
    meaning = str(asked.get("meaning", True)).lower() not in ("false", "0") and _has_index()
    job = jobs.create(home, records, owner.id if owner else "", meaning=meaning)
    jobs.forget(home, job.partner, JOBS_KEPT)
    _start(job)
    response = unkept_json(job.to_json(), 202)
    response.headers["Location"] = url_for("linking.job", name=job.id)
    return response


def _own(name: str) -> Job:
    """Return a job that the token's owner may see; others' are as if they were not there.

    Raises:
        NotFound: there is none of this name among them.
    """
    who = guard.account().require("partner")
    found = jobs.get(settings().home_folder, name)
    if who.role != "curator" and found.partner != who.name:
        raise NotFound(f"There is no job '{name[:40]}'.")
    return found


@bp.get("/api/link/jobs/<name>")
def job(name: str) -> Answer:
    """Tell how far a job is."""
    return unkept_json(_own(name).to_json())


@bp.get("/api/link/jobs/<name>/links")
def job_links(name: str) -> Answer:
    """Return what a job has found so far."""
    job = _own(name)
    return _links(list(jobs.links(settings().home_folder, job.id)), _named_partner(job.partner))


@bp.post("/api/link/jobs/<name>/queue")
def job_queue(name: str) -> Answer:
    """Put what a job has found before the curators."""
    job = _own(name)
    if not job.partner:
        raise BadInput("This job names no partner, so its links are nobody's.")
    found = list(jobs.links(settings().home_folder, job.id))
    fresh = journal.queue(settings().home_folder, job.partner, found, f"job {job.id}")
    return unkept_json({"links": len(found), "new": fresh}, 201)


@bp.post("/api/link/jobs/<name>/resume")
def resume(name: str) -> Answer:
    """Go on with a job that was interrupted or cancelled."""
    job = jobs.resume(settings().home_folder, _own(name).id)
    _start(job)
    return unkept_json(job.to_json(), 202)


@bp.delete("/api/link/jobs/<name>")
def cancel(name: str) -> Answer:
    """Stop a job after the batch it is at."""
    return unkept_json(jobs.cancel(settings().home_folder, _own(name).id).to_json())


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


def _start(job: Job) -> None:
    """Give a job to the queue's workers, or run it beside the requests, one at a time."""
    if settings().queue == "rq":
        queueing.put(settings(), job)
        return
    lock: threading.Lock = current_app.extensions.setdefault("kg_link_job", threading.Lock())
    if not lock.acquire(blocking=False):
        raise Unavailable("Another job is running.", retry_after=60, hint="Resume this one later.")
    thread = threading.Thread(target=_run, args=(services(), job.id, lock), name="link-job", daemon=True)
    thread.start()


def _run(of: Services, name: str, lock: threading.Lock) -> None:
    try:
        working.work(of.settings, of.live, name)
    finally:
        lock.release()


def _has_index() -> bool:
    return opened().generation.index_folder.is_dir()


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
    return unkept_json(body)


def _text(body: str, media_type: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    response.cache_control.no_store = True
    return response
