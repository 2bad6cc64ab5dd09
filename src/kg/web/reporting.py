"""Report a problem with a record: a form, its answer, and a page that says what happens next.

The form needs neither a script nor a cookie. It carries the time and a signature over that and the record,
and browsers say from which site it is sent, so that no page of others can send it for its visitors.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from kg import reports
from kg.entities import describe, status
from kg.errors import BadInput, Gone, NotFound, TooManyRequests
from kg.model import Text
from kg.web import guard
from kg.web.context import iris, opened, settings
from kg.web.i18n import language
from kg.web.linked_data import iri_of
from kg.web.rate import client, limit
from kg.web.respond import Answer, private

bp = Blueprint("reporting", __name__, url_prefix="/<lang:lang>")

LARGEST: Final = 56 * 1024
"""Octets of a form: 4,000 letters at up to twelve each, as forms write them, and the other fields."""
VALID_S: Final = 12 * 3600
_FIELDS: Final = ("problem", "text", "contact")


@bp.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(takes_reports=takes_reports)


@bp.get("/report/<any(id,def):kind>/<path:path>")
def form(kind: str, path: str) -> Answer:
    """Show the form."""
    iri, title = _record(kind, path)
    return _form(iri, title, {})


@bp.post("/report/<any(id,def):kind>/<path:path>")
def send(kind: str, path: str) -> Answer:
    """Keep a report, or show the form again with what is wrong and all that was written."""
    guard.check_origin()
    request.max_content_length = LARGEST
    request.max_form_memory_size = LARGEST
    iri, title = _record(kind, path)
    given = {name: request.form.get(name, "") for name in _FIELDS}
    if not _is_signed(iri, request.form.get("signed", "")):
        return _form(
            iri, title, given, fault=_("The form was open for too long. Please send it again."), code=403
        )
    try:
        reports.problem_of(given["problem"])
        reports.text_of(given["text"])
        reports.contact_of(given["contact"])
    except BadInput as fault:
        return _form(iri, title, given, fault=_(fault.message), code=400)
    _count()
    number = reports.add(
        settings().home_folder,
        record=iri,
        title=title.value,
        language=language(),
        generation=opened().generation.id,
        **given,
    )
    return redirect(url_for("reporting.thanks", kind=kind, path=path, number=number), 303)


@bp.get("/reported/<any(id,def):kind>/<path:path>")
def thanks(kind: str, path: str) -> Answer:
    """Say that the report has arrived and what happens next."""
    iri, title = _record(kind, path)
    number = request.args.get("number", "")
    is_number = number.isascii() and number.isdigit() and len(number) <= 9
    return private(
        render_template("reported.html", iri=iri, title=title, number=int(number) if is_number else None)
    )


def takes_reports() -> bool:
    """Tell whether this service takes reports."""
    return settings().reports_per_hour > 0


def _record(kind: str, path: str) -> tuple[str, Text]:
    """Return IRI and title of the record that a form is about."""
    if not takes_reports():
        raise NotFound("There is nothing at this address.")
    iri, store = iri_of(kind, path), opened().store
    if status(store, iri, iris()).withdrawn:
        raise Gone("This record was withdrawn. Its identifier will not be used again.")
    return iri, describe(store, iri, language(), iris()).title


def _form(iri: str, title: Text, given: dict[str, Any], *, fault: str = "", code: int = 200) -> Response:
    answer = private(
        render_template(
            "report.html",
            iri=iri,
            title=title,
            given=given,
            fault=fault,
            signed=_signed(iri, int(time.time())),
            problems=problems(),
            longest=reports.LONGEST,
        )
    )
    answer.status_code = code
    return answer


def problems() -> dict[str, str]:
    """Return what may be wrong, in the reader's words, by its name."""
    said = (
        _("A fact is wrong"),
        _("A link does not work"),
        _("A translation is wrong or missing"),
        _("The licence or the credit is wrong"),
        _("Something else"),
    )
    return dict(zip(reports.PROBLEMS, said, strict=True))


def _signed(iri: str, moment: int) -> str:
    key = reports.form_key(settings().home_folder)
    return f"{moment}.{hmac.new(key, f'{moment} {iri}'.encode(), hashlib.sha256).hexdigest()}"


def _is_signed(iri: str, given: str) -> bool:
    """Tell whether a form is one of ours for this record, and not too old."""
    moment, _dot, _signature = given.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        return False
    age = time.time() - int(moment)
    return -60 <= age <= VALID_S and hmac.compare_digest(
        _signed(iri, int(moment)).encode(), given.encode("utf-8", "replace")
    )


def _count() -> None:
    """Count a report of this client.

    Raises:
        TooManyRequests: it has sent as many as one may in an hour.
    """
    wait = limit("reports", settings().reports_per_hour, 3600).take(client())
    if wait:
        minutes = -(-wait // 60)
        raise TooManyRequests("Too many reports came from here.", hint=f"Go on after {minutes} minutes.")
