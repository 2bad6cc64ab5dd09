"""Reads bodies, platforms, meetings, figures and the like from the project's own JSON Lines rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kg.errors import BadRecord
from kg.model import Entity
from loaders.base import LoadReport, Source, kind_of
from loaders.reading import text
from loaders.rows import Row, load_rows


def load(source: Source, report: LoadReport) -> Iterator[Entity]:
    """Yield one entity a row, with its names in English and Chinese, facts and relations."""
    yield from load_rows(source, report, "id", _entity)


def _entity(row: Row) -> Entity:
    names = row.texts("name_en", "en", one=True) + row.texts("name_zh", "zh", one=True)
    if not names:
        raise BadRecord("name_en", "is missing or empty")
    return Entity(
        id=row.identifier("id"),
        kind=row.required("type"),
        names=names,
        facts=_facts(row.value("facts")),
        relations=tuple(_relation(item, f"relations[{n}]") for n, item in enumerate(row.items("relations"))),
        paragraphs=row.strings("paragraphs"),
        origin=row.origin(None),
    )


def _facts(value: Any) -> tuple[tuple[str, str], ...]:
    """Return (name, value) pairs: one an item of a list, objects as JSON, nothing for what is unknown."""
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise BadRecord("facts", f"should be an object, not {kind_of(value)}")
    found: dict[tuple[str, str], None] = {}
    for name, given in value.items():
        if not name.replace("_", "").isalnum() or not name.isascii():
            raise BadRecord("facts", f"{name[:40]!r} is no name of a fact: letters, digits and _ only")
        for item in given if isinstance(given, list) else [given]:
            written = _written(item, f"facts.{name[:40]}")
            if written:
                found[name, written] = None
    return tuple(found)


def _written(item: Any, name: str) -> str | None:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, dict):
        return text(json.dumps(item, ensure_ascii=False, sort_keys=True), name)
    return text(item, name)


def _relation(item: Any, name: str) -> tuple[str, str]:
    if not isinstance(item, dict) or set(item) != {"rel", "target"}:
        raise BadRecord(name, "should be an object with 'rel' and 'target'")
    rel, target = text(item["rel"], f"{name}.rel"), text(item["target"], f"{name}.target")
    if not rel or not rel.replace("_", "").isalnum() or not rel.isascii():
        raise BadRecord(f"{name}.rel", f"{str(rel)[:40]!r} is no name of a relation")
    if not target:
        raise BadRecord(f"{name}.target", "is missing or empty")
    return rel, target
