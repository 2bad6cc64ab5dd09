"""Counts the graph and loads the search index with its models in the background: no visitor waits."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from typing import Final

from babel import localedata
from flask import Flask, request

from kg.align import overlap
from kg.atlas import model, views
from kg.entities import catalogue_of
from kg.errors import KgError, Unavailable
from kg.live import Live, Opened
from kg.vocab import LANGUAGES, Iris
from kg.web.map import WIDE
from kg.web.words import local

_LOG: Final = logging.getLogger(__name__)
_WITHOUT: Final = "/healthz"
_FIRST_SEEN: Final = ("base.html", "_macros.html", "home.html", "_map.html", "_overlap.html")
"""Templates of the home page."""


class Warmth:
    """Whether search can answer at once."""

    def __init__(self, live: Live, prepare: Callable[[Opened], None]) -> None:
        self._live, self._prepare = live, prepare
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._warm = threading.Event()
        self._fault: KgError | None = None

    def begin(self) -> None:
        """Start warming once; further calls do nothing."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="warm-search", daemon=True)
                self._thread.start()

    def check(self) -> None:
        """Return when search is warm.

        Raises:
            Unavailable: it is still being loaded.
            KgError: it cannot be loaded, for the reason given; the next call tries again.
        """
        self.begin()
        fault = self._fault
        if fault is not None:
            self._fault, self._thread = None, None
            raise fault
        if not self._warm.is_set():
            raise Unavailable("The search models are still being loaded.", retry_after=2)

    def rest(self, seconds: float) -> None:
        """Wait until there is nothing more to do, or so long."""
        self.begin()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with self._live.lease() as opened:
                self._prepare(opened)
                opened.search.warm()
            self._warm.set()
        except KgError as fault:
            _LOG.error("Search cannot be loaded: %s", fault)
            self._fault = fault
        finally:
            settle()


def settle() -> None:
    """Keep what a generation has in memory from being looked through for garbage by requests.

    Python's collector would go through all of it every few pages, for a quarter of their time. What an
    earlier generation has left in cycles is collected here.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def prepared(iris: Iris) -> Callable[[Opened], None]:
    """Return what counts a generation for its pages; one that cannot be counted now is when it is asked."""

    def prepare(opened: Opened) -> None:
        try:
            lists = catalogue_of(opened.store, opened.generation.id, iris)
            lists.warm(opened.store)
            overlap.first(opened.store, iris)
            ways = lists.ways(opened.store, "country", LANGUAGES[0])
            # Reads the shapes of countries and keeps their outlines.
            model.picture({local(way.ref.iri): way.count for way in ways}, (), views.whole(WIDE))
        except KgError as fault:
            _LOG.warning("The generation could not be counted beforehand: %s", fault)

    return prepare


def ready(iris: Iris) -> Callable[[Opened], None]:
    """Return what makes a generation ready to take over from another one."""
    count = prepared(iris)

    def prepare(opened: Opened) -> None:
        count(opened)
        settle()

    return prepare


def init_app(app: Flask) -> None:
    """Begin warming with the first request that is no mere sign of life."""
    services = app.extensions["kg"]
    count = prepared(services.settings.iris)

    def prepare(opened: Opened) -> None:
        for name in _FIRST_SEEN:
            app.jinja_env.get_template(name)  # compiled now
        for language in LANGUAGES:
            localedata.load(language)  # how numbers and dates are written
        count(opened)

    warmth = Warmth(services.live, prepare)
    app.extensions["kg_warmth"] = warmth

    @app.before_request
    def _begin() -> None:
        if request.path != _WITHOUT:
            warmth.begin()
