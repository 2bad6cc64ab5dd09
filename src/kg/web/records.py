"""Pages of single records: ``/<lang>/id/...`` and ``/<lang>/def/...``."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from kg.entities import EntityPage, Listed, Ref, describe, hub
from kg.errors import KgError
from kg.model import Text
from kg.web import explained, lineage, structured, tombstones
from kg.web.context import iris, opened, search_index
from kg.web.i18n import language
from kg.web.kept import kept, unkept
from kg.web.linked_data import FORMATS, data_path, iri_of
from kg.web.respond import Answer, tagged

bp = Blueprint("records", __name__, url_prefix="/<lang:lang>")

_TEMPLATES = {"country": "concept", "region": "concept", "document": "decision"}
_OWN_TEMPLATES = ("practice", "decision", "publication", "concept", "framework", "body")
_SIMILAR = 6


@bp.get("/<any(id,def):kind>/<path:path>")
@bp.get("/<any(def):kind>/", defaults={"path": ""})
@kept
def page(kind: str, path: str) -> Answer:
    """Show one record."""
    if request.args.get("format"):
        return redirect(
            url_for("linked_data.entity", kind=kind, path=path, format=request.args["format"]), 303
        )
    iri = iri_of(kind, path)
    store = opened().store
    is_gone, replacement = tombstones.moved(store, iri)
    if replacement is not None:
        return tombstones.permanent(tombstones.address("records.page", replacement))
    if is_gone:
        return tombstones.page(store, iri)
    record = describe(store, iri, language(), iris())
    name = "body" if record.body else _TEMPLATES.get(record.kind, record.kind)
    body = render_template(
        f"records/{name if name in _OWN_TEMPLATES else 'other'}.html",
        record=record,
        similar=_similar(record),
        alignment=explained.explained(record),
        holds=explained.holds,
        rule_text=explained.rule_text(record),
        record_kind=kind,
        record_path=path,
        lineage=_lineage(record),
        schema=structured.schema_org(record),
        hub_list=_hub_list(record),
        formats=[(label, media_type, data_path(iri, suffix)) for label, suffix, media_type in FORMATS],
    )
    response = tagged(body, "text/html", vary=("Accept-Encoding",))
    for _label, suffix, media_type in FORMATS:
        response.headers.add("Link", f'<{data_path(iri, suffix)}>; rel="alternate"; type="{media_type}"')
    response.headers.add("Link", f'<{data_path(iri, "ttl")}>; rel="describedby"; type="text/turtle"')
    return response


def _hub_list(record: EntityPage) -> str:
    """Return the name of the list of the hub that a record stands in, empty for others."""
    classes = {ref.iri.rpartition("/")[2] for ref in record.types}
    return next((name for name, each in hub.LISTS.items() if each in classes), "")


def _lineage(record: EntityPage) -> str:
    """Return the drawing of a decision's lineage; nothing where there is only itself."""
    found = record.decision.lineage if record.decision else None
    return lineage.drawn(found) if found and len(found.steps) > 1 else ""


def _similar(record: EntityPage) -> tuple[Listed, ...]:
    """Return practices like this one; a page without them is better than none."""
    if record.practice is None or not opened().generation.index_folder.is_dir():
        return ()
    try:
        hits = search_index().similar(record.iri, limit=_SIMILAR)
    except KgError:
        unkept()
        return ()
    return tuple(
        Listed(Ref(hit.iri, Text(hit.label, hit.label_lang or None), "practice"), summary=Text(hit.snippet))
        for hit in hits
    )
