"""Follows property paths of one or more steps over whole columns."""

from __future__ import annotations

from typing import Final

import numpy as np

from kg.sparql.columns.algebra import Declined, Pattern
from kg.sparql.columns.joining import Column, Relation, Table, TooMuch, Wide, join_all, names, ranges
from kg.sparql.columns.reading import Columns

_DEPTH_MAX: Final = 100


def join_paths(columns: Columns, relations: list[Relation], paths: list[Pattern], most: int) -> Table:
    """Join everything with the paths, each followed from the end that is known by fewest rows.

    Args:
        paths: patterns with a closure.
        most: rows that one step may make or read.

    Raises:
        Declined: no end of a path is known.
    """
    relations = [*relations, *(_reached(columns, each, most) for each in paths if len(each.variables()) < 2)]
    rest = [each for each in paths if len(each.variables()) > 1]
    if not rest:
        return join_all(relations, most)
    parts = _linked(relations)
    while rest:
        starts = [
            (min(each.size for each in part if isinstance(each, Table)), number, part, path)
            for number, path in enumerate(rest)
            for part in parts
            if set(path.variables()) & frozenset().union(*map(names, part))
            and any(isinstance(each, Table) for each in part)
        ]
        if not starts:
            raise Declined
        _, _, part, path = min(starts, key=lambda each: each[:2])
        rest.remove(path)
        table = join_all(part, most)
        parts = _linked([*(each for other in parts if other is not part for each in other), table,
                         _followed(columns, path, table, most)])  # fmt: skip
    return join_all([each for part in parts for each in part], most)


def _linked(relations: list[Relation]) -> list[list[Relation]]:
    """Return the relations in parts that share no variable with each other."""
    parts: list[list[Relation]] = []
    for relation in relations:
        near = [part for part in parts if any(names(each) & names(relation) for each in part)]
        parts = [part for part in parts if not any(part is each for each in near)]
        parts.append([relation, *(each for part in near for each in part)])
    return parts


def _reached(columns: Columns, path: Pattern, most: int) -> Table:
    """Return what a path reaches from a constant."""
    constant, forward = (path.subject, True) if isinstance(path.subject, bytes) else (path.object, False)
    variables = path.variables()
    start = columns.find(constant) if isinstance(constant, bytes) else None
    if len(variables) != 1 or (start is None and path.closure == "*"):
        raise Declined
    if start is None:
        return Table(0, {variables[0]: np.empty(0, dtype=np.int32)})
    keys, values = _directed(columns, path, forward=forward)
    found, fresh = {start} if path.closure == "*" else set(), [start]
    while fresh:
        _, places = ranges(np.array(fresh, dtype=np.int32), keys, most)
        fresh = [each for each in set(values[places].tolist()) if each not in found]
        found.update(fresh)
        if len(found) > most:
            raise TooMuch
    return Table(len(found), {variables[0]: np.array(sorted(found), dtype=np.int32)})


def _directed(columns: Columns, path: Pattern, *, forward: bool) -> tuple[Column, Column]:
    """Return the sorted ends from which a path is followed, and the ends that each leads to."""
    found = columns.of(path.predicate)
    return (found.subject, found.object_of) if forward else (found.object, found.subject_of)


def _followed(columns: Columns, path: Pattern, table: Table, most: int) -> Table:
    """Return both ends of a path between two variables, from the values that one of them has."""
    one, other = path.variables()
    forward = one in table.columns
    known, new = (one, other) if forward else (other, one)
    if known in table.unsure | table.numbers:
        raise Declined
    pairs = _pairs(columns, np.unique(table.columns[known]), path, most, forward=forward)
    return Table(len(pairs), {known: pairs[:, 0], new: pairs[:, 1]})


def _pairs(columns: Columns, starts: np.ndarray, path: Pattern, most: int, *, forward: bool) -> np.ndarray:
    """Return each start with each term that it reaches, once."""
    predicate = columns.of(path.predicate)
    ends = ("#start", "#here", "#next")
    wide = Wide(ends[1], ends[2], predicate) if forward else Wide(ends[2], ends[1], predicate)
    width = len(columns.kinds)
    reached = np.empty(0, dtype=np.int64)
    fresh = starts.astype(np.int64) * width + starts
    if path.closure == "*":
        reached = fresh
    for _ in range(_DEPTH_MAX):
        here = {ends[0]: fresh // width, ends[1]: (fresh % width).astype(np.int32)}
        step = join_all([Table(len(fresh), here), wide], most)
        fresh = np.setdiff1d(step.columns[ends[0]] * width + step.columns[ends[2]], reached)
        if not len(fresh):
            return np.column_stack((reached // width, reached % width)).astype(np.int32)
        reached = np.union1d(reached, fresh)
        if len(reached) > most:
            raise TooMuch
    raise Declined
