"""What the guided conversation asks and what its plan holds, as its files in ``ontology/support`` say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Words = Mapping[str, str]
"""A text in each of the six languages."""

KINDS: Final = ("choice", "country", "text")
LISTS: Final = ("tools", "practices", "decisions", "publications", "criteria", "recorded")
ANY: Final = "any"
"""The answer that leaves a question open; no option may be called so."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an answer looks for in records, and how much it counts.

    ``on`` is ``facet`` (a filter of the search, ``name`` with ``values``), ``fact`` (a property of the
    questionnaire, with ``values`` or a number from ``least`` to ``most``) or ``copes`` (practices recorded
    to cope well with the hazard ``name``). A weight below zero speaks against a record.
    """

    on: str
    name: str
    weight: float
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    say: Words | None = None
    """The reason in words; without it, the labels of the graph say it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice; it is named by a concept of the graph or in its own words."""

    id: str
    concept: str | None = None
    name: Words | None = None
    wishes: tuple[Wish, ...] = ()
    words: str = ""
    """What to look for by meaning, in any language."""
    module: str | None = None
    """The module that comes first for who chooses this."""
    framework: str | None = None
    """The framework whose criteria say what to look at (list ``criteria``)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; it is asked while every question of ``when`` has one of the answers named there."""

    id: str
    kind: str
    ask: Words
    hint: Words | None = None
    options: tuple[Option, ...] = ()
    many: bool = False
    core: bool = False
    """Practices that fulfil no wish of a core question are left out."""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    """Of a country: what the same ``country``, the same ``region`` and the same ``continent`` count; of a
    text: what closeness in ``meaning`` counts."""


@dataclass(frozen=True, slots=True)
class Module:
    """One part of the plan; ``concept`` and ``entity`` are the toolbox's own module in the graph."""

    id: str
    name: Words
    concept: str
    lead: Words
    lists: tuple[str, ...]
    entity: str | None = None
    tools: tuple[str, ...] = ()
    words: str = ""
    wishes: tuple[Wish, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """Questions and modules in the order of their files' names."""

    questions: tuple[Question, ...]
    modules: tuple[Module, ...]

    def question(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.id == name), None)
