"""Runs the rules over facts and sums up what they find, practice by practice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

import pyoxigraph as px

from kg.align.facts import Facts
from kg.align.logic import Outcome, Result, criterion_result, is_for, verdict
from kg.align.rules import Rule, RuleSet
from kg.queries import with_prefixes
from kg.store.syntax import engine_errors
from kg.vocab import Iris

Fact = tuple[str, str, str]
"""Subject, property and value of a statement, as N-Triples terms."""
Found = dict[str, set[Fact]]
"""Item of a rule to the facts it rests on."""
NOTHING: Final[Found] = {}


@dataclass(slots=True)
class Assessment:
    """What the rules say of one practice and one framework."""

    framework: str
    outcome: Outcome
    results: dict[str, Result]


@dataclass(slots=True)
class Findings:
    """Everything the rules found of one practice (an IRI), by criterion."""

    practice: str
    found: dict[str, Found] = field(default_factory=dict)
    assessments: list[Assessment] = field(default_factory=list)


def evaluate(facts: Facts, rules: RuleSet, iris: Iris) -> Iterator[Findings]:
    """Yield the findings for each practice of the facts, in their order.

    Raises:
        QuerySyntaxError: a rule does not parse.
    """
    by_practice: dict[str, Findings] = {f"<{practice}>": Findings(practice) for practice in facts.practices}
    for rule in rules.rules:
        for practice, found in run(facts, rule, iris).items():
            if practice in by_practice:
                by_practice[practice].found[rule.criterion] = found
    for findings in by_practice.values():
        findings.assessments = assess(findings, rules)
        yield findings


def run(facts: Facts, rule: Rule, iris: Iris) -> dict[str, Found]:
    """Return what one rule finds, by practice (N-Triples term)."""
    found: dict[str, Found] = defaultdict(lambda: defaultdict(set))
    row_of = facts.row_of
    with engine_errors():
        for row in cast(px.QuerySolutions, facts.store.query(with_prefixes(rule.select, iris))):
            practice, item, subject, predicate, value = row
            fact = (str(subject), str(predicate), str(value))
            if row_of:
                fact = (row_of.get(fact, fact[0]), fact[1], fact[2])
            found[str(practice)][str(getattr(item, "value", item))].add(fact)
    return found


def assess(findings: Findings, rules: RuleSet) -> list[Assessment]:
    """Combine what was found into a verdict for each framework."""
    assessed = []
    own = (f"<{findings.practice}>", f"<{findings.practice}/")
    for policy in rules.policies:
        results = {
            criterion: criterion_result(
                findings.found.get(criterion, NOTHING), hard_wins=rules.rule(criterion).hard_wins
            )
            for criterion in policy.criteria
        }
        approach = any(
            is_for(item) and any(not fact[0].startswith(own) for fact in facts)
            for criterion in policy.process
            for item, facts in findings.found.get(criterion, NOTHING).items()
        )
        assessed.append(Assessment(policy.framework, verdict(results, policy, approach=approach), results))
    return assessed
