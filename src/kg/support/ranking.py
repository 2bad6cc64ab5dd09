"""Ranks the records of the index by what the answers look for, and keeps why."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import NamedNode

from kg import queries
from kg.atlas.gazetteer import Gazetteer
from kg.entities.reading import lexical
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex
from kg.store import GraphStore, Term
from kg.support.conversation import Step, Talk
from kg.support.plan import Reason
from kg.support.script import Module, Wish
from kg.vocab import Iris

Mask = NDArray[np.bool_]
_NEAREST: Final = 60
"""Records that closeness in meaning can lift."""
_MEANING: Final = 3.0
"""What closeness in meaning to all answers together counts, at most."""
_FADES: Final = 8
"""Rank at which closeness in meaning counts half."""
_KEPT: Final = 256
"""Searches by meaning whose order is kept."""
_WORLD: Final = "001"
_OFFICIAL: Final = ("decision", "document", "publication")


@dataclass(frozen=True, slots=True)
class Sought:
    """What one question, or a module, looks for; of a country's wishes only the closest counts.

    ``words`` join one search by meaning with those of the others, but where ``meaning`` is set: there
    they are the person's own, and count by themselves.
    """

    question: str
    wishes: tuple[Wish, ...]
    words: str = ""
    meaning: float = 0.0
    only_best: bool = False
    core: bool = False


@dataclass(slots=True)
class Ranked:
    """A record by its number in the index, with its score and the reasons, the weightiest first."""

    number: int
    score: float
    reasons: list[Reason]
    cautions: list[Reason]

    @property
    def fits(self) -> int:
        return len({each.question for each in self.reasons if each.question})


class Ranking:
    """What one generation has recorded, ready to be scored; safe to use from several threads."""

    def __init__(self, store: GraphStore, index: SearchIndex, gazetteer: Gazetteer, iris: Iris) -> None:
        self.store, self.index, self.gazetteer, self.iris = store, index, gazetteer, iris
        self.records = index.tables.records
        self._numbers = {record.iri: number for number, record in enumerate(self.records)}
        self._kinds = np.array([record.kind for record in self.records])
        self._masks: dict[tuple[object, ...], Mask] = {}
        self._nearest: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._lock = threading.Lock()

    def sought(self, talk: Talk, module: Module | None = None) -> list[Sought]:
        """Return what the answers, and a module, look for."""
        found = [self._of_step(step) for step in talk.steps if not step.is_open]
        if module is not None:
            about = " ".join(
                option.words for step in talk.steps if step.question.core for option in step.chosen
            )
            words = f"{module.words} {about}".strip()
            found.append(Sought("", module.wishes, words, meaning=3.0))
        return found

    def _of_step(self, step: Step) -> Sought:
        question = step.question
        if question.kind == "country":
            return Sought(question.id, self._near(step.answer[0], question.weights), only_best=True)
        if question.kind == "text":
            return Sought(question.id, (), step.answer[0], question.weights.get("meaning", 1.0))
        wishes = tuple(wish for option in step.chosen for wish in option.wishes)
        words = " ".join(option.words for option in step.chosen if option.words)
        return Sought(question.id, wishes, words, core=question.core)

    def _near(self, country: str, weights: Mapping[str, float]) -> tuple[Wish, ...]:
        """Return the wishes of a place: the country, the smallest region it is in, its continent."""
        regions = self.gazetteer.regions(country)
        continents = set(self.gazetteer.parts(_WORLD))
        small = next((each for each in regions if each not in continents and each != _WORLD), None)
        large = next((each for each in regions if each in continents), None)
        places = (
            ("country", "country", country),
            ("region", "region", small),
            ("continent", "region", large),
        )
        return tuple(
            Wish("facet", facet, weights[key], (code,))
            for key, facet, code in places
            if code and weights.get(key)
        )

    def rank(
        self, sought: Sequence[Sought], kinds: Sequence[str], language: str, most: int
    ) -> tuple[list[Ranked], int]:
        """Return the best records of some kinds, and how many the core questions leave.

        Records that nothing speaks for are left out.
        """
        of_kind = np.isin(self._kinds, kinds)
        score = np.zeros(len(self.records))
        allowed = of_kind.copy()
        for each in sought:
            gained = self._gained(each)
            score += gained
            if each.core and each.wishes and bool(((gained > 0) & of_kind).any()):
                allowed &= gained > 0
        left = int(allowed.sum())
        close = self._close(sought, kinds) if most else []
        for _question, weight, near in close:
            for rank, number in enumerate(near):
                score[number] += weight / (1 + rank / _FADES)
        numbers = np.flatnonzero(allowed & (score > 0))
        order = sorted(
            numbers, key=lambda number: (-round(float(score[number]), 6), self.records[number].iri)
        )
        return [
            self._explained(int(number), float(score[number]), sought, close, language)
            for number in order[:most]
        ], left

    def _gained(self, sought: Sought) -> NDArray[np.float64]:
        gained = np.zeros(len(self.records))
        for wish in sought.wishes:
            share = self.mask(wish) * wish.weight
            gained = np.maximum(gained, share) if sought.only_best else gained + share
        return gained

    def _close(self, sought: Sequence[Sought], kinds: Sequence[str]) -> list[tuple[str, float, list[int]]]:
        """Return (question, weight, records nearest first) of each search by meaning."""
        joint = ". ".join(each.words for each in sought if each.words and not each.meaning)
        asked = [("", _MEANING, joint)] if joint else []
        asked += [(each.question, each.meaning, each.words) for each in sought if each.words and each.meaning]
        # Official texts are searched together: two lists of a part need one search.
        family = _OFFICIAL if set(kinds) <= set(_OFFICIAL) else tuple(kinds)
        return [
            (question, weight, [n for n in self.nearest(words, family) if self._kinds[n] in kinds])
            for question, weight, words in asked
        ]

    def nearest(self, words: str, kinds: tuple[str, ...]) -> list[int]:
        """Return the records of some kinds that a search for the words puts first, by number."""
        key = (words, kinds)
        if key not in self._nearest:
            request = SearchRequest(text=words, filters={"type": kinds}, limit=1)
            _response, records = self.index.answer(request)
            with self._lock:
                if len(self._nearest) >= _KEPT:
                    self._nearest.pop(next(iter(self._nearest)))
                self._nearest[key] = [self._numbers[record.iri] for record in records[:_NEAREST]]
        return self._nearest[key]

    def mask(self, wish: Wish) -> Mask:
        """Return which records fulfil a wish."""
        key = (wish.on, wish.name, wish.values, wish.least, wish.most)
        if key not in self._masks:
            found = np.zeros(len(self.records), dtype=np.bool_)
            if wish.on == "facet":
                for value in wish.values:
                    found[self.index.having(wish.name, value)] = True
            else:
                named = self._copes(wish) if wish.on == "copes" else self._facts(wish)
                found[[self._numbers[iri] for iri in named if iri in self._numbers]] = True
            with self._lock:
                if len(self._masks) >= 4 * _KEPT:
                    self._masks.clear()
                self._masks[key] = found
        return self._masks[key]

    def _copes(self, wish: Wish) -> set[str]:
        rows = self._ask("copes", hazard=self.iris.concept(wish.name))
        return {lexical(row["record"]) for row in rows}

    def _facts(self, wish: Wish) -> set[str]:
        rows = self._ask("facts", property=self.iris.wocat(wish.name))
        return {lexical(row["record"]) for row in rows if _fulfils(row["value"], wish)}

    def _ask(self, name: str, **values: str) -> list[dict[str, Term]]:
        text, bind = queries.get("support", name).bind(values, self.iris)
        return self.store.select(text, bind)

    def _explained(
        self,
        number: int,
        score: float,
        sought: Sequence[Sought],
        close: Sequence[tuple[str, float, list[int]]],
        language: str,
    ) -> Ranked:
        reasons: list[Reason] = []
        cautions: list[Reason] = []
        for each in sought:
            held = [wish for wish in each.wishes if self.mask(wish)[number]]
            if each.only_best:
                held = sorted(held, key=lambda wish: -wish.weight)[:1]
            for wish in held:
                (reasons if wish.weight > 0 else cautions).append(self._reason(number, each, wish, language))
        for question, weight, near in close:
            if number in near[: _NEAREST // 4]:
                reasons.append(Reason(question, weight / (1 + near.index(number) / _FADES)))
        unique = {(each.facet, each.value, each.said): each for each in reversed(reasons)}
        best = sorted(unique.values(), key=lambda each: (-each.weight, each.facet, each.value))
        return Ranked(number, score, best, cautions)

    def _reason(self, number: int, sought: Sought, wish: Wish, language: str) -> Reason:
        said = wish.say[language] if wish.say else ""
        if wish.on != "facet":
            label = "" if said else self.label("hazard", wish.name, language)
            return Reason(sought.question, wish.weight, "" if said else "copes", wish.name, label, said)
        value = next(each for each in wish.values if number in self.index.having(wish.name, each))
        label = self.label(wish.name, value, language)
        return Reason(sought.question, wish.weight, wish.name, value, label, said)

    def label(self, facet: str, value: str, language: str) -> str:
        """Return the name of a filter's value."""
        return str(self.index.tables.concepts.label(facet, value, language))


def _fulfils(term: Term, wish: Wish) -> bool:
    """Tell whether a recorded value is one of the wish's, or a number within its limits."""
    text = lexical(term)
    if wish.values:
        return (text.rpartition("/")[2] if isinstance(term, NamedNode) else text) in wish.values
    try:
        number = float(text)
    except ValueError:
        return False
    return (wish.least is None or number >= wish.least) and (wish.most is None or number <= wish.most)
