"""Groups, aggregates, distinct rows, order and slices over whole columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kg.sparql.columns import terms
from kg.sparql.columns.algebra import AGGREGATES, Call, Declined, Expression, Select
from kg.sparql.columns.filtering import Filter
from kg.sparql.columns.joining import Column, Table, codes, different, numbered
from kg.sparql.columns.reading import Columns


def finished(select: Select, table: Table, columns: Columns, most: int) -> Table:
    """Return the solutions of a SELECT from those of its WHERE.

    Raises:
        Declined: an aggregate or a key is none that is read here, or its values are too mixed.
    """
    if select.aggregates:
        table, select = _grouped(select, table, columns, most)
    elif select.having:
        raise Declined
    names = [name for name, expression in select.columns if not isinstance(expression, bytes)]
    if select.distinct:
        if any(not isinstance(key, str) or key not in names for key, _ in select.order):
            raise Declined
        table = distinct(table, names)
    if select.order:
        table = _ordered(table, select.order, columns)
    elif not select.aggregates and (select.offset or not 0 <= table.size <= (select.limit or table.size)):
        raise Declined  # the engine stops at the first ones
    if select.limit is not None or select.offset:
        end = table.size if select.limit is None else select.offset + select.limit
        table = table.take(np.arange(min(select.offset, table.size), min(end, table.size)))
    kept = {name: table.columns.get(name, np.full(table.size, -1, dtype=np.int32)) for name in names}
    return replace(
        table,
        columns=kept,
        numbers=table.numbers & kept.keys(),
        unsure=table.unsure | (kept.keys() - table.columns.keys()),
    )


class _Groups:
    """The rows of a table by group; ``first`` is a row of each."""

    def __init__(self, table: Table, keys: Sequence[str], columns: Columns) -> None:
        self.table = table
        self.columns = columns
        if any(key not in table.columns for key in keys):
            raise Declined
        self.of_row, self.count = codes([table.columns[key] for key in keys], table.size)
        if not keys:
            self.count = 1  # without GROUP BY there is one group, be it empty
        self.first = np.zeros(self.count, dtype=np.int64)
        self.first[self.of_row[::-1]] = np.arange(table.size)[::-1]

    def add(self, table: Table, name: str, call: Call) -> None:
        """Add the values of an aggregate to a table of one row a group."""
        table.columns[name], integers = self.aggregate(call)
        if integers:
            table.numbers |= {name}

    def aggregate(self, call: Call) -> tuple[Column, bool]:
        """Return a value for each group, and whether these are integers rather than term numbers."""
        if call.name not in AGGREGATES or (call.distinct and call.name == "SUM"):
            raise Declined
        if not call.arguments:
            return np.bincount(self.of_row, minlength=self.count), True
        variable = call.arguments[0]
        if not isinstance(variable, str) or variable not in self.table.columns:
            raise Declined
        values = self.table.columns[variable]
        if call.name == "COUNT":
            return self._counted(variable, values, distinct=call.distinct), True
        if variable in self.table.numbers or variable in self.table.unsure or not self.table.size:
            raise Declined
        if call.name == "SAMPLE":
            return values[self.first], False
        if call.name == "SUM":
            return self._sum(values), True
        return self._extreme(values, largest=call.name == "MAX"), False

    def _counted(self, variable: str, values: Column, *, distinct: bool) -> Column:
        rows = self.of_row
        if variable in self.table.unsure:
            rows, values = rows[values >= 0], values[values >= 0]
        if distinct:
            width = int(values.max(initial=0)) + 1
            rows = different(rows * width + values) // width
        return np.bincount(rows, minlength=self.count)

    def _sum(self, values: Column) -> Column:
        known, rows = numbered(values)
        if not self.columns.kinds_of(known) <= {terms.INTEGER}:
            raise Declined
        numbers = np.array([int(terms.lexical(each)) for each in self.columns.texts(known)], dtype=object)
        if sum(map(abs, numbers.tolist())) * self.table.size >= 2**53:
            raise Declined
        found = np.bincount(self.of_row, weights=numbers.astype(np.float64)[rows], minlength=self.count)
        return found.astype(np.int64)

    def _extreme(self, values: Column, *, largest: bool) -> Column:
        _check_order(values, self.columns)
        order = np.lexsort((values, self.of_row))
        edges = np.searchsorted(self.of_row[order], np.arange(self.count), "right" if largest else "left")
        return values[order][edges - 1 if largest else edges]


def _grouped(select: Select, table: Table, columns: Columns, most: int) -> tuple[Table, Select]:
    """Return a row a group with the columns of the projection, and a SELECT that asks for these."""
    keys = select.group_by or []
    groups = _Groups(table, keys, columns)
    made = Table(groups.count, {}, table.numbers & set(keys), table.unsure & set(keys))
    for key in keys:
        made.columns[key] = table.columns[key][groups.first]
    computed: dict[Call, str] = {}
    for name, expression in select.columns:
        if expression is None:
            if name not in keys:
                raise Declined
            continue
        if isinstance(expression, bytes):
            continue  # whoever writes the rows knows it
        if name in table.columns or not isinstance(expression, Call):
            raise Declined
        computed[expression] = name
        groups.add(made, name, expression)

    def plain(expression: Expression) -> Expression:
        """Put the columns of aggregates in place of their calls."""
        if not isinstance(expression, Call):
            return expression
        if expression.name not in AGGREGATES:
            return Call(expression.name, tuple(map(plain, expression.arguments)))
        if expression not in computed:
            computed[expression] = f"#{len(computed)}"
            groups.add(made, computed[expression], expression)
        return computed[expression]

    having = [plain(each) for each in select.having]
    order = [(plain(key), descends) for key, descends in select.order]
    for each in having:
        made = made.take(Filter(columns, made, most).mask(each))
    return made, replace(select, having=[], order=order)


def distinct(table: Table, names: Sequence[str]) -> Table:
    """Return the first row of each combination of values."""
    present = [table.columns[name] for name in names if name in table.columns]
    of_row, count = codes(present, table.size)
    first = np.zeros(count, dtype=np.int64)
    first[of_row[::-1]] = np.arange(table.size)[::-1]
    return table.take(np.sort(first))


def _ordered(table: Table, order: Sequence[tuple[Expression, bool]], columns: Columns) -> Table:
    keys = []
    for key, descends in order:
        if not isinstance(key, str):
            raise Declined
        if key not in table.columns:
            continue  # never bound, so it orders nothing
        values = table.columns[key]
        if key not in table.numbers:
            _check_order(values, columns)
        keys.append(-values.astype(np.int64) if descends else values)
    return table.take(np.lexsort(keys[::-1])) if keys else table


def _check_order(values: Column, columns: Columns) -> None:
    """Decline where numbers of terms do not stand in the order of their values: literals of several kinds."""
    literals = columns.kinds_of(values) - {terms.IRI}
    if len(literals) > 1 or literals & {terms.OTHER, terms.BLANK}:
        raise Declined
