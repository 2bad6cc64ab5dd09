"""Maps and decision support as OpenAPI path items; the parameters of the latter are its questions."""

from __future__ import annotations

from typing import Any, Final

from kg.config import Settings
from kg.search.requests import FACETS
from kg.support.conversation import LONGEST
from kg.support.reading import bundled
from kg.support.script import ANY, Question
from kg.web.openapi_parts import FORM, JSON, LANG, content, get, post, query

_TEXTS: Final = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 50}
_BOX: Final = {"type": "string", "maxLength": 100, "examples": ["-6,9,3,16"]}


def places(settings: Settings) -> dict[str, Any]:
    """Return the path items of maps and of decision support."""
    lang = query("lang", "Language of names and words; else as in Accept-Language.", LANG)
    asked = [
        query("q", "What to look for.", {"type": "string", "maxLength": settings.query_text_max}),
        *(query(each, f"Only records of this {each}; several are alternatives.", _TEXTS) for each in FACETS),
        query("box", "Only records with a point in west,south,east,north, in degrees.", _BOX),
        lang,
    ]
    return {
        "/map.geojson": get(
            "map_geojson",
            "search",
            "The records that a search finds, with their points (RFC 7946)",
            asked,
            content(["application/geo+json"], {"type": "object"}),
        ),
        "/map.csv": get(
            "map_csv",
            "search",
            "The records that a search finds, a row for each point",
            asked,
            content(["text/csv"]),
        ),
        **_support(lang),
    }


def _support(lang: dict[str, Any]) -> dict[str, Any]:
    questions = bundled().questions
    names = [each.id for each in questions]
    parameters = [
        *(query(each.id, each.ask["en"], _answers(each)) for each in questions),
        query("ask", "A question to ask again.", {"enum": names}),
        lang,
    ]
    answer = content([JSON], {"type": "object", "required": ["answers", "question", "plan"]})
    summary = "The next question of the decision support, and the plan of the answers so far"
    form = {"type": "object", "properties": {each["name"]: each["schema"] for each in parameters}}
    body = {JSON: {"schema": form}, FORM: {"schema": form}}
    return {
        "/api/support": get("support", "search", summary, parameters, answer)
        | post("support_post", "search", f"{summary}; answers in the body", body, answer)
    }


def _answers(question: Question) -> dict[str, Any]:
    """Return the schema of a question's answers."""
    if question.kind == "text":
        return {"type": "string", "maxLength": LONGEST}
    if question.kind == "country":
        return {"type": "string", "pattern": f"^([A-Z]{{3}}|{ANY})$"}
    options = {"enum": [*(each.id for each in question.options), ANY]}
    most = len(question.options) if question.many else 1
    return {"type": "array", "items": options, "maxItems": most, "uniqueItems": True}
