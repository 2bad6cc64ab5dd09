"""The tables of record pages as CSV: ``/<lang>/table/<table>/<record>.csv``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from flask import Blueprint, url_for
from flask.blueprints import BlueprintSetupState

from kg.entities import EntityPage, describe
from kg.entities.countries import Profile
from kg.entities.model import Ref, Value
from kg.errors import NotFound
from kg.tables import csv_text, plain_cell
from kg.web import explained, words
from kg.web.context import iris, opened
from kg.web.files import attached
from kg.web.i18n import language
from kg.web.linked_data import iri_of
from kg.web.respond import Answer

bp = Blueprint("record_tables", __name__, url_prefix="/<lang:lang>/table")

Cells = tuple[object, ...]
_NUMBERED: Final = "rows"
"""Tables of the questionnaire are ``rows-0``, ``rows-1``, ... in the order of the page."""


@bp.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(table_file=table_file)


def table_file(record: EntityPage, name: str) -> str:
    """Return the address of a table of a record's page."""
    path = record.iri.removeprefix(f"{iris().base}id/")
    return url_for("record_tables.table", name=name, path=path, lang=language())


@bp.get("/<name>/<path:path>.csv")
def table(name: str, path: str) -> Answer:
    """Return a table of a record's page, in the language of the address."""
    known = name in _TABLES or name.partition("-")[0] == _NUMBERED
    record = describe(opened().store, iri_of("id", path), language(), iris()) if known else None
    found = list(rows(record, name)) if record else []
    if len(found) < 2:
        raise NotFound("This record has no such table.")
    safe = [[plain_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in found[1:]]
    body = csv_text([str(cell) for cell in found[0]], safe)
    return attached(body, "text/csv", f"{name}-{path.rpartition('/')[2]}.csv")


def rows(record: EntityPage, name: str) -> Iterator[Cells]:
    """Yield the heading and the rows of a table; nothing where the record has none of this name."""
    if name in _TABLES:
        yield from _TABLES[name](record)
        return
    number = name.removeprefix(f"{_NUMBERED}-")
    tables = record.practice.tables if record.practice else ()
    if number.isascii() and number.isdigit() and len(number) <= 3 and int(number) < len(tables):
        found = tables[int(number)]
        yield tuple(column.value for column in found.columns)
        for row in found.rows:
            yield tuple("; ".join(map(_said, cell)) for cell in row)


def _said(value: Value) -> str:
    return value.label.value if isinstance(value, Ref) else value.value


def _provisions(record: EntityPage) -> Iterator[Cells]:
    yield "number", "verb", "addressee", "text", "language", "decision"
    for each in record.decision.provisions if record.decision else ():
        verb = words.say(words.VERBS, each.verb)
        yield each.number, verb, each.addressee, each.what.value, each.what.lang or "", record.iri


def _labels(record: EntityPage) -> Iterator[Cells]:
    yield "language", "kind", "label", "concept"
    if record.concept:
        for kind, texts in (("preferred", record.concept.labels), ("other", record.concept.others)):
            for text in texts:
                yield text.lang or "", kind, text.value, record.iri


def _impacts(record: EntityPage) -> Iterator[Cells]:
    yield "effect", "value", "in_words", "practice"
    for each in record.practice.impacts if record.practice else ():
        yield each.label.value, each.value, str(words.IMPACT[each.value]), record.iri


def _frameworks(record: EntityPage) -> Iterator[Cells]:
    yield "framework", "framework_label", "qualifies", "candidates", "country"
    profile = _profile(record)
    for each in profile.standings if profile else ():
        yield each.framework.iri, each.framework.label.value, each.qualifies, each.candidates, record.iri


def _gaps(record: EntityPage) -> Iterator[Cells]:
    """Yield what is not documented: frameworks nobody reaches, what neighbours address, fields left out."""
    yield "gap", "facet", "concept", "label", "practices", "of", "country"
    profile = _profile(record)
    if profile is None:
        return
    end = (profile.practices, record.iri)
    for ref in (each.framework for each in profile.unreached):
        yield "framework not reached", "framework", ref.iri, ref.label.value, 0, *end
    for facet, counts in profile.beside:
        for ref, count in counts:
            yield "addressed elsewhere in the region", facet, ref.iri, ref.label.value, count, *end
    for field, count in profile.lacking:
        yield "field not documented", field, "", words.say(words.FACETS, field), count, *end


def _profile(record: EntityPage) -> Profile | None:
    return record.concept.profile if record.concept else None


def _assessment(record: EntityPage) -> Iterator[Cells]:
    yield "framework", "verdict", "criterion", "criterion_label", "result", "evidence", "practice"
    found = explained.explained(record) if record.practice else None
    for part in found.parts if found else ():
        verdict = words.say(words.VERDICTS, f"verdict_{explained.holds(part)}")
        for each in part["criteria"]:
            result = words.say(words.RESULTS, f"result_{each['result']['id']}")
            said = "; ".join(fact["sentence"] for fact in each["evidence"])
            yield part["framework"]["label"], verdict, each["iri"], each["label"], result, said, record.iri


def _decisions(record: EntityPage) -> Iterator[Cells]:
    yield "session", "year", "decision", "label", "provisions"
    for session in record.body.sessions if record.body else ():
        for line, provisions in session.decisions:
            yield session.name, session.year, line.ref.iri, line.ref.label.value, provisions


def _asked(record: EntityPage) -> Iterator[Cells]:
    yield "verb", "text", "decision", "label"
    for line, each in record.body.asked if record.body else ():
        yield words.say(words.VERBS, each.verb), each.what.value, line.ref.iri, line.ref.label.value


_TABLES: Final[dict[str, Callable[[EntityPage], Iterator[Cells]]]] = {
    "provisions": _provisions,
    "labels": _labels,
    "impacts": _impacts,
    "frameworks": _frameworks,
    "gaps": _gaps,
    "assessment": _assessment,
    "decisions": _decisions,
    "asked": _asked,
}
