"""Judgements of an expert on bundled records, with her reasoning beside each (cases.jsonl)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg import queries
from kg.store import GraphStore
from kg.vocab import Iris

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("cases.jsonl").read_text("utf-8").splitlines()
    if line.strip()
]


def test_there_are_at_least_forty_cases_with_reasoning() -> None:
    assert len(CASES) >= 40
    assert all(len(case["reasoning"]) > 40 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['code']}-{c['criterion'] or c['framework']}")
def test_assessment_of_a_bundled_record_agrees_with_the_expert(
    case: dict[str, Any], bundled_store: GraphStore, iris: Iris
) -> None:
    assessment = iris.id("assessment", f"{case['code']}/{case['framework']}")
    if case["criterion"]:
        node, path, prefix = f"{assessment.rpartition('/')[0]}/{case['criterion']}", "kg:result", "result_"
    else:
        node, path, prefix = assessment, "kg:verdict", "verdict_"
    text = queries.with_prefixes(f"SELECT ?value WHERE {{ <{node}> {path} ?value }}", iris)
    found = [str(row["value"])[1:-1].rpartition(prefix)[2] for row in bundled_store.select(text)]
    assert found == [case["expected"]], case["reasoning"]
