"""Decision support: one question a page, then a plan to read, print, share and download."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, current_app, g, json, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from kg.atlas import model, views
from kg.errors import BadInput
from kg.support import planning, reading
from kg.support.conversation import Talk, talk
from kg.support.plan import Item, Plan, Reason
from kg.support.ranking import Ranking
from kg.support.script import ANY, Question, Script
from kg.tables import csv_text, plain_cell
from kg.vocab import LANGUAGES
from kg.web import map as maps
from kg.web import words
from kg.web.api_input import arguments
from kg.web.context import iris, once, opened, search_index
from kg.web.i18n import language
from kg.web.respond import Answer, tagged
from kg.web.views import page as page_of
from kg.web.views import public, with_query

bp = Blueprint("support", __name__)

CSV_COLUMNS: Final = (
    "module", "list", "rank", "iri", "type", "title", "title_language", "year", "countries",
    "reasons", "mind",
)  # fmt: skip
LISTS: Final = ("practices", "decisions", "publications")
_lock = threading.Lock()


def script() -> Script:
    """Return the conversation; an application's configuration may name another folder of it."""
    folder = current_app.config.get("SUPPORT_FOLDER")
    return reading.load(folder) if folder else reading.bundled()


@bp.get("/support")
def root() -> Answer:
    """Send a conversation without language to the pages in the client's language."""
    response = redirect(with_query(url_for("support.page", lang=language()), dict(request.args.lists())), 302)
    response.vary.add("Accept-Language")
    return response


@bp.get("/<lang:lang>/support")
def page() -> Answer:
    """Ask the next question, or ``ask`` again; after the last one comes the plan."""
    found = _talk(request.args)
    question = found.next
    if question is None:
        return redirect(with_query(url_for("support.plan"), found.answers), 303)
    sought = [each for each in ranking().sought(found) if each.wishes]
    steps = [step for step in found.steps if step.question.id != question.id]
    given = next((step.answer for step in found.steps if step.question.id == question.id), ())
    body = render_template(
        "support/talk.html",
        question=question,
        given=given,
        steps=steps,
        number_of_question=1 + sum(1 for step in steps if _before(step.question, question)),
        length=found.length,
        left=ranking().rank(sought, planning.PRACTICES, language(), 0)[1] if steps else 0,
        countries=_countries() if question.kind == "country" else (),
        nothing=request.args.get("at") == question.id,
        any=ANY,
        **_around(found),
    )
    return tagged(body, "text/html")


@bp.get("/<lang:lang>/support/plan")
def plan() -> Answer:
    """Show the plan that the answers so far lead to."""
    found = _talk(request.args)
    made = _plan(found)
    body = render_template(
        "support/plan.html",
        plan=made,
        steps=found.steps,
        drawn=_drawn(made),
        files=[
            ("CSV", with_query(url_for("support.table"), found.answers)),
            ("JSON", with_query(url_for("support.api"), found.answers | {"lang": (language(),)})),
        ],
        shared=public(with_query(url_for("support.plan"), found.answers)),
        reason=reason,
        search_for=_search_for,
        **_around(found),
    )
    return tagged(body, "text/html")


