"""The search page: results, what was understood, facets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from kg.errors import BadInput
from kg.search.requests import FACETS, FacetCount, SearchRequest
from kg.web.context import catalogue, opened, search_index, settings
from kg.web.i18n import language
from kg.web.respond import Answer, tagged
from kg.web.views import with_query

bp = Blueprint("search", __name__)

PER_PAGE: Final = 10
_VALUES: Final = 12
_FLAT: Final = frozenset({"type", "country"})
SHOWN_FACETS: Final = (
    "type",
    "country",
    "landUse",
    "measure",
    "degradation",
    "hazard",
    "purpose",
    "framework",
    "theme",
    "convention",
    "language",
)


@bp.get("/search")
def root() -> Answer:
    """Send a search without language to the pages in the client's language."""
    address = with_query(url_for("search.page", lang=language()), dict(request.args.lists()))
    response = redirect(address, 302)
    response.vary.add("Accept-Language")
    return response


@bp.get("/<lang:lang>/search")
def page() -> Answer:
    """Show one page of results."""
    number = _number(request.args.get("page", "1"), "page")
    asked = read(request.args, language(), PER_PAGE, (number - 1) * PER_PAGE).checked(settings())
    found = search_index().search(asked)
    chosen = [(name, value) for name, values in asked.filters.items() for value in values]
    body = render_template(
        "search.html",
        asked=asked,
        found=found,
        facets=[(name, _shown(name, found.facets[name])) for name in SHOWN_FACETS if found.facets.get(name)],
        country_names={
            way.ref.iri.rpartition("/")[2]: way.ref.label.value
            for way in catalogue().ways(opened().store, "country", language())
        },
        chosen=chosen,
        number_of_page=number,
        pages=max(1, -(-min(found.total, 1000) // PER_PAGE)),
        address=address,
        label_of=lambda name, value: _label(found.facets.get(name, ()), value),
    )
    return tagged(body, "text/html")


def read(args: MultiDict[str, str], lang: str, limit: int, offset: int) -> SearchRequest:
    """Read a search from a request's arguments.

    They are ``q``, each filter by its name, ``not.<filter>``, ``sort`` and ``off``.
    """
    return SearchRequest(
        text=args.get("q", "").strip(),
        filters={name: _values(args, name) for name in FACETS if _values(args, name)},
        exclude={name: _values(args, f"not.{name}") for name in FACETS if _values(args, f"not.{name}")},
        limit=limit,
        offset=offset,
        language=lang,
        sort=args.get("sort", "relevance"),
        off=_values(args, "off"),
    )


def address(add: tuple[str, str] | None = None, drop: tuple[str, str] | None = None, **put: str) -> str:
    """Return this search with one filter more or less, or a parameter changed; always from its first page."""
    values = {name: list(found) for name, found in request.args.lists() if name != "page"}
    if add and add[1] not in values.setdefault(add[0], []):
        values[add[0]].append(add[1])
    if drop and drop[0] in values:
        values[drop[0]] = [value for value in values[drop[0]] if value != drop[1]]
    values |= {name: [value] for name, value in put.items()}
    kept = {name: found for name, found in values.items() if found and name != "lang"}
    return with_query(url_for("search.page"), kept)


def _shown(name: str, counts: Sequence[FacetCount]) -> list[FacetCount]:
    """Return the values worth a line: the most frequent, without the heading that stands above all others."""
    above = {each.broader for each in counts if each.broader}
    kept = [
        each
        for each in counts
        if name in _FLAT or each.broader or (each.iri not in above and each.value not in above)
    ]
    return kept[:_VALUES]


def _values(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(value for value in args.getlist(name) if value)


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 6 or int(text) < 1:
        raise BadInput(f"'{name}' must be a number from 1.")
    return int(text)


def _label(counts: tuple[FacetCount, ...], value: str) -> str:
    return next((each.label for each in counts if each.value == value), value)
