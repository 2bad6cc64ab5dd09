"""Records and their features for the tests of merging."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from kg.merging.features import Features

BASE = "https://w3id.org/landkg/id/practice/"


def turned(degrees: float) -> list[float]:
    """Return a vector whose cosine with another is that of the angle between them."""
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]


@pytest.fixture
def dunes() -> Features:
    """A practice as one source tells it."""
    return Features(
        iri=f"{BASE}unccd_221",
        title="Fijación de dunas",
        names=["fijacion de dunas"],
        words=["dunas", "fijacion"],
        languages=["es"],
        keys=["ARG technology"],
        concepts=["landUse:cropland", "measure:vegetative_measure"],
        people=[],
        year=None,
        doi=None,
        sources=["wocat"],
        meaning=turned(0),
        subjects=turned(0),
    )


@pytest.fixture
def again(dunes: Features) -> Features:
    """The same practice in a partner's list, in English."""
    return replace(
        dunes,
        iri=f"{BASE}partner-7",
        title="Dune fixation",
        names=["dune fixation"],
        words=["dune", "fixation"],
        languages=["en"],
        sources=["partner"],
        meaning=turned(30),
        subjects=turned(20),
    )
