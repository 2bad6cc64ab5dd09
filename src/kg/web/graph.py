"""The neighbourhood of a record: a drawing with the same as a table, JSON and CSV."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from flask import Blueprint, json, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from kg.entities import neighbours
from kg.entities.model import Ref
from kg.entities.neighbours import KINDS, Group, Neighbourhood
from kg.entities.reading import kind_of
from kg.errors import BadInput, NotFound
from kg.tables import csv_text, plain_cell
from kg.web import words
from kg.web.api_input import integer
from kg.web.context import iris, opened
from kg.web.files import attached
from kg.web.i18n import asked_language, language
from kg.web.linked_data import iri_of
from kg.web.respond import Answer, tagged
from kg.web.views import page as page_of

bp = Blueprint("graph", __name__)

LEAST: Final = 10
_LONGEST_IRI: Final = 2000
_COLUMNS: Final = (
    "source",
    "source_label",
    "source_kind",
    "relation",
    "relation_label",
    "target",
    "target_label",
    "target_kind",
)


@bp.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(graph_of=graph_of)


@bp.get("/<lang:lang>/graph/<path:path>")
def page(path: str) -> Answer:
    """Show the neighbourhood of a record: drawn where scripts run, and always as a table."""
    limit = integer(request.args, "limit", neighbours.FEW, LEAST, neighbours.MOST)
    found = _read(iri_of("id", path), limit)
    body = render_template(
        "graph.html",
        found=found,
        record_path=path,
        relation=relation_word,
        kinds={each.kind for each in (found.centre, *found.neighbours)},
        all_kinds=KINDS,
        graph=to_json(found),
        said=_said(),
        limit=limit,
        most=neighbours.MOST,
    )
    return tagged(body, "text/html")


@bp.get("/<lang:lang>/graph/<path:path>.csv")
def table(path: str) -> Answer:
    """Return a row for each relation that the page shows, in its words."""
    limit = integer(request.args, "limit", neighbours.MOST, LEAST, neighbours.MOST)
    found = _read(iri_of("id", path), limit)
    rows = [
        (
            edge.source.iri,
            plain_cell(edge.source.label.value),
            edge.source.kind,
            edge.relation.iri,
            plain_cell(relation_word(edge.relation)),
            edge.target.iri,
            plain_cell(edge.target.label.value),
            edge.target.kind,
        )
        for edge in found.edges
    ]
    return attached(csv_text(_COLUMNS, rows), "text/csv", f"graph-{path.rpartition('/')[2]}.csv")


@bp.get("/api/graph")
def data() -> Answer:
    """Return the neighbourhood of the record that ``iri`` names as nodes and edges."""
    lang = asked_language()
    iri = request.args.get("iri", "")
    if not iri or len(iri) > _LONGEST_IRI:
        raise BadInput("Give the record as 'iri'.")
    if not iri.startswith(f"{iris().base}id/"):
        raise NotFound("There is no such record.")
    limit = integer(request.args, "limit", neighbours.FEW, LEAST, neighbours.MOST)
    body = json.dumps(to_json(_read(iri, limit)), ensure_ascii=False)
    return tagged(body, "application/json", vary=("Accept-Language",), variant=lang)


def graph_of(iri: str) -> str:
    """Return the address of the graph page of a record; empty for what has none."""
    if kind_of(iri, iris()) not in KINDS:
        return ""
    return url_for("graph.page", path=unquote(iri.removeprefix(f"{iris().base}id/")))


def relation_word(relation: Ref) -> str:
    """Return a relation in the reader's language."""
    if relation.kind == "external":
        local = words.local(relation.iri)
        fallback = words.say(words.MAPPINGS, local, relation.label.value)
        return words.say(words.RELATIONS, local, words.say(words.PROPERTIES, local, fallback))
    return relation.label.value


def to_json(found: Neighbourhood) -> dict[str, Any]:
    """Return what the drawing and programs read; labels are in the language of the request."""
    return {
        "record": found.centre.iri,
        "nodes": [_node(each) for each in (found.centre, *found.neighbours)],
        "edges": [
            {
                "source": edge.source.iri,
                "target": edge.target.iri,
                "relation": edge.relation.iri,
                "label": relation_word(edge.relation),
            }
            for edge in found.edges
        ],
        "groups": [_group(each) for each in found.groups],
        "shown": found.shown,
        "count": found.count,
        "between": {"shown": len(found.between), "count": found.between_count},
    }


def _node(ref: Ref) -> dict[str, Any]:
    return {
        "id": ref.iri,
        "label": ref.label.value,
        "language": ref.label.lang,
        "kind": ref.kind,
        "kindLabel": words.say(words.KINDS, ref.kind),
        "page": page_of(ref.iri),
        "graph": graph_of(ref.iri),
    }


def _group(each: Group) -> dict[str, Any]:
    return {
        "relation": each.relation.iri,
        "label": relation_word(each.relation),
        "direction": "out" if each.outgoing else "in",
        "kind": each.kind,
        "shown": len(each.records),
        "count": each.count,
    }


def _read(iri: str, limit: int) -> Neighbourhood:
    return neighbours.read(opened().store, iri, language(), iris(), limit=limit)


def _said() -> dict[str, str]:
    """Return the words of the drawing's script."""
    return {
        "expanded": _("Added: %(count)s", count="{count}"),
        "nothing": _("Nothing new stands beside it."),
        "failed": _("That could not be loaded. Try again later."),
        "more": _("%(count)s more", count="{count}"),
        "relations": _("Relations: %(count)s", count="{count}"),
    }
