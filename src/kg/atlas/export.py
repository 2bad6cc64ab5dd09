"""Writes what a map shows as GeoJSON and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kg.atlas.shapes import Point
from kg.tables import csv_text, plain_cell

COLUMNS: Final = (
    "iri", "type", "title", "title_language", "countries", "longitude", "latitude", "source", "license",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feature:
    """A record with its places; ``points`` are (longitude, latitude) in WGS 84 and may be none."""

    iri: str
    kind: str
    title: str
    language: str
    countries: tuple[str, ...]
    points: tuple[Point, ...]
    source: str = ""
    licence: str = ""


def geojson(features: Iterable[Feature]) -> dict[str, Any]:
    """Return a FeatureCollection (RFC 7946); records without a point are unlocated, with a null geometry."""
    return {"type": "FeatureCollection", "features": [_feature(each) for each in features]}


def _feature(each: Feature) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": each.iri,
        "geometry": _geometry(each.points),
        "properties": {
            "type": each.kind,
            "title": each.title,
            "title_language": each.language or None,
            "countries": list(each.countries),
            "source": each.source or None,
            "license": each.licence or None,
        },
    }


def _geometry(points: Sequence[Point]) -> dict[str, Any] | None:
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": list(points[0])}
    return {"type": "MultiPoint", "coordinates": [list(each) for each in points]}


def table(features: Iterable[Feature]) -> str:
    """Return a table with a heading (RFC 4180): a row for each point, one for a record without points."""
    return csv_text(
        COLUMNS,
        (
            (each.iri, each.kind, plain_cell(each.title), each.language, " ".join(each.countries),
             longitude, latitude, each.source, each.licence)
            for each in features
            for longitude, latitude in each.points or (("", ""),)
        ),
    )  # fmt: skip
