"""What the service does before a visitor asks."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from babel import localedata

from kg.config import Settings
from kg.live import Live
from kg.vocab import LANGUAGES
from kg.web import create_app, warming


@pytest.fixture
def warm(tiny_settings: Settings) -> Iterator[None]:
    """An application that has warmed up, without a search index."""
    localedata._cache.clear()
    app = create_app(tiny_settings)
    app.extensions["kg_warmth"].rest(60)
    yield
    app.extensions["kg"].live.close()
    gc.unfreeze()


@pytest.mark.usefixtures("warm")
def test_service_when_warm_keeps_its_memory_out_of_the_collectors_sight() -> None:
    assert gc.get_freeze_count() > 10_000


@pytest.mark.usefixtures("warm")
def test_service_when_warm_knows_how_each_language_writes_numbers_and_dates() -> None:
    assert set(LANGUAGES) <= localedata._cache.keys()


def test_generation_when_it_takes_over_is_out_of_the_collectors_sight(tiny_settings: Settings) -> None:
    with Live(tiny_settings) as live, live.lease() as opened:
        assert gc.get_freeze_count() == 0
        warming.ready(tiny_settings.iris)(opened)
        assert gc.get_freeze_count() > 10_000
    gc.unfreeze()
