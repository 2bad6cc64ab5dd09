"""Shapes of countries, read once from the bundled file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

Point = tuple[float, float]
"""(longitude, latitude) in degrees."""
Box = tuple[float, float, float, float]
"""(west, south, east, north) in degrees; west is the smaller number also across the date line."""

WKT_POINT: Final = re.compile(r"POINT\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*\)", re.IGNORECASE)
"""A point as GeoSPARQL writes it: longitude, latitude."""
COARSE: Final = "coarse"
FINE: Final = "fine"
NEAR: Final = 8.0
"""Degrees within which islands and enclaves count as the same main part of a country."""


@dataclass(frozen=True)
class Shape:
    """One country, its rings without a break at the date line.

    ``code`` is ISO 3166-1 alpha-3, or a number of its own for a territory without one.
    """

    code: str
    rings: tuple[tuple[Point, ...], ...]

    @property
    def is_country(self) -> bool:
        return self.code.isalpha()

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """The box of each ring."""
        return tuple(map(around, self.rings))

    @cached_property
    def largest(self) -> tuple[Point, ...]:
        return max(self.rings, key=lambda ring: abs(area(ring)))

    @cached_property
    def largest_box(self) -> Box:
        return around(self.largest)

    @cached_property
    def centre(self) -> Point:
        """A place near the middle of the largest part."""
        return centroid(self.largest)

    @cached_property
    def box(self) -> Box:
        """The box around the largest part and what lies near it; far territories do not widen it."""
        found = around(self.largest)
        for ring in sorted(self.rings, key=lambda ring: -abs(area(ring))):
            other = shifted(around(ring), found)
            if _apart(other, found) <= NEAR:
                found = union((found, other))
        return found


def world(scale: str = COARSE) -> Mapping[str, Shape]:
    """Return the shapes by code at the scale ``coarse`` (1:110 million) or ``fine`` (1:50 million)."""
    return _read()[scale]


def shape(code: str) -> Shape | None:
    """Return a country at the finer scale, which alone has the small states."""
    return world(FINE).get(code)


@cache
def _read() -> dict[str, dict[str, Shape]]:
    held = json.loads(Path(__file__).with_name("world.json").read_text(encoding="utf-8"))
    return {
        scale: {
            code: Shape(code, tuple(tuple(_points(ring)) for ring in rings))
            for code, rings in held[scale].items()
        }
        for scale in (COARSE, FINE)
    }


def _points(steps: Sequence[int]) -> Iterator[Point]:
    """Turn steps in hundredths of a degree into points; a step over the date line goes on beyond 180."""
    x = y = 0
    for number, (dx, dy) in enumerate(zip(steps[::2], steps[1::2], strict=True)):
        turned = (dx + 18000) % 36000 - 18000 if number and abs(dx) > 18000 else dx
        x, y = x + turned, y + dy
        yield x / 100, y / 100


def area(ring: Sequence[Point]) -> float:
    """Return the signed area of a ring in square degrees."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in _edges(ring)) / 2


def centroid(ring: Sequence[Point]) -> Point:
    """Return the centre of gravity of a ring, or the mean of its points where it has no area."""
    size = area(ring)
    if abs(size) < 1e-6:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    x = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in _edges(ring))
    y = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in _edges(ring))
    return x / (6 * size), y / (6 * size)


def around(points: Iterable[Point]) -> Box:
    """Return the box of points."""
    held = list(points)
    xs, ys = [x for x, _ in held], [y for _, y in held]
    return min(xs), min(ys), max(xs), max(ys)


def shifted(box: Box, towards: Box) -> Box:
    """Return the box moved by whole turns to where it is nearest to another one."""
    turn = 360 * round(((towards[0] + towards[2]) - (box[0] + box[2])) / 720)
    return box[0] + turn, box[1], box[2] + turn, box[3]


def union(boxes: Iterable[Box]) -> Box:
    """Return the box around boxes; there must be one."""
    held = list(boxes)
    wests, souths, easts, norths = zip(*held, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def _apart(one: Box, other: Box) -> float:
    """Return by how many degrees two boxes are apart, 0 where they touch."""
    return max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3], 0.0)


def _edges(ring: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)
