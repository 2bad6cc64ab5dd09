"""The quality report of each generation: a page in six languages, JSON, and its tables as CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from flask import Blueprint, json, redirect, render_template, request, url_for
from markupsafe import Markup, escape

from kg.entities.labels import choose
from kg.entities.reading import labels, lexical, text_of
from kg.model import Text
from kg.quality import Finding, reasons
from kg.quality.report import Filled
from kg.tables import csv_text
from kg.web import browse, quality_asked, quality_words, words
from kg.web.context import iris, opened
from kg.web.files import attached
from kg.web.i18n import language
from kg.web.linked_data import HTML
from kg.web.negotiate import negotiate
from kg.web.quality_asked import MOST, TABLES, USUAL, Now
from kg.web.respond import Answer, tagged
from kg.web.views import compact_url, language_label, local_path, page, text

bp = Blueprint("quality", __name__)

PER_PAGE: Final = 50
_JSON: Final = "application/json"
_OFFSET_MOST: Final = 10_000_000

Words = Callable[[str], str]


@bp.get("/quality")
def document() -> Answer:
    """Give the report to programs; people are sent to the page in their language."""
    if negotiate(request.headers.get("Accept"), [_JSON, HTML]) == HTML:
        response = redirect(url_for("quality.report", lang=language(), **_query()), 303)
        response.vary.update(("Accept", "Accept-Language"))
        return response
    answer = whole()
    answer.vary.add("Accept")
    return answer


@bp.get("/quality.json")
def whole() -> Answer:
    """Give the report (``?kind=``, ``?change=``, ``?q=``, ``?limit=``, ``?offset=``)."""
    found = quality_asked.now()
    limit = quality_asked.number("limit", USUAL, MOST)
    offset = quality_asked.number("offset", 0, _OFFSET_MOST)
    body = quality_asked.as_json(found, quality_asked.asked(), limit, offset)
    return tagged(json.dumps(body, ensure_ascii=False), _JSON, variant=_checked(found))


@bp.get(f"/quality/<any({','.join(TABLES)}):name>.csv")
def table(name: str) -> Answer:
    """Give one table of the report, whole or as the page shows it."""
    found = quality_asked.now()
    columns, rows = quality_asked.table(found, name, quality_asked.asked())
    return attached(csv_text(columns, rows), "text/csv", f"quality-{name}.csv", variant=_checked(found))


@bp.get("/<lang:lang>/quality")
def report() -> Answer:
    """Show the report: kinds of findings, the findings that are asked for, completeness, languages."""
    found, wanted = quality_asked.now(), quality_asked.asked()
    fitting = wanted.of(found)
    pages = max(1, -(-len(fitting) // PER_PAGE))
    place = browse.page_number(pages)
    shown = fitting[(place - 1) * PER_PAGE : place * PER_PAGE]
    named = _labels(found, shown)
    body = render_template(
        "quality.html",
        found=found,
        asked=wanted,
        kinds=found.kinds(),
        total=len(fitting),
        rows=[_row(each, named) for each in shown],
        number_of_page=place,
        pages=pages,
        groups=_groups(found, named),
        languages_spoken=_spoken(found),
        kind_words=quality_words.KINDS,
        change_words=quality_words.CHANGES,
    )
    return tagged(body, HTML, variant=_checked(found))


def _checked(found: Now) -> str:
    return found.links.at if found.links else ""


def _query() -> dict[str, Any]:
    return dict(quality_asked.asked().as_query())


# -- words for what the report names -------------------------------------------------------------------


def _labels(found: Now, shown: Iterable[Finding]) -> Mapping[str, Text]:
    """Return the names of records, datasets, classes and properties that the page speaks of, by IRI."""
    space = iris()
    things = {each.record for each in shown if local_path(each.record)}
    things |= {other for each in shown if local_path(other := _other(each))}
    things |= {space.id("dataset", each.dataset) for each in found.report.completeness}
    fields = {name for each in found.report.completeness for name in (each.field, each.kind)}
    fields |= {each.field for each in shown}
    things |= {space.term(name) for name in fields if name.isidentifier()}
    texts: dict[str, list[Text]] = defaultdict(list)
    for row in labels(opened().store, things):
        texts[lexical(row["thing"])].append(text_of(row["label"]))
    chosen = {iri: choose(each, language()) for iri, each in texts.items()}
    return {iri: label for iri, label in chosen.items() if label is not None}


def _other(finding: Finding) -> str:
    said = reasons.parts(finding.kind, finding.reason)
    return said[1].get("other", "") if said else ""


def _row(finding: Finding, named: Mapping[str, Text]) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "record": _record(finding.record, named),
        "field": _field(finding.field, named),
        "reason": _reason(finding, named),
    }


def _record(name: str, named: Mapping[str, Text]) -> Markup:
    """Return a link to a record, or file and place of one that was left out; one that is gone has no page."""
    path = local_path(name)
    if path is None or name not in named:
        return Markup('<bdi dir="ltr">{}</bdi>').format((path or name).removeprefix("id/"))
    return Markup('<a href="{}">{}</a>').format(page(name), text(named[name]))


def _field(name: str, named: Mapping[str, Text]) -> Markup:
    if name in quality_words.FIELDS:
        return escape(quality_words.FIELDS[name])
    label = named.get(iris().term(name)) if name.isidentifier() else None
    return text(label) if label else Markup('<bdi dir="ltr">{}</bdi>').format(name)


def _class(name: str, named: Mapping[str, Text]) -> Markup:
    if name in words.KINDS:
        return escape(words.KINDS[name])
    return text(named.get(iris().term(name))) or escape(name)


def _reason(finding: Finding, named: Mapping[str, Text]) -> Markup:
    """Return the reason in the reader's language; what loaders say stays in English."""
    said = reasons.parts(finding.kind, finding.reason)
    if said is None:
        return Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(finding.reason)
    name, values = said
    known = {key: _value(key, value, named) for key, value in values.items()}
    return Markup(escape(quality_words.REASONS[finding.kind][name])) % known  # noqa: S704 - our own words


