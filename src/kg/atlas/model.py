"""What a map shows of a set of records: countries by number, circles for places, and the view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kg.atlas import views
from kg.atlas.clusters import SMALLEST, Cluster, Placed, cluster
from kg.atlas.gazetteer import Gazetteer
from kg.atlas.shapes import COARSE, FINE, Box, shape
from kg.atlas.views import View

CLASSES: Final = 5
"""Shades of countries with records."""
_ROOM: Final = 70
"""Units, likewise, that a country must be long to hold its name."""
_TINY: Final = 7
"""Units of a drawing 1,000 wide under which a country is marked by a ring, or nobody could find it."""


@dataclass(frozen=True, slots=True)
class Located:
    """A record as far as a map needs it."""

    iri: str
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A country with records: its shape as an SVG path, its number and its shade from 1 to ``CLASSES``.

    ``mark`` is (x, y, radius) of a ring where the shape is too small to be seen.
    """

    code: str
    count: int
    shade: int
    path: str
    mark: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, in units of its view."""

    view: View
    land: str
    areas: tuple[Area, ...]
    clusters: tuple[Cluster, ...]
    steps: tuple[tuple[int, int], ...]
    """(least, most) number of records of each shade in use."""
    counts: Mapping[str, int]
    """Records by country, those outside the view included."""
    unplaced: int
    """Records with neither a point nor a country."""
    labels: tuple[tuple[float, float, str], ...] = ()
    """(x, y, code) of the countries whose names have room; none on a map of the world."""


def picture(counts: Mapping[str, int], placed: Iterable[Placed], view: View, unplaced: int = 0) -> Picture:
    """Draw each country by its number of records, and a circle for records that have points."""
    steps = shades(max(counts.values(), default=0))
    scale = COARSE if view.middle is None else FINE
    outlines = views.outlines(scale, view)
    areas = []
    for code in sorted(counts, key=lambda each: (-counts[each], each)):
        found = _area(code, counts[code], steps, outlines.get(code, ""), view)
        if found:
            areas.append(found)
    drawn = {area.code for area in areas if area.path}
    return Picture(
        view=view,
        land="".join(path for code, path in outlines.items() if code not in drawn),
        areas=tuple(areas),
        clusters=cluster(placed, view),
        steps=steps,
        counts=counts,
        unplaced=unplaced,
        labels=_labels(scale, view),
    )


@lru_cache(maxsize=256)
def _labels(scale: str, view: View) -> tuple[tuple[float, float, str], ...]:
    """Return where the names of countries stand: in their middle, where that is in view and wide enough."""
    if view.middle is None:
        return ()
    found = []
    for code in views.outlines(scale, view):
        held = shape(code)
        if held is None or not held.is_country or _size(code, view) < _ROOM * view.width / 1000:
            continue
        x, y = view.point(view.turned(held.centre))
        if 0.05 * view.width < x < 0.95 * view.width and 0.05 * view.height < y < 0.95 * view.height:
            found.append((round(x), round(y), code))
    return tuple(found)


def of_records(records: Sequence[Located], gazetteer: Gazetteer, view: View) -> Picture:
    """Draw records: all their countries are counted, and every point that the view shows is drawn."""
    counts = Counter(code for record in records for code in set(record.countries))
    placed = [Placed(record.iri, point) for record in records for point in gazetteer.points(record.iri)]
    there = sum(1 for record in records if record.countries or gazetteer.points(record.iri))
    return picture(counts, placed, view, len(records) - there)


def _area(code: str, count: int, steps: Sequence[tuple[int, int]], path: str, view: View) -> Area | None:
    fine = shape(code)
    if fine is None:
        return None
    mark = None
    if view.shows(fine.centre) and _size(code, view) < _TINY * view.width / 1000:
        x, y = view.point(view.turned(fine.centre))
        mark = (round(x), round(y), round(SMALLEST * view.width / 1000))
    if not path and mark is None:
        return None
    shade = next(n for n, (_least, most) in enumerate(steps, 1) if count <= most)
    return Area(code, count, shade, path, mark)


@lru_cache(maxsize=4096)
def _size(code: str, view: View) -> float:
    """Return the larger side of a country's main part in units."""
    found = shape(code)
    if found is None:
        return 0
    # What is drawn by straight lines is as large as its box.
    west, south, east, north = found.largest_box
    places = found.largest if view.middle is None else ((west, south), (east, north))
    points = view.points(places)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def shades(most: int) -> tuple[tuple[int, int], ...]:
    """Return the (least, most) number of each shade: steps that grow by a factor, without gaps."""
    if most < 1:
        return ()
    classes = min(CLASSES, most)
    limits: list[int] = []
    for n in range(1, classes + 1):
        limit = max(round(most ** (n / classes)), limits[-1] + 1 if limits else 1)
        limits.append(min(limit, most))
    limits = sorted(set(limits[:-1]) | {most})
    return tuple(zip([1, *(each + 1 for each in limits[:-1])], limits, strict=True))


def frame(box: Box | None, width: int, margin: float = views.MARGIN) -> View:
    """Return the view of a box, or of the world, as high as its content wants within reason."""
    if box is None:
        return views.whole(width)
    if box[2] - box[0] > 200:
        return views.whole(width)
    return views.part(box, width, round(width * 0.56), margin)
