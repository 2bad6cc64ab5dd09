"""Joins tables of term numbers with each other and with the columns of predicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.sparql.columns.algebra import Declined
from kg.sparql.columns.reading import Predicate

UNBOUND: Final = -1
Column = npt.NDArray[Any]


class TooMuch(Declined):
    """A step would take more rows than this place allows."""


@dataclass(slots=True)
class Table:
    """Solutions: an array for each variable.

    Attributes:
        size: the number of rows, which a table without variables has as well.
        columns: term numbers, -1 where unbound; for the variables in ``numbers`` the integers themselves.
        unsure: variables that are unbound in some row, perhaps.
        distinct: about how many different values a variable has; the rows where nothing is known.
    """

    size: int
    columns: dict[str, Column] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    distinct: Mapping[str, float] = field(default_factory=dict)

    def take(self, rows: Column) -> Table:
        """Return some rows, by mask or by number."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        size = int(np.count_nonzero(rows)) if rows.dtype == bool else len(rows)
        return Table(size, columns, self.numbers, self.unsure, self.distinct)


@dataclass(frozen=True, slots=True)
class Wide:
    """A triple pattern whose subject and object are variables, not yet a table."""

    subject: str
    object: str
    predicate: Predicate

    @property
    def size(self) -> int:
        return self.predicate.count

    @property
    def distinct(self) -> dict[str, float]:
        return {self.subject: self.predicate.subjects, self.object: self.predicate.objects}

    def table(self) -> Table:
        columns: dict[str, Column] = {
            self.subject: self.predicate.subject,
            self.object: self.predicate.object_of,
        }
        return Table(self.size, columns, distinct=self.distinct)


Relation = Table | Wide


def names(relation: Relation) -> frozenset[str]:
    if isinstance(relation, Wide):
        return frozenset((relation.subject, relation.object))
    return frozenset(relation.columns)


def join_all(relations: Sequence[Relation], most: int) -> Table:
    """Join everything, each time the two whose join looks smallest.

    Args:
        most: rows that one step may make or read.

    Raises:
        TooMuch: a step would need more.
        Declined: a variable that may be unbound is shared, or one that holds computed numbers.
    """
    left = list(relations) or [Table(1)]
    while len(left) > 1:
        pairs = [(a, b) for a in range(len(left)) for b in range(a)]
        linked = [(a, b) for a, b in pairs if names(left[a]) & names(left[b])]
        first, second = min(linked or pairs, key=lambda pair: _guess(left[pair[0]], left[pair[1]]))
        joined = join(left[first], left[second], most)
        left = [each for number, each in enumerate(left) if number not in (first, second)]
        left.append(joined)
    only = left[0]
    if only.size > most:
        raise TooMuch
    return only.table() if isinstance(only, Wide) else only


def _guess(one: Relation, other: Relation) -> float:
    rows = float(one.size) * other.size
    for name in names(one) & names(other):
        rows /= max(1.0, one.distinct.get(name, one.size), other.distinct.get(name, other.size))
    if isinstance(one, Wide) and isinstance(other, Wide):
        rows += min(one.size, other.size)
    return rows


def join(one: Relation, other: Relation, most: int) -> Table:
    """Join two relations; see :func:`join_all`."""
    if isinstance(one, Wide) and (isinstance(other, Table) or other.size < one.size):
        one, other = other, one
    table = one.table() if isinstance(one, Wide) else one
    shared = sorted(names(table) & names(other))
    if set(shared) & (table.unsure | table.numbers):
        raise Declined
    if isinstance(other, Wide):
        if table.size > most:
            raise TooMuch
        return _look_up(table, other, shared, most) if shared else _product(table, other.table(), most)
    if set(shared) & (other.unsure | other.numbers):
        raise Declined
    if not shared:
        return _product(table, other, most)
    if other.size > table.size:
        table, other = other, table
    if table.size > most:
        raise TooMuch
    return _match(table, other, shared, most)


def _look_up(table: Table, wide: Wide, shared: list[str], most: int) -> Table:
    """Find for each row the statements with its subject, or with its object."""
    found = wide.predicate
    if wide.subject in shared:
        key, keys, values, new = wide.subject, found.subject, found.object_of, wide.object
    else:
        key, keys, values, new = wide.object, found.object, found.subject_of, wide.subject
    rows, places = ranges(table.columns[key], keys, most)
    columns = {name: column[rows] for name, column in table.columns.items()}
    joined = Table(len(rows), columns, table.numbers, table.unsure, _less(table, wide, len(rows)))
    if len(shared) == 2:
        return joined.take(columns[new] == values[places])
    columns[new] = values[places]
    return joined


