"""Computes every assessment and writes it as statements that explain themselves.

One assessment a practice and framework; its criterion results point at evidence nodes, which a
practice's assessments share: a fact with its strength is written once however many criteria rest on it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from kg.align import about, facts, journal, rules, textual
from kg.align.evaluate import Assessment, Findings, evaluate
from kg.align.logic import Result, Verdict, deciding, is_for, strength
from kg.config import Settings
from kg.progress import Progress
from kg.store import GraphStore
from kg.terms import literal
from kg.vocab import DCTERMS, PROV, RDF, RDFS, XSD, Iris

_TYPE: Final = f"<{RDF}type>"
_TRUE: Final = f'"true"^^<{XSD}boolean>'
_AHEAD: Final = 3
"""Batches computed before the first of them is read."""
_RESPONSES: Final = "LDN-1"
"""The criterion whose strong facts name the response: avoid, reduce or reverse."""


def assess(store: GraphStore, settings: Settings, progress: Progress) -> Iterator[str]:
    """Yield all assessments of a graph as canonical N-Quads lines without newline.

    Technologies and PRAIS practices are classified; approaches give evidence to the practices linked
    to them. Also yields the human assessments of the journal, what decisions, publications and cases
    are stated to be about, and what texts suggest.

    Raises:
        ConfigError: a rule file cannot be used.
        QuerySyntaxError: a rule's query does not parse.
    """
    iris = settings.iris
    ruleset = rules.load()
    reviews = journal.latest(settings.home_folder)
    seen = facts.outline(store, iris)
    writer = Lines(iris, iris.graph("assessments"), ruleset)
    yield from writer.provenance()
    with progress.stage("assess", len(seen.practices)) as advance:
        for done, lines in _batches(store, seen, ruleset, writer, reviews):
            yield from lines
            advance(done)
    yield from journal.lines(reviews.values(), set(seen.practices), iris)
    yield from about.lines(store, iris)
    yield from textual.lines(store, settings, progress)


def _batches(
    store: GraphStore,
    seen: facts.Outline,
    ruleset: rules.RuleSet,
    writer: Lines,
    reviews: dict[tuple[str, str], journal.Review],
) -> Iterator[tuple[int, list[str]]]:
    def work(practices: list[str]) -> tuple[int, list[str]]:
        taken = facts.take(store, seen, practices, ruleset, writer.iris)
        lines: list[str] = []
        for findings in evaluate(taken, ruleset, writer.iris):
            lines += writer.practice(findings, reviews)
        return len(practices), lines

    # The engine lets go of the GIL while it runs a query, so two threads do more than one.
    with ThreadPoolExecutor(min(4, len(os.sched_getaffinity(0)))) as pool:
        ahead: deque[Future[tuple[int, list[str]]]] = deque()
        for batch in facts.batches(seen):
            ahead.append(pool.submit(work, batch))
            if len(ahead) > _AHEAD:  # a reader that is slower must not pile up statements
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


@dataclass(frozen=True, slots=True)
class Names:
    """Terms used on every line, made once."""

    tail: str
    assesses: str
    framework: str
    verdict: str
    criterion_result: str
    criterion: str
    result: str
    rule: str
    evidence: str
    subject: str
    property: str
    value: str
    strength: str
    to_confirm: str
    missing: str
    contradicted: str
    needs_approach: str
    response: str
    generated: str
    overruled: str


class Lines:
    """Writes assessments under one base, in one graph."""

    def __init__(self, iris: Iris, graph: str, ruleset: rules.RuleSet) -> None:
        self.iris = iris
        self._rules = ruleset
        kg = {name: f"<{iris.term(name)}>" for name in (
            "assesses", "framework", "verdict", "criterionResult", "criterion", "result", "appliedRule",
            "evidence", "factSubject", "factProperty", "factValue", "strength", "toConfirm",
            "missingCriterion", "contradictedCriterion", "needsApproach", "responseType", "overruledBy",
        )}  # fmt: skip
        self._n = Names(
            f" <{graph}> .",
            kg["assesses"],
            kg["framework"],
            kg["verdict"],
            kg["criterionResult"],
            kg["criterion"],
            kg["result"],
            kg["appliedRule"],
            kg["evidence"],
            kg["factSubject"],
            kg["factProperty"],
            kg["factValue"],
            kg["strength"],
            kg["toConfirm"],
            kg["missingCriterion"],
            kg["contradictedCriterion"],
            kg["needsApproach"],
            kg["responseType"],
            f"<{PROV}wasGeneratedBy>",
            kg["overruledBy"],
        )
        self._activity = f"<{iris.id('activity', f'assessment-{ruleset.digest[:16]}')}>"
        self._rule = {
            rule.criterion: f"<{iris.id('rule', f'{rule.criterion}/{rule.version}')}>"
            for rule in ruleset.rules
        }
        self._criterion = {
            rule.criterion: f"<{iris.id('criterion', rule.criterion)}>" for rule in ruleset.rules
        }
        self._confirm = {rule.criterion: rule.confirm for rule in ruleset.rules}

    def provenance(self) -> Iterator[str]:
        """Yield the activity and the rules that it follows."""
        iris, tail = self.iris, self._n.tail
        yield f"{self._activity} {_TYPE} <{PROV}Activity>{tail}"
        yield f'{self._activity} <{RDFS}label> "Assessment of practices by rules"@en{tail}'
        yield f"{self._activity} <{iris.term('sha256')}> {literal(self._rules.digest)}{tail}"
        for rule in self._rules.rules:
            node = self._rule[rule.criterion]
            yield f"{self._activity} <{PROV}used> {node}{tail}"
            yield f"{node} {_TYPE} <{iris.term('Rule')}>{tail}"
            yield f"{node} {_TYPE} <{PROV}Plan>{tail}"
            yield f"{node} <{RDFS}label> {literal(f'{rule.criterion}, version {rule.version}')}{tail}"
            yield f"{node} {self._n.criterion} {self._criterion[rule.criterion]}{tail}"
            yield f"{node} {self._n.framework} <{iris.id('framework', rule.framework)}>{tail}"
            yield f"{node} <{iris.term('ruleVersion')}> {literal(rule.version)}{tail}"
            yield f"{node} <{iris.term('rule')}> {literal(f'{rule.criterion}.rq')}{tail}"
            yield f"{node} <{iris.term('sourceNote')}> {literal(rule.source)}{tail}"
            yield f"{node} <{DCTERMS}creator> {literal(rule.author)}{tail}"
            yield f"{node} <{iris.term('sha256')}> {literal(rule.digest)}{tail}"

    def practice(self, findings: Findings, reviews: dict[tuple[str, str], journal.Review]) -> list[str]:
        """Return the statements of all assessments of one practice."""
        out: list[str] = []
        code = findings.practice.removeprefix(self.iris.id("practice", ""))
        root = self.iris.id("assessment", code)
        evidence = _Evidence(f"{root}/e/")
        for each in findings.assessments:
            self._assessment(out, root, findings, each, evidence, reviews.get((code, each.framework)))
        tail = self._n.tail
        for node, ((subject, predicate, value), how, confirm) in evidence.nodes():
            out.append(f"{node} {_TYPE} <{self.iris.term('Evidence')}>{tail}")
            out.append(f"{node} {self._n.subject} {subject}{tail}")
            out.append(f"{node} {self._n.property} {predicate}{tail}")
            out.append(f"{node} {self._n.value} {value}{tail}")
            out.append(f"{node} {self._n.strength} <{self.iris.concept(f'strength_{how}')}>{tail}")
            if confirm:
                out.append(f"{node} {self._n.to_confirm} {_TRUE}{tail}")
        return out

    def _assessment(
        self,
        out: list[str],
        root: str,
        findings: Findings,
        each: Assessment,
        evidence: _Evidence,
        review: journal.Review | None,
    ) -> None:
        n, iris, tail = self._n, self.iris, self._n.tail
        node, practice = f"<{root}/{each.framework}>", f"<{findings.practice}>"
        framework = f"<{iris.id('framework', each.framework)}>"
        outcome = each.outcome
        out.append(f"{node} {_TYPE} <{iris.term('Assessment')}>{tail}")
        out.append(f"{node} {n.assesses} {practice}{tail}")
        out.append(f"{node} {n.framework} {framework}{tail}")
        out.append(f"{node} {n.verdict} <{iris.concept(f'verdict_{outcome.verdict}')}>{tail}")
        out.append(f"{node} {n.generated} {self._activity}{tail}")
        out += [f"{node} {n.missing} {self._criterion[c]}{tail}" for c in outcome.missing]
        out += [f"{node} {n.contradicted} {self._criterion[c]}{tail}" for c in outcome.contradicted]
        if outcome.needs_approach:
            out.append(f"{node} {n.needs_approach} {_TRUE}{tail}")
        if review is not None:
            out.append(f"{node} {n.overruled} <{review.iri(iris)}>{tail}")
        holds = review.verdict if review is not None else outcome.verdict
        for verdict, name in ((Verdict.QUALIFIES, "qualifiesAs"), (Verdict.CANDIDATE, "candidateFor")):
            if holds == verdict:
                out.append(f"{practice} <{iris.term(name)}> {framework}{tail}")
        for criterion, result in each.results.items():
            self._criterion_result(out, node, root, criterion, result, findings, evidence)

    def _criterion_result(
        self,
        out: list[str],
        assessment: str,
        root: str,
        criterion: str,
        result: Result,
        findings: Findings,
        evidence: _Evidence,
    ) -> None:
        n, tail = self._n, self._n.tail
        node = f"<{root}/{criterion}>"
        out.append(f"{assessment} {n.criterion_result} {node}{tail}")
        out.append(f"{node} {_TYPE} <{self.iris.term('CriterionResult')}>{tail}")
        out.append(f"{node} {n.criterion} {self._criterion[criterion]}{tail}")
        out.append(f"{node} {n.result} <{self.iris.concept(f'result_{result}')}>{tail}")
        found = findings.found.get(criterion)
        if not found:
            return
        out.append(f"{node} {n.rule} {self._rule[criterion]}{tail}")
        confirm = self._confirm[criterion]
        for item in sorted(deciding(found)):
            for fact in sorted(found[item]):
                side = "for" if is_for(item) else "against"
                pointed = evidence.node(fact, f"{strength(item)}_{side}", item in confirm)
                out.append(f"{node} {n.evidence} {pointed}{tail}")
                if criterion == _RESPONSES and strength(item) == "strong":
                    out.append(f"{assessment} {n.response} {fact[2]}{tail}")


class _Evidence:
    """Numbers the evidence of one practice; the same fact with the same strength is one node."""

    def __init__(self, start: str) -> None:
        self._start = start
        self._numbers: dict[tuple[tuple[str, str, str], str, bool], int] = {}

    def node(self, fact: tuple[str, str, str], how: str, confirm: bool) -> str:
        number = self._numbers.setdefault((fact, how, confirm), len(self._numbers) + 1)
        return f"<{self._start}{number}>"

    def nodes(self) -> Iterable[tuple[str, tuple[tuple[str, str, str], str, bool]]]:
        return ((f"<{self._start}{number}>", key) for key, number in self._numbers.items())
