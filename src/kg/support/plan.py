"""What a conversation ends with, as plain data with a JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kg.entities.model import Ref
from kg.model import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a record is in the plan, or what to mind: a filter with its value's label, or a sentence.

    ``question`` is the question whose answer asked for it, empty where the module did. ``facet`` and
    ``label`` go together; ``said`` is a sentence in the reader's language; with neither, the record is
    close in meaning.
    """

    question: str
    weight: float
    facet: str = ""
    value: str = ""
    label: str = ""
    said: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question or None,
            "weight": round(self.weight, 3),
            "facet": self.facet or None,
            "value": self.value or None,
            "label": self.label or None,
            "text": self.said or None,
        }


@dataclass(frozen=True, slots=True)
class Item:
    """One record of the plan; ``fits`` of the answered questions speak for it."""

    ref: Ref
    kind: str
    score: float
    fits: int
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]
    countries: tuple[str, ...] = ()
    year: int | None = None
    symbol: str = ""
    summary: Text | None = None
    provisions: tuple[tuple[str, str, Text], ...] = ()
    """(verb, addressee, what) of a decision's operative provisions."""

    def to_json(self) -> dict[str, Any]:
        return {
            "iri": self.ref.iri,
            "type": self.kind,
            "title": self.ref.label.value,
            "title_language": self.ref.label.lang,
            "score": round(self.score, 3),
            "fits": self.fits,
            "reasons": [each.to_json() for each in self.reasons],
            "mind": [each.to_json() for each in self.cautions],
            "countries": list(self.countries),
            "year": self.year,
            "symbol": self.symbol or None,
            "summary": self.summary.value if self.summary else None,
            "provisions": [
                {"verb": verb, "addressee": who, "what": what.value} for verb, who, what in self.provisions
            ],
        }


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, platform or body around a module.

    ``relation`` is how the graph joins it to the module, ``of_module`` whether the module stands first.
    """

    ref: Ref
    relation: Ref | None
    of_module: bool = False
    feature: Text | None = None
    leader: Text | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "iri": self.ref.iri,
            "title": self.ref.label.value,
            "relation": self.relation.label.value if self.relation else None,
            "feature": self.feature.value if self.feature else None,
            "led_by": self.leader.value if self.leader else None,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """Practices recorded with one value of a facet, where the person is."""

    facet: str
    value: str
    label: str
    count: int

    def to_json(self) -> dict[str, Any]:
        return {"facet": self.facet, "value": self.value, "label": self.label, "count": self.count}


@dataclass(frozen=True, slots=True)
class Part:
    """One module of the plan; a list that its file does not name is empty."""

    id: str
    name: str
    title: Ref
    """The module of the Drought Toolbox, as the graph names it."""
    lead: str
    tools: tuple[Tool, ...] = ()
    practices: tuple[Item, ...] = ()
    decisions: tuple[Item, ...] = ()
    publications: tuple[Item, ...] = ()
    criteria: tuple[Ref, ...] = ()
    recorded: tuple[Count, ...] = ()
    around: str = ""
    """Name of the country or region that ``recorded`` counts in, empty for the whole graph."""
    scope: tuple[tuple[str, str], ...] = ()
    """The filters of the search that ``recorded`` counts within."""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "iri": self.title.iri,
            "title": self.name,
            "module": self.title.label.value,
            "about": self.lead,
            "tools": [each.to_json() for each in self.tools],
            "practices": [each.to_json() for each in self.practices],
            "decisions": [each.to_json() for each in self.decisions],
            "publications": [each.to_json() for each in self.publications],
            "criteria": [{"iri": each.iri, "title": each.label.value} for each in self.criteria],
            "recorded": [each.to_json() for each in self.recorded],
            "recorded_in": self.around or None,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan: one part for each module, the one that the person wants first in front."""

    parts: tuple[Part, ...]
    asked: int
    """Number of answered questions that look for something."""
    found: int
    """Number of practices that the answers to the core questions leave."""
    generation: str

    def to_json(self) -> dict[str, Any]:
        return {
            "modules": [each.to_json() for each in self.parts],
            "questions_answered": self.asked,
            "practices_found": self.found,
            "generation": self.generation,
        }
