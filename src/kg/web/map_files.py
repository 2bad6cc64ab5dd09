"""The map of a search as files: SVG to print, GeoJSON for maps of others, a table."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, json, request
from flask_babel import gettext

from kg import queries
from kg.atlas import drawing, export
from kg.atlas.export import Feature
from kg.entities.reading import lexical
from kg.search.passages import SearchRecord
from kg.web import i18n
from kg.web import map as maps
from kg.web.asked import read
from kg.web.context import iris, once, opened, search_index, settings
from kg.web.respond import Answer, tagged

bp = Blueprint("map_files", __name__)

GEOJSON: Final = "application/geo+json"


@bp.get("/map.svg")
def picture() -> Answer:
    """Draw the map as a document of its own."""
    lang = i18n.asked_language()
    asked = read(request.args, lang, 1, 0).checked(settings())
    box = maps.read_box(request.args.get("box", ""))
    drawn = maps.draw(asked, search_index().answer(asked)[1], box, maps.WIDE)
    caption = drawing.Caption(
        title=asked.text or gettext("Where practices are documented"),
        legend=gettext("Records per country"),
        notes=(
            gettext(
                "Shapes and borders are simplified and express no opinion on the status of any territory."
            ),
            f"\u2066LandKG · Natural Earth · {iris().base}\u2069",
        ),
        names=drawn.names,
        language=lang,
        right_to_left=i18n.direction(lang) == "rtl",
    )
    return _file(drawing.draw(drawn.picture, caption), "image/svg+xml", "svg")


@bp.get("/map.geojson")
def geojson() -> Answer:
    """Give the records of the map as GeoJSON (RFC 7946)."""
    return _file(json.dumps(export.geojson(_features()), ensure_ascii=False), GEOJSON, "geojson")


@bp.get("/map.csv")
def table() -> Answer:
    """Give the records of the map as a table."""
    return _file(export.table(_features()), "text/csv", "csv")


def _features() -> list[Feature]:
    lang = i18n.asked_language()
    asked = read(request.args, lang, 1, 0).checked(settings())
    records = search_index().answer(asked)[1]
    rights, places = once("kg_map_rights", _rights), maps.gazetteer()
    return [
        _feature(each, lang, places.points(each.iri), rights.get(each.iri, ("", "")))
        for each in maps.within(records, maps.read_box(request.args.get("box", "")))
    ]


def _feature(
    record: SearchRecord, lang: str, points: tuple[tuple[float, float], ...], rights: tuple[str, str]
) -> Feature:
    title, title_language = record.title(lang)
    countries = tuple(record.facets.get("country", ()))
    return Feature(record.iri, record.kind, title, title_language, countries, points, *rights)


def _rights() -> dict[str, tuple[str, str]]:
    """Return (source, licence) by record of this request's generation."""
    text, bind = queries.get("map", "rights").bind({}, iris())
    return {
        lexical(row["record"]): (lexical(row.get("source")), lexical(row.get("license")))
        for row in opened().store.select(text, bind)
    }


def _file(body: str, media_type: str, suffix: str) -> Answer:
    response = tagged(body, media_type, vary=("Accept-Language",), variant=i18n.language())
    response.headers["Content-Disposition"] = f'inline; filename="landkg-map.{suffix}"'
    return response
