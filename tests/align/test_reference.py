"""Our rules against a second evaluator, and what must hold for any facts."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from align import reference
from align.conftest import judge
from align.randomfacts import Generator
from hypothesis import given
from hypothesis import strategies as st

from kg.align.logic import AtLeast, Policy, Result, Verdict, criterion_result, deciding, verdict

ORDER = [Result.CONTRADICTED, Result.NOT_SHOWN, Result.PARTLY, Result.MEETS]
ITEMS = st.sets(
    st.builds("{}-{}".format, st.sampled_from(("strong", "weak", "soft", "hard")), st.integers(1, 4)),
    max_size=8,
)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_random_fact_sets_get_what_the_second_evaluator_gives(table: dict[str, Any], seed: int) -> None:
    generator = Generator(table, seed)
    sets = [generator.draw() for _ in range(700)]
    for facts, findings in zip(sets, judge(sets), strict=True):
        wanted = reference.evaluate(table, facts)
        for each in findings.assessments:
            overall, results, items = wanted[each.framework]
            assert {c: set(findings.found.get(c, {})) for c in items} == items, facts
            assert each.results == results, facts
            assert each.outcome.verdict == overall, facts


def test_fact_in_favour_never_lowers_its_criterion(table: dict[str, Any]) -> None:
    generator, r = Generator(table, 21), random.Random(22)
    criteria = [c for f in table["frameworks"].values() for c in f["criteria"]]
    before, after, lifted = [], [], []
    while len(lifted) < 400:
        facts, criterion = generator.draw(), r.choice(criteria)
        more = copy.deepcopy(facts)
        if add(more, r.choice(criterion["for_strong"] + criterion["for_weak"]), r):
            before.append(facts)
            after.append(more)
            lifted.append(criterion["id"])
    found = judge(before + after)
    for n, criterion in enumerate(lifted):
        low, high = (
            next(each.results[criterion] for each in one.assessments if criterion in each.results)
            for one in (found[n], found[n + len(lifted)])
        )
        assert ORDER.index(high) >= ORDER.index(low), (criterion, before[n], after[n])


def add(facts: dict[str, Any], item: dict[str, Any], r: random.Random) -> bool:
    """Document one more fact that the item asks for, where nothing is documented yet."""
    if "impacts" in item and item["op"] == ">=":
        missing = [each for each in item["impacts"] if each not in facts["impacts"]]
        if missing:
            facts["impacts"][r.choice(missing)] = r.randint(item["value"], 3)
        return bool(missing)
    if "any_of" in item and item["q"] in facts["q"]:
        more = [each for each in item["any_of"] if each not in facts["q"][item["q"]]]
        if more:
            facts["q"][item["q"]].append(r.choice(more))
        return bool(more)
    if "any_of" in item:
        facts["q"][item["q"]] = [r.choice(item["any_of"])]
        return True
    return False


def test_no_facts_are_insufficient_evidence_and_contradict_nothing() -> None:
    for each in judge([{}])[0].assessments:
        assert each.outcome.verdict is Verdict.INSUFFICIENT
        assert set(each.results.values()) == {Result.NOT_SHOWN}


@given(ITEMS, st.sampled_from(("strong", "weak")), st.integers(1, 5), st.booleans())
def test_item_in_favour_never_lowers_a_result(found: set[str], kind: str, n: int, wins: bool) -> None:
    before = criterion_result(found, hard_wins=wins)
    after = criterion_result({*found, f"{kind}-{n}"}, hard_wins=wins)
    assert ORDER.index(after) >= ORDER.index(before)


@given(ITEMS, st.sampled_from(("soft", "hard")), st.integers(1, 5), st.booleans())
def test_item_against_never_lifts_a_result(found: set[str], kind: str, n: int, wins: bool) -> None:
    before = criterion_result(found, hard_wins=wins)
    after = criterion_result({*found, f"{kind}-{n}"}, hard_wins=wins)
    assert ORDER.index(after) <= ORDER.index(before)


@given(ITEMS, st.booleans())
def test_deciding_items_alone_give_no_better_result(found: set[str], wins: bool) -> None:
    assert criterion_result(deciding(found), hard_wins=wins) is criterion_result(found, hard_wins=wins)


POLICY = Policy("x", ("A", "B", "C"), ("A",), ("B",), ("C",), qualifies=(AtLeast(1, ("C",), Result.PARTLY),))


@given(st.dictionaries(st.sampled_from("ABC"), st.sampled_from(list(Result))), st.booleans())
def test_verdict_names_what_it_turns_on(results: dict[str, Result], approach: bool) -> None:
    outcome = verdict(results, POLICY, approach=approach)
    if outcome.verdict is Verdict.NOT_QUALIFIED:
        assert outcome.contradicted
    elif outcome.verdict is Verdict.QUALIFIES:
        assert not outcome.missing and not outcome.contradicted
    else:
        assert outcome.missing or outcome.contradicted or outcome.needs_approach
