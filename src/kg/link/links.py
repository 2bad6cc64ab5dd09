"""A link between a partner's record and one of ours, and the relations that links may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

EXACT, CLOSE, BROAD, RELATED = "skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:relatedMatch"
RELATION: Final = "dcterms:relation"
RELATIONS: Final = (EXACT, CLOSE, BROAD, RELATED, RELATION)

LEXICAL: Final = "semapv:LexicalMatching"
SIMILAR: Final = "semapv:LexicalSimilarityThresholdMatching"
SEMANTIC: Final = "semapv:SemanticSimilarityThresholdMatching"
COMPOSITE: Final = "semapv:CompositeMatching"
MANUAL: Final = "semapv:ManualMappingCuration"

ACCEPT: Final = 0.9
"""Probability from which a suggestion may be taken without looking at it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One suggested link; ``confidence`` is the calibrated probability that it is right."""

    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    object_kind: str
    confidence: float
    justification: str
    reasons: tuple[tuple[str, float], ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "subject_label": self.subject_label,
            "predicate": self.predicate,
            "object": self.object,
            "object_label": self.object_label,
            "object_kind": self.object_kind,
            "confidence": self.confidence,
            "justification": self.justification,
            "reasons": dict(self.reasons),
            "comment": self.comment,
            "accept": self.confidence >= ACCEPT,
        }

    @property
    def comment(self) -> str:
        """Return the reasons in words."""
        return self.note or "; ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in self.reasons)

    @staticmethod
    def of_json(body: dict[str, Any]) -> Link:
        """Return a link from its JSON form."""
        return Link(
            body["subject"],
            body["subject_label"],
            body["predicate"],
            body["object"],
            body["object_label"],
            body["object_kind"],
            body["confidence"],
            body["justification"],
            tuple(body["reasons"].items()),
            body.get("comment", ""),
        )
