"""Clusters, shades and pictures: nothing is lost, nothing covers another."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from kg.atlas import drawing, export, model, views
from kg.atlas.clusters import Placed, cluster
from kg.atlas.gazetteer import Gazetteer
from kg.atlas.model import Located

WORLD = views.whole(1000)
PLACES = st.tuples(st.floats(-170, 170), st.floats(-50, 75))


@given(st.lists(PLACES, max_size=60))
def test_cluster_when_places_are_grouped_keeps_each_once(places: list[tuple[float, float]]) -> None:
    placed = [Placed(f"r{number}", place) for number, place in enumerate(places)]
    found = cluster(placed, WORLD)
    assert sorted(each.iri for group in found for each in group.members) == sorted(
        each.iri for each in placed
    )


@given(st.lists(PLACES, max_size=60), st.randoms())
def test_cluster_when_the_order_changes_gives_the_same(
    places: list[tuple[float, float]], chance: Random
) -> None:
    placed = [Placed(f"r{number}", place) for number, place in enumerate(places)]
    mixed = list(placed)
    chance.shuffle(mixed)
    assert cluster(mixed, WORLD) == cluster(placed, WORLD)


def test_cluster_when_two_places_are_far_apart_draws_two_circles() -> None:
    found = cluster([Placed("a", (0, 10)), Placed("b", (60, 10))], WORLD)
    assert [each.iris for each in found] == [("a",), ("b",)]
    assert math.dist((found[0].x, found[0].y), (found[1].x, found[1].y)) > found[0].r + found[1].r


@given(st.integers(0, 5000))
def test_shades_when_made_leave_no_gap_and_end_at_the_most(most: int) -> None:
    steps = model.shades(most)
    assert len(steps) == min(most, model.CLASSES)
    if steps:
        assert steps[0][0] == 1
        assert steps[-1][1] == most
        assert all(after[0] == before[1] + 1 for before, after in pairwise(steps))
        assert all(least <= top for least, top in steps)


def test_picture_when_records_have_countries_counts_them_all() -> None:
    records = [Located("a", ("NER", "BFA")), Located("b", ("NER",)), Located("c", ()), Located("d", ("CPV",))]
    found = model.of_records(records, Gazetteer({}, {}), WORLD)
    assert dict(found.counts) == {"NER": 2, "BFA": 1, "CPV": 1}
    assert found.unplaced == 1
    assert next(area for area in found.areas if area.code == "CPV").mark is not None
    assert next(area for area in found.areas if area.code == "NER").path


def test_picture_when_drawn_as_a_document_is_xml_without_styles() -> None:
    records = [Located("a", ("NER",)), Located("b", ("NER",))]
    places = Gazetteer({"a": ((2.1, 13.5),), "b": ((2.2, 13.6),)}, {})
    caption = drawing.Caption("Ça & <là>", "Fiches", ("note",), {"NER": "Niger"}, "fr")
    text = drawing.draw(model.of_records(records, places, WORLD), caption)
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert "Ça & <là>" in "".join(root.itertext())
    assert "Niger: 2" in "".join(root.itertext())
    assert "style" not in text


def test_geojson_when_records_have_no_two_or_one_point_is_rfc_7946() -> None:
    features = [
        export.Feature("urn:a", "technology", "A", "en", ("NER",), ()),
        export.Feature("urn:b", "technology", "B", "", (), ((2.0, 13.0),)),
        export.Feature("urn:c", "approach", "C", "fr", (), ((2.0, 13.0), (3.0, 14.0))),
    ]
    found = export.geojson(features)["features"]
    assert [each["geometry"] and each["geometry"]["type"] for each in found] == [None, "Point", "MultiPoint"]
    assert found[1]["geometry"]["coordinates"] == [2.0, 13.0]


def test_table_when_a_title_is_a_formula_defuses_it() -> None:
    text = export.table([export.Feature("urn:a", "technology", "=1+1", "en", ("NER",), ())])
    assert ",'=1+1," in text
