"""Measures the graph of a generation: one pass over fields, texts, points and values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from kg import queries
from kg.entities import hub
from kg.entities.reading import lexical
from kg.quality import places, texts
from kg.quality.reasons import say
from kg.quality.report import Filled, Finding, Report, local_name, ordered
from kg.store import GraphStore, Row, Term
from kg.vocab import BIBO, DCTERMS, RDFS, Iris

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("Technology", "PraisPractice"),
        ("label", "abstract", "source", "license", "country", "hasGeometry", "purpose", "landUse", "measure",
         "degradation"),
    ),
    "Approach": ("label", "abstract", "source", "license", "country", "hasGeometry"),
    "Decision": ("label", "abstract", "source", "license", "symbol", "year", "theme", "provision"),
    "Document": ("label", "source", "license", "symbol", "year", "theme"),
    "Publication": ("label", "abstract", "source", "license", "year", "authorship", "doi", "theme"),
    "PartnerCase": ("label", "abstract", "source", "license", "country", "partner"),
    "Entity": ("label", "abstract", "source", "license"),
    **dict.fromkeys(hub.LISTS.values(), ("label", "abstract", "source", "license", "country", "theme")),
}  # fmt: skip
"""Fields that are counted for each class, by the end of the property's IRI."""
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("Technology", "PraisPractice", "Approach"), ("country", "abstract", "source")),
    "Publication": ("year", "authorship"),
    "PartnerCase": ("country", "source"),
    "Decision": ("year",),
    **dict.fromkeys(("LdnTarget", "LdnCommitment", "CountryProfile", "KnowledgeSharingSystem"), ("country",)),
    **dict.fromkeys(("BlogPost", "NewsItem"), ("date", "source")),
}
"""Fields without which a record is listed by itself."""
_UNIQUE: Final = (f"{BIBO}doi", "symbol", f"{DCTERMS}source")
_EARLIEST: Final = 1900


def measure(store: GraphStore, iris: Iris, load_report: Mapping[str, Any], *, today: date) -> Report:
    """Return the report of a graph.

    Args:
        load_report: what ``reports/load.json`` holds.
        today: the day against which years and days are judged.
    """
    fields = _rows(store, iris, "fields")
    spoken = _rows(store, iris, "texts")
    values = _rows(store, iris, "values")
    found: list[Finding] = [
        *_loading(load_report),
        *texts.findings(spoken),
        *places.findings(_rows(store, iris, "points")),
        *_incomplete(fields),
        *_values(values, today),
        *_namesakes(spoken, values),
    ]
    return Report(ordered(found), tuple(_completeness(fields)), texts.languages(spoken))


def _rows(store: GraphStore, iris: Iris, name: str) -> list[Row]:
    text, bound = queries.bind(queries.get("quality", name), {}, iris)
    return list(store.select(text, bound))


def _loading(report: Mapping[str, Any]) -> Iterator[Finding]:
    for each in report.get("issues", ()):
        if each["kind"] in ("quarantined", "unmapped"):
            where = f"{each['dataset']}: {each['file']}, {each['record']}"
            yield Finding(each["kind"], where, each["field"], each["reason"])


def _completeness(rows: Iterable[Row]) -> Iterator[Filled]:
    records: dict[tuple[str, str], set[str]] = defaultdict(set)
    filled: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        key = (_end(row["dataset"]), _end(row["class"]))
        records[key].add(lexical(row["record"]))
        filled[(*key, _end(row["property"]))] += 1
    for (dataset, kind), members in sorted(records.items()):
        for field in FIELDS.get(kind, ()):
            yield Filled(dataset, kind, field, filled[dataset, kind, field], len(members))


def _incomplete(rows: Iterable[Row]) -> Iterator[Finding]:
    has: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        has[lexical(row["record"]), _end(row["class"])].add(_end(row["property"]))
    for (record, kind), fields in has.items():
        for field in NEEDED.get(kind, ()):
            if field not in fields:
                yield Finding("incomplete", record, field, say("incomplete", "field", **{"class": kind}))


def _values(rows: Iterable[Row], today: date) -> Iterator[Finding]:
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    spans: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        record, field, value = lexical(row["record"]), lexical(row["property"]), lexical(row["value"])
        name = _end(row["property"])
        if field in _UNIQUE or name in _UNIQUE:
            shared[name, "".join(value.split()).casefold()].add(record)
        elif name == "linkedPracticeCode":
            yield Finding("dangling", record, name, say("dangling", "practice", value=repr(value[:60])))
        elif name in ("startDate", "endDate"):
            spans[record][name] = value
        elif name != "country":
            yield from _dated(record, name, value, today)
    for record, span in spans.items():
        if len(span) == 2 and span["endDate"] < span["startDate"]:
            said = say("date", "order", end=span["endDate"], start=span["startDate"])
            yield Finding("date", record, "endDate", said)
    for (name, value), records in shared.items():
        for record in sorted(records)[1:]:
            first = sorted(records)[0]
            # Publications may share the page that describes them; practices and cases have one each.
            if name != "source" or _kind(record) in ("practice", "case"):
                said = say("duplicate", "field", field=name, other=first, value=value[:120])
                yield Finding("duplicate", record, name, said)


def _dated(record: str, name: str, value: str, today: date) -> Iterator[Finding]:
    year = value[:4]
    latest = 2100 if name == "targetYear" else today.year + 1
    if year.isdigit() and not _EARLIEST <= int(year) <= latest:
        said = say("date", "range", value=value[:20], earliest=_EARLIEST, latest=latest)
        yield Finding("date", record, name, said)
    elif name != "targetYear" and len(value) == 10 and value > today.isoformat():
        yield Finding("date", record, name, say("date", "future", value=value))


def _namesakes(spoken: Iterable[Row], values: Iterable[Row]) -> Iterator[Finding]:
    """Yield records of one kind that share name and country, or name alone where neither has a country."""
    countries: dict[str, set[str]] = defaultdict(set)
    for row in values:
        if _end(row["property"]) == "country":
            countries[lexical(row["record"])].add(lexical(row["value"]))
    first: dict[tuple[str, str, frozenset[str]], str] = {}
    for row in sorted(spoken, key=lambda each: lexical(each["record"])):
        record = lexical(row["record"])
        if lexical(row["property"]) != f"{RDFS}label" or _kind(record) not in (
            "practice",
            "publication",
            "case",
        ):
            continue
        name = texts.folded(lexical(row["text"]))
        key = (_kind(record), name, frozenset(countries[record]))
        other = first.setdefault(key, record)
        if other != record and len(name) > 3:
            yield Finding("duplicate", record, "label", say("duplicate", "name", other=other))


def _end(term: Term) -> str:
    return local_name(lexical(term))


def _kind(iri: str) -> str:
    return iri.partition("/id/")[2].partition("/")[0]
