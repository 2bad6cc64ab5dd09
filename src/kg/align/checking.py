"""Checks rule files for whoever edits them, and tells which verdicts a change of rules would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as px

from kg import queries, resources
from kg.align import facts, rules
from kg.align.evaluate import evaluate, run
from kg.errors import ConfigError, KgError
from kg.store import GraphStore
from kg.vocab import DEFAULT_BASE, Iris

_KINDS: Final = {
    "wocat": f"{DEFAULT_BASE}def/wocat/",
    "kg": f"{DEFAULT_BASE}def/",
    "concept": f"{DEFAULT_BASE}id/concept/",
    "factlist": f"{DEFAULT_BASE}id/list/",
}
_VERDICTS: Final = "SELECT ?assessment ?verdict WHERE { ?assessment a kg:Assessment ; kg:verdict ?verdict }"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a rule file, in words its author can act on."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that the rules at hand give and the current generation does not."""

    practice: str
    framework: str
    was: str
    now: str


def check(root: Path | None = None) -> list[Fault]:
    """Return what is wrong with the rules of a folder (default: the installed ones); none is good."""
    root = root or rules.folder()
    found: list[Fault] = []
    read: list[rules.Rule] = []
    tiny = facts.Facts(px.Store(), [])
    for path in sorted(root.glob("*.rq")):
        faults, rule = rules.examine(path)
        if rule is not None:
            faults += _unknown(rule, root)
            faults += _runs(rule, tiny)
            read.append(rule)
        found += [Fault(path.name, reason) for reason in faults]
    if not read:
        found.append(Fault(str(root), "there is no rule here"))
    if not found:
        rules.load.cache_clear()
        try:
            found += _agreement(rules.load(root))
        except ConfigError as fault:
            found.append(Fault("verdicts.toml", fault.message))
    return found


def _unknown(rule: rules.Rule, root: Path) -> Iterator[str]:
    listed = {name for name, _ in rules.lists(root)}
    for prefix, local in sorted(rule.terms()):
        if prefix not in _KINDS:
            continue
        iri = _KINDS[prefix] + local
        if iri not in _known() and iri not in listed:
            yield f"{prefix}:{local} is not defined in the ontology"
    if f"{DEFAULT_BASE}id/framework/{rule.framework}" not in _known():
        yield f"there is no framework '{rule.framework}'"
    if f"{DEFAULT_BASE}id/criterion/{rule.criterion}" not in _known():
        yield f"no framework describes the criterion {rule.criterion} (ontology/frameworks)"


def _runs(rule: rules.Rule, tiny: facts.Facts) -> Iterator[str]:
    try:
        run(tiny, rule, Iris())
        tiny.store.query(queries.with_prefixes(rule.text[rule.text.index("CONSTRUCT") :], Iris()))
    except KgError as fault:
        yield fault.message
    except (SyntaxError, ValueError) as fault:
        yield str(fault)


def _agreement(ruleset: rules.RuleSet) -> Iterator[Fault]:
    """Yield where a rule's class and that of its criterion in the ontology differ."""
    classes = _classes()
    for rule in ruleset.rules:
        said = classes.get(rule.criterion)
        if said is not None and said != rule.klass:
            reason = f"the class is {rule.klass!r} here and {said!r} in ontology/frameworks"
            yield Fault(f"{rule.criterion}.rq", reason)
    for framework in sorted({rule.framework for rule in ruleset.rules}):
        if all(policy.framework != framework for policy in ruleset.policies):
            yield Fault("verdicts.toml", f"there is no section [{framework}]")


@cache
def _known() -> frozenset[str]:
    """Return every subject of the ontology's files."""
    root = resources.ontology()
    return frozenset(
        quad.subject.value
        for path in sorted([*root.glob("*.ttl"), *root.glob("schemes/*.ttl"), *root.glob("frameworks/*.ttl")])
        if path.name != "shapes.ttl"
        for quad in px.parse(input=path.read_bytes(), format=px.RdfFormat.TURTLE)
        if isinstance(quad.subject, px.NamedNode)
    )


@cache
def _classes() -> dict[str, str]:
    root = resources.ontology() / "frameworks"
    return {
        quad.subject.value.rpartition("/")[2]: str(getattr(quad.object, "value", ""))
        for path in sorted(root.glob("*.ttl"))
        for quad in px.parse(input=path.read_bytes(), format=px.RdfFormat.TURTLE)
        if quad.predicate.value == f"{DEFAULT_BASE}def/criterionClass"
        and isinstance(quad.subject, px.NamedNode)
    }


def diff(store: GraphStore, iris: Iris, root: Path | None = None) -> list[Change]:
    """Return the verdicts that change when the rules of a folder judge the graph's practices.

    Raises:
        ConfigError: the rules cannot be used.
    """
    rules.load.cache_clear()
    ruleset = rules.load(root)
    start = iris.id("assessment", "")
    before = {
        str(row["assessment"])[1:-1].removeprefix(start): str(row["verdict"])[1:-1].rpartition("verdict_")[2]
        for row in store.select(queries.with_prefixes(_VERDICTS, iris))
    }
    seen = facts.outline(store, iris)
    changes = []
    for batch in facts.batches(seen):
        for findings in evaluate(facts.take(store, seen, batch, ruleset, iris), ruleset, iris):
            code = findings.practice.removeprefix(iris.id("practice", ""))
            for each in findings.assessments:
                was = before.get(f"{code}/{each.framework}", "")
                if was != each.outcome.verdict:
                    changes.append(Change(code, each.framework, was, each.outcome.verdict))
    return changes