@bp.get("/<lang:lang>/support/plan.csv")
def table() -> Answer:
    """Give the plan's records as a table."""
    rows = [
        (part.name, name, rank, *_row(item))
        for part in _plan(_talk(request.args)).parts
        for name in LISTS
        for rank, item in enumerate(getattr(part, name), 1)
    ]
    response = tagged(csv_text(CSV_COLUMNS, rows), "text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="landkg-plan.csv"'
    return response


@bp.route("/api/support", methods=("GET", "POST"))
def api() -> Answer:
    """Give the next question and the plan of the answers so far; names and words are in ``lang``."""
    asked = [question.id for question in script().questions]
    found = arguments((*asked, "lang", "ask"))
    lang = found.get("lang") or language()
    if lang not in LANGUAGES:
        raise BadInput(f"'{lang[:20]}' is none of the languages {', '.join(LANGUAGES)}.")
    g.language = lang
    held = _talk(found)
    body = {
        "answers": {name: list(answer) for name, answer in held.answers.items()},
        "question": _question(held.next, lang) if held.next else None,
        "plan": planning.plan(script(), held, ranking(), lang, opened().generation.id).to_json(),
    }
    text = json.dumps(body, ensure_ascii=False)
    if request.method == "GET":
        return tagged(text, "application/json", vary=("Accept-Language",), variant=lang)
    response = current_app.response_class(text, content_type="application/json; charset=utf-8")
    response.cache_control.no_store = True
    return response


def ranking() -> Ranking:
    """Return what this request's generation has recorded, kept while it is served."""
    index, places = search_index(), maps.gazetteer()
    with _lock:
        return once("kg_support", lambda: Ranking(opened().store, index, places, iris()), key=id(index))


def reason(each: Reason) -> str:
    """Return why a record is in the plan in the reader's words."""
    if each.said:
        return each.said
    if each.facet == "copes":
        return str(gettext("Copes well with: %(label)s", label=each.label))
    if each.facet:
        return f"{words.say(words.FACETS, each.facet)}: {each.label}"
    return str(gettext("Close in meaning to what you look for"))


def _talk(args: MultiDict[str, str]) -> Talk:
    given = {question.id: args.getlist(question.id) for question in script().questions}
    return talk(script(), given, args.get("ask", ""))


def _plan(found: Talk) -> Plan:
    return planning.plan(script(), found, ranking(), language(), opened().generation.id)


def _around(found: Talk) -> dict[str, Any]:
    """Return the addresses and names that both pages need."""

    def address(ask: str = "", put: tuple[str, str] | None = None) -> str:
        answers = {**found.answers, **({put[0]: (put[1],)} if put else {})}
        return with_query(url_for("support.page"), answers | ({"ask": (ask,)} if ask else {}))

    return {
        "address": address,
        "to_plan": with_query(url_for("support.plan"), found.answers),
        "say_option": lambda option: _option_name(option, language()),
        "say_answer": lambda step: _said(step.question, step.answer),
        "lang": language(),
    }


def _before(one: Question, other: Question) -> bool:
    order = [question.id for question in script().questions]
    return order.index(one.id) < order.index(other.id)


def _said(question: Question, answer: Sequence[str]) -> str:
    """Return an answer in the reader's words."""
    if tuple(answer) == (ANY,):
        return str(gettext("left open"))
    if question.kind == "country":
        return str(search_index().tables.concepts.label("country", answer[0], language()))
    if question.kind == "text":
        return answer[0]
    return " · ".join(_option_name(each, language()) for each in question.options if each.id in answer)


def _option_name(option: Any, lang: str) -> str:
    if option.name is not None:
        return str(option.name[lang])
    label = str(search_index().tables.concepts.label("concept", option.concept, lang))
    return label[:1].upper() + label[1:]


def _question(question: Question, lang: str) -> dict[str, Any]:
    return {
        "id": question.id,
        "kind": question.kind,
        "text": question.ask[lang],
        "hint": question.hint[lang] if question.hint else None,
        "many": question.many,
        "options": [{"id": each.id, "text": _option_name(each, lang)} for each in question.options],
    }


def _countries() -> list[tuple[bool, list[tuple[str, str]]]]:
    """Return the countries by name, those with practices on record first."""
    names = maps.country_names(maps.gazetteer().countries(maps.WORLD))
    index = search_index()
    groups: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for code, name in sorted(names.items(), key=lambda each: each[1].casefold()):
        groups[bool(len(index.having("country", code)))].append((code, name))
    return [(known, held) for known, held in groups.items() if held]


def _drawn(made: Plan) -> maps.Drawn | None:
    """Return the map of the plan's practices."""
    index = search_index()
    wanted = {item.ref.iri for part in made.parts for item in part.practices}
    records = [each for each in index.tables.records if each.iri in wanted]
    if not records:
        return None
    picture = model.of_records(maps.located(records), maps.gazetteer(), views.whole(maps.WIDE))
    names = maps.country_names(picture.counts)
    return maps.Drawn(picture, names, lambda code: page_of(iris().country(code)), lambda _each: "")


def _search_for(facet: str, value: str, scope: Sequence[tuple[str, str]]) -> str:
    return with_query(url_for("search.page"), {name: [one] for name, one in (*scope, (facet, value))})


def _row(item: Item) -> tuple[Any, ...]:
    said, mind = (plain_cell("; ".join(map(reason, each))) for each in (item.reasons, item.cautions))
    return (
        item.ref.iri, item.kind, plain_cell(item.ref.label.value), item.ref.label.lang or "", item.year or "",
        "; ".join(item.countries), said, mind,
    )  # fmt: skip
