"""JSON answers for programs: search, similar practices, suggestions."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, json, request

from kg.errors import BadInput
from kg.search.requests import FACETS
from kg.terms import local_id
from kg.vocab import LANGUAGES
from kg.web import search
from kg.web.context import iris, search_index, settings
from kg.web.i18n import language
from kg.web.respond import Answer, tagged

bp = Blueprint("api", __name__, url_prefix="/api")

_LONGEST_PREFIX: Final = 100
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
    return _json(search_index().search(asked.checked(settings())).to_json())


@bp.get("/similar")
def similar() -> Answer:
    """Return practices like the one that ``iri`` names, by its IRI or its code."""
    given = request.args.get("iri", "")
    if not given:
        raise BadInput("Give the practice as 'iri', by its IRI or its code.")
    iri = given if given.startswith(("http://", "https://")) else iris().id("practice", local_id(given))
    limit = _limit()
    hits = search_index().similar(iri, limit=limit)
    return _json({"iri": iri, "hits": [hit.to_json() for hit in hits]})


@bp.get("/suggest")
def suggest() -> Answer:
    """Complete what is being typed from labels, titles and codes."""
    text = request.args.get("q", "").strip()
    if len(text) > _LONGEST_PREFIX:
        raise BadInput(f"'q' is longer than {_LONGEST_PREFIX} characters.")
    lang = request.args.get("lang", language())
    if lang not in LANGUAGES:
        raise BadInput(f"'{lang[:20]}' is none of the languages {', '.join(LANGUAGES)}.")
    limit = _limit()
    found = search_index().suggest(text, lang, limit)
    return _json({"q": text, "suggestions": [each.to_json() for each in found]})


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
