"""The files of the conversation: the bundled ones are whole, and a fault is told with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg import resources
from kg.errors import BadInput, ConfigError
from kg.support import reading
from kg.support.conversation import talk
from kg.support.script import Script

FOLDER = resources.ontology() / "support"
SIX = '{ en = "a", fr = "b", es = "c", ru = "d", zh = "e", ar = "f" }'
QUESTION = f"""id = "slope"
ask = {SIX}
when = {{ land = ["cropland"] }}

[[option]]
id = "steep"
name = {SIX}
seek = [{{ facet = "measure", values = ["structural_measure"], weight = 2 }}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled files, to add to and to damage."""
    shutil.copytree(FOLDER, tmp_path / "support")
    return tmp_path / "support"


@pytest.fixture(scope="module")
def script() -> Script:
    return reading.bundled()


def test_bundled_when_read_asks_what_where_on_which_land_with_what_and_how_soon(script: Script) -> None:
    names = [each.id for each in script.questions]
    assert [name for name in names if name in ("face", "place", "land", "invest", "soon")] == [
        "face",
        "place",
        "land",
        "invest",
        "soon",
    ]
    assert {each.id for each in script.modules} == {"monitoring", "vulnerability", "mitigation"}


def test_load_when_a_question_file_is_added_asks_it_without_other_changes(folder: Path) -> None:
    (folder / "questions" / "55-slope.toml").write_text(QUESTION, encoding="utf-8")
    added = reading.load(folder)
    given = {"face": ["any"], "place": ["any"], "land": ["cropland"]}
    found = talk(added, given).next
    assert found is not None
    assert found.id == "slope"
    assert talk(added, given | {"land": ["forest"]}).next != found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("weight = 2", "weight = 200"), "'weight' must be"),
        (('facet = "measure"', 'facet = "mesure"'), "'facet' must be a filter"),
        (('land = ["cropland"]', 'land = ["moon"]'), "'when' of 'slope' names answers of 'land'"),
        (('id = "slope"', 'id = "land"'), "Two questions have the same 'id'"),
        (('ar = "f"', 'ar = " "'), "has no text in ar"),
        (("seek = [", "seeks = ["), "'seeks' is not known here"),
        (('id = "slope"', 'id = "Slope!"'), "'id' must be a short name"),
        (("[[option]]", "[[option"), "is no TOML"),
        (('id = "steep"', 'id = "steep"\nmodule = "none"'), "names no module"),
    ],
)
def test_load_when_a_file_has_a_fault_names_file_and_place(
    folder: Path, change: tuple[str, str], message: str
) -> None:
    text = QUESTION.replace(change[0], change[1], 1)
    (folder / "questions" / "55-slope.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as fault:
        reading.load(folder)
    assert message in str(fault.value)


def test_talk_when_nothing_is_answered_asks_the_first_question(script: Script) -> None:
    found = talk(script, {})
    assert found.next is script.questions[0]
    assert found.steps == ()


def test_talk_when_an_answer_changes_takes_its_branch_away(script: Script) -> None:
    dry = talk(script, {"face": ["drought"], "hit": ["harvest"]})
    assert [step.question.id for step in dry.steps] == ["face", "hit"]
    wet = talk(script, {"face": ["flood"], "hit": ["harvest"]})
    assert [step.question.id for step in wet.steps] == ["face"]
    assert wet.length == dry.length - 1


def test_talk_when_a_question_is_asked_again_keeps_the_other_answers(script: Script) -> None:
    found = talk(script, {"face": ["drought"], "hit": ["harvest"], "place": ["NER"]}, ask="face")
    assert found.next is script.questions[0]
    assert found.answers == {"face": ("drought",), "hit": ("harvest",), "place": ("NER",)}


def test_talk_when_every_question_is_left_open_ends(script: Script) -> None:
    given = {each.id: ["any"] for each in script.questions}
    assert talk(script, given).next is None


@pytest.mark.parametrize(
    "given",
    [{"face": ["moon"]}, {"place": ["Niger"]}, {"invest": ["little", "much"]}, {"more": ["x" * 501]}],
)
def test_talk_when_an_answer_is_none_of_the_question_is_refused(
    script: Script, given: dict[str, list[str]]
) -> None:
    with pytest.raises(BadInput):
        talk(script, given)


def test_talk_when_a_question_is_unknown_is_refused(script: Script) -> None:
    with pytest.raises(BadInput):
        talk(script, {}, ask="moon")
