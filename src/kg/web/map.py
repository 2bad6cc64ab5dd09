"""The map of a search: countries by number, circles for places, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext

from kg.atlas import model, views
from kg.atlas.clusters import Cluster, Placed
from kg.atlas.gazetteer import Gazetteer, box_of
from kg.atlas.model import Located, Picture
from kg.atlas.shapes import Box
from kg.entities.model import Listed, Ref
from kg.errors import BadInput, KgError
from kg.model import Text
from kg.search.passages import SearchRecord
from kg.search.requests import SearchRequest
from kg.web.asked import around, elsewhere, read
from kg.web.context import catalogue, iris, once, opened, search_index, settings
from kg.web.i18n import language
from kg.web.respond import Answer, tagged
from kg.web.views import page as page_of
from kg.web.views import with_query

bp = Blueprint("map", __name__)

WIDE, BESIDE, SMALL = 1000, 560, 360
"""Widths of the map's own page, beside a list, and in the margin of a record, in units."""
LISTED: Final = 50
"""Records that the page of a place lists; the search has them all."""
FONT: Final = 0.015
"""Height of names on a map as a share of its width."""
NEIGHBOURS: Final = 0.5
"""Margin around a single country, so that its neighbours show where it is."""
WORLD: Final = "001"
FRAMES: Final = ("country", "region", "box", "sort")
"""Parameters that say where a map looks, and one that means nothing to it."""


@bp.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(place_map=place_map, country_map=country_map, world_map=world_map)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with what its template needs: names of countries, and where a click leads."""

    picture: Picture
    names: dict[str, str]
    country_link: Callable[[str], str]
    cluster_link: Callable[[Cluster], str]
    cluster_name: Callable[[Cluster], str] = str
    labels: tuple[tuple[float, float, str], ...] = ()
    """(x, y, name) of the names that have room beside each other."""


@bp.get("/map")
def root() -> Answer:
    """Send a map without language to the page in the client's language."""
    response = redirect(with_query(url_for("map.page", lang=language()), dict(request.args.lists())), 302)
    response.vary.add("Accept-Language")
    return response


@bp.get("/<lang:lang>/map")
def page() -> Answer:
    """Show the map of what a search finds; ``box`` (west,south,east,north) looks closer."""
    lang = language()
    asked = read(request.args, lang, 1, 0).checked(settings())
    box = read_box(request.args.get("box", ""))
    found, records = search_index().answer(asked)
    drawn = draw(asked, records, box, WIDE)
    inside = within(records, box)
    body = render_template(
        "map.html",
        asked=asked,
        found=found,
        drawn=drawn,
        box=box,
        total=len(records) - drawn.picture.unplaced,
        listed=[_line(each) for each in inside[:LISTED]] if _is_close(asked, box) else [],
        inside=len(inside),
        regions=_regions(asked, lang),
        unframed=elsewhere("map.page", FRAMES) if box or _framing(asked) else "",
        rows=sorted(drawn.picture.counts.items(), key=lambda each: (-each[1], drawn.names[each[0]])),
        **around(asked, found),
    )
    return tagged(body, "text/html")


def draw(asked: SearchRequest, records: Sequence[SearchRecord], box: Box | None, width: int) -> Drawn:
    """Draw the records of a search as the search's filters or a box frame them."""
    places = gazetteer()
    held = located(records)
    margin = views.MARGIN
    if box is None:
        framed = _framed(asked, places)
        box, margin = box_of(framed), NEIGHBOURS if len(framed) == 1 else margin
    picture = model.of_records(held, places, model.frame(box, width, margin))
    titles = {each.iri: each for each in records}

    def name(cluster: Cluster) -> str:
        count = len(cluster.iris)
        if count == 1:
            return titles[cluster.iris[0]].title(language())[0]
        return str(gettext("Look closer at %(count)s records", count=count))

    shown = {*picture.counts, *(code for _x, _y, code in picture.labels)}
    names = country_names(shown)
    return Drawn(picture, names, _to_country, _to_cluster, name, _spaced(picture, names))


def _spaced(picture: Picture, names: Mapping[str, str]) -> tuple[tuple[float, float, str], ...]:
    """Return the names of countries that cover neither circles nor each other, most records first."""
    size = FONT * picture.view.width
    kept = [(each.x, each.y, each.r, "") for each in picture.clusters]
    for x, y, code in sorted(picture.labels, key=lambda each: (-picture.counts.get(each[2], 0), each[2])):
        name = names.get(code, code)
        half = size * sum(1.0 if sign > "\u2e80" else 0.62 for sign in name) / 2
        if half < x < picture.view.width - half and all(
            abs(x - other) > half + wide or abs(y - down) > 1.3 * size for other, down, wide, _ in kept
        ):
            kept.append((x, y, half, name))
    return tuple((x, y, name) for x, y, _half, name in kept if name)


def place_map(points: Sequence[tuple[float, float]], countries: Sequence[Ref]) -> Drawn | None:
    """Return the small map of a record with its points, as (longitude, latitude), and countries."""
    codes = [each.iri.rpartition("/")[2] for each in countries]
    box = box_of(codes)
    if box is None and not points:
        return None
    if box is None:
        (west, south), (east, north) = ([min(each), max(each)] for each in zip(*points, strict=True))
        box = (west - 3, south - 3, east + 3, north + 3)
    view = views.part(box, SMALL, round(SMALL * 0.72), NEIGHBOURS)
    placed = [Placed(str(number), point) for number, point in enumerate(points)]
    picture = model.picture(dict.fromkeys(codes, 1), placed, view)
    names = {each.iri.rpartition("/")[2]: each.label.value for each in countries}
    return Drawn(picture, names, lambda code: url_for("map.page", country=code), lambda _each: "")


