"""Triple patterns of a query, with where they stand in its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Term(NamedTuple):
    """A term of a pattern: its text, and its variable's name or its IRI (neither for a literal)."""

    text: str
    variable: str = ""
    iri: str = ""


class Pattern(NamedTuple):
    """A triple pattern."""

    subject: Term
    predicate: Term
    object: Term

    @property
    def text(self) -> str:
        return f"{self.subject.text} {self.predicate.text} {self.object.text}"

    def variables(self) -> frozenset[str]:
        return frozenset(each.variable for each in self if each.variable)


@dataclass(slots=True)
class Group:
    """The WHERE of a query or sub-SELECT.

    Attributes:
        patterns: its triple patterns in their order.
        spans: where they stand in the text (start, end), without the full stops between them.
        values: the variables that VALUES bind here, with the number of rows.
        optionals: the patterns of each OPTIONAL that holds nothing else.
        alone: nothing else is joined with the patterns: FILTERs, and OPTIONAL, MINUS and BIND after them.
        first_rows: a LIMIT may be met before all solutions are found.
        others: sub-SELECTs, groups, GRAPHs, FILTERs... : anything but patterns, VALUES and OPTIONALs.
    """

    patterns: list[Pattern] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    values: list[tuple[frozenset[str], int]] = field(default_factory=list)
    optionals: list[list[Pattern]] = field(default_factory=list)
    alone: bool = True
    first_rows: bool = False
    others: bool = False


@dataclass(slots=True)
class Query:
    """A query's form and the WHERE groups that are evaluated by themselves, the outermost last.

    Attributes:
        words, marks: those that occur after the prologue, words in capitals.
        size: the number of its tokens.
        longest: characters of the longest token, those of the prologue among them.
    """

    form: str
    size: int
    words: frozenset[str]
    marks: frozenset[str]
    groups: list[Group]
    longest: int = 0
