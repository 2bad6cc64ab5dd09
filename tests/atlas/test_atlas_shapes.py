"""Shapes and views: what is bundled is whole, and every place stands where it should."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.atlas import views
from kg.atlas.gazetteer import box_of
from kg.atlas.shapes import FINE, area, centroid, shape, shifted, union, world

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-89, 89)


def test_world_when_read_has_the_countries_at_both_scales() -> None:
    coarse, fine = world(), world(FINE)
    assert {"BFA", "NER", "CHN", "FJI", "BRA"} <= set(coarse)
    assert {"CPV", "MUS", "SYC", "WSM", "TUV"} <= set(fine)
    assert all(-90 <= y <= 90 for held in fine.values() for ring in held.rings for _x, y in ring)


def test_shape_when_its_country_crosses_the_date_line_is_in_one_piece() -> None:
    for code, middle in (("RUS", 100), ("FJI", 178)):
        found = shape(code)
        assert found is not None
        west, _south, east, _north = found.box
        assert east - west < 180
        assert west < middle < east


def test_box_when_a_country_has_far_territories_shows_the_main_part() -> None:
    found = shape("FRA")
    assert found is not None
    west, south, east, north = found.box
    assert -10 < west < east < 15
    assert 40 < south < north < 55


def test_box_when_no_country_has_a_shape_is_none() -> None:
    assert box_of(["XYZ"]) is None
    assert box_of([]) is None


def test_centroid_when_a_ring_is_a_square_is_its_middle() -> None:
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    assert centroid(square) == pytest.approx((1.0, 1.0))
    assert abs(area(square)) == pytest.approx(4.0)


def test_union_when_boxes_lie_on_both_sides_of_the_date_line_joins_the_near_sides() -> None:
    west, east = (-179.0, 0.0, -178.0, 1.0), (178.0, 0.0, 179.0, 1.0)
    assert union((east, shifted(west, east))) == (178.0, 0.0, 182.0, 1.0)


def test_equal_earth_when_projected_agrees_with_the_published_extent() -> None:
    """The paper gives a width of 2.05458 times the height for the whole globe."""
    width = views.equal_earth(180, 0)[0] * 2
    height = views.equal_earth(0, 90)[1] * 2
    assert width / height == pytest.approx(2.05458, abs=1e-4)


@given(longitude=LONGITUDES, latitude=LATITUDES)
def test_equal_earth_when_mirrored_gives_the_mirrored_point(longitude: float, latitude: float) -> None:
    x, y = views.equal_earth(longitude, latitude)
    assert views.equal_earth(-longitude, -latitude) == pytest.approx((-x, -y))


@given(west=LONGITUDES, south=st.floats(-80, 70), wide=st.floats(0, 60), high=st.floats(0, 15))
def test_part_when_made_of_a_box_shows_all_of_it(west: float, south: float, wide: float, high: float) -> None:
    box = (west, south, west + wide, min(85.0, south + high))
    view = views.part(box, 1000, 560)
    for corner in ((box[0], box[1]), (box[2], box[3])):
        x, y = view.point(corner)
        assert -1e-6 <= x <= 1000 + 1e-6
        assert -1e-6 <= y <= 560 + 1e-6


@given(longitude=LONGITUDES, latitude=LATITUDES)
def test_turned_when_a_view_crosses_the_date_line_moves_by_whole_turns(
    longitude: float, latitude: float
) -> None:
    view = views.part((170, -20, 190, -10), 1000, 560)
    x, y = view.turned((longitude, latitude))
    assert y == latitude
    assert -1e-9 <= x <= 360 + 1e-9
    assert math.isclose((x - longitude) % 360, 0, abs_tol=1e-9) or math.isclose((x - longitude) % 360, 360)


@given(st.lists(st.tuples(st.floats(-50, 150), st.floats(-50, 150)), min_size=3, max_size=12))
def test_clipped_when_a_ring_is_cut_stays_within_the_rectangle(points: list[tuple[float, float]]) -> None:
    for x, y in views.clipped(points, 0, 0, 100, 100):
        assert -1e-6 <= x <= 100 + 1e-6
        assert -1e-6 <= y <= 100 + 1e-6


def test_outlines_when_a_view_is_small_leave_out_what_it_does_not_show() -> None:
    found = views.outlines(FINE, views.part((-6, 9, 3, 16), 600, 336))
    assert {"BFA", "GHA", "MLI"} <= set(found)
    assert "CHN" not in found
