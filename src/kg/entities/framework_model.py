"""What the pages of frameworks and criteria show: plain dataclasses, no graph objects."""

from __future__ import annotations

from dataclasses import dataclass

from kg.entities.model import Listed, Ref
from kg.model import Text


@dataclass(frozen=True, slots=True)
class FrameworkCriterion:
    """A test, a published criterion or an indicator of a framework."""

    ref: Ref
    description: Text | None
    klass: str
    """``defining``, ``guard``, ``supporting`` or ``process`` for tests, else empty."""
    number: str
    edition: str
    sources: tuple[Ref, ...]
    source_note: str
    confidence: str
    tests: tuple[Ref, ...]
    indicators: tuple[FrameworkCriterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """What one source says of how a framework stands to another, or to a target."""

    iri: str
    subject: Ref
    kind: Ref
    object: Ref
    modality: str
    condition: Text | None
    source: Ref | None
    source_note: str
    paragraph: str
    confidence: str
    competes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relations:
    """Relations to one other thing; views that compete stand in one tuple."""

    other: Ref
    views: tuple[tuple[Relation, ...], ...]


@dataclass(frozen=True, slots=True)
class Under:
    """Practices that reach a framework with one verdict (``qualifies`` or ``candidate``)."""

    verdict: str
    count: int
    first: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """What only frameworks have."""

    definition: Text | None
    notes: tuple[Text, ...]
    paragraph: str
    sources: tuple[Ref, ...]
    concept: Ref | None
    adopted: tuple[Ref, ...]
    defined: tuple[Ref, ...]
    tests: tuple[FrameworkCriterion, ...]
    published: tuple[tuple[str, tuple[FrameworkCriterion, ...]], ...]
    """(edition, criteria)."""
    relations: tuple[Relations, ...]
    under: tuple[Under, ...]
    countries: tuple[tuple[Ref, int], ...]
    assessed: int
    records: tuple[tuple[str, int, tuple[Listed, ...]], ...]
    """(kind, how many, the newest)."""


@dataclass(frozen=True, slots=True)
class CriterionPage:
    """What only criteria have."""

    results: tuple[tuple[Ref, int], ...]
    """(result, practices), most first."""
    rules: tuple[Ref, ...]
