"""Turns answers to a WOCAT questionnaire into facts; what cannot be one is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kg.errors import BadRecord
from kg.model import Fact, Text
from loaders.questionnaire import Form, Question, Questionnaire
from loaders.reading import Reading
from loaders.wocat_tree import Answer
from loaders.wocat_values import day, items, keywords, number, texts, yes

State = Literal["loaded", "empty", "dropped", "reported"]
"""What became of a question; ``reported`` ones are in the report, not in the record."""

TOLD: Final = "told once a dataset"


@dataclass(slots=True)
class Facts:
    """The facts, impacts and exposures of a practice, as its answers are taken in one by one.

    ``climate`` holds the answers of section 6.3 by hazard group and repetition.
    """

    form: Form
    table: Questionnaire
    reading: Reading
    language: str | None
    facts: list[Fact] = field(default_factory=list)
    impacts: dict[str, int] = field(default_factory=dict)
    climate: dict[str, dict[int, dict[str, str]]] = field(default_factory=dict)

    def nowhere(self, answer: Answer, _question: Question | None) -> State:
        self.unmodelled(f"{answer.group}/{answer.question}")
        return "reported"

    def unmodelled(self, name: str) -> None:
        self.reading.mention("unmodelled", name[:120], f"no place in the model; {TOLD}", once=True)

    def say(self, kind: Literal["unmapped", "note"], answer: Answer, reason: str) -> None:
        self.reading.mention(kind, field_name(answer), reason)

    def texts_of(self, answer: Answer) -> list[list[Text]]:
        """Return the texts of each repetition."""
        found = []
        for value in answer.values:
            lines, cut = texts(value, self.language, field_name(answer))
            found.append(lines)
            if cut:
                reason = f"e-mail addresses are left out; {TOLD}"
                self.reading.mention("dropped", field_name(answer), reason, once=True)
        return found

    def keywords_of(self, answer: Answer, question: Question) -> list[list[str]]:
        """Return the keywords of each repetition; labels that have none are reported."""
        rows = []
        for value in answer.values:
            row = []
            for keyword, written in keywords(question, value, field_name(answer)):
                if keyword is None:
                    self.say("unmapped", answer, f"{written!r} is no answer that the questionnaire knows")
                else:
                    row.append(keyword)
            rows.append(row)
        return rows

    def fact(
        self,
        answer: Answer,
        question: Question,
        row: int,
        value: str | float | bool,
        coded: bool = True,
        lang: str | None = None,
    ) -> None:
        """Add one fact; ``row`` counts where the group is a table, or was answered more than once."""
        in_table = len(answer.values) > 1 or answer.group in self.form.tables
        # By position, in the order of the class: there are some three hundred a practice.
        self.facts.append(
            Fact(
                answer.group,
                question.name,
                value,
                question.properties[answer.group],
                coded,
                row if in_table else None,
                lang,
            )
        )

    def coded(self, answer: Answer, question: Question) -> State:
        rows = self.keywords_of(answer, question)
        for row, found in enumerate(rows):
            for keyword in found:
                if question.name.startswith("tech_exposure_") and answer.group in self.table.hazards:
                    self.climate[answer.group][row][question.name] = keyword
                else:
                    self.fact(answer, question, row, keyword)
        return "loaded" if any(rows) else "reported"

    def scored(self, answer: Answer, question: Question) -> State:
        if not question.is_scale:
            return self.coded(answer, question)
        state: State = "reported"
        for row, value in enumerate(answer.values):
            for item in items(value):
                score = _score(item)
                if item in (None, ""):
                    continue
                if score is None:
                    self.say("unmapped", answer, f"{str(item)[:40]!r} is no score from -3 to 3")
                elif answer.group in self.form.tables or len(answer.values) > 1:
                    self.fact(answer, question, row, score, coded=False)
                    state = "loaded"
                else:
                    self.impacts[question.properties[answer.group]] = score
                    state = "loaded"
        return state

    def text(self, answer: Answer, question: Question) -> State:
        rows = self.texts_of(answer)
        for row, lines in enumerate(rows):
            for line in lines:
                self.fact(answer, question, row, line.value, coded=False, lang=line.lang)
        return "loaded" if any(rows) else "dropped"

    def number(self, answer: Answer, question: Question) -> State:
        state: State = "reported"
        for row, value in enumerate(answer.values):
            if value in (None, ""):
                continue
            found = number(value, field_name(answer))
            if found is None:
                self.say("unmapped", answer, f"{str(value)[:60]!r} is not a number")
            else:
                self.fact(answer, question, row, found, coded=False)
                state = "loaded"
        return state

    def yes(self, answer: Answer, question: Question) -> State:
        state: State = "reported"
        for row, value in enumerate(answer.values):
            if value in (None, "", []):
                continue
            found = yes(value, field_name(answer))
            if found is None:
                self.say("unmapped", answer, f"{str(value)[:40]!r} is neither yes nor no")
            else:
                self.fact(answer, question, row, found, coded=False)
                state = "loaded"
        return state

    def day(self, answer: Answer, question: Question) -> State:
        state: State = "reported"
        for row, value in enumerate(answer.values):
            if value in (None, ""):
                continue
            try:
                self.fact(answer, question, row, day(value, field_name(answer)), coded=False)
                state = "loaded"
            except BadRecord as fault:
                self.say("unmapped", answer, fault.reason)
        return state

    def chosen(self, answer: Answer, question: Question) -> State:
        """Take the text of an answer that is a database id (project, institution)."""
        state: State = "reported"
        for row, (value, beside) in enumerate(zip(answer.values, answer.extra, strict=True)):
            lines, _ = texts(beside.get("text"), self.language, field_name(answer))
            for line in lines:
                self.fact(answer, question, row, line.value, coded=False, lang=line.lang)
                state = "loaded"
            if not lines and value not in (None, ""):
                self.say(
                    "unmapped", answer, f"{str(value)[:20]} is an id of QCAT's database without its text"
                )
        return state


def field_name(answer: Answer) -> str:
    return f"{answer.group}/{answer.question}"[:120]


def _score(item: Any) -> int | None:
    """Return a score from its label ("-2") or, in the raw form, from its keyword's end (1 to 7)."""
    if isinstance(item, str):
        if item in _SCORES:
            return _SCORES[item]
        match = re.fullmatch(r"tech_[a-z_]{1,40}_([1-7])", item)
        return int(match[1]) - 4 if match else None
    if isinstance(item, int) and not isinstance(item, bool):
        return item if -3 <= item <= 3 else None
    return None


_SCORES: Final[Mapping[str, int]] = {str(score): score for score in range(-3, 4)} | {
    f"+{score}": score for score in range(1, 4)
}
