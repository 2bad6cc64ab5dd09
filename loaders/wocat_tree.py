"""Finds the answered questions in the two forms in which QCAT gives a questionnaire.

The detail answer of API v2 is a tree of sections with labels; the raw form (v1 ``data``) is a flat
object of questiongroups with keywords. Both become the same list of :class:`Answer`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import BadRecord
from kg.terms import clean_text
from loaders.base import kind_of

MAX_DEPTH: Final = 12
"""Levels of a detail answer; the deepest real one (impacts, 6.1) has seven."""
MAX_ROWS: Final = 1000
"""Repetitions of one questiongroup; the questionnaire allows 50 at most."""


@dataclass(slots=True)
class Answer:
    """What was answered to one question in one questiongroup, one value a repetition.

    ``extra`` holds what stands beside the value in the detail answer (the text of a database id, the
    type of a file); it is empty in the raw form.
    """

    group: str
    question: str
    values: list[Any]
    extra: list[Mapping[str, Any]]


@dataclass(slots=True)
class Answers:
    """All of a questionnaire: what was answered, and how many questions were left empty."""

    found: list[Answer]
    empty: int
    keys: set[str]
    """Keywords of all categories, groups and questions, answered or not; they tell the edition."""
    stray: list[str]
    """Keys that stand where the format has none."""


def is_detail(value: Mapping[str, Any]) -> bool:
    """Tell whether this is a detail answer of API v2."""
    return any(isinstance(key, str) and key.startswith("section_") for key in value)


def is_raw(value: Mapping[str, Any]) -> bool:
    """Tell whether this is the raw form: questiongroups with lists of objects."""
    return bool(value) and all("qg_" in key and isinstance(rows, list) for key, rows in value.items())


def read_detail(tree: Mapping[str, Any]) -> Answers:
    """Return the answers of a detail answer (API v2).

    Raises:
        BadRecord: something in it has another form than the API documents.
    """
    answers = Answers([], 0, set(), [])
    _walk(tree, "", 0, answers)
    return answers


def _walk(children: Mapping[str, Any], parent: str, depth: int, answers: Answers) -> None:
    if depth > MAX_DEPTH:
        raise BadRecord(_name(parent), f"is nested more than {MAX_DEPTH} levels deep")
    answers.keys.update(children)
    for key, node in children.items():
        if type(node) is not dict:
            raise BadRecord(_name(parent, key), f"should be an object, not {kind_of(node)}")
        if len(node) > 2:
            answers.stray += [f"{key}/{name}" for name in node if name not in ("label", "children", "value")]
        if "children" not in node:
            if "value" not in node:
                raise BadRecord(_name(parent, key), "has neither 'children' nor 'value'")
            value = node["value"]
            if value:
                answers.found.append(_answer(parent, key, value))
            elif value is None or value in ("", []):
                answers.empty += 1
            else:
                raise BadRecord(_name(parent, key), f"'value' should be a list, not {kind_of(value)}")
        elif type(inner := node["children"]) is dict:
            _walk(inner, key, depth + 1, answers)
        else:
            raise BadRecord(_name(parent, key), f"'children' should be an object, not {kind_of(inner)}")


def _answer(group: str, question: str, value: Any) -> Answer:
    if not isinstance(value, list):
        raise BadRecord(_name(group, question), f"'value' should be a list, not {kind_of(value)}")
    if len(value) > MAX_ROWS:
        raise BadRecord(_name(group, question), f"has {len(value)} repetitions; at most {MAX_ROWS} are read")
    values: list[Any] = []
    for number, entry in enumerate(value):
        if type(entry) is dict:
            values.append(entry["values"] if "values" in entry else entry.get("value"))
        elif isinstance(entry, str):
            # A link or an unregistered user is a bare line break.
            values.append(entry.strip() or None)
            value = [*value[:number], {}, *value[number + 1 :]]
        else:
            raise BadRecord(_name(group, question), f"an entry should be an object, not {kind_of(entry)}")
    return Answer(group, question, values, value)


def read_raw(data: Mapping[str, Any]) -> Answers:
    """Return the answers of the raw form (v1 ``data``, or the answer to an app).

    Raises:
        BadRecord: a group is no list of objects.
    """
    found: list[Answer] = []
    keys: set[str] = set()
    for group, rows in data.items():
        keys.add(group)
        if not isinstance(rows, list):
            raise BadRecord(_name(group), f"should be a list, not {kind_of(rows)}")
        if len(rows) > MAX_ROWS:
            raise BadRecord(_name(group), f"has {len(rows)} repetitions; at most {MAX_ROWS} are read")
        by_question: dict[str, list[Any]] = {}
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                raise BadRecord(_name(group), f"a repetition should be an object, not {kind_of(row)}")
            for question, value in row.items():
                column = by_question.setdefault(question, [None] * len(rows))
                column[number] = value
        for question, column in by_question.items():
            keys.add(question)
            found.append(Answer(group, question, column, [{}] * len(column)))
    return Answers(found, 0, keys, [])


def points(value: Any, name: str) -> Iterator[tuple[float, float] | str]:
    """Yield the (longitude, latitude) of each point of a GeoJSON text, or what is wrong with one.

    A line or polygon yields its corners' middle: the place of the record, not the outline.

    Raises:
        BadRecord: it is no GeoJSON FeatureCollection (RFC 7946).
    """
    try:
        collection = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise BadRecord(name, "is not JSON") from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise BadRecord(name, "is not a GeoJSON FeatureCollection")
    for feature in features[:MAX_ROWS]:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict):
            yield "a feature has no geometry"
            continue
        corners = list(dict.fromkeys(_corners(geometry.get("coordinates"), 0)))
        if not corners:
            yield f"a {clean_text(str(geometry.get('type'))[:40])} has no coordinates"
            continue
        yield _checked(*(sum(axis) / len(corners) for axis in zip(*corners, strict=True)))


def _corners(coordinates: Any, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list) or depth > 4:
        return
    if len(coordinates) >= 2 and all(_is_number(axis) for axis in coordinates[:2]):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for inner in coordinates[:MAX_ROWS]:
        yield from _corners(inner, depth + 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _checked(longitude: float, latitude: float) -> tuple[float, float] | str:
    if -180 <= longitude <= 180 and -90 <= latitude <= 90:
        return longitude, latitude
    said = f"({longitude:g}, {latitude:g})"
    if -90 <= longitude <= 90 and -180 <= latitude <= 180:
        return f"{said} has a latitude beyond 90 degrees; longitude and latitude look swapped"
    return f"{said} is not a longitude and a latitude"


def _name(*parts: str) -> str:
    return clean_text("/".join(part[:60] for part in parts if part)) or "?"
