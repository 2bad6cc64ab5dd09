"""A search as a page's address says it: reading, changing and describing it, for the list and for the map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from kg.search.requests import FACETS, FacetCount, SearchRequest, SearchResponse
from kg.search.without import named_thing
from kg.web.context import search_index
from kg.web.i18n import language
from kg.web.views import public, with_query

_VALUES: Final = 12
_DEEPEST: Final = 2
Rows = list[tuple[int, FacetCount]]
_FLAT: Final = frozenset({"type", "country"})
SHOWN_FACETS: Final = (
    "type",
    "country",
    "region",
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
EXPORTS: Final = (("csv", "CSV"), ("json", "JSON"), ("ris", "RIS"), ("bibtex", "BibTeX"))


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
    values = _now()
    if add and add[1] not in values.setdefault(add[0], []):
        values[add[0]].append(add[1])
    if drop and drop[0] in values:
        values[drop[0]] = [value for value in values[drop[0]] if value != drop[1]]
    values |= {name: [value] for name, value in put.items()}
    return with_query(url_for(_endpoint()), {name: found for name, found in values.items() if found})


def elsewhere(endpoint: str, drop: Sequence[str] = (), **put: str) -> str:
    """Return the address of this search at another view, without some parameters and with others set."""
    values = {name: found for name, found in _now().items() if name not in drop}
    return with_query(url_for(endpoint), values | {name: [value] for name, value in put.items()})


def around(asked: SearchRequest, found: SearchResponse) -> dict[str, Any]:
    """Return what the templates of a list and of a map need of a search beside its records."""
    chosen = [(name, value) for name, values in asked.filters.items() for value in values]
    exports = [
        (name, elsewhere("api.find", ("page", "box"), format=form, lang=language(), limit="all"))
        for form, name in EXPORTS
    ]
    return {
        "facets": [
            (name, *_arranged(name, found.facets[name], asked.filters.get(name, ())))
            for name in SHOWN_FACETS
            if found.facets.get(name)
        ],
        "chosen": chosen,
        "address": address,
        "elsewhere": elsewhere,
        "exports": exports,
        "shared": public(elsewhere(_endpoint(), ("page",))),
        "label_of_off": _label_of_off,
        "label_of": lambda name, value: _label(found.facets.get(name, ()), name, value),
    }


def _now() -> dict[str, list[str]]:
    return {name: list(found) for name, found in request.args.lists() if name not in ("page", "lang")}


def _endpoint() -> str:
    return request.endpoint if request.endpoint == "map.page" else "search.page"


def _arranged(name: str, counts: Sequence[FacetCount], chosen: Sequence[str]) -> tuple[Rows, Rows]:
    """Return the values by their hierarchy, each with its depth: those worth a line at once, and the rest.

    The most frequent come first, narrower ones below what is broader.
    """
    rows = list(_below(counts, _tops(counts), 0)) if name not in _FLAT else [(0, each) for each in counts]
    at_once = set([each.value for _, each in rows][:_VALUES]) | set(chosen)
    return [row for row in rows if row[1].value in at_once], [
        row for row in rows if row[1].value not in at_once
    ]


def _tops(counts: Sequence[FacetCount]) -> list[FacetCount]:
    """Return what has nothing broader here; one heading above all others says nothing and is left out."""
    held = {each.value for each in counts}
    above = {each.broader for each in counts}
    tops = [each for each in counts if each.broader not in held]
    headings = [each for each in tops if each.value in above]
    if len(headings) != 1:
        return tops
    heading = headings[0].value
    return [each for each in counts if each.broader == heading or (each in tops and each.value != heading)]


def _below(
    counts: Sequence[FacetCount], level: Sequence[FacetCount], depth: int
) -> Iterator[tuple[int, FacetCount]]:
    for each in level:
        yield depth, each
        if depth < _DEEPEST:
            yield from _below(counts, [other for other in counts if other.broader == each.value], depth + 1)


def _values(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(value for value in args.getlist(name) if value)


def _label_of_off(value: str) -> str:
    """Return the name of a reading that was switched off: of a concept, or of something left out."""
    left_out = value.removeprefix("not.")
    label = search_index().tables.concepts.label("concept", left_out, language())
    thing = named_thing(left_out, language())
    if left_out == value:
        return thing or label
    return str(gettext("without %(label)s", label=thing) if thing else gettext("not %(label)s", label=label))


def _label(counts: tuple[FacetCount, ...], name: str, value: str) -> str:
    """Return the name of a filter's value, also where no result has it."""
    counted = next((each.label for each in counts if each.value == value), None)
    return counted or search_index().tables.concepts.label(name, value, language())
