"""Finds the statements of searches in the tokens of a query, group by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.sparql.lexer import Token
from kg.sparql.services.terms import Names, Term

_GROUP_FOLLOWS: Final = frozenset(("OPTIONAL", "MINUS", "UNION", "NOT", "EXISTS", "WHERE"))
_APART: Final = frozenset(("OPTIONAL", "MINUS", "UNION", "EXISTS"))
_DEEPEST: Final = 60
_PLAIN_HINT: Final = "Only the properties of searches can stand here; put patterns of the graph outside."


@dataclass(slots=True)
class Pair:
    """A property and its value in a search."""

    predicate: str
    written: str
    value: Term
    start: int


@dataclass(slots=True)
class Pattern:
    """All statements about one hit in one group; ``spans`` are their places in the text.

    Groups that are joined with each other share a ``scope``: engines that plan a query before they send
    it move statements into groups of their own.
    """

    subject: Term
    scope: int
    pairs: list[Pair] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """A SERVICE clause that calls the search: ``opening`` is the number of its ``{``."""

    service: str
    silent: bool
    start: int
    opening: int
    closing: int


def blocks(tokens: Sequence[Token], names: Names, services: frozenset[str], first: int) -> Iterator[Block]:
    """Yield the SERVICE clauses that name one of ``services``; others are left alone.

    Raises:
        QuerySyntaxError: such a clause has no group, or the group is not closed.
    """
    at = first
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind != "word" or token.text.upper() != "SERVICE" or at >= len(tokens):
            continue
        silent = tokens[at].text.upper() == "SILENT" and at + 1 < len(tokens)
        at += silent
        called = names.iri(tokens[at])
        if called not in services:
            continue
        if at + 1 >= len(tokens) or tokens[at + 1].text != "{":
            names.fault("a group in { } must follow SERVICE", token.start)
        closing = _closing(tokens, at + 1, names)
        yield Block(called or "", silent, token.start, at + 1, closing)
        at = closing


def where(tokens: Sequence[Token], names: Names, first: int) -> tuple[int, int] | None:
    """Return the numbers of the brackets around a query's WHERE group, or nothing if it has none."""
    form = tokens[first].text.upper() if first < len(tokens) else ""
    at = first + 1
    if form == "CONSTRUCT" and at < len(tokens) and tokens[at].text == "{":
        at = _closing(tokens, at, names) + 1
    depth = 0
    while at < len(tokens):
        depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if tokens[at].text == "{" and depth <= 0:
            return at, _closing(tokens, at, names)
        at += 1
    return None


class GroupReader:
    """Reads the statements of a group in which nothing but searches may be stated."""

    def __init__(self, tokens: Sequence[Token], names: Names) -> None:
        self.tokens = tokens
        self.names = names
        self.found: list[Pattern] = []
        self.outer: dict[int, int | None] = {}
        """Scope to the scope around it, whose variables it sees."""
        self._depth = 0
        self._scope = -1

    def read(self, opening: int) -> int:
        """Read a group of its own from its ``{``; return the number of its ``}``.

        Raises:
            QuerySyntaxError: something stands in it that cannot be asked of a search.
        """
        self.outer[opening] = None
        return self._group(opening, opening)

    def _inner(self, opening: int) -> int:
        """Read a group inside of another, which it is joined with or sees."""
        behind = _closing(self.tokens, opening, self.names) + 1
        around = (self.tokens[opening - 1], *self.tokens[behind : behind + 1])
        if any(each.text.upper() in _APART for each in around):
            self.outer[opening] = self._scope
            return self._group(opening, opening)
        return self._group(opening, self._scope)

    def _group(self, opening: int, scope: int) -> int:
        self._depth += 1
        if self._depth > _DEEPEST:
            self.names.fault(f"groups are nested more than {_DEEPEST} deep", self.tokens[opening].start)
        around, self._scope = self._scope, scope
        closing = _closing(self.tokens, opening, self.names)
        held: dict[tuple[str, str], Pattern] = {}
        at = opening + 1
        while at < closing:
            token = self.tokens[at]
            if token.text == "{":
                at = self._inner(at) + 1
            elif token.text == ".":
                at += 1
            elif token.kind == "word":
                at = self._clause(at, closing)
            else:
                at = self._statements(at, closing, held)
        self.found += held.values()
        self._depth -= 1
        self._scope = around
        return closing

    def _clause(self, at: int, closing: int) -> int:
        """Step over a keyword and what belongs to it, but into the groups."""
        token = self.tokens[at]
        word = token.text.upper()
        if word in _GROUP_FOLLOWS:
            return at + 1
        if word == "FILTER":
            return self._constraint(at + 1, closing)
        if word == "BIND" and self.tokens[at + 1].text == "(":
            return self._into(at + 1, closing)
        if word == "VALUES":
            while at < closing and self.tokens[at].text != "{":
                at += 1
            return _closing(self.tokens, at, self.names) + 1 if at < closing else closing
        if word == "SELECT":
            return self._subselect(at, closing)
        return self.names.fault(f"{token.text[:60]} cannot stand in a search", token.start, _PLAIN_HINT)

    def _constraint(self, at: int, closing: int) -> int:
        word = self.tokens[at].text.upper()
        if word in ("NOT", "EXISTS", "(", "{"):
            return at if word != "(" else self._into(at, closing)
        return self._into(at + 1, closing) if self.tokens[at + 1].text == "(" else at + 1

    def _into(self, at: int, closing: int) -> int:
        """Step over an expression in brackets; groups in it (EXISTS) are read."""
        depth = 0
        while at < closing:
            text = self.tokens[at].text
            if text == "{":
                at = self._inner(at)
            depth += (text == "(") - (text == ")")
            at += 1
            if depth == 0:
                break
        return at

    def _subselect(self, at: int, closing: int) -> int:
        depth = 0
        while at < closing:
            text = self.tokens[at].text
            if text == "{" and depth <= 0:
                self.read(at)
                return closing  # what follows are modifiers of the solutions
            depth += (text == "(") - (text == ")")
            at += 1
        return closing

    def _statements(self, at: int, closing: int, held: dict[tuple[str, str], Pattern]) -> int:
        """Read ``subject property value , value ; property value .``"""
        start = self.tokens[at].start
        subject, at = self.names.term(self.tokens, at)
        if subject.kind not in ("var", "iri"):
            self.names.fault("a search begins with a variable such as ?hit, or an IRI", start)
        pattern = held.setdefault((subject.kind, subject.value), Pattern(subject, self._scope))
        while True:
            while at < closing and self.tokens[at].text == ";":
                at += 1
            if at >= closing or self.tokens[at].text in (".", "{"):
                break
            at = self._pair(at, closing, pattern)
            if at >= closing or self.tokens[at].text != ";":
                break
        if at < closing and self.tokens[at].text == ".":
            at += 1
        last = self.tokens[at - 1]
        pattern.spans.append((start, last.start + len(last.text)))
        return at

    def _pair(self, at: int, closing: int, pattern: Pattern) -> int:
        token = self.tokens[at]
        predicate = self.names.iri(token)
        if predicate is None:
            reason = f"{token.text[:60]} is not a property of a search"
            self.names.fault(
                reason, token.start, "Paths and variables cannot stand there." + " " + _PLAIN_HINT
            )
        at += 1
        while True:
            if at >= closing:
                self.names.fault(f"{token.text[:60]} has no value", token.start)
            value, at = self.names.term(self.tokens, at)
            if value.kind == "other":
                reason = f"{value.value[:60]} cannot be a value of {token.text[:60]}"
                self.names.fault(
                    reason, value.start, "Write a variable, an IRI, a text in quotes or a number."
                )
            pattern.pairs.append(Pair(predicate, token.text[:60], value, token.start))
            if at >= closing or self.tokens[at].text != ",":
                return at
            at += 1


def _closing(tokens: Sequence[Token], opening: int, names: Names) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        if tokens[at].kind == "mark":
            depth += (tokens[at].text == "{") - (tokens[at].text == "}")
            if depth == 0:
                return at
    return names.fault("this { is not closed", tokens[opening].start)
