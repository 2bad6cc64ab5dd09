"""Reads answers to WOCAT's questionnaires that a mapping file gives as ``wocat:`` properties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kg.errors import BadRecord
from kg.model import Fact
from kg.vocab import DEFAULT_BASE
from loaders.questionnaire import Question, questionnaire
from loaders.reading import Reading
from loaders.wocat_values import yes
from loaders.yarrrml_words import number

if TYPE_CHECKING:
    from loaders.mapping_subject import Statement

WOCAT: Final = f"{DEFAULT_BASE}def/wocat/"
_FORMS: Final = {"technology": "technologies", "approach": "approaches", "prais": "unccd"}
_CODED: Final = ("select", "select_type", "radio", "checkbox", "multi_select", "image_checkbox", "measure")
_LARGEST: Final = 1e15


@dataclass(frozen=True, slots=True)
class Answered:
    """Facts, and impacts scored from -3 to 3."""

    facts: tuple[Fact, ...]
    impacts: tuple[tuple[str, int], ...]


def answers(
    statements: Iterable[Statement],
    kind: Literal["technology", "approach", "prais"],
    reading: Reading,
    used: set[str],
) -> Answered:
    """Return the answers among some statements; a label or keyword that is no answer is reported.

    Raises:
        BadRecord: a number, score or yes-no is none.
    """
    facts: dict[Fact, None] = {}
    impacts: dict[str, int] = {}
    for each in statements:
        if not each.predicate.startswith(WOCAT):
            continue
        local = each.predicate.removeprefix(WOCAT)
        found = _question(local, kind)
        if found is None:
            continue  # Reported with all else that nobody read.
        used.add(each.predicate)
        group, question = found
        if question.is_scale:
            impacts[local] = _score(each)
        elif question.type in _CODED:
            keyword = question.keyword(each.value) or question.keyword(each.value.rpartition("/")[2])
            if keyword is None:
                reason = f"{each.value[:60]!r} is no answer that the questionnaire knows"
                reading.mention("unmapped", each.field, reason)
            else:
                facts[Fact(group, question.name, keyword, local)] = None
        else:
            facts[_plain(each, group, question, local)] = None
    return Answered(tuple(facts), tuple(impacts.items()))


def _question(local: str, kind: str) -> tuple[str, Question] | None:
    """Return group and question of a property (``tech_landuse`` or ``tech_qg_9.tech_landuse``)."""
    questions = questionnaire().forms[_FORMS[kind]].questions
    question = questions.get(local.rpartition(".")[2])
    if question is None:
        return None
    group = next((group for group, name in question.properties.items() if name == local), None)
    return (group, question) if group else None


def _plain(each: Statement, group: str, question: Question, local: str) -> Fact:
    if question.type in ("int", "float"):
        value = number(each.value, each.field, _LARGEST)
        whole = int(value) if value.is_integer() else value
        return Fact(group, question.name, whole, local, coded=False)
    if question.type == "bool":
        said = yes(each.value, each.field)
        if said is None:
            raise BadRecord(each.field, f"{each.value[:40]!r} is neither yes nor no")
        return Fact(group, question.name, said, local, coded=False)
    return Fact(group, question.name, each.value, local, coded=False, lang=each.lang)


def _score(each: Statement) -> int:
    if each.value.lstrip("+-").isdigit() and -3 <= int(each.value) <= 3:
        return int(each.value)
    raise BadRecord(each.field, f"{each.value[:40]!r} is no score from -3 to 3")
