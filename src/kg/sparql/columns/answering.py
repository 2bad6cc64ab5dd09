"""Answers queries from columns; the engine writes the rows out in whatever format is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import pyoxigraph as px

from kg.sparql.columns import terms
from kg.sparql.columns.algebra import Declined, Group, Pattern, Select
from kg.sparql.columns.filtering import Filter
from kg.sparql.columns.grouping import finished
from kg.sparql.columns.joining import UNBOUND, Relation, Table, TooMuch, Wide, join_all, stacked
from kg.sparql.columns.parsing import parse
from kg.sparql.columns.reading import Columns

_ROW: Final = "#row"
_DEPTH_MAX: Final = 100
_SYNTAX: Final = px.Store()
"""An empty store: what it parses is SPARQL; what it does not, it explains when it is asked in earnest."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one query may take: rows of a step, different texts of an expression, rows of the answer."""

    rows: int
    texts: int
    answer: int


AT_ONCE: Final = Bounds(120_000, 4_000, 3_000)
"""About ten milliseconds at most."""
APART: Final = Bounds(8_000_000, 1_000_000, 2_000_000)
"""In a process of its own: some 0.3 GB."""


@lru_cache(maxsize=1024)
def _parsed(text: str, prefixes: tuple[tuple[str, str], ...]) -> Select | None:
    try:
        found = parse(text, dict(prefixes))
        _SYNTAX.query(text, prefixes=dict(prefixes))
    except (Declined, SyntaxError):
        return None
    return found


def opened(folder: Path, prefixes: Mapping[str, str]) -> Answerer | None:
    """Open the columns in a generation's folder, or nothing where there are none."""
    with suppress(OSError, ValueError, KeyError):
        return Answerer(Columns(folder), prefixes)
    return None


class Answerer:
    """Answers the queries of one generation."""

    def __init__(self, columns: Columns, prefixes: Mapping[str, str]) -> None:
        """``prefixes`` need no declaration."""
        self.columns = columns
        self._prefixes = tuple(prefixes.items())

    def reads(self, text: str) -> bool:
        """Tell whether a query is of the kind that can be answered here."""
        return _parsed(text, self._prefixes) is not None

    def answer(self, text: str, media_type: str, bounds: Bounds) -> bytes | None:
        """Return the answer of a query, or nothing if it is left to the engine."""
        query = _parsed(text, self._prefixes)
        kind = px.QueryResultsFormat.from_media_type(media_type)
        if query is None or kind is None:
            return None
        try:
            table = _Run(self.columns, bounds).select(query)
            if table.size > bounds.answer:
                return None
            return _written(query, table, self.columns, kind)
        except (Declined, MemoryError):
            return None


