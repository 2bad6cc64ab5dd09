"""Evaluates FILTER and HAVING over whole columns, each different value once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

import numpy as np

from kg.sparql.columns import terms
from kg.sparql.columns.algebra import Call, Declined, Expression
from kg.sparql.columns.joining import Column, Table, TooMuch, numbered
from kg.sparql.columns.reading import Columns

TRUE: Final = 1
FALSE: Final = 0
FAULT: Final = -1
"""An error of the expression, which is neither true nor false (SPARQL 1.1, 17.2)."""
_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": eq, "!=": ne, "<": lt, ">": gt, "<=": le, ">=": ge,
}  # fmt: skip
_SAFE_REGEX: Final = re.compile(r"(?:[A-Za-z0-9 _,:;/-]|[.|()^]|(?<=[A-Za-z0-9.)])[*+?](?![*+?]))*")
"""Expressions that mean the same to the engine's library and to Python's."""
_LITERALS: Final = (terms.TEXT, terms.INTEGER, terms.DATE)
_WITH_TEXT: Final = frozenset((terms.IRI, *_LITERALS))
_DOTTED: Final = ("\u0130", "\u0131")
"""Letters that match an i of either case in Python only."""


@dataclass(slots=True)
class Strings:
    """A text for each row: ``values[rows]``, nothing where the expression fails."""

    rows: Column
    values: list[str | None]


class Filter:
    """Evaluates expressions over the rows of a table."""

    def __init__(self, columns: Columns, table: Table, most: int) -> None:
        """``most`` bounds the different texts that one expression may look at."""
        self.columns = columns
        self.table = table
        self.most = most

    def mask(self, expression: Expression) -> Column:
        """Return which rows an expression is true for."""
        mask: Column = self.truth(expression) == TRUE
        return mask

    def truth(self, expression: Expression) -> Column:
        """Return TRUE, FALSE or FAULT for each row."""
        if not isinstance(expression, Call):
            raise Declined
        name, arguments = expression.name, expression.arguments
        if name == "!":
            found = self.truth(arguments[0])
            return np.where(found == FAULT, FAULT, 1 - found)
        if name in ("&&", "||"):
            one, other = self.truth(arguments[0]), self.truth(arguments[1])
            decides = FALSE if name == "&&" else TRUE
            fault = np.where((one == FAULT) | (other == FAULT), FAULT, 1 - decides)
            return np.where((one == decides) | (other == decides), decides, fault)
        if name in _COMPARE:
            return self._compare(name, arguments[0], arguments[1])
        return self._called(name, arguments)

    def _called(self, name: str, arguments: tuple[Expression, ...]) -> Column:
        if name == "BOUND":
            return (self.ids(arguments[0]) >= 0).astype(np.int8)
        if name == "IN":
            return self._member(arguments)
        if name in ("STRSTARTS", "STRENDS", "CONTAINS"):
            return self._tested(arguments[0], _part(name, _plain(arguments[1])))
        if name == "REGEX":
            flags = _plain(arguments[2]) if len(arguments) > 2 else ""
            return self._tested(arguments[0], _pattern(_plain(arguments[1]), flags))
        raise Declined

    def ids(self, expression: Expression) -> Column:
        """Return the term numbers of a variable."""
        if not isinstance(expression, str) or expression in self.table.numbers:
            raise Declined
        if expression not in self.table.columns:
            return np.full(self.table.size, -1, dtype=np.int32)
        return self.table.columns[expression]

    # Texts

    def strings(self, expression: Expression) -> Strings:
        """Return the texts of a variable or of a function of it."""
        if isinstance(expression, str):
            return self._of_terms(expression, frozenset((terms.TEXT,)))
        if not isinstance(expression, Call):
            raise Declined
        inner = expression.arguments[0]
        if isinstance(inner, str) and expression.name == "STR":
            return self._of_terms(inner, _WITH_TEXT)
        if isinstance(inner, str) and expression.name == "LANG":
            return self._languages(inner)
        found = self.strings(inner)
        if expression.name == "STR":
            return found
        if expression.name not in ("LCASE", "UCASE"):
            raise Declined
        change = str.lower if expression.name == "LCASE" else str.upper
        return Strings(found.rows, [None if each is None else change(each) for each in found.values])

    def _simple(self, expression: Expression) -> Strings:
        """Return texts that have no language, which alone compare by their characters."""
        inner = expression
        while isinstance(inner, Call) and inner.name in ("LCASE", "UCASE"):
            inner = inner.arguments[0]
        if not isinstance(inner, Call) or inner.name not in ("STR", "LANG"):
            raise Declined
        return self.strings(expression)

    def _of_terms(self, variable: str, wanted: frozenset[int]) -> Strings:
        """Return the texts of terms of some kinds; others are faults."""
        known, rows, kinds = self._known(variable)
        values: list[str | None] = [None] * len(known)
        for kind in self.columns.kinds_of(known) & wanted:
            places = np.flatnonzero(kinds == kind)
            texts = terms.lexicals(self.columns.texts(known[places]))
            if len(places) == len(known):
                return Strings(rows, list(texts))
            for place, text in zip(places.tolist(), texts, strict=True):
                values[place] = text
        return Strings(rows, values)

    def _languages(self, variable: str) -> Strings:
        known, rows, kinds = self._known(variable)
        values: list[str | None] = [None] * len(known)
        for place in np.flatnonzero(np.isin(kinds, _LITERALS)).tolist():
            values[place] = terms.language(self.columns.text(known[place]))
        return Strings(rows, values)

    def _known(self, variable: str) -> tuple[Column, Column, Column]:
        """Return the different terms of a variable, the place of each row's, and kinds (-1: unbound)."""
        known, rows = numbered(self.ids(variable))
        if len(known) > self.most:
            raise TooMuch
        kinds = np.where(known < 0, -1, self.columns.kinds[known].astype(np.int8))
        if (kinds == terms.OTHER).any():
            raise Declined
        return known, rows, kinds

    def _tested(self, expression: Expression, test: Callable[[str], bool]) -> Column:
        found = self.strings(expression)
        truths = [FAULT if each is None else int(test(each)) for each in found.values]
        return np.array(truths, dtype=np.int8)[found.rows]

    # Comparisons

    def _member(self, arguments: tuple[Expression, ...]) -> Column:
        numbers = self.ids(arguments[0])
        members = [each for each in arguments[1:] if isinstance(each, bytes) and each.startswith(b"<")]
        if len(members) < len(arguments) - 1:
            raise Declined
        wanted = [each for each in map(self.columns.find, members) if each is not None]
        found = np.isin(numbers, np.array(wanted, dtype=np.int32)).astype(np.int8)
        return np.where(numbers < 0, FAULT, found)

    def _compare(self, operator: str, one: Expression, other: Expression) -> Column:
        compare = _COMPARE[operator]
        if isinstance(one, bytes):
            one, other = other, one
            compare = {lt: gt, gt: lt, le: ge, ge: le}.get(compare, compare)
        if isinstance(other, bytes):
            return self._with_constant(compare, one, other)
        if isinstance(one, str) and isinstance(other, str):
            return self._terms_compared(compare, one, other)
        if _is_str(one) and _is_str(other):
            inner = one.arguments[0], other.arguments[0]  # type: ignore[union-attr]
            if all(isinstance(each, str) for each in inner):
                found = self._iris_compared(compare, *inner)
                if found is not None:
                    return found
        return self._texts_compared(compare, self._simple(one), self._simple(other))

    def _terms_compared(self, compare: Callable[[Any, Any], Any], one: str, other: str) -> Column:
        """Compare two variables that hold IRIs or whole numbers, where equal terms are equal values."""
        numbers = self.ids(one), self.ids(other)
        kinds = self.columns.kinds_of(numbers[0]) | self.columns.kinds_of(numbers[1])
        if not (kinds <= {terms.IRI} and compare in (eq, ne)) and not kinds <= {terms.INTEGER}:
            raise Declined
        found = compare(*numbers).astype(np.int8)
        return np.where((numbers[0] < 0) | (numbers[1] < 0), FAULT, found)

    def _iris_compared(self, compare: Callable[[Any, Any], Any], one: Any, other: Any) -> Column | None:
        """Compare the texts of two variables by their numbers, if both hold nothing but IRIs."""
        numbers = self.ids(one), self.ids(other)
        if self.columns.kinds_of(numbers[0]) | self.columns.kinds_of(numbers[1]) != {terms.IRI}:
            return None
        found = compare(*numbers).astype(np.int8)
        return np.where((numbers[0] < 0) | (numbers[1] < 0), FAULT, found)

    def _with_constant(self, compare: Callable[[Any, Any], Any], one: Expression, constant: bytes) -> Column:
        number = _integer(constant)
        if isinstance(one, str) and one in self.table.numbers:
            if number is None:
                raise Declined
            return np.asarray(compare(self.table.columns[one], number)).astype(np.int8)
        if isinstance(one, str) and constant.startswith(b"<") and compare in (eq, ne):
            numbers = self.ids(one)
            wanted = self.columns.find(constant)
            found = compare(numbers, -2 if wanted is None else wanted).astype(np.int8)
            return np.where(numbers < 0, FAULT, found)
        if isinstance(one, str) and number is not None:
            return self._integers(compare, one, number)
        text = _plain(constant)
        strings = self._simple(one)
        truths = [FAULT if each is None else int(compare(each, text)) for each in strings.values]
        return np.array(truths, dtype=np.int8)[strings.rows]

    def _integers(self, compare: Callable[[Any, Any], Any], variable: str, number: int) -> Column:
        known, rows, _ = self._known(variable)
        if not self.columns.kinds_of(known) <= {terms.INTEGER}:
            raise Declined
        truths = [
            FAULT if each < 0 else int(compare(int(terms.lexical(self.columns.text(each))), number))
            for each in known.tolist()
        ]
        return np.array(truths, dtype=np.int8)[rows]

    def _texts_compared(self, compare: Callable[[Any, Any], Any], one: Strings, other: Strings) -> Column:
        if self.table.size > self.most:
            raise TooMuch
        first, second = one.values, other.values
        truths = [
            FAULT if first[a] is None or second[b] is None else int(compare(first[a], second[b]))
            for a, b in zip(one.rows.tolist(), other.rows.tolist(), strict=True)
        ]
        return np.array(truths, dtype=np.int8)


def _is_str(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.name == "STR"


def _integer(constant: bytes) -> int | None:
    kind, (value, _) = terms.sort_key(constant)
    return int(value) if kind == terms.INTEGER else None


def _plain(expression: Expression) -> str:
    """Return the value of a string constant without a language."""
    if not isinstance(expression, bytes) or not (expression.startswith(b'"') and expression.endswith(b'"')):
        raise Declined
    return terms.lexical(expression)


def _part(name: str, part: str) -> Callable[[str], bool]:
    if name == "STRSTARTS":
        return lambda text: text.startswith(part)
    if name == "STRENDS":
        return lambda text: text.endswith(part)
    return lambda text: part in text


def _pattern(pattern: str, flags: str) -> Callable[[str], bool]:
    if flags not in ("", "i") or not _SAFE_REGEX.fullmatch(pattern) or not pattern:
        raise Declined
    try:
        search = re.compile(pattern, re.IGNORECASE if flags else 0).search
    except re.error:
        raise Declined from None
    if not flags:
        return lambda text: search(text) is not None

    def test(text: str) -> bool:
        if not text.isascii() and any(each in text for each in _DOTTED):
            raise Declined
        return search(text) is not None

    return test
