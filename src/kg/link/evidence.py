"""What speaks for a link, as numbers that the calibration turns into a probability."""

from __future__ import annotations

from kg.link.profile import Mention, Practice, Practices
from kg.link.records import PartnerRecord


def mentioned(mention: Mention) -> dict[str, float]:
    """Return what speaks for a concept being a subject of the record."""
    return {
        "in_title": float(mention.in_title),
        "in_keywords": float(mention.in_keywords),
        "mentioned_again": float(min(mention.count, 4) - 1),
        "words_in_label": float(min(mention.words, 3) - 1),
    }


def same_title(
    share: float, is_same: bool, record: PartnerRecord, countries: tuple[str, ...]
) -> dict[str, float]:
    """Return what speaks for two records of (nearly) the same title being one thing."""
    fits = not record.countries or not countries or bool({*record.countries} & {*countries})
    return {"title": share, "same_title": float(is_same), "same_country": float(fits)}


def compared(
    record: PartnerRecord,
    practice: Practice,
    practices: Practices,
    vector: dict[str, float],
    concepts: set[int],
    cosine: float | None,
) -> dict[str, float]:
    """Return what speaks for a practice being related: shared words, name, concepts, country, meaning.

    ``vector`` are the record's weighted words, ``concepts`` the numbers of the concepts it mentions.
    """
    idf, rarest = practices.idf, practices.rarest
    common = vector.keys() & practice.words.keys()
    shared = sum(vector[word] * practice.words[word] for word in common)
    named = 0.0
    for words in practice.name_words:
        weight = sum(idf.get(word, rarest) for word in words)
        inside = sum(idf.get(word, rarest) for word in words if word in vector)
        named = max(named, inside / weight * min(1.0, weight / (2 * rarest)))
    weights = practices.concept_idf
    shared_concepts = [weights.get(each, 0.0) for each in concepts & practice.concepts]
    return {
        "shared_words": round(shared, 3),
        "name_in_text": round(named, 3),
        "shared_concepts": round(min(sum(shared_concepts), 12.0) / 12.0, 3),
        "rare_concept": round(max(shared_concepts, default=0.0) / rarest, 3),
        "same_country": float(bool({*record.countries} & {*practice.entry.countries})),
        "meaning": round(max(0.0, cosine), 3) if cosine is not None else 0.0,
    }