def _match(table: Table, other: Table, shared: list[str], most: int) -> Table:
    """Join two tables by sorting the smaller one."""
    one, two = _keys(table, other, shared)
    order = np.argsort(two, kind="stable")
    rows, places = ranges(one, two[order], most)
    others = order[places]
    columns = {name: column[rows] for name, column in table.columns.items()}
    columns |= {name: column[others] for name, column in other.columns.items() if name not in columns}
    return Table(
        len(rows),
        columns,
        table.numbers | other.numbers,
        table.unsure | other.unsure,
        _less(table, other, len(rows)),
    )


def _keys(table: Table, other: Table, shared: list[str]) -> tuple[Column, Column]:
    """Return one number a row for the values of the shared variables, equal where they are."""
    one, two = table.columns[shared[0]], other.columns[shared[0]]
    for name in shared[1:]:
        both = np.concatenate((table.columns[name], other.columns[name]))
        both, _ = codes([np.concatenate((one, two)), both], len(both))
        one, two = both[: table.size], both[table.size :]
    return one, two


def different(values: Column) -> Column:
    """Return the values that occur, sorted; several times as quick as ``np.unique``, which hashes."""
    ordered = np.sort(values, axis=None)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def numbered(values: Column) -> tuple[Column, Column]:
    """Return the values that occur, sorted, and for each row the place of its value among them."""
    if not len(values):
        return values, np.empty(0, dtype=np.int64)
    low, high = int(values.min()), int(values.max())
    if high - low > 8 * len(values) + 1_000_000:
        found = different(values)
        return found, np.searchsorted(found, values)
    present = np.zeros(high - low + 1, dtype=bool)
    shifted = values - low
    present[shifted] = True
    places = np.cumsum(present) - 1
    return (np.flatnonzero(present) + low).astype(values.dtype), places[shifted]


def codes(columns: Sequence[Column], size: int) -> tuple[Column, int]:
    """Return a number for each row, the same for rows of the same values, and how many there are."""
    found, count = np.zeros(size, dtype=np.int64), int(size > 0)
    for column in columns:
        low = int(column.min(initial=0))
        width = int(column.max(initial=0)) - low + 1
        known, found = numbered(found * width + (column.astype(np.int64) - low))
        count = len(known)
    return found, count


def ranges(wanted: Column, keys: Column, most: int) -> tuple[Column, Column]:
    """Return the number of the row and the place among sorted keys for each match."""
    low = np.searchsorted(keys, wanted, "left")
    counts = np.searchsorted(keys, wanted, "right") - low
    total = int(counts.sum())
    if total > most:
        raise TooMuch
    rows = np.repeat(np.arange(len(wanted)), counts)
    before = np.cumsum(counts) - counts
    return rows, np.arange(total) + np.repeat(low - before, counts)


def _product(one: Table, other: Table, most: int) -> Table:
    size = one.size * other.size
    if size > most:
        raise TooMuch
    columns = {name: np.repeat(column, other.size) for name, column in one.columns.items()}
    columns |= {name: np.tile(column, one.size) for name, column in other.columns.items()}
    distinct = {**one.distinct, **other.distinct}
    return Table(size, columns, one.numbers | other.numbers, one.unsure | other.unsure, distinct)


def _less(one: Relation, other: Relation, rows: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for relation in (one, other):
        for name in names(relation):
            known = relation.distinct.get(name, relation.size)
            found[name] = min(found.get(name, rows), known)
    return found


def stacked(tables: Sequence[Table]) -> Table:
    """Return the rows of several tables below each other, as UNION and OPTIONAL have them."""
    every = dict.fromkeys(name for table in tables for name in table.columns)
    unsure = frozenset(
        name for table in tables for name in every if name not in table.columns or name in table.unsure
    )
    numbers = frozenset(name for table in tables for name in table.numbers)
    if numbers & unsure or any(numbers & table.columns.keys() - table.numbers for table in tables):
        raise Declined
    columns = {
        name: np.concatenate(
            [
                table.columns[name] if name in table.columns else np.full(table.size, UNBOUND, dtype=np.int32)
                for table in tables
            ]
        )
        for name in every
    }
    return Table(sum(table.size for table in tables), columns, numbers, unsure)
