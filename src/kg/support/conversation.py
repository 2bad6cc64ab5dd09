"""Where a conversation stands: which questions apply, which are answered, which comes next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.errors import BadInput
from kg.support.script import ANY, Option, Question, Script

LONGEST: Final = 500
"""Characters of an answer in own words."""
_COUNTRY: Final = re.compile(r"^[A-Z]{3}$")

Answers = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """A question with its answer: options by identifier, a country code or a text; ``any`` leaves it open."""

    question: Question
    answer: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.answer == (ANY,)

    @property
    def chosen(self) -> tuple[Option, ...]:
        """The options that were chosen, in the order of the question."""
        return tuple(each for each in self.question.options if each.id in self.answer)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: the answered questions in order, and the next one, None at the end."""

    steps: tuple[Step, ...]
    next: Question | None
    length: int
    """Number of questions that apply as far as can be told."""

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """What an address or a body must hold to come back here."""
        return {step.question.id: step.answer for step in self.steps}

    @property
    def module(self) -> str | None:
        """The module that the person wants first."""
        return next((each.module for step in self.steps for each in step.chosen if each.module), None)


def talk(script: Script, given: Answers, ask: str = "") -> Talk:
    """Follow the script with the answers given; ``ask`` names a question to ask again.

    Answers to questions that do not apply, any more or at all, count for nothing: a changed answer takes
    its branch away. So does what is no question's.

    Raises:
        BadInput: an answer is none of its question's, or ``ask`` names no question.
    """
    if ask and script.question(ask) is None:
        raise BadInput(f"There is no question '{ask[:40]}'.", hint=_names(script))
    steps: list[Step] = []
    waiting: Question | None = None
    length = 0
    for question in script.questions:
        answered = {step.question.id: step.answer for step in steps}
        if not _applies(question, answered):
            continue
        length += 1
        answer = _answer(question, given.get(question.id, ()))
        if answer and question.id != ask:
            steps.append(Step(question, answer))
        elif waiting is None or question.id == ask:
            waiting = question
        if answer and question.id == ask:
            # Asked again with its answer in hand: what follows from it stays until it changes.
            steps.append(Step(question, answer))
    return Talk(tuple(steps), waiting, length)


def _applies(question: Question, answered: Mapping[str, tuple[str, ...]]) -> bool:
    return all(set(answered.get(name, ())) & set(wanted) for name, wanted in question.when.items())


def _answer(question: Question, given: Sequence[str]) -> tuple[str, ...]:
    """Return a checked answer, empty where there is none."""
    values = tuple(dict.fromkeys(each.strip() for each in given if each.strip()))
    if not values or values == (ANY,):
        return values
    if question.kind == "text":
        if len(values[0]) > LONGEST:
            raise BadInput(f"'{question.id}' takes at most {LONGEST} characters.")
        return values[:1]
    values = tuple(each for each in values if each != ANY)
    if question.kind == "country":
        if not _COUNTRY.match(values[0]):
            raise BadInput(f"'{question.id}' takes a country by its ISO 3166-1 alpha-3 code, such as BFA.")
        return values[:1]
    known = [each.id for each in question.options]
    for each in values:
        if each not in known:
            raise BadInput(
                f"'{each[:40]}' is no answer to '{question.id}'.", hint=f"Known: {', '.join(known)}, {ANY}."
            )
    if len(values) > 1 and not question.many:
        raise BadInput(f"'{question.id}' takes one answer.")
    return tuple(each for each in known if each in values)


def _names(script: Script) -> str:
    return f"Known: {', '.join(each.id for each in script.questions)}."
