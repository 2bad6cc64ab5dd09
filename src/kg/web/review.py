"""The curators' page at ``/<lang>/review``: sign in with a token, decide with the keyboard.

Sessions are cookies that scripts and other sites cannot use; every form carries a token of its session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from kg.errors import BadInput, NotFound, Refused
from kg.link import accounts, journal, partners, review
from kg.link.accounts import Account
from kg.link.journal import Queued
from kg.link.links import RELATIONS
from kg.terms import clean_text
from kg.web import guard, link_words
from kg.web.context import iris, settings
from kg.web.i18n import language
from kg.web.reconcile import labels
from kg.web.respond import Answer, private

bp = Blueprint("review", __name__)

_PER_PAGE: Final = 25
_CONFLICTS: Final = 50
_STATES: Final = tuple(link_words.STATES)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queue is looked at; ``number`` is one link, or 0."""

    partner: str
    state: str
    page: int
    number: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * _PER_PAGE


@bp.get("/review")
def start() -> Answer:
    """Lead to the page in the reader's language."""
    return redirect(url_for("review.page", lang=language()), 303)


@bp.get("/<lang:lang>/review")
def page() -> Answer:
    """Show the queue, or the form to sign in."""
    who = signed_in_as()
    if who is None or who.role != "curator":
        return private(render_template("link_sign_in.html"))
    asked = _asked(request.args)
    done = _whole(request.args.get("done"))
    return private(_queue(who, asked, done=_found(done)))


@bp.post("/<lang:lang>/review/sign-in")
def sign_in() -> Answer:
    """Begin a session with a curator's token; one that the browser had before ends."""
    guard.check_origin()
    token = request.form.get("token", "").strip()
    guard.of_token(token).require("curator")
    home = settings().home_folder
    if session_secret():
        accounts.close_session(home, session_secret())
    secret = accounts.open_session(home, token)
    response = redirect(url_for("review.page"), 303)
    response.set_cookie(
        _cookie(),
        secret,
        max_age=accounts.SESSION_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=_is_secure(),
        path="/",
    )
    return response


@bp.post("/<lang:lang>/review/sign-out")
def sign_out() -> Answer:
    """End the session."""
    sender()
    accounts.close_session(settings().home_folder, session_secret())
    response = redirect(url_for("review.page"), 303)
    response.delete_cookie(_cookie(), path="/", secure=_is_secure(), httponly=True, samesite="Strict")
    return response


@bp.post("/<lang:lang>/review/decide")
def decide() -> Answer:
    """Write down a decision and show the queue again at the next link."""
    who = sender().require("curator")
    number, asked = _whole(request.form.get("number")), _asked(request.form)
    try:
        journal.decide(
            settings().home_folder,
            number,
            action=request.form.get("action", ""),
            predicate=request.form.get("predicate", ""),
            curator=who.name,
            reason=request.form.get("reason", ""),
        )
    except BadInput as fault:
        response = private(_queue(who, asked, fault=str(fault)))
        response.status_code = 400
        return response
    place = _whole(request.form.get("place")) + (asked.state == "all")
    kept = {"partner": asked.partner, "state": asked.state, "page": asked.page, "done": number}
    return redirect(url_for("review.page", **kept, _anchor=f"at-{place}"), 303)  # type: ignore[arg-type]


def _asked(given: Any) -> Asked:
    state = given.get("state", "open")
    return Asked(
        clean_text(given.get("partner", ""))[:60],
        state if state in _STATES else "open",
        max(1, min(10_000, _whole(given.get("page", "1")))),
        _whole(given.get("number")) if given is request.args else 0,
    )


def _whole(text: str | None) -> int:
    """Return a whole number that a form carries; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else 0


def _found(number: int) -> Queued | None:
    try:
        held = journal.get(settings().home_folder, number) if number else None
    except NotFound:
        return None
    return held if held and held.decision else None


def _queue(who: Account, asked: Asked, *, done: Queued | None = None, fault: str = "") -> str:
    home = settings().home_folder
    if asked.number:
        queue, total = [journal.get(home, asked.number)], 1
    else:
        state = "" if asked.state == "all" else asked.state
        queue = journal.listed(home, partner=asked.partner, state=state, limit=_PER_PAGE, offset=asked.offset)
        total = journal.total(home, partner=asked.partner, state=state)
    clashes = review.conflicts(home, labels(), iris())
    shown = clashes[:_CONFLICTS]
    return render_template(
        "link_review.html",
        who=who,
        asked=asked,
        queue=queue,
        total=total,
        pages=max(1, -(-total // _PER_PAGE)),
        counts=journal.counts(home),
        known=partners.load(home),
        relations=RELATIONS,
        names=link_words,
        histories={each.number: _history(each) for each in queue if each.decision},
        conflicts=shown,
        clashing={each.number: each for each in journal.several(home, {n for c in shown for n in c.links})},
        warnings=review.warnings(home, queue, clashes),
        done=done,
        fault=fault,
        csrf=accounts.csrf(session_secret()),
    )


def _history(each: Queued) -> list[journal.Decision]:
    return journal.history(settings().home_folder, each.partner, each.link.subject, each.link.object)


def _is_secure() -> bool:
    return settings().public_url.startswith("https://")


def _cookie() -> str:
    """Return the cookie's name; with ``__Host-``, browsers take it from no other host and no plain page."""
    return "__Host-kg_review" if _is_secure() else "kg_review"


def session_secret() -> str:
    """Return the secret of this request's session; empty without one."""
    return request.cookies.get(_cookie(), "")


def signed_in_as() -> Account | None:
    """Return who is signed in."""
    return accounts.of_session(settings().home_folder, session_secret())


def sender() -> Account:
    """Return who sent a form of the curators' pages.

    Raises:
        Refused: nobody is signed in, or the form is not of this session or comes from elsewhere.
    """
    guard.check_origin()
    who = signed_in_as()
    if who is None:
        raise Refused("You are not signed in.")
    accounts.check_csrf(session_secret(), request.form.get("csrf", ""))
    return who
