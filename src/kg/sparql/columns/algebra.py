"""What a query asks for, as far as columns can answer it."""

from __future__ import annotations

from dataclasses import dataclass, field

Term = str | bytes
"""A variable's name, or a constant in N-Triples notation."""
STEP = "#step"
"""What names of variables between the steps of a path begin with; no query can write them."""


class Declined(Exception):
    """The query, or what came of it, is not for columns."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function with its arguments; ``distinct`` belongs to aggregates."""

    name: str
    arguments: tuple[Expression, ...]
    distinct: bool = False


Expression = str | bytes | Call
"""A variable's name, a constant, or a call."""

AGGREGATES = frozenset(("COUNT", "SAMPLE", "MIN", "MAX", "SUM"))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern; ``closure`` is ``+`` or ``*`` after its predicate, ``verb`` a variable for it."""

    subject: Term
    object: Term
    predicate: str = ""
    closure: str = ""
    verb: str = ""

    def variables(self) -> list[str]:
        found = [each for each in (self.subject, self.object) if isinstance(each, str)]
        return [*found, self.verb] if self.verb else found


@dataclass(slots=True)
class Group:
    """A group graph pattern: everything joined, then OPTIONALs in their order, then FILTERs."""

    patterns: list[Pattern] = field(default_factory=list)
    values: list[tuple[list[str], list[list[bytes]]]] = field(default_factory=list)
    unions: list[list[Group]] = field(default_factory=list)
    selects: list[Select] = field(default_factory=list)
    optionals: list[Group] = field(default_factory=list)
    filters: list[Expression] = field(default_factory=list)
    alternatives: list[list[Group]] = field(default_factory=list)
    """UNIONs that are paths, of which the engine gives each pair of ends once."""
    exists: list[tuple[bool, Group]] = field(default_factory=list)
    """FILTERs that ask whether a group has a solution, each with the answer that keeps a row."""

    @property
    def is_plain(self) -> bool:
        """Tell whether the group is nothing but patterns."""
        return not (
            self.values or self.unions or self.selects or self.optionals or self.filters or self.exists
        ) and all(each.is_plain for branches in self.alternatives for each in branches)

    def variables(self) -> set[str]:
        """Return the variables in scope (SPARQL 1.1, 18.2.1)."""
        found = {name for pattern in self.patterns for name in pattern.variables()}
        found |= {name for names, _ in self.values for name in names}
        found |= {name for select in self.selects for name, _ in select.columns}
        unions = [*self.unions, *self.alternatives]
        for group in [*self.optionals, *(each for branches in unions for each in branches)]:
            found |= group.variables()
        return found

    def mentions(self) -> set[str]:
        """Return the variables in scope and those of its FILTERs and its OPTIONALs'."""
        found = self.variables() | {name for each in self.filters for name in names_of(each)}
        inner = [*self.optionals, *(each for _, each in self.exists)]
        return found.union(*(each.mentions() for each in inner))


def names_of(expression: Expression) -> set[str]:
    """Return the variables of an expression."""
    if isinstance(expression, Call):
        return {name for each in expression.arguments for name in names_of(each)}
    return {expression} if isinstance(expression, str) else set()


@dataclass(slots=True)
class Select:
    """A SELECT: ``columns`` are names with a call, a constant, or nothing for a variable."""

    columns: list[tuple[str, Expression | None]]
    where: Group
    distinct: bool = False
    group_by: list[str] | None = None
    having: list[Expression] = field(default_factory=list)
    order: list[tuple[Expression, bool]] = field(default_factory=list)
    """Keys, the first the most important, each with whether it descends."""
    limit: int | None = None
    offset: int = 0

    @property
    def aggregates(self) -> bool:
        return self.group_by is not None or any(isinstance(each, Call) for _, each in self.columns)