class _Run:
    """One evaluation."""

    def __init__(self, columns: Columns, bounds: Bounds) -> None:
        self.columns = columns
        self.bounds = bounds

    def select(self, select: Select) -> Table:
        table = self.group(select.where, [])
        return finished(select, table, self.columns, self.bounds.texts)

    def group(self, group: Group, given: list[Relation]) -> Table:
        """Evaluate a group, joined with what is given."""
        relations = [*given, *(self.pattern(each) for each in group.patterns if not each.closure)]
        relations += [self.values(names, rows, group) for names, rows in group.values]
        for branches in group.unions:
            relations.append(stacked([self.group(each, []) for each in branches]))
        relations += [self.select(each) for each in group.selects]
        table = self.closures([each for each in group.patterns if each.closure], relations)
        for optional in group.optionals:
            table = self.optional(table, optional)
        for each in group.filters:
            table = table.take(Filter(self.columns, table, self.bounds.texts).mask(each))
        return table

    def optional(self, table: Table, group: Group) -> Table:
        """Keep every row, with what the group finds for it."""
        own = {name for pattern in group.patterns for name in pattern.variables()}
        if any((each.mentions() & table.columns.keys()) - own for each in group.optionals):
            raise Declined  # an OPTIONAL in an OPTIONAL sees nothing of what stands around both
        marked = Table(
            table.size,
            {**table.columns, _ROW: np.arange(table.size)},
            table.numbers,
            table.unsure,
            {**table.distinct, _ROW: table.size},
        )
        if group.selects or group.unions:
            raise Declined
        found = self.group(group, [marked])
        alone = np.ones(table.size, dtype=bool)
        alone[found.columns[_ROW]] = False
        del found.columns[_ROW]
        if not alone.any():
            return found
        return stacked([found, table.take(alone)])

    def pattern(self, pattern: Pattern) -> Relation:
        predicate = self.columns.of(pattern.predicate)
        subject, value = pattern.subject, pattern.object
        if isinstance(subject, str) and isinstance(value, str):
            return Wide(subject, value, predicate)
        if isinstance(subject, str):
            place = self.place(predicate.object, value)
            return Table(place.stop - place.start, {subject: predicate.subject_of[place]})
        place = self.place(predicate.subject, subject)
        objects = predicate.object_of[place]
        if isinstance(value, str):
            return Table(len(objects), {value: objects})
        wanted = self.columns.find(value)
        return Table(0 if wanted is None else int(np.count_nonzero(objects == wanted)))

    def place(self, keys: np.ndarray, constant: str | bytes) -> slice:
        """Return where a constant stands among sorted numbers."""
        number = self.columns.find(constant) if isinstance(constant, bytes) else None
        if number is None:
            return slice(0, 0)
        wanted = np.int32(number)
        return slice(int(np.searchsorted(keys, wanted, "left")), int(np.searchsorted(keys, wanted, "right")))

    def values(self, names: list[str], rows: list[list[bytes]], group: Group) -> Table:
        """Return the rows of VALUES; a term that occurs nowhere joins with nothing."""
        joined = {name for pattern in group.patterns for name in pattern.variables() if not pattern.closure}
        if not joined.issuperset(names):
            raise Declined
        numbered = [[self.columns.find(each) for each in row] for row in rows]
        kept = np.array([row for row in numbered if None not in row], dtype=np.int32).reshape(-1, len(names))
        return Table(len(kept), {name: kept[:, place] for place, name in enumerate(names)})

    # Paths

    def closures(self, paths: list[Pattern], relations: list[Relation]) -> Table:
        """Join everything with the paths, each followed from the end that is known."""
        rest = list(paths)
        while rest:
            path = next((each for each in rest if len(each.variables()) < 2), None)
            if path is None:
                break
            rest.remove(path)
            relations.append(self.reached(path))
        table = join_all(relations, self.bounds.rows)
        while rest:
            known = [each for each in rest if set(each.variables()) & table.columns.keys()]
            if not known:
                raise Declined
            rest.remove(known[0])
            table = join_all([table, self.followed(known[0], table)], self.bounds.rows)
        return table

    def reached(self, path: Pattern) -> Table:
        """Return what a path of one or more steps reaches from a constant."""
        constant, forward = (path.subject, True) if isinstance(path.subject, bytes) else (path.object, False)
        variables = path.variables()
        start = self.columns.find(constant) if isinstance(constant, bytes) else None
        if len(variables) != 1 or (start is None and path.closure == "*"):
            raise Declined
        if start is None:
            return Table(0, {variables[0]: np.empty(0, dtype=np.int32)})
        pairs = self.pairs(np.array([start], dtype=np.int32), path, forward=forward)
        return Table(len(pairs), {variables[0]: pairs[:, 1]})

    def followed(self, path: Pattern, table: Table) -> Table:
        """Return both ends of a path between two variables, from the values that one of them has."""
        one, other = path.variables()
        forward = one in table.columns
        known, new = (one, other) if forward else (other, one)
        if known in table.unsure | table.numbers:
            raise Declined
        pairs = self.pairs(np.unique(table.columns[known]), path, forward=forward)
        return Table(len(pairs), {known: pairs[:, 0], new: pairs[:, 1]})

    def pairs(self, starts: np.ndarray, path: Pattern, *, forward: bool) -> np.ndarray:
        """Return each start with each term that it reaches, once."""
        predicate = self.columns.of(path.predicate)
        ends = ("#start", "#here", "#next")
        wide = Wide(ends[1], ends[2], predicate) if forward else Wide(ends[2], ends[1], predicate)
        width = len(self.columns.kinds)
        reached = np.empty(0, dtype=np.int64)
        fresh = starts.astype(np.int64) * width + starts
        if path.closure == "*":
            reached = fresh
        for _ in range(_DEPTH_MAX):
            columns = {ends[0]: fresh // width, ends[1]: (fresh % width).astype(np.int32)}
            step = join_all([Table(len(fresh), columns), wide], self.bounds.rows)
            fresh = np.setdiff1d(step.columns[ends[0]] * width + step.columns[ends[2]], reached)
            if not len(fresh):
                return np.column_stack((reached // width, reached % width)).astype(np.int32)
            reached = np.union1d(reached, fresh)
            if len(reached) > self.bounds.rows:
                raise TooMuch
        raise Declined


def _written(select: Select, table: Table, columns: Columns, kind: px.QueryResultsFormat) -> bytes:
    names = [name for name, _ in select.columns]
    if len(names) == 1 and names[0] in table.unsure:
        raise Declined  # a row without a value has no line in TSV
    cells = [
        [each] * table.size if isinstance(each, bytes) else _texts(table, name, columns)
        for name, each in select.columns
    ]
    head = "\t".join(f"?{name}" for name in names).encode()
    body = b"\n".join([head, *map(b"\t".join, zip(*cells, strict=True)), b""])
    found = px.parse_query_results(body, format=px.QueryResultsFormat.TSV).serialize(format=kind)
    return found or b""


def _texts(table: Table, name: str, columns: Columns) -> list[bytes]:
    values = table.columns[name]
    if name in table.numbers:
        return [b'"%d"%b' % (number, terms.INTEGER_SUFFIX) for number in values.tolist()]
    if name not in table.unsure:
        return columns.texts(values)
    bound = iter(columns.texts(values[values >= 0]))
    return [b"" if number == UNBOUND else next(bound) for number in values.tolist()]
