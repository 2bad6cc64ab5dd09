"""Runs the searches of a query and puts their rows in place of the patterns that asked for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kg import queries
from kg.config import Settings
from kg.errors import BadInput, KgError, NotFound, TooLarge, Unavailable
from kg.search.requests import DEEPEST_OFFSET, Hit, SearchRequest
from kg.sparql.lexer import Reader, Token
from kg.sparql.services import patterns
from kg.sparql.services.asking import Asked, AskedReader, Row, term
from kg.sparql.services.patterns import GroupReader, Pattern
from kg.sparql.services.terms import Names
from kg.terms import iri, is_iri

if TYPE_CHECKING:
    from kg.search.service import SearchIndex

Source = Callable[[], AbstractContextManager[tuple[str, "SearchIndex"]]]
"""Lends the search index of the generation that answers, with that generation's id."""

SERVICES: Final = ("search", "similarTo")
_ROWS_KEPT: Final = 10_000
"""Rows of all remembered searches; one takes about a kilobyte."""
_AT_ONCE: Final = 4

Edit = tuple[int, int, str]


class SearchService:
    """Answers ``SERVICE kg:search`` inside queries; safe to use from several threads.

    Every search runs once, before the rest of its query and whatever stands around it; its rows are then
    joined like those of a VALUES clause. ``kg:limit`` therefore counts before the join.
    """

    def __init__(self, settings: Settings, source: Source) -> None:
        self._settings = settings
        self._source = source
        own = (settings.iris.term(name) for name in SERVICES)
        self._services = frozenset((*own, f"{settings.public_url}sparql/search"))
        self._prefixes = queries.prefix_map(settings.iris)
        self._kept: OrderedDict[tuple[str, Asked], tuple[Row, ...]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()
        self._running = threading.BoundedSemaphore(_AT_ONCE)

    def rewrite(self, text: str) -> str:
        """Return a query with the rows of its searches in place of the SERVICE clauses that ask for them.

        A query without such clauses comes back as it is. No address is ever called.

        Raises:
            QuerySyntaxError: a search is not written as searches are.
            BadInput: it names a record or a value that does not exist.
            TooLarge: there are more searches in it than one query may have.
            Unavailable: too many searches run at the moment.
        """
        if "service" not in text.lower():
            return text
        tokens, names, first = self._read(text)
        edits: list[Edit] = []
        asked: list[tuple[Pattern, Asked]] = []
        for block in patterns.blocks(tokens, names, self._services, first):
            behind = tokens[block.closing].start + 1
            try:
                found = self._asked(GroupReader(tokens, names), block.opening, names, len(asked))
                if not found:
                    names.fault("this search asks for nothing", block.start, "Begin with ?hit kg:query.")
                rows = [(pattern, each, self._rows(each)) for pattern, each in found]
            except TooLarge:
                raise
            except KgError:
                if not block.silent:
                    raise
                # SPARQL 1.1 Federated Query, 2.3: a SILENT service that fails is a single empty solution.
                edits.append((block.start, behind, _lines("{ }", text[block.start : behind])))
                continue
            asked += found
            opening = tokens[block.opening].start
            edits.append((block.start, opening, _lines("", text[block.start : opening])))
            for pattern, each, result in rows:
                edits += _replacement(pattern, each, result, text)
        return _edited(text, edits)

    def rewrite_alone(self, text: str) -> str:
        """Return a query all of whose statements are searches, with their rows in place of them.

        Raises:
            QuerySyntaxError: it states something else, or a search is not written as searches are.
            BadInput, TooLarge, Unavailable: as :meth:`rewrite` does.
        """
        tokens, names, first = self._read(text)
        brackets = patterns.where(tokens, names, first)
        if brackets is None:
            return text
        found = self._asked(GroupReader(tokens, names), brackets[0], names, 0)
        edits: list[Edit] = []
        for pattern, each in found:
            edits += _replacement(pattern, each, self._rows(each), text)
        return _edited(text, edits)

    def _read(self, text: str) -> tuple[list[Token], Names, int]:
        tokens = list(Reader(text))
        names = Names(text, self._prefixes)
        return tokens, names, names.prologue(tokens)

    def _asked(
        self, groups: GroupReader, opening: int, names: Names, before: int
    ) -> list[tuple[Pattern, Asked]]:
        groups.read(opening)
        most = self._settings.sparql_searches
        if before + len(groups.found) > most:
            raise TooLarge(f"A query may hold at most {most} searches.")
        return AskedReader(names, self._settings).read(groups)

    def _rows(self, asked: Asked) -> tuple[Row, ...]:
        """Return the rows of a search, from memory where the generation has answered it before."""
        same = replace(asked, hit="", only="", columns=())
        with self._source() as (generation, index):
            key = (generation, same)
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            if not self._running.acquire(timeout=self._settings.sparql_wait_s):
                raise Unavailable("Too many searches run at the moment.", retry_after=2)
            try:
                rows = tuple(_search(index, same, self._settings.search_limit_max))
            finally:
                self._running.release()
        self._keep(key, rows)
        return rows

    def _keep(self, key: tuple[str, Asked], rows: tuple[Row, ...]) -> None:
        with self._lock:
            self._held += len(rows) + 1 - (len(self._kept.pop(key)) + 1 if key in self._kept else 0)
            self._kept[key] = rows
            while self._held > _ROWS_KEPT:
                _, gone = self._kept.popitem(last=False)
                self._held -= len(gone) + 1


def _search(index: SearchIndex, asked: Asked, page: int) -> Iterable[Row]:
    """Yield the rows of a search; more than one page of the index are asked for one by one."""
    if asked.like:
        try:
            hits = index.similar(asked.like, asked.limit, dict(asked.filters).get("type", ()))
        except NotFound as fault:
            raise BadInput(fault.message, hint="kg:similarTo takes a record that search covers.") from None
        for rank, hit in enumerate(hits, 1):
            yield _row(hit, rank, len(hits))
        return
    done = 0
    while done < asked.limit and asked.offset + done <= DEEPEST_OFFSET:
        size = min(page, asked.limit - done)
        request = SearchRequest(
            asked.text, dict(asked.filters), limit=size, offset=asked.offset + done, language=asked.language
        )
        found = index.search(request)
        for rank, hit in enumerate(found.hits, asked.offset + done + 1):
            yield _row(hit, rank, found.total)
        done += size
        if len(found.hits) < size:
            return


def _row(hit: Hit, rank: int, total: int) -> Row:
    """Return a row without what no column shows, since rows are remembered."""
    return Row(replace(hit, passage="", parts={}, highlights=()), rank, total)


def _replacement(pattern: Pattern, asked: Asked, rows: Iterable[Row], text: str) -> Iterable[Edit]:
    """Yield the edits that put rows in place of the statements of a pattern."""
    for at, (start, end) in enumerate(pattern.spans):
        yield start, end, _lines("" if at else _values(asked, rows), text[start:end])


def _values(asked: Asked, rows: Iterable[Row]) -> str:
    """Return a VALUES clause; without a variable at all it has a row () for each row."""
    variables = ([asked.hit] if asked.hit else []) + [variable for _, variable in asked.columns]
    lines = []
    for row in rows:
        if not is_iri(row.hit.iri) or (asked.only and row.hit.iri != asked.only):
            continue
        terms = [iri(row.hit.iri)] if asked.hit else []
        terms += [term(name, row) for name, _ in asked.columns]
        lines.append(f"({' '.join(terms)})")
    return f" VALUES ({' '.join('?' + each for each in variables)}) {{ {' '.join(lines)} }} "


def _lines(new: str, old: str) -> str:
    """Keep the number of lines, so that messages about the rest of a query name the right one."""
    return new + "\n" * old.count("\n")


def _edited(text: str, edits: Iterable[Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        pieces += (text[position:start], new)
        position = end
    return "".join((*pieces, text[position:]))
