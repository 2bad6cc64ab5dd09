"""Assessments and the overlap of frameworks: JSON for programs, a page and a picture for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, json, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from kg.align import overlap, upset
from kg.align.explain import FRAMEWORKS, explain, messages
from kg.align.overlap import FACETS, LEVELS, Overlap
from kg.entities.labels import choose
from kg.entities.reading import labels, lexical, text_of
from kg.errors import BadInput
from kg.model import Text
from kg.tables import csv_text
from kg.web.context import iris, once, opened
from kg.web.files import attached
from kg.web.i18n import asked_language, language
from kg.web.kept import kept
from kg.web.respond import Answer, tagged
from kg.web.views import public

bp = Blueprint("assessment", __name__)

_LISTED_COLUMNS = 8
LISTED = 200
"""Most practices that the page of a combination lists; the search shows all of a framework."""


@bp.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(overlap_now=overlap_now)


@bp.get("/api/assessment/<code>")
def assessment(code: str) -> Answer:
    """Explain the assessments of a practice (``?framework=``, ``?lang=``)."""
    found = explain(
        opened().store,
        code,
        iris(),
        framework=request.args.get("framework") or None,
        language=asked_language(),
    )
    return _json(found)


@bp.get("/api/overlap")
def counted() -> Answer:
    """Count practices by combination of frameworks (``?level=``, and one of the facets, or ``?by=``)."""
    by = request.args.get("by")
    if by is None:
        return _json(_asked().to_json())
    store, level = opened().store, request.args.get("level", LEVELS[0])
    found = [
        {**overlap.overlap(store, iris(), level=level, facet=by, value=value).to_json(), "assessed": n}
        for value, n in overlap.values(store, iris(), by)
    ]
    return _json({"by": by, "level": level, "groups": found})


@bp.get("/overlap.svg")
def picture() -> Answer:
    """Draw the overlap; the columns link to the page that lists their practices."""
    lang = asked_language()
    body = _draw(_asked(), lang, absolute=True)
    return tagged(body, "image/svg+xml", vary=("Accept-Language",), variant=lang)


@bp.get("/overlap.csv")
def table() -> Answer:
    """Return a row for each combination: its frameworks by name and by identifier, and its practices."""
    lang, found = asked_language(), _asked()
    named = _labels([iris().id("framework", name) for name in FRAMEWORKS], lang)
    labels = {name: named.get(iris().id("framework", name), name) for name in FRAMEWORKS}
    rows = [
        (" ".join(names), "; ".join(labels[name] for name in names), found.level, count)
        for names, count in found.columns
    ]
    return attached(csv_text(("frameworks", "labels", "level", "practices"), rows), "text/csv", "overlap.csv")


@bp.get("/overlap")
def chosen() -> Answer:
    """Answer with the picture, or with the counts to who asks for JSON."""
    best = request.accept_mimetypes.best_match(("image/svg+xml", "application/json"))
    return counted() if best == "application/json" else picture()


@bp.get("/<lang:lang>/overlap")
@kept
def page() -> Answer:
    """Show the picture, its table, and the practices of the combination that was clicked."""
    lang, found = language(), _asked()
    names = [name for name in request.args.get("frameworks", "").split(",") if name]
    if any(name not in FRAMEWORKS for name in names):
        raise BadInput("'frameworks' names something that is no framework.", hint=", ".join(FRAMEWORKS))
    clicked = tuple(name for name in FRAMEWORKS if name in names)
    practices = found.practices.get(clicked, ())
    store = opened().store
    choices = once(
        "kg_overlap_choices", lambda: {facet: overlap.values(store, iris(), facet) for facet in FACETS}
    )
    things = [iris().id("framework", name) for name in FRAMEWORKS]
    things += [_thing(facet, value) for facet, each in choices.items() for value, _ in each]
    labels = _labels([*things, *practices[:LISTED]], lang)
    body = render_template(
        "overlap.html",
        say=messages()[lang],
        found=found,
        picture=_draw(found, lang),
        files=_files(found, lang),
        frameworks={name: labels.get(iris().id("framework", name), name) for name in FRAMEWORKS},
        clicked=clicked,
        practices=[(iri, labels.get(iri, iri)) for iri in practices[:LISTED]],
        listed=len(practices),
        choices={
            facet: [(value, labels.get(_thing(facet, value), value), n) for value, n in each]
            for facet, each in choices.items()
        },
        link=_page_link(found, lang),
        whole=_search_link(found, lang),
        most=max((count for _, count in found.columns), default=1),
        facets=FACETS,
        levels=LEVELS,
    )
    return tagged(body, "text/html")


def overlap_now() -> dict[str, Any] | None:
    """Return the overlap as other pages show it: at the first level that any practice reaches."""
    lang, found = language(), overlap.first(opened().store, iris())
    if not found.columns:
        return None
    say, link = messages()[lang], _page_link(found, lang)
    labels = _labels([iris().id("framework", name) for name in FRAMEWORKS], lang)
    names = {name: labels.get(iris().id("framework", name), name) for name in FRAMEWORKS}
    return {
        "title": say["overlap_title"],
        "level": say[f"level_{found.level}"],
        "picture": _draw(found, lang),
        "files": _files(found, lang),
        "columns": [
            (say["list"].join(names[each] for each in combined), count, link(combined))
            for combined, count in found.columns[:_LISTED_COLUMNS]
        ],
    }


def _asked() -> Overlap:
    given = [(facet, request.args[facet]) for facet in FACETS if request.args.get(facet)]
    only, _colon, chosen = request.args.get("only", "").partition(":")
    if chosen:
        given.append((only, chosen))
    if len(given) > 1:
        raise BadInput(f"Give one of {', '.join(FACETS)}.")
    facet, value = given[0] if given else (None, None)
    level = request.args.get("level", LEVELS[0])
    return overlap.overlap(opened().store, iris(), level=level, facet=facet, value=value)


def _files(found: Overlap, lang: str) -> dict[str, str]:
    """Return the addresses of the picture and of its table."""
    asked = {"level": found.level, "lang": lang}
    if found.facet and found.value:
        asked[found.facet] = found.value
    return {
        "svg": url_for("assessment.picture", **asked),  # type: ignore[arg-type]
        "csv": url_for("assessment.table", **asked),  # type: ignore[arg-type]
    }


def _draw(found: Overlap, lang: str, *, absolute: bool = False) -> str:
    """Draw the overlap; ``absolute`` for a file that leaves the site."""
    say = messages()[lang]
    wanted = [iris().id("framework", name) for name in FRAMEWORKS]
    labels = {iri.rpartition("/")[2]: label for iri, label in _labels(wanted, lang).items()}
    labels = {name: labels.get(name, name) for name in FRAMEWORKS}

    def cell(names: Sequence[str], count: int) -> str:
        joined = say["list"].join(labels[name] for name in names)
        return say["overlap_cell"].format(frameworks=joined, count=count)

    largest = cell(*found.columns[0]) if found.columns else say["overlap_none"]
    return upset.draw(
        found,
        labels=labels,
        title=say["overlap_title"],
        description=say["overlap_desc"].format(largest=largest),
        cell=cell,
        link=_outward(_page_link(found, lang), absolute),
        whole=_outward(_search_link(found, lang), absolute),
    )


def _outward(link: Any, absolute: bool) -> Any:
    return (lambda given: public(link(given))) if absolute else link


def _search_link(found: Overlap, lang: str) -> Any:
    """Return a function from a framework to the search for all practices under it."""

    def link(name: str) -> str:
        asked = {"framework" if found.level == "candidate" else found.level: name}
        if found.facet and found.value:
            asked[found.facet] = found.value
        return f"{request.script_root}/{lang}/search?{urlencode(asked)}"

    return link


def _page_link(found: Overlap, lang: str) -> Any:
    def link(names: Sequence[str]) -> str:
        asked = {"frameworks": ",".join(names), "level": found.level}
        if found.facet and found.value:
            asked[found.facet] = found.value
        return f"{request.script_root}/{lang}/overlap?{urlencode(asked)}#practices"

    return link


def _thing(facet: str, value: str) -> str:
    return iris().country(value) if facet == "country" else iris().concept(value)


def _labels(things: Sequence[str], lang: str) -> dict[str, str]:
    found: dict[str, list[Text]] = {}
    for row in labels(opened().store, things):
        found.setdefault(lexical(row["thing"]), []).append(text_of(row["label"]))
    best = {thing: choose(texts, lang) for thing, texts in found.items()}
    return {thing: text.value for thing, text in best.items() if text is not None}


def _json(value: Any) -> Answer:
    body = json.dumps(value, ensure_ascii=False)
    return tagged(body, "application/json", vary=("Accept-Language", "Accept"))
