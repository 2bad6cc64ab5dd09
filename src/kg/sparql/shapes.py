"""Recognises cheap queries that differ only in the record they ask for, so that each kind is read once.

Reading and checking a query in Python takes longer than the engine needs for a single record. So a query's
*shape*, its text with one placeholder for the IRI of any record, is read and bounded, and the result is
kept. The placeholder is one token as the IRI is, so both are cut into the same tokens; it has the bound
of the most frequent object; and it may not stand where another IRI would change what the query means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

from kg.errors import KgError
from kg.sparql import guard
from kg.sparql.lexer import Reader
from kg.sparql.near import steps_of
from kg.sparql.patterns import Query
from kg.sparql.reading import read_plain
from kg.sparql.records import PLACE, Records, shape_of
from kg.sparql.statistics import Statistics

TEXT_MAX: Final = 4_000
"""Characters of a query that is looked at."""
STEPS_AT_ONCE: Final = 60_000
"""Statements looked at by a query that is answered at once: six milliseconds at most."""
_KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of all queries of one shape.

    Attributes:
        query: the query with placeholders.
        steps: the most statements that the engine looks at for any records; nothing if that may be many.
        prologue: declares the prefixes that the query uses without a declaration.
    """

    query: Query
    steps: int | None
    prologue: str


class Shapes:
    """Plans of the shapes seen lately; every method may be called from any thread."""

    def __init__(
        self,
        limits: guard.Limits,
        prefixes: Mapping[str, str],
        records: str,
        rewriters: Sequence[Callable[[str], str]],
    ) -> None:
        """Prepare.

        Args:
            limits: those of the service; what is above them has no plan.
            prefixes: those that need no declaration.
            records: what the IRIs of records begin with.
            rewriters: the service's steps; a query that they change has no plan.
        """
        self._limits = limits
        self._prefixes = prefixes
        self._rewriters = rewriters
        self._records = Records(records)
        self._of: tuple[Statistics | None, Callable[[tuple[str, ...]], Plan | None]] = (None, lambda _: None)

    def plan(self, text: str, statistics: Statistics) -> Plan | None:
        """Return the plan of a query that is sure to take few milliseconds, or nothing."""
        if len(text) > TEXT_MAX:
            return None
        known, plan_of = self._of
        if known is not statistics:
            plan_of = lru_cache(maxsize=_KEPT)(partial(self._planned, statistics))
            self._of = (statistics, plan_of)
        pieces, named = self._records.cut(text)
        plan = plan_of(pieces)
        if plan is None:
            return None
        steps = plan.steps
        if steps is None or steps > STEPS_AT_ONCE:
            records = {f"{PLACE}{number}": iri for number, iri in enumerate(named)}
            steps = steps_of(plan.query, statistics, records)
        return plan if steps is not None and steps <= STEPS_AT_ONCE else None

    def _planned(self, statistics: Statistics, pieces: tuple[str, ...]) -> Plan | None:
        shape = shape_of(pieces)
        try:
            checked = guard.check(shape, self._limits)
            if any(rewrite(shape) != shape for rewrite in self._rewriters):
                return None
        except KgError:
            return None  # whoever answers it in earnest says why
        query = read_plain(shape, self._prefixes)
        if checked.volatile or checked.reaches_out or query is None or _depends(query):
            return None
        return Plan(query, steps_of(query, statistics), self._undeclared(shape))

    def _undeclared(self, shape: str) -> str:
        tokens = list(Reader.shared(shape))
        names = {each.text.partition(":")[0] for each in tokens if each.kind == "name"}
        declared = {
            name.text.removesuffix(":")
            for word, name in pairwise(tokens)
            if word.kind == "word" and word.text.upper() == "PREFIX" and name.kind == "name"
        }
        used = sorted(each for each in names - declared if each in self._prefixes)
        return "".join(f"PREFIX {each}: <{self._prefixes[each]}> " for each in used)


def _depends(query: Query) -> bool:
    """Tell whether the placeholder stands for a predicate, whose counts the bound needs."""
    group = query.groups[-1]
    patterns = [*group.patterns, *(each for optional in group.optionals for each in optional)]
    return any(each.predicate.iri.startswith(PLACE) for each in patterns)
