"""The curators' page at ``/review``: sign in with a token, decide with the keyboard.

Sessions are cookies that scripts and other sites cannot use; every form carries a token of its session.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from kg.errors import BadInput, Refused
from kg.link import accounts, journal, partners, review
from kg.link.accounts import Account
from kg.link.links import RELATIONS
from kg.web.context import iris, settings
from kg.web.reconcile import labels
from kg.web.respond import Answer

bp = Blueprint("review", __name__, url_prefix="/review")

COOKIE: Final = "kg_review"
_PER_PAGE: Final = 25


@bp.get("/")
def page() -> Answer:
    """Show the queue, or the form to sign in."""
    who = _who()
    if who is None:
        return _kept_private(render_template("link_sign_in.html"))
    home = settings().home_folder
    partner, state = request.args.get("partner", ""), request.args.get("state", "open")
    found = journal.listed(home, partner=partner, state="" if state == "all" else state, limit=_PER_PAGE)
    body = render_template(
        "link_review.html",
        who=who,
        queue=found,
        counts=journal.counts(home),
        known=partners.load(home),
        relations=RELATIONS,
        conflicts=review.conflicts(home, labels(), iris()),
        partner=partner,
        state=state,
        csrf=accounts.csrf(_secret()),
    )
    return _kept_private(body)


@bp.post("/sign-in")
def sign_in() -> Answer:
    """Begin a session with a token."""
    secret = accounts.open_session(settings().home_folder, request.form.get("token", ""))
    response = redirect(url_for("review.page"), 303)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=accounts.SESSION_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=settings().public_url.startswith("https://"),
        path=url_for("review.page"),
    )
    return response


@bp.post("/sign-out")
def sign_out() -> Answer:
    """End the session."""
    _signed_in(request.form)
    accounts.close_session(settings().home_folder, _secret())
    response = redirect(url_for("review.page"), 303)
    response.delete_cookie(COOKIE, path=url_for("review.page"))
    return response


@bp.post("/decide")
def decide() -> Answer:
    """Write down a decision and show the queue again."""
    who = _signed_in(request.form).require("curator")
    number = request.form.get("number", "")
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        raise BadInput("'number' must be the number of a link.")
    journal.decide(
        settings().home_folder,
        int(number),
        action=request.form.get("action", ""),
        predicate=request.form.get("predicate", ""),
        curator=who.name,
        reason=request.form.get("reason", ""),
    )
    kept = {name: request.form[name] for name in ("partner", "state") if request.form.get(name)}
    return redirect(url_for("review.page", **kept), 303)  # type: ignore[arg-type]


def _secret() -> str:
    return request.cookies.get(COOKIE, "")


def _who() -> Account | None:
    return accounts.of_session(settings().home_folder, _secret())


def _signed_in(form: MultiDict[str, str]) -> Account:
    who = _who()
    if who is None:
        raise Refused("You are not signed in.")
    accounts.check_csrf(_secret(), form.get("csrf", ""))
    return who


def _kept_private(body: str) -> Answer:
    from flask import make_response

    response = make_response(body)
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response