def country_map(iri: str, name: str) -> Drawn | None:
    """Return the small map of a country with the points of its practices."""
    code = iri.rpartition("/")[2]
    box = box_of([code])
    if box is None:
        return None
    try:
        index = search_index()
        records = [index.tables.records[int(number)] for number in index.having("country", code)]
    except KgError:
        # A page without the circles is better than none.
        records = []
    places = gazetteer()
    placed = [Placed(each.iri, point) for each in records for point in places.points(each.iri)]
    view = views.part(box, SMALL, round(SMALL * 0.72), NEIGHBOURS)
    picture = model.picture({code: max(1, len(records))}, placed, view)
    return Drawn(picture, {code: name}, lambda code: url_for("map.page", country=code), lambda _each: "")


def world_map() -> Drawn:
    """Return the map of all practices of this generation by country."""
    ways = catalogue().ways(opened().store, "country", language())
    counts = {way.ref.iri.rpartition("/")[2]: way.count for way in ways}
    names = {way.ref.iri.rpartition("/")[2]: way.ref.label.value for way in ways}
    picture = model.picture(counts, (), views.whole(WIDE))
    return Drawn(picture, names, lambda code: page_of(iris().country(code)), lambda _each: "")


def located(records: Sequence[SearchRecord]) -> list[Located]:
    """Return what a map needs of records of the index."""
    return [Located(each.iri, tuple(each.facets.get("country", ()))) for each in records]


def within(records: Sequence[SearchRecord], box: Box | None) -> list[SearchRecord]:
    """Return the records with a place; of a box, those with a point in it."""
    places = gazetteer()
    if box is None:
        return [each for each in records if each.facets.get("country") or places.points(each.iri)]
    west, south, east, north = box
    return [
        each
        for each in records
        if any(west <= x <= east and south <= y <= north for x, y in places.points(each.iri))
    ]


def country_names(codes: Any) -> dict[str, str]:
    """Return the names of countries by code in the reader's language."""
    concepts = search_index().tables.concepts
    return {code: concepts.label("country", code, language()) for code in codes}


def gazetteer() -> Gazetteer:
    """Return the places of this request's generation, read once while it is served."""
    return once("kg_gazetteers", lambda: Gazetteer.read(opened().store, iris()))


def read_box(text: str) -> Box | None:
    """Read ``west,south,east,north`` in degrees; east may be beyond 180 across the date line.

    Raises:
        BadInput: it is not that.
    """
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text[:100].split(","))
    except ValueError as fault:
        raise BadInput("'box' must be four numbers: west,south,east,north.") from fault
    if not (-180 <= west <= 180 and west <= east <= west + 360 and -90 <= south <= north <= 90):
        raise BadInput("'box' is no box of longitudes and latitudes: west,south,east,north.")
    return west, south, east, north


def _framed(asked: SearchRequest, places: Gazetteer) -> set[str]:
    """Return the countries that the filters name; of a region, those that have records at all."""
    countries = set(asked.filters.get("country", ()))
    index = search_index()
    for region in asked.filters.get("region", ()):
        inside = places.countries(region) or frozenset()
        countries |= {code for code in inside if len(index.having("country", code))} or inside
    return countries


def _is_close(asked: SearchRequest, box: Box | None) -> bool:
    return box is not None or bool(asked.filters.get("country"))


def _regions(asked: SearchRequest, lang: str) -> list[tuple[str, str, bool, str]]:
    """Return (code, name, whether it is shown, address) of the regions to look at."""
    places, concepts = gazetteer(), search_index().tables.concepts
    chosen = asked.filters.get("region", ())
    codes = list(places.parts(WORLD))
    for each in chosen:
        codes += [part for part in places.parts(each) if part not in codes]
    codes += [each for each in chosen if each not in codes and places.countries(each)]
    named = [(code, concepts.label("region", code, lang)) for code in codes if places.countries(code)]
    top = {code: number for number, code in enumerate(places.parts(WORLD))}
    named.sort(key=lambda each: (each[0] not in top, each[1]))
    return [(code, name, code in chosen, _closer("region", code)) for code, name in named]


def _to_country(code: str) -> str:
    return _closer("country", code)


def _to_cluster(cluster: Cluster) -> str:
    """Look closer at a group of places; a single record leads to its page."""
    if len(cluster.iris) == 1:
        return page_of(cluster.iris[0])
    west, south, east, north = cluster.box
    pad = 0.01 if cluster.is_one_place else 0.1
    west, east = max(-180.0, west - pad), min(180.0, east + pad)
    return _closer("box", f"{west:.3f},{max(-90.0, south - pad):.3f},{east:.3f},{min(90.0, north + pad):.3f}")


def _closer(name: str, value: str) -> str:
    """Return the map of this search, framed by one country, region or box in place of another."""
    return elsewhere("map.page", FRAMES, **{name: value})


def _framing(asked: SearchRequest) -> bool:
    return bool(asked.filters.get("country") or asked.filters.get("region"))


def _line(record: SearchRecord) -> Listed:
    title, lang = record.title(language())
    names = country_names(record.facets.get("country", ()))
    return Listed(Ref(record.iri, Text(title, lang or None), record.kind), ", ".join(sorted(names.values())))
