"""Answers queries from columns; the engine writes the rows out in whatever format is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyoxigraph as px

from kg.sparql.columns import terms
from kg.sparql.columns.algebra import STEP, Declined, Group, Pattern, Select
from kg.sparql.columns.filtering import Filter
from kg.sparql.columns.grouping import distinct, finished
from kg.sparql.columns.joining import UNBOUND, Column, Relation, Table, TooMuch, Wide, stacked
from kg.sparql.columns.paths import join_paths
from kg.sparql.columns.reading import Columns
from kg.sparql.columns.shaping import Readings


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one query may take: rows of a step, different texts of an expression, rows of the answer."""

    rows: int
    texts: int
    answer: int


IN_LOOP: Final = Bounds(10_000, 300, 500)
"""About two milliseconds at most."""
AT_ONCE: Final = Bounds(120_000, 4_000, 3_000)
"""About ten milliseconds at most."""
APART: Final = Bounds(8_000_000, 1_000_000, 2_000_000)
"""In a process of its own: some 0.3 GB."""


def opened(folder: Path, prefixes: Mapping[str, str], records: str = "") -> Answerer | None:
    """Open the columns in a generation's folder, or nothing where there are none; see :class:`Answerer`."""
    with suppress(OSError, ValueError, KeyError):
        return Answerer(Columns(folder), prefixes, records)
    return None


class Answerer:
    """Answers the queries of one generation."""

    def __init__(self, columns: Columns, prefixes: Mapping[str, str], records: str = "") -> None:
        """``prefixes`` need no declaration; queries that differ in IRIs with ``records`` are read once."""
        self.columns = columns
        self._read = Readings(prefixes, records).of

    def reads(self, text: str) -> bool:
        """Tell whether a query is of the kind that can be answered here."""
        return self._read(text) is not None

    def answer(self, text: str, media_type: str, bounds: Bounds) -> bytes | None:
        """Return the answer of a query, or nothing if it is left to the engine."""
        query = self._read(text)
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
        relations = [*given, *(self.pattern(each, group) for each in group.patterns if not each.closure)]
        relations += [self.values(names, rows, group) for names, rows in group.values]
        for branches in group.unions:
            relations.append(stacked([_visible(self.group(each, [])) for each in branches]))
        for branches in group.alternatives:
            found = stacked([_visible(self.group(each, [])) for each in branches])
            relations.append(distinct(found, list(found.columns)))
        relations += [self.select(each) for each in group.selects]
        paths = [each for each in group.patterns if each.closure]
        table = join_paths(self.columns, relations, paths, self.bounds.rows)
        for optional in group.optionals:
            table = self.optional(table, optional)
        for each in group.filters:
            table = table.take(Filter(self.columns, table, self.bounds.texts).mask(each))
        for keeps, inner in group.exists:
            rows = np.zeros(table.size, dtype=bool)
            rows[self.matched(table, inner)[1]] = True
            table = table.take(rows == keeps)
        return table

    def optional(self, table: Table, group: Group) -> Table:
        """Keep every row, with what the group finds for it."""
        found, rows = self.matched(table, group)
        alone = np.ones(table.size, dtype=bool)
        alone[rows] = False
        if not alone.any():
            return found
        return stacked([found, table.take(alone)])

    def matched(self, table: Table, group: Group) -> tuple[Table, Column]:
        """Return the rows of a table joined with what a group finds for them, and the number of each."""
        own = {name for pattern in group.patterns for name in pattern.variables()}
        inner = [*group.optionals, *(each for _, each in group.exists)]
        if any((each.mentions() & table.columns.keys()) - own for each in inner):
            raise Declined  # an OPTIONAL in an OPTIONAL sees nothing of what stands around both
        if group.selects or group.unions:
            raise Declined
        row = f"#row{sum(name.startswith('#row') for name in table.columns)}"
        marked = Table(
            table.size,
            {**table.columns, row: np.arange(table.size)},
            table.numbers,
            table.unsure,
            {**table.distinct, row: table.size},
        )
        found = self.group(group, [marked])
        return found, found.columns.pop(row)

    def pattern(self, pattern: Pattern, group: Group) -> Relation:
        if pattern.verb:
            return self.any_of(pattern, group)
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

    def any_of(self, pattern: Pattern, group: Group) -> Table:
        """Return the statements of the predicates that VALUES beside a pattern give for its variable."""
        listed = next((rows for names, rows in group.values if names == [pattern.verb]), None)
        if listed is None:
            raise Declined
        tables, size = [], 0
        for verb in dict.fromkeys(row[0] for row in listed):
            predicate, number = verb[1:-1].decode(), self.columns.find(verb)
            size += self.columns.of(predicate).count
            if size > self.bounds.rows:
                raise TooMuch
            found = self.pattern(Pattern(pattern.subject, pattern.object, predicate), group)
            table = found.table() if isinstance(found, Wide) else found
            if number is None and table.size:
                raise Declined  # a predicate of which nothing is said has no number
            numbers = np.full(table.size, -1 if number is None else number, dtype=np.int32)
            tables.append(Table(table.size, {**table.columns, pattern.verb: numbers}))
        return stacked(tables)

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


def _visible(table: Table) -> Table:
    """Return a table without the variables between the steps of paths."""
    columns = {name: column for name, column in table.columns.items() if not name.startswith(STEP)}
    return replace(table, columns=columns, unsure=table.unsure & columns.keys())


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
