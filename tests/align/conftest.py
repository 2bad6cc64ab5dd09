"""Fixtures of the alignment's tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from align.factsets import IRIS, practices, store

from kg.align import facts, rules
from kg.align.evaluate import Findings, evaluate


@pytest.fixture(scope="session")
def table(shared: Path) -> dict[str, Any]:
    """The rules as JSON, outside the project."""
    found: dict[str, Any] = json.loads((shared / "domain/alignment_rules.json").read_text("utf-8"))
    return found


def judge(sets: list[dict[str, Any]]) -> list[Findings]:
    """Take fact sets the whole way: records, statements, rules, verdicts; all in one graph."""
    opened = store([p for n, each in enumerate(sets) for p in practices(str(n), each)])
    ruleset, seen = rules.load(), facts.outline(opened, IRIS)
    found: dict[int, Findings] = {}
    for batch in facts.batches(seen):
        for findings in evaluate(facts.take(opened, seen, batch, ruleset, IRIS), ruleset, IRIS):
            found[int(findings.practice.rpartition("_")[2])] = findings
    return [found[n] for n in range(len(sets))]
