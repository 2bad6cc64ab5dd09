"""Puts the joins of expensive queries in a better order before the engine sees them.

The engine orders joins by which places of a pattern are bound and joins them by looking up one row at a
time. Where the statistics of the generation show a much cheaper plan, the triple patterns of a WHERE are
written anew: ``{ SELECT .. { } } { SELECT .. { } }`` makes the engine evaluate both sides by themselves and
hash them; ``LATERAL { }`` makes it keep an order. Joins commute and associate, and a sub-SELECT of all
its variables changes nothing (SPARQL 1.1, 18.5 and 18.2.4.4), so the solutions stay the same ones.
"""

from __future__ import annotations

from typing import Final

from kg.sparql.patterns import Group, Pattern, Query
from kg.sparql.planning import PATTERNS_MAX, Hash, Loop, Plan, Planner, Scan
from kg.sparql.statistics import Statistics

WORTH: Final = 20_000.0
"""Cost of the engine's plan (about microseconds) below which nothing is changed."""
GAIN: Final = 2.0
"""How many times cheaper a plan must look before it replaces the engine's."""


def reorder(
    text: str, query: Query, statistics: Statistics, *, worth: float = WORTH, gain: float = GAIN
) -> str:
    """Return an equal query whose joins are cheaper, or the text itself.

    Args:
        query: what :func:`kg.sparql.reading.read` makes of the text.
        worth: cost of the engine's own plan from which a query is looked at.
        gain: factor by which the other plan must be cheaper.
    """
    edits: list[tuple[int, int, str]] = []
    for group in query.groups:
        plan = _better(group, statistics, worth, gain)
        if plan is not None:
            (start, end), *others = group.spans
            edits.append((start, end, _written(plan, group.patterns)))
            edits += [(begin, stop, "") for begin, stop in others]
    for start, end, new in sorted(edits, reverse=True):
        text = f"{text[:start]}{new}{text[end:]}"
    return text


def _better(group: Group, statistics: Statistics, worth: float, gain: float) -> Plan | None:
    patterns = group.patterns
    if not group.alone or group.first_rows or not 2 <= len(patterns) <= PATTERNS_MAX:
        return None
    for pattern in patterns:
        places = [each.variable for each in pattern if each.variable]
        if pattern.predicate.variable or not places or len(set(places)) < len(places):
            return None
    planner = Planner(patterns, statistics)
    usual = planner.engine()
    if usual is None or usual.cost < worth:
        return None
    best = planner.best()
    if best is None or best.cost * gain > usual.cost:
        return None
    return best.plan


def _written(plan: Plan, patterns: list[Pattern]) -> str:
    match plan:
        case Scan(number):
            return f" {patterns[number].text} "
        case Loop(left, number):
            return f"{_written(left, patterns)}LATERAL {{ {patterns[number].text} }} "
        case Hash(left, right):
            return f"{_apart(left, patterns)}{_apart(right, patterns)}"


def _apart(plan: Plan, patterns: list[Pattern]) -> str:
    names = " ".join(f"?{name}" for name in sorted(_variables(plan, patterns)))
    return f" {{ SELECT {names} WHERE {{{_written(plan, patterns)}}} }} "


def _variables(plan: Plan, patterns: list[Pattern]) -> frozenset[str]:
    match plan:
        case Scan(number):
            return patterns[number].variables()
        case Loop(left, number):
            return _variables(left, patterns) | patterns[number].variables()
        case Hash(left, right):
            return _variables(left, patterns) | _variables(right, patterns)
