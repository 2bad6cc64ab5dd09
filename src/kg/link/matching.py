"""Scores names against a text, and says when the best of them is safely the same thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz

from kg.link.labels import LabelIndex
from kg.link.names import Entry, Name
from kg.link.text import doi, fold, has_han, numbers, singular

EXACT: Final = {"label": 100.0, "alt": 99.0, "hidden": 97.0}
CODE: Final = 100.0
WEAK_CODE: Final = 88.0
PLURAL: Final = 95.0
FUZZY_TOP: Final = 94.0
"""Most that a name which is not equal can score: one step below the safe margin under an equal one."""
LEAST: Final = 50.0
_NEAR: Final = 90
_NEAR_FILTERED: Final = 500
_SAFE_CODE: Final = 5
_SAFE_NAME: Final = 4
_SAFE_HAN: Final = 2
_WRONG_TYPE: Final = 15.0


@dataclass(slots=True)
class Candidate:
    """An entry that a text may mean; ``score`` runs from 0 to 100."""

    entry: Entry
    score: float
    name: Name | None = None
    features: dict[str, float | bool] = field(default_factory=dict)
    safe: bool = False
    """Whether the name itself is equal and telling enough for a certain match."""
    match: bool = False

    def order(self, language: str) -> tuple[object, ...]:
        """Best first; among equals the asked language, preferred labels, and the usual kind."""
        lang = self.name.lang if self.name else ""
        role = ("label", "alt", "hidden", "code").index(self.name.role) if self.name else 4
        return (-self.score, lang not in (language, ""), role, self.entry.rank)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which types of entries may answer; ``strict`` is ``any``, ``all`` or ``should``."""

    types: tuple[str, ...] = ()
    strict: str = "any"

    def allows(self, entry: Entry) -> bool:
        """Tell whether the entry may be a candidate at all."""
        if not self.types or self.strict == "should":
            return True
        return self.fits(entry)

    def fits(self, entry: Entry) -> bool:
        """Tell whether the entry is of the types."""
        found = {each in entry.types for each in self.types}
        return all(found) if self.strict == "all" else any(found)


def candidates(index: LabelIndex, text: str, wanted: Wanted, language: str) -> list[Candidate]:
    """Return the entries whose names are equal or similar to a text, best first."""
    best: dict[int, Candidate] = {}

    def offer(found: Candidate) -> None:
        if not wanted.allows(found.entry) or (found.entry.withdrawn and not found.features.get("identifier")):
            return
        held = best.get(found.entry.number)
        if held is None or found.order(language) < held.order(language):
            best[found.entry.number] = found

    stripped = text.strip()
    entry = index.entry(stripped)
    if entry is not None:
        offer(Candidate(entry, CODE, None, {"identifier": True}, safe=True))
    key = doi(stripped) or fold(stripped)
    if key:
        for each in _exact(index, key, stripped):
            offer(each)
        for each in _similar(index, key, _NEAR_FILTERED if wanted.types else _NEAR):
            offer(each)
    for each in best.values():
        _type(each, wanted)
    if not wanted.types:
        _prefer_concepts(best.values())
    return sorted(best.values(), key=lambda each: each.order(language))


def decide(ranked: list[Candidate], threshold: float, margin: float) -> None:
    """Mark the first candidate as a match where it is safe, above the threshold and alone ahead."""
    if not ranked:
        return
    first = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else 0.0
    first.match = (
        first.safe
        and not first.entry.withdrawn
        and first.score >= threshold
        and first.score - second >= margin
        and first.features.get("type") is not False
    )


def _exact(index: LabelIndex, key: str, text: str) -> Iterable[Candidate]:
    for number in index.exact.get(key, ()):
        name = index.names[number]
        entry = index.entries[name.entry]
        if name.role == "code":
            strong = len(name.text) >= _SAFE_CODE and any(each.isdigit() for each in name.text)
            score = CODE if strong else WEAK_CODE
            yield Candidate(entry, score, name, {"code": True, "language": False}, safe=strong)
        else:
            yield Candidate(
                entry, EXACT[name.role], name, _exact_features(name), safe=_is_telling(name, text)
            )
    for number in index.plural.get(singular(key), ()):
        name = index.names[number]
        if name.key != key:
            yield Candidate(index.entries[name.entry], PLURAL, name, _features(name, key, 0.95))


def _is_telling(name: Name, text: str) -> bool:
    """A short name is certain only in the same letters: ``EbA`` is, ``Eba`` may be anybody."""
    if has_han(name.key):
        return len(name.key) >= _SAFE_HAN
    return len(name.key) >= _SAFE_NAME or name.text == text


def _similar(index: LabelIndex, key: str, limit: int) -> Iterable[Candidate]:
    words = set(singular(key).split())
    digits = numbers(key)
    for near in index.similar(key, limit):
        other = index.keys[near]
        if other == key:
            continue
        share = similarity(key, other, words)
        if digits != numbers(other):
            share *= 0.8
        score = round(FUZZY_TOP * share, 1)
        if score < LEAST:
            continue
        for number in index.named[near]:
            name = index.names[number]
            penalty = 0.0 if name.role == "label" else 0.5
            yield Candidate(index.entries[name.entry], score - penalty, name, _features(name, key, share))


def similarity(key: str, other: str, words: Collection[str] | None = None) -> float:
    """Return how much two keys are alike, from 0 to 1: as spelled, in any order of words, or in part."""
    spelled = max(fuzz.ratio(key, other), 0.98 * fuzz.token_sort_ratio(key, other)) / 100
    mine = set(singular(key).split()) if words is None else set(words)
    theirs = set(singular(other).split())
    common = mine & theirs
    if not common or has_han(key):
        return float(spelled)
    size = sum(map(len, common))
    overlap = size / sum(map(len, mine | theirs))
    inside = size / min(sum(map(len, mine)), sum(map(len, theirs)))
    part = 0.9 * overlap if inside < 1 else 0.55 + 0.35 * overlap
    return float(max(spelled, part))


def _exact_features(name: Name) -> dict[str, float | bool]:
    features = _features(name, name.key, 1.0)
    features["exact"] = True
    return features


def _features(name: Name, key: str, share: float) -> dict[str, float | bool]:
    mine, theirs = set(key.split()), set(name.key.split())
    return {
        "exact": False,
        "name_similarity": round(100 * share, 1),
        "token_overlap": round(100 * len(mine & theirs) / max(1, len(mine | theirs)), 1),
        "preferred_label": name.role == "label",
    } | ({f"label_{name.lang}": True} if name.lang else {})


def _prefer_concepts(found: Iterable[Candidate]) -> None:
    """Put a framework below the concept of the same name: the concept is what the name means by itself."""
    equal = [each for each in found if each.score >= EXACT["hidden"]]
    if any("concept" in each.entry.types for each in equal):
        for each in equal:
            if "framework" in each.entry.types:
                each.score = WEAK_CODE


def _type(found: Candidate, wanted: Wanted) -> None:
    if not wanted.types:
        return
    found.features["type"] = wanted.fits(found.entry)
    if not found.features["type"]:
        found.score = max(0.0, found.score - _WRONG_TYPE)
