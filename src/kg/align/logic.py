"""From evidence to criterion results and from those to verdicts: pure functions, no graph.

The criteria are published ones; the strengths and the way they add up are LandKG's proposal
(docs/alignment.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """What the documented facts say of one criterion."""

    MEETS = "meets"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_SHOWN = "not_shown"


class Verdict(StrEnum):
    """What the results say of one framework; values end the IRIs of the verdict concepts."""

    QUALIFIES = "qualifies"
    CANDIDATE = "candidate"
    INSUFFICIENT = "insufficient"
    NOT_QUALIFIED = "not_qualified"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``count`` of the criteria reach ``result`` (``meets`` reaches ``partly``)."""

    count: int
    of: tuple[str, ...]
    result: Result

    def reached(self, results: Mapping[str, Result]) -> list[str]:
        """Return the criteria that reach it."""
        enough = (Result.MEETS,) if self.result is Result.MEETS else (Result.MEETS, Result.PARTLY)
        return [each for each in self.of if results.get(each) in enough]

    def holds(self, results: Mapping[str, Result]) -> bool:
        return len(self.reached(results)) >= self.count


@dataclass(frozen=True, slots=True)
class Policy:
    """How one framework's criteria add up; see ``ontology/rules/verdicts.toml``."""

    framework: str
    criteria: tuple[str, ...]
    defining: tuple[str, ...]
    guards: tuple[str, ...]
    process: tuple[str, ...]
    sufficient: tuple[AtLeast, ...] = ()
    qualifies: tuple[AtLeast, ...] = ()
    approach_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict and what it turns on.

    ``missing`` are the criteria that more facts could lift so that the verdict improves,
    ``contradicted`` those that forbid it; ``needs_approach`` tells that the process has to be shown by
    a linked approach.
    """

    verdict: Verdict
    missing: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    needs_approach: bool = False


def criterion_result(items: Iterable[str], *, hard_wins: bool) -> Result:
    """Combine the items of a rule for which facts were found.

    Args:
        items: names such as ``strong-1``, ``weak-2``, ``soft-1``, ``hard-1``; an item counts once
            however many facts it rests on.
        hard_wins: whether a hard item contradicts even beside a strong one.
    """
    found = {"strong": 0, "weak": 0, "soft": 0, "hard": 0}
    for name in set(items):
        found[name.partition("-")[0]] += 1
    if found["hard"] and (hard_wins or not found["strong"]):
        return Result.CONTRADICTED
    if not found["strong"] and not found["weak"]:
        return Result.NOT_SHOWN
    against = found["soft"] or found["hard"]
    if not against and (found["strong"] or found["weak"] >= 2):
        return Result.MEETS
    return Result.PARTLY


def verdict(results: Mapping[str, Result], policy: Policy, *, approach: bool) -> Outcome:
    """Combine the results of a framework's criteria; a criterion without result is not shown.

    Args:
        approach: whether a process criterion rests on a fact of a linked approach.
    """
    of = {each: results.get(each, Result.NOT_SHOWN) for each in policy.criteria}
    refused = tuple(each for each in (*policy.defining, *policy.guards) if of[each] is Result.CONTRADICTED)
    if refused:
        return Outcome(Verdict.NOT_QUALIFIED, contradicted=refused)
    open_ = [each for each in policy.defining if of[each] is Result.NOT_SHOWN]
    open_ += _unmet(policy.sufficient, of)
    if open_:
        return Outcome(Verdict.INSUFFICIENT, missing=tuple(dict.fromkeys(open_)))
    blocking = tuple(each for each in policy.criteria if of[each] is Result.CONTRADICTED)
    open_ = [each for each in policy.defining if of[each] is not Result.MEETS]
    open_ += _unmet(policy.qualifies, of)
    alone = policy.approach_evidence and not approach
    if not open_ and not blocking and not alone:
        return Outcome(Verdict.QUALIFIES)
    return Outcome(Verdict.CANDIDATE, tuple(dict.fromkeys(open_)), blocking, alone)


def _unmet(lines: Iterable[AtLeast], results: Mapping[str, Result]) -> list[str]:
    """Return the criteria of the lines that do not hold and that do not reach the line's result."""
    found: list[str] = []
    for line in lines:
        reached = line.reached(results)
        if len(reached) < line.count:
            found += [each for each in line.of if each not in reached]
    return found


def strength(item: str) -> str:
    """Return the strength of an item's name: strong, weak, soft or hard."""
    return item.partition("-")[0]


def is_for(item: str) -> bool:
    """Tell whether an item speaks for its criterion."""
    return strength(item) in ("strong", "weak")


def deciding(items: Iterable[str]) -> set[str]:
    """Return the items on which a result rests: all against, and the strongest of those for.

    Weak items beside a strong one change nothing and are left out.
    """
    names = set(items)
    strongest = "strong" if any(strength(name) == "strong" for name in names) else "weak"
    return {name for name in names if not is_for(name) or strength(name) == strongest}
