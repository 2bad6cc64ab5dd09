"""The reconciliation service as the draft after 0.2 has it, at ``/reconcile/1.0-draft``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from kg import __version__
from kg.errors import BadInput
from kg.link import reconcile_draft, reconcile_queries, reconcile_types
from kg.web import reconcile
from kg.web.i18n import direction, language
from kg.web.reconcile import DRAFT, own_address, reconciler
from kg.web.respond import Answer

bp = Blueprint("reconcile_draft", __name__)
bp.before_request(reconcile.preflight)
bp.after_request(reconcile.share)


@bp.get(f"/reconcile/{DRAFT}")
@bp.get(f"/<lang:lang>/reconcile/{DRAFT}")
def manifest() -> Answer:
    """Say what the service offers."""
    return reconcile.answered(
        {
            "versions": [DRAFT],
            "name": "LandKG",
            "lang": language(),
            "dir": direction(language()),
            "documentation": f"{own_address()}{language()}/about",
            "serviceVersion": __version__,
            "view": {"url": f"{own_address()}reconcile/view?id={{id}}"},
            "defaultTypes": [
                {"id": each, "name": reconcile_types.TYPES[each]} for each in reconcile_types.DEFAULT_TYPES
            ],
            "suggest": {"entity": True, "property": True, "type": True},
            "preview": {"width": reconcile.PREVIEW_WIDTH, "height": reconcile.PREVIEW_HEIGHT},
            "extend": reconcile_draft.manifest_extend(reconcile.SETTINGS),
            "batchSize": reconcile_queries.BATCH_SIZE,
            "standardizedScore": True,
        },
        max_age=300,
    )


@bp.post(f"/reconcile/{DRAFT}/match")
@bp.post(f"/<lang:lang>/reconcile/{DRAFT}/match")
def match() -> Answer:
    """Answer a batch of queries, in their order."""
    service, tongue = reconciler(), language()
    asked = reconcile_draft.read_batch(_body())
    found = [reconcile_draft.candidates(service, each, tongue) for each in asked]
    reconcile.complete(
        [(each.base, rows) for each, rows in zip(asked, found, strict=True) if not each.conditions]
    )
    results = [
        {"candidates": [reconcile_draft.described(service, each, tongue) for each in rows[: of.base.limit]]}
        for of, rows in zip(asked, found, strict=True)
    ]
    return reconcile.answered({"results": results})


@bp.post(f"/reconcile/{DRAFT}/extend")
@bp.post(f"/<lang:lang>/reconcile/{DRAFT}/extend")
def extend() -> Answer:
    """Return values of properties of entities."""
    inside = f"{language()}/" if request.path.startswith(f"/{language()}/") else ""
    found = reconciler().extend(_body(), language(), f"{own_address()}{inside}reconcile/{DRAFT}")
    return reconcile.answered(reconcile_draft.extended(found))


@bp.get(f"/reconcile/{DRAFT}/extend/propose")
@bp.get(f"/<lang:lang>/reconcile/{DRAFT}/extend/propose")
def propose() -> Answer:
    """Name the properties that data extension offers for a type."""
    return reconcile.propose()


@bp.get(f"/reconcile/{DRAFT}/suggest/<any(entity,type,property):what>")
@bp.get(f"/<lang:lang>/reconcile/{DRAFT}/suggest/<any(entity,type,property):what>")
def suggest(what: str) -> Answer:
    """Complete what is being typed; ``offset`` leaves out the first ones, ``limit`` bounds them."""
    limit = reconcile.whole("limit") or reconcile_types.SUGGESTIONS
    found = reconcile.suggested(what, reconcile.whole("offset"))
    return reconcile.answered({"result": found[:limit]})


def _body() -> Any:
    if request.mimetype != "application/json":
        raise BadInput("Send the query as application/json.")
    return request.get_json(silent=True)
