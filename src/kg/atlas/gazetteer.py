"""Where records and regions are, read from the graph once for each generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kg import queries
from kg.atlas.shapes import WKT_POINT, Box, Point, shape, shifted, union
from kg.entities.reading import lexical
from kg.store import GraphStore
from kg.vocab import Iris


class Gazetteer:
    """Points of records and countries of regions."""

    def __init__(
        self,
        points: Mapping[str, tuple[Point, ...]],
        regions: Mapping[str, frozenset[str]],
        parts: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._points = points
        self._regions = regions
        self._parts = parts or {}

    @classmethod
    def read(cls, store: GraphStore, iris: Iris) -> Gazetteer:
        """Read a graph; points that are no ``POINT(longitude latitude)`` are left out."""
        points: dict[str, list[Point]] = defaultdict(list)
        for row in _ask(store, iris, "points"):
            found = WKT_POINT.search(row["wkt"])
            if found:
                points[row["record"]].append((float(found[1]), float(found[2])))
        regions: dict[str, set[str]] = defaultdict(set)
        for row in _ask(store, iris, "places"):
            regions[_local(row["region"])].add(_local(row["country"]))
        parts: dict[str, set[str]] = defaultdict(set)
        for row in _ask(store, iris, "parts"):
            parts[_local(row["region"])].add(_local(row["part"]))
        return cls(
            {iri: tuple(sorted(held)) for iri, held in points.items()},
            {name: frozenset(held) for name, held in regions.items()},
            {name: tuple(sorted(held)) for name, held in parts.items()},
        )

    def parts(self, region: str) -> tuple[str, ...]:
        """Return the regions directly within a region."""
        return self._parts.get(region, ())

    def points(self, iri: str) -> tuple[Point, ...]:
        """Return the points of a record as (longitude, latitude)."""
        return self._points.get(iri, ())

    def countries(self, region: str) -> frozenset[str]:
        """Return the ISO 3166-1 alpha-3 codes of a region's countries; empty for an unknown one."""
        return self._regions.get(region, frozenset())

    def regions(self, country: str) -> tuple[str, ...]:
        """Return the regions that a country is in, the smallest first."""
        found = [name for name, held in self._regions.items() if country in held]
        return tuple(sorted(found, key=lambda name: (len(self._regions[name]), name)))


def box_of(countries: Iterable[str]) -> Box | None:
    """Return the box around the main parts of countries, None where none of them has a shape."""
    boxes = [found.box for code in sorted(countries) if (found := shape(code)) is not None]
    if not boxes:
        return None
    largest = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    return union(shifted(box, largest) for box in boxes)


def _ask(store: GraphStore, iris: Iris, name: str) -> list[dict[str, str]]:
    text, bind = queries.get("map", name).bind({}, iris)
    return [{key: lexical(term) for key, term in row.items()} for row in store.select(text, bind)]


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]
