"""The search page: results as a list beside their map, what was understood, facets."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for

from kg.errors import BadInput
from kg.web import map as maps
from kg.web.asked import around, read
from kg.web.context import search_index, settings
from kg.web.i18n import language
from kg.web.played import METHODS, played
from kg.web.respond import Answer, tagged
from kg.web.views import with_query

bp = Blueprint("search", __name__)

PER_PAGE: Final = 10


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
    found, records = search_index().answer(asked)
    countries = {code for hit in found.hits for code in hit.countries}
    body = render_template(
        "search.html",
        asked=asked,
        found=found,
        drawn=maps.draw(asked, records, None, maps.BESIDE),
        country_names=maps.country_names(countries),
        played=played,
        methods=METHODS,
        number_of_page=number,
        pages=max(1, -(-min(found.total, 1000) // PER_PAGE)),
        **around(asked, found),
    )
    return tagged(body, "text/html")


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 6 or int(text) < 1:
        raise BadInput(f"'{name}' must be a number from 1.")
    return int(text)
