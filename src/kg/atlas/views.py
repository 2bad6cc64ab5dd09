"""From degrees to the units of a drawing: the whole world in equal areas, or a part of it true to shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.atlas.shapes import Box, Point, Shape

SOUTH, NORTH = -56.0, 80.0
"""The latitudes that the world's picture shows: all land that people use."""
LEAST_SPAN: Final = 3.0
"""Degrees that a view shows at least, so that a small state keeps its surroundings."""
MARGIN: Final = 0.08
"""Share of a view that is left free around what it shows."""

_A: Final = (1.340264, -0.081106, 0.000893, 0.003796)
_M: Final = math.sqrt(3) / 2


def equal_earth(longitude: float, latitude: float) -> Point:
    """Project by Equal Earth (Šavrič, Patterson and Jenny 2018, doi:10.1080/13658816.2018.1504949)."""
    t = math.asin(_M * math.sin(math.radians(latitude)))
    t2 = t * t
    t6 = t2**3
    slope = _A[0] + 3 * _A[1] * t2 + t6 * (7 * _A[2] + 9 * _A[3] * t2)
    x = math.radians(longitude) * math.cos(t) / (_M * slope)
    return x, t * (_A[0] + _A[1] * t2 + t6 * (_A[2] + _A[3] * t2))


@dataclass(frozen=True, slots=True)
class View:
    """A window on the world, ``width`` by ``height`` units, y downwards.

    ``middle`` is the (longitude, latitude) that a part of the world is drawn around, or None for the world.
    """

    width: int
    height: int
    scale: float
    left: float
    top: float
    middle: Point | None = None

    def point(self, place: Point) -> Point:
        """Return where a place stands, in units."""
        x, y = self._plane(place)
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def shows(self, place: Point) -> bool:
        x, y = self.point(place)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def _plane(self, place: Point) -> Point:
        if self.middle is None:
            return equal_earth(*place)
        turned = (place[0] - self.middle[0] + 180) % 360 - 180
        return turned * math.cos(math.radians(self.middle[1])), place[1]


def whole(width: int) -> View:
    """Return the view of the world at a width in units."""
    left, right = equal_earth(-180, 0)[0], equal_earth(180, 0)[0]
    top, bottom = equal_earth(0, NORTH)[1], equal_earth(0, SOUTH)[1]
    # The narrow ends of the Pacific hold no land worth their width.
    left, right = left * 0.965, right * 0.985
    scale = width / (right - left)
    return View(width, round((top - bottom) * scale), scale, left, top)


def part(box: Box, width: int, height: int) -> View:
    """Return the view of a box, with a margin, that fits width by height units."""
    west, south, east, north = box
    middle = ((west + east) / 2, max(-75.0, min(75.0, (south + north) / 2)))
    squeeze = math.cos(math.radians(middle[1]))
    wide = max((east - west) * squeeze, LEAST_SPAN) * (1 + 2 * MARGIN)
    high = max(north - south, LEAST_SPAN) * (1 + 2 * MARGIN)
    scale = min(width / wide, height / high)
    return View(width, height, scale, -width / scale / 2, middle[1] + height / scale / 2, middle)


def path(shape: Shape, view: View) -> str:
    """Return the outline of a country as an SVG path in whole units, empty where the view shows none of it."""
    return "".join(outline(ring) for ring in rings(shape, view))


def rings(shape: Shape, view: View) -> list[list[tuple[int, int]]]:
    """Return the rings of a country in whole units, cut to the view and a little around it."""
    found = []
    for ring in shape.rings:
        points = [view.point(place) for place in ring]
        if view.middle is not None:
            if _torn(points, view):
                continue
            points = clipped(points, -20, -20, view.width + 20, view.height + 20)
        whole_units = _rounded(points)
        if len(whole_units) > 2:
            found.append(whole_units)
    return found


def outline(points: Sequence[tuple[int, int]]) -> str:
    """Return a closed SVG path with steps from point to point, the shortest way to write it."""
    (x, y), parts = points[0], []
    for nx, ny in points[1:]:
        parts.append(f"{nx - x} {ny - y}")
        x, y = nx, ny
    return f"M{points[0][0]} {points[0][1]}l{' '.join(parts)}z".replace(" -", "-")


def _torn(points: Sequence[Point], view: View) -> bool:
    """Tell whether a ring crosses the far side of the world, opposite the view's middle."""
    most = 180 * view.scale * math.cos(math.radians((view.middle or (0, 0))[1]))
    return any(abs(x1 - x2) > most for (x1, _), (x2, _) in zip(points, (*points[1:], points[0]), strict=True))


def _rounded(points: Iterable[Point]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for x, y in points:
        at = (round(x), round(y))
        if not kept or at != kept[-1]:
            kept.append(at)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return kept


def clipped(points: Sequence[Point], left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Cut a ring to a rectangle (Sutherland and Hodgman 1974)."""
    found = list(points)
    for axis, limit, keeps_more in ((0, left, True), (0, right, False), (1, top, True), (1, bottom, False)):
        found = _cut(found, axis, limit, keeps_more)
        if not found:
            return []
    return found


def _cut(points: list[Point], axis: int, limit: float, keeps_more: bool) -> list[Point]:
    found: list[Point] = []
    for here, there in zip(points, (*points[1:], points[0]), strict=True):
        inside, next_inside = (
            (each[axis] >= limit) == keeps_more or each[axis] == limit for each in (here, there)
        )
        if inside:
            found.append(here)
        if inside != next_inside:
            share = (limit - here[axis]) / (there[axis] - here[axis])
            x, y = (a + (b - a) * share for a, b in zip(here, there, strict=True))
            found.append((x, y))
    return found
