"""JSON answers for programs: search, similar practices, suggestions."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, json, request

from kg.errors import BadInput
from kg.search.requests import FACETS
from kg.terms import local_id
from kg.vocab import LANGUAGES
from kg.web import search
from kg.web.context import catalogue, iris, opened, settings
from kg.web.i18n import language
from kg.web.respond import Answer, tagged

bp = Blueprint("api", __name__, url_prefix="/api")

_SUGGESTIONS: Final = 10
_KNOWN: Final = frozenset({"q", "limit", "offset", "lang", "sort", "off", *FACETS}) | {
    f"not.{name}" for name in FACETS
}


@bp.get("/search")
def find() -> Answer:
    """Search in natural language; the parameters are those of the search page."""
    unknown = sorted(set(request.args) - _KNOWN)
    if unknown:
        raise BadInput(
            f"There is no parameter '{unknown[0][:40]}'.", hint=f"Known: {', '.join(sorted(_KNOWN))}."
        )
    limit, offset = _integer("limit", 10), _integer("offset", 0)
    asked = search.read(request.args, request.args.get("lang") or language(), limit, offset)
    return _json(opened().search.search(asked.checked(settings())).to_json())


@bp.get("/similar")
def similar() -> Answer:
    """Return practices like the one that ``iri`` names, by its IRI or its code."""
    given = request.args.get("iri", "")
    if not given:
        raise BadInput("Give the practice as 'iri', by its IRI or its code.")
    iri = given if given.startswith(("http://", "https://")) else iris().id("practice", local_id(given))
    hits = opened().search.similar(iri, limit=_limit())
    return _json({"iri": iri, "hits": [hit.to_json() for hit in hits]})


@bp.get("/suggest")
def suggest() -> Answer:
    """Return concepts, countries and practices of whose label a word begins with ``q``."""
    text = request.args.get("q", "").strip().casefold()
    if len(text) > 100:
        raise BadInput("'q' is longer than 100 characters.")
    lang = request.args.get("lang", language())
    if lang not in LANGUAGES:
        raise BadInput(f"'{lang[:20]}' is none of the languages {', '.join(LANGUAGES)}.")
    found: list[tuple[int, str, dict[str, Any]]] = []
    for name in ("concepts", "countries", "practices") if text else ():
        for line in catalogue().listing(opened().store, name, lang):
            label = line.ref.label.value.casefold()
            place = 0 if label.startswith(text) else 1 if f" {text}" in label else 2
            if place < 2:
                found.append(
                    (
                        place,
                        label,
                        {"iri": line.ref.iri, "label": line.ref.label.value, "kind": line.ref.kind},
                    )
                )
    found.sort(key=lambda each: each[:2])
    return _json({"q": text, "suggestions": [each[2] for each in found[:_SUGGESTIONS]]})


def _limit() -> int:
    limit = _integer("limit", 10)
    if not 1 <= limit <= settings().search_limit_max:
        raise BadInput(f"'limit' must be from 1 to {settings().search_limit_max}.")
    return limit


def _integer(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadInput(f"'{name}' must be a whole number.")
    return int(text)


def _json(body: dict[str, Any]) -> Answer:
    return tagged(json.dumps(body, ensure_ascii=False), "application/json", vary=("Accept-Language",))
