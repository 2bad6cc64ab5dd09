"""The documented queries as an API: ``/queries`` lists them, ``/queries/<name>`` answers one."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint, Response, current_app, g, json, redirect, render_template, request, url_for

from kg import queries
from kg.errors import BadInput
from kg.queries import NamedQuery, Parameter
from kg.sparql.formats import RESULTS
from kg.sparql.requests import SparqlAnswer, SparqlRequest
from kg.web.context import iris, opened
from kg.web.i18n import asked_language, language
from kg.web.negotiate import negotiate
from kg.web.query_fields import fields
from kg.web.respond import Answer, tagged
from kg.web.sparql_face import Face
from kg.web.views import public, with_query

bp = Blueprint("named_queries", __name__)

FOLDER: Final = "examples"
FORMATS: Final = tuple(each.names[0] for each in RESULTS)
"""Names that ``?format=`` takes, besides ``html``."""

_HTML: Final = "text/html"
_JSON: Final = "application/json"
_ROWS_SHOWN: Final = 1000
_OURS: Final = frozenset({"format", "lang"})


@bp.get("/queries")
def listing() -> Answer:
    """List the queries: a page for people, JSON for programs."""
    wanted = request.args.get("format", "")
    media_type = {"json": _JSON, "html": _HTML}.get(wanted) or negotiate(
        request.headers.get("Accept"), (_JSON, _HTML)
    )
    if media_type == _HTML:
        return _to_page("named_queries.listing_page")
    lang = asked_language()
    body = {"queries": [describe(each) for each in all_queries(lang).values()]}
    vary = ("Accept", "Accept-Language")
    return tagged(json.dumps(body, ensure_ascii=False), _JSON, vary=vary, variant=lang)


@bp.get("/queries/<name>")
def one(name: str) -> Answer:
    """Answer one query in the formats of ``/sparql``; browsers go on to its page."""
    query, face = queries.get(FOLDER, name), _face()
    if face.wants_page(request.environ):
        return _to_page("named_queries.page", name=name)
    text, bound = query.bind(_values(), iris())
    # The face and the page's hooks have to speak of the request by one name.
    environ = request.environ | {"HTTP_X_REQUEST_ID": g.request_id}
    reply = face.bound(environ, text, _terms(bound), request.args.get("format"))
    return Response(reply.body, reply.status, reply.headers)


@bp.get("/<lang:lang>/queries")
def listing_page() -> Answer:
    """Show all queries with their forms."""
    offered = all_queries(language())
    body = render_template("queries.html", queries=offered, fields=fields)
    return tagged(body, _HTML)


@bp.get("/<lang:lang>/queries/<name>")
def page(name: str) -> Answer:
    """Show the form of one query and the table of its answer."""
    query, face = queries.get(FOLDER, name).in_language(language()), _face()
    rows: list[list[str]] = []
    problem, generation_id, shown = "", "", query.text
    try:
        text, bound = query.bind(_values(), iris())
        shown = example(query, _values())
        answer = _answered(face, text, _terms(bound))
        generation_id = answer.generation_id
        rows = list(csv.reader(io.StringIO(face.text(answer), newline="")))
    except BadInput as fault:
        problem = str(fault)
    body = render_template(
        "query.html",
        query=query,
        fields=partial(fields, given=request.args),
        problem=problem,
        columns=rows[0] if rows else [],
        rows=[[(each, _shortened(each)) for each in row] for row in rows[1 : 1 + _ROWS_SHOWN]],
        count=max(0, len(rows) - 1),
        text=shown,
        formats={name: _address(query, name) for name in FORMATS},
    )
    if problem or generation_id != opened().generation.id:
        # A tag of the page's generation would be false for an answer of the next one.
        return Response(body, 400 if problem else 200, mimetype=_HTML, headers={"Cache-Control": "no-store"})
    return tagged(body, _HTML)


def all_queries(lang: str = "en") -> dict[str, NamedQuery]:
    """Return the queries that are offered, by name, with their words in a language."""
    return {name: each.in_language(lang) for name, each in queries.load_folder(FOLDER).items()}


def describe(query: NamedQuery) -> dict[str, Any]:
    """Return what a program has to know to call a query."""
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "url": public(url_for("named_queries.one", name=query.name)),
        "parameters": [_described(each) for each in query.parameters],
        "query": queries.with_prefixes(query.text, iris()),
        "example": example(query),
    }


def example(query: NamedQuery, values: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a query as text that runs as it is, with its parameters (or their defaults) in VALUES."""
    _text, bound = query.bind(values, iris())
    given = "".join(f"\n  VALUES ?{name} {{ {term} }}" for name, term in bound.items())
    return queries.with_prefixes(query.text.replace("WHERE {", f"WHERE {{{given}", 1), iris())


def _described(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "required": parameter.required,
        "default": parameter.default,
        "description": parameter.help,
    }


def _face() -> Face:
    found: Face = current_app.extensions["kg_sparql_face"]
    return found


def _values() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise BadInput(f"The parameter '{name[:40]}' must be given once.")
        if name not in _OURS:
            found[name] = values[0]
    return found


def _terms(bound: dict[str, queries.Term]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(term)) for name, term in bound.items()))


def _answered(face: Face, text: str, bound: tuple[tuple[str, str], ...]) -> SparqlAnswer:
    return face.service.execute(
        SparqlRequest(
            text,
            "text/csv",
            None,
            bind=bound,
            client=request.environ.get("REMOTE_ADDR", ""),
            request_id=g.request_id,
        )
    )


def _to_page(endpoint: str, *, name: str | None = None) -> Answer:
    given = {each: values for each, values in request.args.lists() if each != "format"}
    response = redirect(with_query(url_for(endpoint, lang=language(), name=name), given), 303)
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _address(query: NamedQuery, wanted: str) -> str:
    known = {each.name for each in query.parameters}
    given = {each: values for each, values in request.args.lists() if each in known}
    return with_query(url_for("named_queries.one", name=query.name), given | {"format": [wanted]})


def _shortened(value: str) -> str:
    """Return an IRI with a prefix of ours where one fits, any other value as it is."""
    fitting = [
        (len(namespace), f"{prefix}:{value[len(namespace) :]}")
        for prefix, namespace in queries.prefix_map(iris()).items()
        if value.startswith(namespace)
    ]
    return max(fitting)[1] if fitting else value
