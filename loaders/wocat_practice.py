"""Puts a practice together from the answers to a WOCAT questionnaire; nothing answered is left unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from kg.errors import BadRecord
from kg.model import Credit, Exposure, Text
from loaders.base import kind_of
from loaders.questionnaire import Question, fold
from loaders.wocat_facts import TOLD, Facts, State, field_name
from loaders.wocat_tree import Answer, Answers, points
from loaders.wocat_values import address, day, items, yes

PERSONS: Final = frozenset({"tech_qg_184", "app_qg_102"})
"""Groups of resource persons (1.2): names and institutions are kept for credit, nothing else."""
CREDITED: Final = {
    "image_photographer": "photographer",
    "video_videographer": "videographer",
    "tech_drawing_author": "author of a drawing",
    "app_flowchart_author": "author of a drawing",
}
CODE: Final = re.compile(r"(technologies|approaches|unccd)_[0-9]{1,9}")


@dataclass(slots=True)
class Assembly(Facts):
    """A practice being put together; ``tally`` counts what became of each question."""

    texts: dict[str, dict[Text, None]] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    points: dict[tuple[float, float], None] = field(default_factory=dict)
    persons: dict[int, dict[str, str]] = field(default_factory=dict)
    credits: dict[Credit, None] = field(default_factory=dict)
    images: dict[str, None] = field(default_factory=dict)
    linked: dict[str, None] = field(default_factory=dict)
    documented: str | None = None
    consent: bool | None = None
    tally: Counter[State] = field(default_factory=Counter)
    seen: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def take(self, answers: Answers) -> None:
        """Take all answers in.

        Raises:
            BadRecord: one of them has a type that its question cannot have.
        """
        self.tally["empty"] += answers.empty
        for answer in answers.found:
            self.tally[self._take(answer)] += 1
        for name in answers.stray:
            self.unmodelled(name)

    def _take(self, answer: Answer) -> State:
        if answer.group in self.table.hazards:
            # A group that is there at all was ticked, whatever is left open in it.
            for row in range(len(answer.values)):
                self.climate.setdefault(answer.group, {}).setdefault(row, {})
        if answer.question.startswith(("tech__", "app__")):
            return self._links(answer)
        for value in answer.values:
            if value or value == 0:
                break
        else:
            return "empty"
        key = answer.group, answer.question
        earlier = self.seen.setdefault(key, answer.values)
        if earlier is not answer.values:
            # The location stands twice in the tree (1.1 and 2.5).
            if earlier == answer.values:
                return "loaded"
            self.say("note", answer, "stands here twice, with different answers; both are kept")
        question = self.form.questions.get(answer.question)
        if question is None or answer.group not in question.properties:
            return self.nowhere(answer, None)
        if answer.group in PERSONS:
            return self._person(answer, question)
        handle = _BY_NAME.get(question.name) or _BY_TYPE.get(question.type, Assembly.nowhere)
        return handle(self, answer, question)

    # Answers that have a place of their own in the model

    def _named(self, answer: Answer, _question: Question) -> State:
        place = _PLACES[answer.question]
        rows = self.texts_of(answer)
        for lines in rows:
            for line in lines:
                one = (
                    line
                    if place in ("summaries", "descriptions")
                    else Text(" ".join(line.value.split()), line.lang)
                )
                self.texts.setdefault(place, {})[one] = None
        return "loaded" if any(rows) else "dropped"

    def _country(self, answer: Answer, _question: Question) -> State:
        state: State = "reported"
        for value in answer.values:
            for item in items(value):
                if item in (None, ""):
                    continue
                if not isinstance(item, str):
                    raise BadRecord(field_name(answer), f"should be a country, not {kind_of(item)}")
                code = self.table.countries.get(item) or self.table.countries.get(fold(item))
                if code:
                    self.countries[code] = None
                    state = "loaded"
                else:
                    self.say("unmapped", answer, f"{item[:80]!r} is no country of the questionnaire")
        return state

    def _map(self, answer: Answer, _question: Question) -> State:
        state: State = "reported"
        for value in answer.values:
            for point in points(value, field_name(answer)) if value not in (None, "") else ():
                if isinstance(point, str):
                    self.say("unmapped", answer, point)
                else:
                    self.points[point] = None
                    state = "loaded"
        return state

    def _image(self, answer: Answer, question: Question) -> State:
        state: State = "reported"
        for row, (value, beside) in enumerate(zip(answer.values, answer.extra, strict=True)):
            if value in (None, ""):
                continue
            kind = beside.get("content_type") or "image/"
            found = address(value, field_name(answer))
            if found is None:
                self.say("unmapped", answer, f"{str(value)[:80]!r} is no address of a file on QCAT")
            elif not isinstance(kind, str) or not kind.startswith("image/"):
                self.say("unmapped", answer, f"{found} is no image but {str(kind)[:60]!r}")
            else:
                self.images[found] = None
                self.fact(answer, question, row, found, coded=False)
                state = "loaded"
        return state

    def _links(self, answer: Answer) -> State:
        state: State = "reported"
        for beside in answer.extra:
            code = beside.get("code")
            if isinstance(code, str) and CODE.fullmatch(code):
                self.linked[code] = None
                state = "loaded"
            else:
                self.say("unmapped", answer, f"{str(code)[:60]!r} is no code of a practice")
        return state

    def _consent(self, answer: Answer, _question: Question) -> State:
        self.consent = yes(answer.values[0], field_name(answer))
        return "loaded"

    def _documented(self, answer: Answer, _question: Question) -> State:
        self.documented = day(answer.values[0], field_name(answer))
        return "loaded"

    def _credit(self, answer: Answer, question: Question) -> State:
        for lines in self.texts_of(answer):
            for line in lines:
                self.credits[Credit(" ".join(line.value.split()), None, CREDITED[question.name])] = None
        return "loaded"

    def _person(self, answer: Answer, question: Question) -> State:
        if question.name == "user_id":
            # A registered user is {"value": name, "user_id": ...}; the id is an account.
            for row, beside in enumerate(answer.extra):
                name = beside.get("value")
                if isinstance(name, str) and name.strip():
                    self.persons.setdefault(row, {})["user"] = " ".join(name.split())[:300]
        if question.name in self.table.personal or question.name == "country":
            reason = f"personal data of resource persons; {TOLD}"
            self.reading.mention("dropped", field_name(answer), reason, once=True)
            return "dropped"
        if question.type in _CODED:
            rows = self.keywords_of(answer, question)
            for row, found in enumerate(rows):
                for keyword in found[:1]:
                    self.persons.setdefault(row, {})["role"] = keyword.removeprefix("resourceperson_")
            return "loaded" if any(rows) else "reported"
        lines = self.texts_of(answer)
        for row, each in enumerate(lines):
            for line in each[:1]:
                self.persons.setdefault(row, {})[question.name] = " ".join(line.value.split())
        return "loaded" if any(lines) else "dropped"

    # What the practice gets

    def all_credits(self) -> tuple[Credit, ...]:
        """Return the resource persons in their order, then those credited for pictures."""
        found: dict[Credit, None] = {}
        for row in sorted(self.persons):
            person = self.persons[row]
            full = " ".join(filter(None, (person.get("person_firstname"), person.get("person_lastname"))))
            name, institution = full or person.get("user"), person.get("person_institution_name")
            role = person.get("user_resourceperson_other") or person.get("role") or "resource person"
            if name or institution:
                found[Credit(name, institution, role)] = None
        return (*found, *self.credits)

    def exposures(self) -> tuple[Exposure, ...]:
        """Return the exposures of 6.3, one a hazard and repetition (season)."""
        return tuple(
            Exposure(
                hazard=group,
                change=cast(Literal["increase", "decrease"] | None, row.get("tech_exposure_incrdecr")),
                sensitivity=row.get("tech_exposure_sensitivity"),
                season=row.get("tech_exposure_season"),
            )
            for group, rows in self.climate.items()
            for row in rows.values()
        )


_CODED: Final = ("select", "select_type", "radio", "checkbox", "multi_select", "image_checkbox")
_PLACES: Final = {
    "name": "names",
    "name_local": "local_names",
    "state_province": "places",
    "further_location": "places",
    "unccd_location": "places",
    "tech_definition": "summaries",
    "app_definition": "summaries",
    "unccd_description": "summaries",
    "tech_description": "descriptions",
    "app_description": "descriptions",
}
_Handler = Callable[[Assembly, Answer, Question], State]
_BY_NAME: Final[Mapping[str, _Handler]] = {
    **dict.fromkeys(_PLACES, Assembly._named),
    **dict.fromkeys(CREDITED, Assembly._credit),
    "country": Assembly._country,
    "accept_conditions": Assembly._consent,
    "date_documentation": Assembly._documented,
}
_BY_TYPE: Final[Mapping[str, _Handler]] = {
    **dict.fromkeys(_CODED, Assembly.coded),
    **dict.fromkeys(("char", "text", "hidden"), Assembly.text),
    **dict.fromkeys(("int", "float"), Assembly.number),
    **dict.fromkeys(("image", "file"), Assembly._image),
    "measure": Assembly.scored,
    "bool": Assembly.yes,
    "date": Assembly.day,
    "map": Assembly._map,
    "select_model": Assembly.chosen,
}
