"""Groups places that would cover each other on a map."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.atlas.shapes import Box, Point, around
from kg.atlas.views import View

SMALLEST, LARGEST = 9.0, 26.0
"""Radii of circles in units of a drawing 1,000 wide."""
_NEAR_ALIKE: Final = 0.02
"""Degrees within which places are one for a reader: looking closer would not part them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A record at a place."""

    iri: str
    place: Point


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records drawn as one circle at ``x``, ``y`` with radius ``r``, in units."""

    x: float
    y: float
    r: float
    members: tuple[Placed, ...]

    @property
    def iris(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.iri for each in self.members))

    @property
    def box(self) -> Box:
        """The box around the members; for places across the date line it is wider than need be."""
        return around(each.place for each in self.members)

    @property
    def is_one_place(self) -> bool:
        west, south, east, north = self.box
        return east - west <= _NEAR_ALIKE and north - south <= _NEAR_ALIKE


def radius(count: int, width: int) -> float:
    """Return the radius of a circle whose area grows with the logarithm of the count."""
    unit = width / 1000
    grown = SMALLEST * math.sqrt(1 + 1.6 * math.log(max(1, count)))
    return round(min(LARGEST, grown) * unit, 1)


def cluster(placed: Iterable[Placed], view: View) -> tuple[Cluster, ...]:
    """Group what the view shows, largest groups first; no two circles overlap by more than a little.

    Places are first put into the cells of a grid, then each cell joins the first larger group near it:
    the time grows with the number of places plus the square of the number of cells in use.
    """
    cell = 2.4 * SMALLEST * view.width / 1000
    cells: dict[tuple[int, int], list[tuple[Point, Placed]]] = defaultdict(list)
    for each in sorted(placed, key=lambda one: (one.iri, one.place)):
        x, y = view.point(view.turned(each.place))
        if 0 <= x <= view.width and 0 <= y <= view.height:
            cells[int(x // cell), int(y // cell)].append(((x, y), each))
    groups: list[list[tuple[Point, Placed]]] = []
    circles: list[tuple[float, float, float]] = []
    for held in sorted(cells.values(), key=lambda each: (-len(each), each[0][1].place, each[0][1].iri)):
        at = _circle(held, view.width)
        near = next((n for n, other in enumerate(circles) if _overlap(at, other)), None)
        if near is None:
            groups.append(list(held))
            circles.append(at)
        else:
            groups[near] += held
            circles[near] = _circle(groups[near], view.width)
    found = [
        Cluster(*circle, members=tuple(each for _at, each in sorted(group, key=lambda one: one[1].iri)))
        for group, circle in zip(groups, circles, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.iris), each.x, each.y)))


def _circle(held: Sequence[tuple[Point, Placed]], width: int) -> tuple[float, float, float]:
    count = len({each.iri for _at, each in held})
    x, y = (sum(at[axis] for at, _each in held) / len(held) for axis in (0, 1))
    return round(x, 1), round(y, 1), radius(count, width)


def _overlap(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return math.hypot(one[0] - other[0], one[1] - other[1]) < (one[2] + other[2]) * 0.85