def _value(key: str, value: str, named: Mapping[str, Text]) -> Markup:
    if key == "other":
        return _record(value, named)
    if key == "field":
        return _field(value, named)
    if key == "class":
        return _class(value, named)
    if key in ("stated", "seen"):
        return escape(language_label(value))
    if key == "address":
        return Markup('<a href="{}" rel="external noopener noreferrer" dir="ltr">{}</a>').format(
            value, compact_url(value)
        )
    return Markup('<bdi dir="auto">{}</bdi>').format(value)


# -- tables ----------------------------------------------------------------------------------------------


def _groups(found: Now, named: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Return completeness by dataset, and in it by class."""
    earlier = {now.key: before for now, before in found.change.completeness} if found.change else {}
    held: dict[str, dict[str, list[Filled]]] = defaultdict(lambda: defaultdict(list))
    for each in found.report.completeness:
        held[each.dataset][each.kind].append(each)
    groups = []
    for dataset, classes in held.items():
        iri = iris().id("dataset", dataset)
        lines = [line for each in classes.values() for line in each]
        groups.append(
            {
                "page": page(iri),
                "name": text(named.get(iri)) or escape(dataset),
                "records": sum(each[0].records for each in classes.values()),
                "share": sum(line.filled for line in lines) / max(1, sum(line.records for line in lines)),
                "classes": [
                    {
                        "name": _class(kind, named),
                        "records": each[0].records,
                        "fields": [
                            (_field(line.field, named), line, _before(line, earlier, found)) for line in each
                        ],
                    }
                    for kind, each in classes.items()
                ],
            }
        )
    return groups


def _before(line: Filled, earlier: Mapping[Any, Filled | None], found: Now) -> float | None:
    """Return how much the share grew since the last generation; nothing where nobody can tell."""
    if found.change is None or line.key not in earlier:
        return None
    before = earlier[line.key]
    return line.share - before.share if before else None


def _spoken(found: Now) -> list[dict[str, Any]]:
    """Return the languages of the texts, machine translations apart."""
    moved = dict(found.change.languages) if found.change else {}
    return [
        {
            "tag": tag,
            "name": language_label(tag.split("-")[0]) if tag != "-" else "",
            "machine": "-t0-" in f"{tag}-",
            "texts": count,
            "change": moved.get(tag, 0),
        }
        for tag, count in found.report.languages
    ]
