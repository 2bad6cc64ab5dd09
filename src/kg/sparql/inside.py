"""Answers in the web process what is sure to be little work: from the engine's graph, or from columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, partial

from kg.config import Settings
from kg.errors import KgError
from kg.sparql import guard
from kg.sparql.columns.answering import AT_ONCE, IN_LOOP, Bounds
from kg.sparql.near import steps_of
from kg.sparql.patterns import Query
from kg.sparql.reading import read_plain
from kg.sparql.records import records_of
from kg.sparql.requests import SparqlRequest
from kg.sparql.shapes import TEXT_MAX, Plan, Shapes
from kg.sparql.statistics import Statistics
from kg.sparql.worker import ABBREVIATING
from kg.sparql.workers import Pool
from kg.store import GraphStore

Near = Callable[[str], AbstractContextManager[GraphStore | None]]
Found = tuple[str, bytes]
"""The media type of an answer and its bytes."""


class Inside:
    """What one service can answer without a worker; every method may be called from any thread."""

    def __init__(
        self,
        settings: Settings,
        limits: guard.Limits,
        prefixes: Mapping[str, str],
        rewriters: Sequence[Callable[[str], str]],
    ) -> None:
        """See :class:`kg.sparql.shapes.Shapes`."""
        self._settings = settings
        self._prefixes = prefixes
        self.check = lru_cache(maxsize=1024)(partial(guard.check, limits=limits))
        """Checks a query against the limits of the service; see :func:`kg.sparql.guard.check`."""
        self._read = lru_cache(maxsize=1024)(partial(read_plain, prefixes=prefixes))
        self._shapes = Shapes(limits, prefixes, records_of(settings), rewriters)
        self.near: Near | None = None
        """Where a generation lies open in this process, if it does; cheap queries are answered there."""

    def read(self, text: str) -> Query | None:
        """Return a query's patterns, or nothing if it is not plain."""
        return self._read(text)

    def plan(self, pool: Pool, request: SparqlRequest) -> Plan | None:
        """Return what is known of a request's shape, if its answer is sure to take few milliseconds."""
        if self._statistics(pool) is None or request.bind or request.rewrite is not None:
            return None
        return self._shapes.plan(request.text, pool.statistics)  # type: ignore[arg-type]

    def planned(self, pool: Pool, request: SparqlRequest, plan: Plan) -> Found | None:
        """Answer a request whose shape is known."""
        return self._asked(pool, request, plan.prologue + request.text, plan.query.form)

    def cheap(self, pool: Pool, request: SparqlRequest, text: str, checked: guard.Checked) -> Found | None:
        """Answer a query that is sure to be cheap; nothing if it is not or cannot be."""
        statistics = self._statistics(pool)
        if statistics is None or checked.volatile or request.bind:
            return None
        query = self._read(text)
        if query is None or steps_of(query, statistics) is None:
            return None
        return self._asked(pool, request, text, query.form)

    def few_rows(self, pool: Pool, request: SparqlRequest) -> Found | None:
        """Answer a query from columns if that takes few rows; they read none that a rewriter is for."""
        if request.bind or request.rewrite is not None or len(request.text) > TEXT_MAX:
            return None
        try:
            checked = self.check(request.text)
        except KgError:
            return None  # whoever answers it in earnest says why
        return self.from_columns(pool, request, request.text, checked, IN_LOOP)

    def from_columns(
        self,
        pool: Pool,
        request: SparqlRequest,
        text: str,
        checked: guard.Checked,
        bounds: Bounds = AT_ONCE,
    ) -> Found | None:
        """Answer a query from columns, if that is done within bounds."""
        media_type = request.results
        if not self._settings.sparql_near or not media_type or not fits_columns(pool, request, text, checked):
            return None
        found = pool.columns.answer(text, media_type, bounds) if pool.columns is not None else None
        return None if found is None else (media_type, found)

    def _statistics(self, pool: Pool) -> Statistics | None:
        return pool.statistics if self._settings.sparql_near and self.near is not None else None

    def _asked(self, pool: Pool, request: SparqlRequest, text: str, form: str) -> Found | None:
        media_type = request.graph if form == "CONSTRUCT" else request.results
        if self.near is None or not media_type:
            return None
        with self.near(pool.generation.id) as store:
            if store is None:
                return None
            try:
                found = store.answer(
                    text,
                    media_type,
                    default_graphs=request.default_graphs,
                    named_graphs=request.named_graphs,
                    prefixes=self._prefixes if media_type in ABBREVIATING else None,
                )
            except KgError:
                return None  # a worker explains what is wrong
        return None if len(found) > self._settings.sparql_result_max_mb * 1024 * 1024 else (media_type, found)


def fits_columns(pool: Pool, request: SparqlRequest, text: str, checked: guard.Checked) -> bool:
    """Tell whether columns may answer: a SELECT over the whole graph of a kind that they know."""
    if pool.columns is None or checked.form != "SELECT" or checked.volatile or request.bind:
        return False
    if request.default_graphs is not None or request.named_graphs is not None:
        return False
    return pool.columns.reads(text)
