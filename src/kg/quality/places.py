"""Points that lie outside the country of their record, by the bundled shapes of countries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from kg.atlas.shapes import WKT_POINT, Point, shape
from kg.entities.reading import lexical
from kg.quality.reasons import say
from kg.quality.report import Finding
from kg.store import Row

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

TOLERANCE: Final = 0.5
"""Degrees (some 55 km) by which a point may lie outside: the shapes are those of 1:50 million maps."""


def findings(rows: Iterable[Row]) -> Iterator[Finding]:
    """Yield the points that are in none of their record's countries."""
    countries: dict[tuple[str, Point], set[str]] = defaultdict(set)
    for row in rows:
        found = WKT_POINT.fullmatch(lexical(row["wkt"]))
        if found:
            key = (lexical(row["record"]), (float(found[1]), float(found[2])))
            countries[key] |= {lexical(row["iso"])} if "iso" in row else set()
    for (record, point), codes in sorted(countries.items()):
        reason = suspicion(point, codes)
        if reason:
            yield Finding("coordinates", record, "geometry", reason)


def suspicion(point: Point, codes: Iterable[str]) -> str:
    """Return why a point (longitude, latitude) cannot be right for these countries, or nothing."""
    east, north = point
    told = f"({north:g}, {east:g})"
    if abs(east) < 0.01 and abs(north) < 0.01:
        return say("coordinates", "missing", point=told)
    known = [code for code in codes if _area(code) is not None]
    if not known or any(_near(code, point) for code in known):
        return ""
    where = ", ".join(sorted(known))
    for turned, name in (
        ((north, east), "turned"),
        ((-east, north), "east-west"),
        ((east, -north), "north-south"),
    ):
        if abs(turned[1]) <= 90 and any(_near(code, turned) for code in known):
            return say("coordinates", name, point=told, countries=where)
    return say("coordinates", "outside", point=told, countries=where)


def _near(code: str, point: Point) -> bool:
    from shapely import Point as Place

    area = _area(code)
    if area is None:
        return False
    return any(area.distance(Place(point[0] + turn, point[1])) <= TOLERANCE for turn in (0, 360, -360))


@cache
def _area(code: str) -> BaseGeometry | None:
    from shapely import Polygon, unary_union

    found = shape(code)
    if found is None:
        return None
    return unary_union([Polygon(ring).buffer(0) for ring in found.rings if len(ring) > 3])
