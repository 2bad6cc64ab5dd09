"""Tells which queries are so cheap that they may be answered without a process that can be killed.

The bounds are proven, not estimated: from the largest numbers of the generation's statistics, along the
order in which the engine joins. What is not plainly bounded goes to a worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kg.sparql.patterns import Group, Pattern, Query
from kg.sparql.planning import guessed
from kg.sparql.statistics import Counts, Statistics

STEPS_MAX: Final = 100_000
"""Statements looked at; the engine looks at some ten million a second in memory."""
CHARACTERS_MAX: Final = 4_000_000
"""Of all values of an answer together."""
_PATTERNS_MAX: Final = 12
_SUBJECT_LENGTH: Final = 300
_PREFIX_LENGTH: Final = 150
_FORMS: Final = frozenset(("SELECT", "ASK", "CONSTRUCT"))
_WORDS: Final = _FORMS | {
    *("DISTINCT", "REDUCED", "WHERE", "OPTIONAL", "VALUES", "A", "TRUE", "FALSE"),
    *("COUNT", "AS", "GROUP", "ORDER", "BY", "ASC", "DESC", "LIMIT", "OFFSET"),
}
_MARKS: Final = frozenset(("{", "}", "(", ")", ".", ";", ",", "*", "^^"))
_NOTHING: Final = Counts()
_SELF: Final[Mapping[str, str]] = MappingProxyType({})


def is_cheap(query: Query, statistics: Statistics) -> bool:
    """Tell whether a query is sure to look at few statements and to give a small answer."""
    return steps_of(query, statistics) is not None


def steps_of(query: Query, statistics: Statistics, stands_for: Mapping[str, str] = _SELF) -> int | None:
    """Return the most statements that a query looks at; nothing where it may be more than a few.

    ``stands_for`` gives the IRIs for which others stand as objects in the query.
    """
    if query.words - _WORDS or query.marks - _MARKS or len(query.groups) != 1:
        return None
    group = query.groups[0]
    if group.others or not group.patterns or (group.values and group.optionals):
        return None
    if len(group.patterns) + len(group.optionals) > _PATTERNS_MAX:
        return None
    found = Bound(statistics, stands_for).of(group)
    if found is None:
        return None
    steps, characters, rows = found
    if query.form == "CONSTRUCT":
        # No template has more terms than the query, and its constants are as long as its tokens.
        characters = query.size * (characters + rows * (2 * query.longest + _PREFIX_LENGTH))
    return steps if steps <= STEPS_MAX and characters <= CHARACTERS_MAX else None


class Bound:
    """Follows the engine's joins with the largest numbers that the statistics allow."""

    def __init__(self, statistics: Statistics, stands_for: Mapping[str, str] = _SELF) -> None:
        self.statistics = statistics
        self.stands_for = stands_for
        self.rows = 1
        self.steps = 0
        self.lengths: dict[str, int] = {}
        everything = statistics.predicates.values()
        self.longest = max((each.longest for each in everything), default=0)

    def of(self, group: Group) -> tuple[int, int, int] | None:
        """Return the most steps, characters and rows; nothing where no bound can be given."""
        for variables, count in group.values:
            self.rows *= count
            self.lengths |= dict.fromkeys(variables, _SUBJECT_LENGTH)
        rest = list(group.patterns)
        while rest:
            bound = frozenset(self.lengths)
            linked = [each for each in rest if not bound or not each.variables() or each.variables() & bound]
            if not linked:
                return None
            pattern = min(linked, key=lambda each: guessed(each, bound))
            rest.remove(pattern)
            if not self._join(pattern):
                return None
        bound = frozenset(self.lengths)
        for optional in group.optionals:
            subject = optional[0].subject
            if len(optional) > 1 or (subject.variable and subject.variable not in bound):
                return None
            if not self._join(optional[0]):
                return None
        return self.steps, self.rows * (sum(self.lengths.values()) + 1), self.rows

    def _join(self, pattern: Pattern) -> bool:
        counts = self.statistics.predicates.get(pattern.predicate.iri, _NOTHING)
        subject = not pattern.subject.variable or pattern.subject.variable in self.lengths
        value = not pattern.object.variable or pattern.object.variable in self.lengths
        iri = pattern.object.iri
        of_object = counts.of_object_max(self.stands_for.get(iri, iri) or None)
        if pattern.predicate.variable:
            if not subject:
                return False
            looked = matches = self.statistics.subject_max
        elif subject:
            looked, matches = self.statistics.subject_max, counts.per_subject_max
            if value:
                matches = min(matches, of_object, self.statistics.graphs)
        else:
            looked, matches = counts.count, of_object if value else counts.count
        self.steps += self.rows * (looked + 1)
        self.rows *= max(1, matches)
        longest = self.longest if pattern.predicate.variable else counts.longest
        for term, length in zip(pattern, (_SUBJECT_LENGTH, _SUBJECT_LENGTH, longest), strict=True):
            if term.variable:
                self.lengths.setdefault(term.variable, length)
        return self.steps <= STEPS_MAX
