"""The lineage of decisions as files: a drawing that stands alone, and a table."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from flask_babel import gettext as _

from kg.entities import lineage
from kg.entities.lineage import Lineage
from kg.entities.reading import kind_of
from kg.errors import NotFound
from kg.tables import csv_text
from kg.web import i18n, lineage_drawing
from kg.web.context import iris, opened
from kg.web.files import attached
from kg.web.linked_data import iri_of
from kg.web.respond import Answer
from kg.web.views import page, public

bp = Blueprint("lineage", __name__, url_prefix="/<lang:lang>/lineage")

KINDS: Final = ("decision", "document")
_COLUMNS: Final = ("direction", "citations", "year", "symbol", "label", "iri", "cites")


@bp.get("/<path:path>.svg")
def picture(path: str) -> Answer:
    """Return the drawing."""
    body = drawn(_read(path), absolute=True)
    return attached(body, "image/svg+xml", f"lineage-{path.rpartition('/')[2]}.svg")


@bp.get("/<path:path>.csv")
def table(path: str) -> Answer:
    """Return one row for each record: how it stands to the decision, and what of the rest it cites."""
    found = _read(path)
    rows = [
        (
            "builds on" if step.distance < 0 else "built on by" if step.distance else "itself",
            abs(step.distance),
            step.year,
            step.symbol,
            step.ref.label.value,
            step.ref.iri,
            " ".join(cited for citing, cited in found.cites if citing == step.ref.iri),
        )
        for step in found.steps
    ]
    return attached(csv_text(_COLUMNS, rows), "text/csv", f"lineage-{path.rpartition('/')[2]}.csv")


def drawn(found: Lineage, *, absolute: bool = False) -> str:
    """Return the drawing with links to pages; ``absolute`` for a file that leaves the site."""
    return lineage_drawing.draw(
        found,
        title=_("Lineage"),
        link=(lambda iri: public(page(iri))) if absolute else page,
        rtl=i18n.direction(i18n.language()) == "rtl",
    )


def _read(path: str) -> Lineage:
    iri = iri_of("id", path)
    if kind_of(iri, iris()) not in KINDS:
        raise NotFound("Only decisions and documents have a lineage.")
    found = lineage.read(opened().store, iri, i18n.language(), iris())
    if not any(step.year or step.symbol for step in found.steps):
        raise NotFound("There is no such record.")
    return found
