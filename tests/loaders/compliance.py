"""What holds for every loader, whatever its format; each loader's test calls these checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from loading import run

from kg.model import (
    Case,
    Concept,
    Credit,
    Decision,
    Document,
    Entity,
    Fact,
    Origin,
    Practice,
    Publication,
    Text,
)
from kg.terms import clean_text, is_iri, is_web_address, language_tag, local_id
from kg.vocab import Iris
from loaders.base import LoadReport

KINDS = {
    Practice: "practice",
    Decision: "decision",
    Document: "document",
    Publication: "publication",
    Entity: "entity",
    Case: "case",
}
LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~()/:-]*")
ISO3 = re.compile(r"[A-Z]{3}")


def check(loader: str, *paths: Path) -> tuple[list[Any], LoadReport]:
    """Load twice and assert the whole contract on whatever comes; return the records and the report.

    Same input gives equal records and reports; counts add up; each issue names file, record, field
    and reason; every IRI is valid; every text is clean and says its language or that it has none; no
    identifier comes twice.
    """
    records, report = run(loader, *paths)
    assert (records, report) == run(loader, *paths), "the same input gave other records"
    identities = [(type(record).__name__, identity(record)) for record in records]
    assert len(set(identities)) == len(identities), "an identifier came twice"
    for record in records:
        check_record(record)
    for issue in report.issues:
        assert issue.file in {path.name for path in paths}, issue
        for told in (issue.record, issue.field, issue.reason):
            assert told == clean_text(told), issue
    return records, report


def check_one_broken(loader: str, paths: Sequence[Path], lost: str, field: str, *, others: int) -> LoadReport:
    """Assert that of the records only ``lost`` is left out, for the reason that its field gives."""
    records, report = check(loader, *paths)
    found = [(issue.record, issue.field) for issue in report.issues if issue.kind == "quarantined"]
    assert found == [(lost, field)]
    assert len(records) == others
    return report


def identity(record: Any) -> str:
    """Return what names the record in its source."""
    for name in ("code", "iri", "id"):
        if hasattr(record, name):
            return str(getattr(record, name))
    raise AssertionError(f"{type(record).__name__} has no identifier")


def check_record(record: Any) -> None:
    """Assert that a record can become triples as it is."""
    if isinstance(record, Concept):
        assert is_iri(record.iri), record.iri
    else:
        iri = Iris().id(KINDS[type(record)], local_id(identity(record)))
        assert is_iri(iri), iri
        assert record.origin.record
    for part in parts(record):
        _check_part(part)
    hash(record)


def parts(node: Any) -> Iterator[Any]:
    """Yield a record, and everything inside it that is a dataclass, and every bare text."""
    if is_dataclass(node):
        yield node
        for field in fields(node):
            yield from parts(getattr(node, field.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from parts(item)
    elif isinstance(node, str):
        yield node
    else:
        assert node is None or isinstance(node, bool | int | float), f"a {type(node).__name__} in a record"


def _check_part(part: Any) -> None:
    if isinstance(part, str):
        assert part == clean_text(part), f"not clean: {part[:80]!r}"
        assert len(part) <= 1_000_000
    elif isinstance(part, Text):
        assert part.value.strip(), "an empty text"
        assert part.lang is None or part.lang == language_tag(part.lang)
    elif isinstance(part, Origin):
        assert part.dataset
        assert part.file
        assert part.url is None or is_web_address(part.url), part.url
        assert part.licence is None or is_web_address(part.licence), part.licence
        for day in (part.retrieved, part.updated):
            assert day is None or date.fromisoformat(day)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and text for name, text in part.notes)
    elif isinstance(part, Fact):
        _check_fact(part)
    elif isinstance(part, Credit):
        assert part.name or part.institution, "a credit to nobody"
    elif isinstance(part, Practice):
        _check_practice(part)


def _check_fact(fact: Fact) -> None:
    assert LOCAL.fullmatch(fact.property), fact
    assert fact.row is None or fact.row >= 0, fact
    if fact.coded:
        assert isinstance(fact.value, str), fact
        assert LOCAL.fullmatch(fact.value), fact
        assert fact.lang is None, fact
    elif isinstance(fact.value, float):
        assert fact.value == fact.value and abs(fact.value) != float("inf"), fact


def _check_practice(practice: Practice) -> None:
    assert all(ISO3.fullmatch(code) for code in practice.countries), practice.countries
    for longitude, latitude in practice.points:
        assert -180 <= longitude <= 180
        assert -90 <= latitude <= 90
    assert practice.documented is None or date.fromisoformat(practice.documented)
    assert all(-3 <= score <= 3 for _, score in practice.impacts)
    assert all(is_web_address(image) for image in practice.images)
    assert all(language_tag(tag) == tag for tag in practice.page_languages)
