"""Writes the shapes of countries that the maps are drawn from, out of the npm package world-atlas.

Usage: ``atlas.py FOLDER_OF_WORLD_ATLAS OUTPUT``; `.ci/vendor` calls it. The package holds Natural Earth's
countries (public domain) as TopoJSON at two scales; the output holds, for each scale, the rings of each
country as whole hundredths of a degree, each point as the step from the one before. Territories without an
ISO 3166 code keep a number of their own, so that they are drawn as land.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

SCALES = {"coarse": ("countries-110m.json", 10), "fine": ("countries-50m.json", 4)}
"""File of each scale and the grid, in hundredths of a degree, that its points are moved to."""

Ring = list[tuple[int, int]]


def main() -> None:
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    found = {name: shapes(folder / file, grid) for name, (file, grid) in SCALES.items()}
    # The smallest states are in the largest file only.
    fine = found["fine"]
    smallest = shapes(folder / "countries-10m.json", SCALES["fine"][1])
    fine |= {code: rings for code, rings in smallest.items() if code.isalpha() and code not in fine}
    about = (
        "Countries of Natural Earth (public domain) from the npm package world-atlas 2.0.2, by .ci/atlas.py"
    )
    output.write_text(json.dumps({"about": about, **found}, separators=(",", ":")) + "\n", encoding="utf-8")
    print(
        f"{output}: {output.stat().st_size:,} bytes, {', '.join(f'{n} {len(s)}' for n, s in found.items())}"
    )


def shapes(path: Path, grid: int) -> dict[str, list[list[int]]]:
    """Return the rings of each country by its ISO 3166-1 alpha-3 code."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = [list(decoded(arc, topology["transform"])) for arc in topology["arcs"]]
    found: dict[str, list[list[int]]] = {}
    for number, each in enumerate(topology["objects"]["countries"]["geometries"]):
        country = pycountry.countries.get(numeric=each.get("id", ""))
        code = country.alpha_3 if country else f"-{number}"
        polygons = each.get("arcs", [])
        rings = [
            ring
            for polygon in (polygons if each["type"] == "MultiPolygon" else [polygons])
            for ring in polygon
        ]
        drawn = [snapped(joined(ring, arcs), grid) for ring in rings]
        kept = [ring for ring in drawn if len(ring) > 2] or [box(joined(rings[0], arcs), grid)]
        found.setdefault(code, []).extend(steps(ring) for ring in kept)
    return dict(sorted(found.items()))


def decoded(arc: list[list[int]], transform: Any) -> Iterator[tuple[float, float]]:
    """Return the points of an arc in degrees (TopoJSON, section 2.1.2: quantised positions)."""
    (kx, ky), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x * kx + tx, y * ky + ty


def joined(ring: list[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """Return the points of a ring; a negative arc number is the arc backwards."""
    points: list[tuple[float, float]] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def snapped(points: list[tuple[float, float]], grid: int) -> Ring:
    """Return the ring on the grid, without repeated points and without those on a straight line."""
    moved: Ring = []
    for x, y in points:
        at = (round(x * 100 / grid) * grid, round(y * 100 / grid) * grid)
        if not moved or at != moved[-1]:
            moved.append(at)
    if len(moved) > 1 and moved[0] == moved[-1]:
        moved.pop()
    return [at for n, at in enumerate(moved) if not straight(moved[n - 1], at, moved[(n + 1) % len(moved)])]


def straight(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])


def box(points: list[tuple[float, float]], grid: int) -> Ring:
    """Return a square of one grid step for a country smaller than that."""
    x, y = (round(sum(each) / len(points) * 100) for each in zip(*points, strict=True))
    return [(x, y), (x + grid, y), (x + grid, y + grid), (x, y + grid)]


def steps(ring: Ring) -> list[int]:
    flat = list(ring[0])
    for (x, y), (nx, ny) in pairwise(ring):
        flat += [nx - x, ny - y]
    return flat


if __name__ == "__main__":
    main()
