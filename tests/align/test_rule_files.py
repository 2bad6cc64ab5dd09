"""What the author of a rule is told of her file, and which verdicts her change would change."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from align.factsets import IRIS, practices, store
from align.test_graph import DRIP, ZAI, built
from typer.testing import CliRunner

from kg import resources
from kg.align import rules
from kg.align.checking import check, diff
from kg.align.textual import Reader, sentences
from kg.cli.app import app
from kg.errors import ConfigError


@pytest.fixture
def working_copy(tmp_path: Path) -> Path:
    """A copy of the rules that may be changed."""
    shutil.copytree(resources.ontology() / "rules", tmp_path / "ontology" / "rules")
    frameworks = tmp_path / "ontology" / "frameworks"
    frameworks.mkdir()
    shutil.copy(resources.ontology() / "frameworks" / "lists.ttl", frameworks)
    return tmp_path / "ontology" / "rules"


def edit(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def test_installed_rules_have_no_fault() -> None:
    assert check() == []


def test_there_are_37_rules_of_six_frameworks() -> None:
    ruleset = rules.load()
    assert len(ruleset.rules) == 37
    assert {policy.framework for policy in ruleset.policies} == {
        "slm",
        "ldn",
        "eba",
        "ecodrr",
        "nbs",
        "drought",
    }


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("wocat:tech_prevention", "wocat:tech_preventive", "wocat:tech_preventive is not defined"),
        ("concept:main_purpose_degradation", "concept:purpose_x", "concept:purpose_x is not defined"),
        ("# author: LandKG\n", "", "no line '# author"),
        ("# class: defining", "# class: decisive", "'decisive' is none of"),
        ("# class: defining", "# class: guard", "'defining' in ontology/frameworks"),
        ("kg:factValue ?value", "kg:factValue ?x", "lacks 'kg:factValue ?value'"),
        ("CONSTRUCT {", "SELECT {", "not of the form CONSTRUCT"),
        ('BIND("weak-1" AS ?item)', 'BIND("weak-9" AS ?item)', "does not say what weak-9 is"),
        ("# framework: ldn", "# framework: moon", "no framework 'moon'"),
        ("BIND(COALESCE(?on, ?practice) AS ?subject)", "BIND(COALESCE(?on, AS ?subject)", "Line "),
    ],
)
def test_fault_of_a_rule_is_named(working_copy: Path, before: str, after: str, said: str) -> None:
    edit(working_copy, "LDN-1.rq", before, after)
    assert any(said in fault.reason for fault in check(working_copy)), check(working_copy)


def test_policy_that_names_an_unknown_criterion_is_named(working_copy: Path) -> None:
    edit(working_copy, "verdicts.toml", '"LDN-5"', '"LDN-9"')
    assert "LDN-9" in check(working_copy)[0].reason


def test_rule_that_cannot_be_used_stops_the_assessment(working_copy: Path) -> None:
    edit(working_copy, "LDN-1.rq", "# version: 1\n", "")
    with pytest.raises(ConfigError, match="LDN-1"):
        rules.load(working_copy)


def test_diff_names_the_practices_whose_verdict_changes(working_copy: Path, tmp_path: Path) -> None:
    graph = built(tmp_path / "home", ZAI, DRIP)
    assert diff(graph, IRIS, working_copy) == []
    edit(working_copy, "EBA-4.rq", "concrete|cement", "timber|cemented")
    edit(working_copy, "EBA-4.rq", "concept:measures_structural_s7, ", "")
    [change] = [each for each in diff(graph, IRIS, working_copy) if each.framework == "eba"]
    assert (change.practice, change.was, change.now) == ("technologies_1", "not_qualified", "insufficient")


def test_rules_check_exits_with_1_and_lists_faults_as_json(working_copy: Path) -> None:
    edit(working_copy, "SLM-1.rq", "# author: LandKG\n", "")
    done = CliRunner().invoke(app, ["rules", "check", "--rules", str(working_copy), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["file"] == "SLM-1.rq"


def test_rules_check_of_good_rules_exits_with_0() -> None:
    assert CliRunner().invoke(app, ["rules", "check"]).exit_code == 0


def test_list_is_asked_for_in_the_strong_items_of_a_rule() -> None:
    assert "factlist:biodiversity_impact" in rules.load().rule("NBS-3").asks("strong")


NAMES = {
    "eba": ["ecosystem-based adaptation", "EbA", "基于生态系统的适应"],
    "nbs": ["nature-based solutions"],
}


@pytest.mark.parametrize(
    ("text", "frameworks"),
    [
        ("Herders plan grazing. It is Ecosystem‑based Adaptation.", {"eba"}),
        ("该项目采用基于生态系统的适应。", {"eba"}),
        ("An EbA measure and a nature based solution.", {"eba", "nbs"}),
        ("The webator of rebar, said eba.", set()),
        ("Terraces hold the soil.", set()),
    ],
)
def test_text_suggests_only_what_it_names(text: str, frameworks: set[str]) -> None:
    found = Reader(NAMES).read({"r": [text]}).get("r", [])
    assert {each.framework for each in found} == frameworks
    assert all(each.sentence in text for each in found)


def test_sentences_end_in_every_script() -> None:
    assert sentences("One. Two! 三。四？ خمسة؟ ستة") == ["One.", "Two!", "三。", "四？", "خمسة؟", "ستة"]


def test_text_never_changes_a_verdict() -> None:
    from kg.align import assess
    from kg.config import Settings
    from kg.progress import silent

    told = {**ZAI, "text": {"tech_definition": "This is ecosystem-based adaptation against climate change."}}
    settings = Settings.from_env({}, home="/nonexistent/landkg")
    verdicts = [
        sorted(
            line
            for line in assess(store(practices("0", each)), settings, silent())
            if "/def/verdict>" in line
        )
        for each in (ZAI, told)
    ]
    assert verdicts[0] == verdicts[1]
