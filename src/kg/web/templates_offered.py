"""Empty tables for further kinds of record, with their mapping files."""

from __future__ import annotations

from flask import Blueprint

from kg.web.files import attached
from kg.web.respond import Answer

bp = Blueprint("templates", __name__, url_prefix="/templates")


@bp.get("/<name>.csv")
def table(name: str) -> Answer:
    """Give the heading of an empty table."""
    from kg.build import templates

    return attached(templates.table(name), "text/csv", f"{name}.csv")


@bp.get("/<name>.yml")
def mapping(name: str) -> Answer:
    """Give the mapping file that loads the table once it is filled in."""
    from kg.build import templates

    return attached(templates.mapping(name), "application/yaml", f"{name}.yml")
