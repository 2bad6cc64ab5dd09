"""JSON answers for programs: search, similar practices, suggestions, vectors; lists also as references."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, json, make_response, request
from werkzeug.datastructures import MultiDict

from kg.errors import BadInput, NotAcceptable, Refused
from kg.search import export
from kg.search.requests import DEEPEST_OFFSET, FACETS, Hit
from kg.terms import local_id
from kg.vocab import LANGUAGES
from kg.web.api_input import arguments, integer
from kg.web.asked import read
from kg.web.context import iris, opened, search_index, settings
from kg.web.i18n import language
from kg.web.negotiate import choose
from kg.web.respond import Answer, tagged

bp = Blueprint("api", __name__, url_prefix="/api")

METHODS: Final = ("GET", "POST")
EMBED_MOST: Final = 32
_LONGEST_PREFIX: Final = 100
_LONGEST_IRI: Final = 2000
_JSON: Final = "application/json"
_OFFERED: Final = (_JSON, *(media_type for media_type, _ in export.FORMATS.values()))
_KNOWN: Final = frozenset({"q", "limit", "offset", "lang", "sort", "off", "format", *FACETS}) | {
    f"not.{name}" for name in FACETS
}


@bp.before_request
def _preflight() -> Response | None:
    """Tell browsers that pages of other hosts may send JSON."""
    if request.method != "OPTIONS":
        return None
    response = make_response("", 204)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept, Accept-Language"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


@bp.route("/search", methods=METHODS)
def find() -> Answer:
    """Search in natural language; the parameters are those of the page, and ``limit=all``."""
    found = arguments(_KNOWN)
    whole = found.get("limit") == "all"
    limit = 1 if whole else integer(found, "limit", 10, 1, settings().search_limit_max)
    offset = 0 if whole else integer(found, "offset", 0, 0, DEEPEST_OFFSET)
    form = _format(found)
    asked = replace(read(found, _language(found), limit, offset), whole=whole).checked(settings())
    answer = search_index().search(asked)
    if form is not None:
        return _exported(form, answer.hits, offset + 1, "search")
    return _json(answer.to_json())


@bp.route("/similar", methods=METHODS)
def similar() -> Answer:
    """Return records like the one that ``iri`` names, by its IRI or, of a practice, its code."""
    found = arguments(("iri", "limit", "lang", "type", "format"))
    given = found.get("iri", "").strip()
    if not given or len(given) > _LONGEST_IRI:
        raise BadInput("Give the practice as 'iri', by its IRI or its code.")
    iri = given if given.startswith(("http://", "https://")) else iris().id("practice", local_id(given))
    limit = integer(found, "limit", 10, 1, settings().search_limit_max)
    form = _format(found)
    hits = search_index().similar(iri, limit, tuple(found.getlist("type")))
    if form is not None:
        return _exported(form, hits, 1, "similar")
    return _json({"iri": iri, "hits": [hit.to_json() for hit in hits]})


@bp.route("/suggest", methods=METHODS)
def suggest() -> Answer:
    """Complete what is being typed from labels, titles and codes."""
    found = arguments(("q", "limit", "lang"))
    text = found.get("q", "").strip()
    if len(text) > _LONGEST_PREFIX:
        raise BadInput(f"'q' is longer than {_LONGEST_PREFIX} characters.")
    limit = integer(found, "limit", 10, 1, settings().search_limit_max)
    lang = _language(found)
    rows = search_index().suggest(text, lang, limit)
    return _json({"q": text, "suggestions": [each.to_json() for each in rows]})


@bp.route("/embed", methods=METHODS)
def embed() -> Answer:
    """Return the vectors of texts, of length one, as an encoder of the index gives them.

    Raises:
        Refused: the setting ``embed_api`` is off, as it is by default.
    """
    if not settings().embed_api:
        raise Refused(
            "This service gives no vectors.", hint="Its operator can switch them on: KG_EMBED_API=1."
        )
    found = arguments(("q", "kind", "encoder"))
    texts, longest = found.getlist("q"), settings().query_text_max
    if not 1 <= len(texts) <= EMBED_MOST or any(not each.strip() or len(each) > longest for each in texts):
        raise BadInput(f"Give 1 to {EMBED_MOST} texts as 'q', each of 1 to {longest} characters.")
    spaces = search_index().spaces
    name = found.get("encoder", next(iter(spaces)))
    if name not in spaces:
        raise BadInput(f"There is no encoder '{name[:40]}'.", hint=f"Known: {', '.join(spaces)}.")
    kind = found.get("kind", "query")
    if kind not in ("query", "passage"):
        raise BadInput("'kind' must be 'query' or 'passage'.")
    encoder = spaces[name].encoder
    vectors = encoder.queries(texts) if kind == "query" else [v for _, v in sorted(encoder.passages(texts))]
    body = {
        "encoder": name,
        "fingerprint": encoder.fingerprint,
        "kind": kind,
        "vectors": [[round(float(each), 7) for each in vector] for vector in vectors],
    }
    return _json(body)


def _language(found: MultiDict[str, str]) -> str:
    """Return the language of the answer: ``lang``, else what the client prefers."""
    lang = found.get("lang") or language()
    if lang not in LANGUAGES:
        raise BadInput(f"'{lang[:20]}' is none of the languages {', '.join(LANGUAGES)}.")
    return lang


def _format(found: MultiDict[str, str]) -> str | None:
    """Return the export format that is asked for, or nothing for JSON."""
    name = found.get("format")
    if name is None:
        media_type = choose(request.headers.get("Accept"), _OFFERED) or _JSON
        return next((each for each, (offered, _) in export.FORMATS.items() if offered == media_type), None)
    if name != "json" and name not in export.FORMATS:
        raise NotAcceptable(
            f"There is no format '{name[:40]}'.", hint=f"Known: json, {', '.join(export.FORMATS)}."
        )
    return None if name == "json" else name


def _exported(form: str, hits: tuple[Hit, ...] | list[Hit], first: int, name: str) -> Answer:
    media_type, write = export.FORMATS[form]
    body = write(export.read(opened().store, hits, iris()), first)
    answer = _answer(body, media_type)
    suffix = "bib" if form == "bibtex" else form
    answer.headers["Content-Disposition"] = f'attachment; filename="landkg-{name}.{suffix}"'
    return answer


def _json(body: dict[str, Any]) -> Answer:
    return _answer(json.dumps(body, ensure_ascii=False), _JSON)


def _answer(body: str, media_type: str) -> Answer:
    """Return an answer; that to a POST depends on its body, so nobody may keep it."""
    text = media_type.startswith("text/") or media_type == _JSON
    if request.method != "POST":
        full = media_type if text else f"{media_type}; charset=utf-8"
        return tagged(body, full, vary=("Accept", "Accept-Language"), variant=language())
    response = Response(body, content_type=f"{media_type}; charset=utf-8")
    response.cache_control.no_store = True
    return response
