"""From degrees to the units of a drawing: the whole world in equal areas, or a part of it true to shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kg.atlas.shapes import Box, Point, Shape, world

SOUTH, NORTH = -56.0, 80.0
"""The latitudes that the world's picture shows: all land that people use."""
LEAST_SPAN: Final = 3.0
"""Degrees that a view shows at least, so that a small state keeps its surroundings."""
MARGIN: Final = 0.08
"""Share of a view that is left free around what it shows."""
STEP: Final = 2
"""Units between two points of an outline, at least."""

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
        """Return where a place stands, in units; a longitude may be beyond 180."""
        x, y = self._plane(place)
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def points(self, places: Iterable[Point], turn: float = 0.0) -> list[Point]:
        """Return where many places stand, each moved by ``turn`` degrees of longitude."""
        if self.middle is None:
            return [self.point((x + turn, y)) for x, y in places]
        # A part of the world is drawn by two straight lines, so that outlines take no call for each point.
        across, down = _squeeze(self.middle[1]) * self.scale, self.scale
        east, south = (turn - self.middle[0]) * across - self.left * down, self.top * down
        return [(x * across + east, south - y * down) for x, y in places]

    def shows(self, place: Point) -> bool:
        x, y = self.point(self.turned(place))
        return 0 <= x <= self.width and 0 <= y <= self.height

    def _plane(self, place: Point) -> Point:
        if self.middle is None:
            return equal_earth(*place)
        return (place[0] - self.middle[0]) * _squeeze(self.middle[1]), place[1]

    def turned(self, place: Point) -> Point:
        """Return a place moved by whole turns to the view's side of the date line."""
        if self.middle is None:
            return place
        return place[0] + 360 * round((self.middle[0] - place[0]) / 360), place[1]


def _squeeze(latitude: float) -> float:
    """Return the length of a degree of longitude in degrees of latitude, no less than that at 75 degrees."""
    return math.cos(math.radians(max(-75.0, min(75.0, latitude))))


def whole(width: int) -> View:
    """Return the view of the world at a width in units."""
    left, right = equal_earth(-180, 0)[0], equal_earth(180, 0)[0]
    top, bottom = equal_earth(0, NORTH)[1], equal_earth(0, SOUTH)[1]
    # The narrow ends of the Pacific hold no land worth their width.
    left, right = left * 0.965, right * 0.985
    scale = width / (right - left)
    return View(width, round((top - bottom) * scale), scale, left, top)


def part(box: Box, width: int, height: int, margin: float = MARGIN) -> View:
    """Return the view of a box that fits width by height units, ``margin`` being the share left around it."""
    west, south, east, north = box
    middle = ((west + east) / 2, (south + north) / 2)
    squeeze = _squeeze(middle[1])
    wide = max((east - west) * squeeze, LEAST_SPAN) * (1 + 2 * margin)
    high = max(north - south, LEAST_SPAN) * (1 + 2 * margin)
    scale = min(width / wide, height / high)
    return View(width, height, scale, -width / scale / 2, middle[1] + height / scale / 2, middle)


@lru_cache(maxsize=256)
def outlines(scale: str, view: View) -> Mapping[str, str]:
    """Return the outline of every country that a view shows, by code, as an SVG path in whole units."""
    found = {code: "".join(map(outline, rings(shape, view))) for code, shape in world(scale).items()}
    return {code: path for code, path in found.items() if path}


def rings(shape: Shape, view: View) -> list[list[tuple[int, int]]]:
    """Return the rings of a country in whole units, cut to the view and a little around it."""
    found = []
    window = _window(view)
    for ring, box in zip(shape.rings, shape.boxes, strict=True):
        for part_of, turn in _turned(ring, box, view, window):
            points = view.points(part_of, turn)
            kept = _thinned(clipped(points, -20, -20, view.width + 20, view.height + 20))
            if len(kept) > 2:
                found.append(kept)
    return found


def _window(view: View) -> Box:
    """Return what a part of the world shows, in degrees; the world's picture asks for no window."""
    if view.middle is None:
        return -180.0, -90.0, 180.0, 90.0
    squeeze = _squeeze(view.middle[1])
    west = view.middle[0] + view.left / squeeze
    return west, view.top - view.height / view.scale, west + view.width / view.scale / squeeze, view.top


def _turned(
    ring: Sequence[Point], box: Box, view: View, window: Box
) -> Sequence[tuple[Sequence[Point], float]]:
    """Return a ring and the turn that brings it to the view; in halves where the world's picture cuts it."""
    west, south, east, north = box
    if view.middle is None:
        if west >= -180 and east <= 180:
            return [(ring, 0)]
        back = 360 if west < -180 else -360
        moved = [clipped([(x + turn, y) for x, y in ring], -180, -90, 180, 90) for turn in (0, back)]
        return [(each, 0) for each in moved if each]
    turn = 360 * round((view.middle[0] - (west + east) / 2) / 360)
    left, bottom, right, top = window
    if east + turn < left or west + turn > right or south > top or north < bottom:
        return []
    return [(ring, turn)]


def outline(points: Sequence[tuple[int, int]]) -> str:
    """Return a closed SVG path with steps from point to point, the shortest way to write it."""
    (x, y), parts = points[0], []
    for nx, ny in points[1:]:
        parts.append(f"{nx - x} {ny - y}")
        x, y = nx, ny
    return f"M{points[0][0]} {points[0][1]}l{' '.join(parts)}z".replace(" -", "-")


def _thinned(points: Iterable[Point]) -> list[tuple[int, int]]:
    """Return the points in whole units, without those closer to the one before than the eye can tell."""
    kept: list[tuple[int, int]] = []
    last_x = last_y = -(10**9)
    for point in points:
        x, y = round(point[0]), round(point[1])
        if abs(x - last_x) + abs(y - last_y) >= STEP:
            kept.append((x, y))
            last_x, last_y = x, y
    return kept


def clipped(points: Sequence[Point], left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Cut a ring to a rectangle (Sutherland and Hodgman 1974)."""
    found = list(points)
    for axis, limit, keeps_more in ((0, left, True), (0, right, False), (1, top, True), (1, bottom, False)):
        along = [each[axis] for each in found]
        if min(along) >= limit if keeps_more else max(along) <= limit:
            continue  # Most rings cross no side, or one.
        found = _cut(found, axis, limit, keeps_more)
        if not found:
            return []
    return found


def _cut(points: list[Point], axis: int, limit: float, keeps_more: bool) -> list[Point]:
    along = [each[axis] for each in points]
    inside = [at >= limit for at in along] if keeps_more else [at <= limit for at in along]
    found: list[Point] = []
    following = zip([*points[1:], points[0]], [*inside[1:], inside[0]], strict=True)
    for here, is_inside, (there, is_next_inside) in zip(points, inside, following, strict=True):
        if is_inside:
            found.append(here)
        if is_inside != is_next_inside:
            share = (limit - here[axis]) / (there[axis] - here[axis])
            x, y = (a + (b - a) * share for a, b in zip(here, there, strict=True))
            found.append((x, y))
    return found
