"""What the WOCAT questionnaires ask: groups, questions, value keywords and the labels they print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

KINDS: Final[Mapping[str, Literal["technology", "approach", "prais"]]] = {
    "technologies": "technology",
    "approaches": "approach",
    "unccd": "prais",
}
"""Configurations of QCAT that hold practices, and our kind of practice for each."""

_TABLE: Final = Path(__file__).with_name("wocat_questionnaire.json")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, the same wherever it stands.

    ``labels`` maps each printed label (of both editions, and folded by :func:`fold`) and each keyword
    to the keyword; ``properties`` maps each group that holds the question to the local name of its
    ``wocat:`` property; ``is_scale`` is true of impacts scored from -3 to +3.
    """

    name: str
    type: str
    labels: Mapping[str, str]
    properties: Mapping[str, str]
    is_scale: bool = False

    def keyword(self, label: str) -> str | None:
        """Return the keyword of a label, or of a keyword itself; ``None`` if it is neither."""
        return self.labels.get(label) or self.labels.get(fold(label))


@dataclass(frozen=True, slots=True)
class Form:
    """The questionnaire of one configuration: its questions by keyword, and which groups repeat."""

    kind: str
    questions: Mapping[str, Question]
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Everything the loaders need to read WOCAT's answers.

    ``hazards`` maps the groups of section 6.3 to their concepts, ``countries`` maps labels and keywords
    to ISO 3166-1 alpha-3, ``coarse`` maps a facet of the starter rows and its word to a keyword,
    ``personal`` are the questions about persons that are not kept.
    """

    forms: Mapping[str, Form]
    hazards: Mapping[str, str]
    countries: Mapping[str, str]
    coarse: Mapping[str, Mapping[str, str]]
    personal: frozenset[str]


def fold(label: str) -> str:
    """Return a label without differences of case, white space and apostrophes."""
    return " ".join(label.replace("’", "'").casefold().split())


@cache
def questionnaire() -> Questionnaire:
    """Return the questionnaires as ``wocat_questionnaire.json`` has them."""
    raw = json.loads(_TABLE.read_text("utf-8"))
    countries = dict(raw["countries"])
    for label, keyword in raw["country_labels"].items():
        countries[fold(label)] = raw["countries"][keyword]
    return Questionnaire(
        forms={kind: _form(kind, raw["configurations"][kind]) for kind in KINDS},
        hazards=raw["hazards"],
        countries=countries,
        coarse=raw["coarse"],
        personal=frozenset(raw["personal"]),
    )


def _form(kind: str, raw: Mapping[str, Any]) -> Form:
    return Form(
        kind=kind,
        questions={name: _question(name, question) for name, question in raw["questions"].items()},
        tables=frozenset(group for group, about in raw["questiongroups"].items() if about["table"]),
    )


def _question(name: str, raw: Mapping[str, Any]) -> Question:
    groups: list[str] = raw["groups"]
    primary = raw.get("primary", groups[:1])
    return Question(
        name=name,
        type=raw["type"],
        labels=_labels(raw.get("values", {}), raw.get("labels_2015", {})),
        properties={group: name if group in primary else f"{group}.{name}" for group in groups},
        is_scale="scale" in raw,
    )


def _labels(*editions: Mapping[str, str]) -> dict[str, str]:
    """Return label, folded label and keyword to keyword; a label of two keywords names none."""
    found: dict[str, str] = {}
    claimed: dict[str, set[str]] = {}
    for values in editions:
        for keyword, label in values.items():
            for written in (label, fold(label)):
                claimed.setdefault(written, set()).add(keyword)
            found[keyword] = keyword
    for written, keywords in claimed.items():
        if len(keywords) == 1:
            found.setdefault(written, next(iter(keywords)))
    return found
