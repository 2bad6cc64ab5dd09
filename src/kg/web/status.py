"""How fresh the sources are: a page for people, JSON for programs, figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, json, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _

from kg import generation
from kg.config import Settings
from kg.errors import KgError, NoGeneration
from kg.harvest.status import status as look
from kg.web.context import settings
from kg.web.i18n import language
from kg.web.linked_data import HTML
from kg.web.negotiate import negotiate
from kg.web.respond import Answer

bp = Blueprint("status", __name__)

_STATES: Final = {
    "never": _("never"),
    "off": _("off"),
    "ok": _("up to date"),
    "late": _("late"),
    "running": _("running"),
    "failed": _("failed"),
    "stopped": _("interrupted"),
}
"""Words for the states of a source."""


@bp.get("/status")
def document() -> Answer:
    """Tell programs the state of each source; people are sent to the page in their language."""
    if negotiate(request.headers.get("Accept"), ["application/json", HTML]) == HTML:
        response = redirect(url_for("status.page", lang=language()), 303)
    else:
        response = Response(json.dumps(_state()), mimetype="application/json")
    response.vary.update(("Accept", "Accept-Language"))
    response.cache_control.no_store = True
    return response


@bp.get("/<lang:lang>/status")
def page() -> Answer:
    """Show the state of each source."""
    response = Response(render_template("status.html", state=_state(), names=_STATES))
    response.cache_control.no_store = True
    return response


def _state() -> dict[str, Any]:
    found = look(settings())
    try:
        manifest = generation.current(settings().home_folder).manifest
        found["generation"] = {"id": manifest["id"], "built": manifest["built"]}
    except NoGeneration:
        found["generation"] = None
    return found


def metric_lines(given: Settings) -> Iterator[str]:
    """Yield the figures of the sources in the text format of Prometheus."""
    try:
        rows = look(given)["sources"]
    except KgError:
        yield "# A setting of the sources cannot be used; 'kg harvest --list' says which."
        return
    for name, key, text in (
        ("records", "records", "Records of a source in the snapshot."),
        ("withdrawn", "withdrawn", "Records that a source no longer has."),
        ("age_seconds", "age_seconds", "Time since the last good harvest of a source began."),
        ("failed_records", "failed", "Records that the last harvest could not have."),
    ):
        yield f"# HELP kg_source_{name} {text}"
        yield f"# TYPE kg_source_{name} gauge"
        for row in rows:
            if row[key] is not None:
                yield f'kg_source_{name}{{source="{row["name"]}"}} {row[key]}'
    yield "# HELP kg_source_up Whether an enabled source's last harvest went well and is not late."
    yield "# TYPE kg_source_up gauge"
    for row in rows:
        if row["enabled"]:
            yield f'kg_source_up{{source="{row["name"]}"}} {int(row["state"] in ("ok", "running"))}'
