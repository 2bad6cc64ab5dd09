"""The curators' page of what readers report: ``/<lang>/review/reports``."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for

from kg import reports
from kg.errors import BadInput
from kg.link import accounts
from kg.link.accounts import Account
from kg.web import review
from kg.web.context import settings
from kg.web.reporting import problems
from kg.web.respond import Answer, private

bp = Blueprint("reported", __name__, url_prefix="/<lang:lang>/review/reports")

_PER_PAGE: Final = 50


@bp.get("")
def page() -> Answer:
    """Show the open reports, the oldest first, or lead to where curators sign in."""
    who = review.signed_in_as()
    if who is None or who.role != "curator":
        return redirect(url_for("review.page"), 303)
    return private(_shown(who))


@bp.post("/close")
def close() -> Answer:
    """Close a report and show the rest."""
    who = review.sender().require("curator")
    number = request.form.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise BadInput("'number' must be the number of a report.")
    try:
        reports.close(
            settings().home_folder, int(number), curator=who.name, reason=request.form.get("reason", "")
        )
    except BadInput as fault:
        response = private(_shown(who, fault.message))
        response.status_code = 400
        return response
    return redirect(url_for("reported.page"), 303)


def _shown(who: Account, fault: str = "") -> str:
    found = reports.listed(settings().home_folder)
    return render_template(
        "reports.html",
        who=who,
        found=found[:_PER_PAGE],
        count=len(found),
        problems=problems(),
        fault=fault,
        csrf=accounts.csrf(review.session_secret()),
    )
