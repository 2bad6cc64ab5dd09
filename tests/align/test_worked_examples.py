"""Every worked example of the alignment rules: each criterion with its reasons, each verdict."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from align.conftest import judge
from align.reference import FRAMEWORKS

from kg.align.evaluate import Findings
from kg.mapping.keywords import concept_of

FILE = Path(__file__).resolve().parents[3] / "shared/domain/worked_examples.json"
EXAMPLES = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else []
RESULTS = {"meets": "meets", "partly": "partly", "contradicts": "contradicted", "not shown": "not_shown"}
VERDICTS = {
    "qualifies": "qualifies",
    "candidate": "candidate",
    "insufficient evidence": "insufficient",
    "does not qualify": "not_qualified",
}
without_examples = pytest.mark.skipif(
    not EXAMPLES, reason="../shared/domain/worked_examples.json is not here"
)


@cache
def judged() -> dict[str, Findings]:
    found = judge([each["facts"] for each in EXAMPLES])
    return {each["id"]: findings for each, findings in zip(EXAMPLES, found, strict=True)}


def pairs(findings: Findings, criterion: str, strength: str) -> set[tuple[str, str]]:
    """Return (property, value) of the facts found at a strength; exposures by their hazard group."""
    found = set()
    for item, facts in findings.found.get(criterion, {}).items():
        if item.startswith(strength):
            for subject, predicate, value in facts:
                group = re.search(r"/exposure/(\w+)>", subject)
                name = group[1] if group else predicate[1:-1].rpartition("/")[2]
                local = value[1:-1].rpartition("/")[2] if value.startswith("<") else value.split('"')[1]
                found.add((name, local))
    return found


def expected(reason: str) -> tuple[str, str | None] | None:  # noqa: PLR0911 - one form of reason each
    """Return (property, value) that a reason names; ``None`` for a remark, value ``None`` for any."""
    reason = reason.removeprefix("approach: ")
    if match := re.fullmatch(r"(tech_impacts_\w+) ([+-]\d)", reason):
        return match[1], str(int(match[2]))
    if match := re.fullmatch(r"(tech_qg_\d+)\b.*", reason):
        return match[1], None
    if match := re.fullmatch(r"(\w+)=(\w+)", reason):
        name = "tech_qg_182.tech_costbenefit_est_long" if "maint_long" in match[1] else match[1]
        value = {"0": "false", "1": "true"}.get(match[2], concept_of(match[2]))
        return name, value
    if match := re.fullmatch(r"(app_qg_\d+) (enabling|hindering)", reason):
        return f"{match[1]}.app_condition_{match[2]}", None
    if match := re.fullmatch(r"'\w+' in (\w+) \(human check\)", reason):
        return match[1], None
    if match := re.match(r"(\w+) (only|answered without) ", reason):
        return match[1], None
    return None


@without_examples
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["id"])
@pytest.mark.parametrize("framework", FRAMEWORKS.values())
def test_verdict_of_a_worked_example_is_the_recorded_one(example: dict[str, Any], framework: str) -> None:
    recorded = next(example["verdicts"][key] for key, slug in FRAMEWORKS.items() if slug == framework)
    found = next(each for each in judged()[example["id"]].assessments if each.framework == framework)
    assert found.outcome.verdict == VERDICTS[recorded["overall"]]


CRITERIA = [
    (example, criterion, recorded)
    for example in EXAMPLES
    for verdict in example["verdicts"].values()
    for criterion, recorded in verdict["criteria"].items()
]


@without_examples
@pytest.mark.parametrize(
    ("example", "criterion", "recorded"), CRITERIA, ids=[f"{e['id']}-{c}" for e, c, _ in CRITERIA]
)
def test_criterion_of_a_worked_example_has_the_recorded_result_and_reasons(
    example: dict[str, Any], criterion: str, recorded: dict[str, Any]
) -> None:
    findings = judged()[example["id"]]
    results = {c: r for each in findings.assessments for c, r in each.results.items()}
    assert results[criterion] == RESULTS[recorded["verdict"]]
    strengths = {item.partition("-")[0] for item in findings.found.get(criterion, {})}
    assert strengths == {key.partition("_")[2] for key in recorded["evidence"]}
    for key, reasons in recorded["evidence"].items():
        have = pairs(findings, criterion, key.partition("_")[2])
        wanted = {each for reason in reasons if (each := expected(reason))}
        for name, value in wanted:
            assert any(n == name and value in (None, v) for n, v in have), (key, name, value)
        exact = {each for each in wanted if each[1] is not None}
        if exact == wanted and len(wanted) == len(set(reasons)):
            assert have == exact  # nothing but the recorded reasons


@without_examples
def test_approach_joined_to_the_area_closure_lifts_nbs_and_leaves_eba() -> None:
    by_id = {each["id"]: each["facts"] for each in EXAMPLES}
    approach = {
        "q": {
            "app_involvement_type": ["involvement_type_interactive"],
            "app_decisions_by": ["app_decisions_by_participatory"],
            "app_institutions": ["app_institutions_great"],
            "app_impacts_climatechangeadaptation": ["app_impacts_yesmoderate"],
            "app_monitoring": 1,
        },
        "enabling": ["app_qg_11", "app_qg_9"],
        "hindering": [],
    }
    closed = by_id["6"]
    alone = {key: value for key, value in by_id["4"].items() if key != "approach"}
    policy = json.loads(json.dumps(by_id["9"]))
    policy["approach"]["enabling"].append("app_qg_11")
    policy["approach"]["q"]["app_impacts_climatechangeadaptation"] = ["app_impacts_yesmoderate"]
    untold = {**by_id["3"], "text": {}}
    hazard = json.loads(json.dumps(closed))
    hazard["q"]["tech_main_purpose"].append("main_purpose_adaption")
    hazard["exposures"] = {"tech_qg_206": {"sensitivity": "cope_well"}}
    flipped = json.loads(json.dumps(by_id["3b"]))
    flipped["impacts"]["tech_impacts_soilloss"] = -3
    found = judge([{**closed, "approach": approach}, alone, policy, untold, hazard, flipped])
    verdicts = [{each.framework: each.outcome.verdict for each in one.assessments} for one in found]
    assert verdicts[0]["nbs"] == "qualifies"
    assert verdicts[0]["eba"] == "insufficient"
    assert verdicts[1]["eba"] == verdicts[1]["nbs"] == "candidate"
    assert verdicts[2]["eba"] == "qualifies"
    assert verdicts[3]["eba"] == "insufficient"
    assert verdicts[4]["eba"] == "candidate"
    assert found[5].assessments[0].results["SLM-4"] in ("partly", "not_shown", "contradicted")
