"""Scores passages for groups of words exactly as the embedded word index does, from their terms alone.

An engine that only adds up weights of terms (a sparse vector) finds the candidates by :meth:`Sought.weights`;
what it cannot say - the best synonym counts, a label wants all its words, best one after another - is said
here. BM25 is that of Robertson et al. (1994) with the constants and roundings of tantivy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from kg.search.engines import Alternative, Groups
from kg.search.lexical import fields_of, may_be_misspelt
from kg.search.terms import FIELDS, K1, SHIFT, Terms
from kg.search.weights import FUZZY, PHRASE, SYNONYM_TIE, TIE

_LABEL: Final = 1.5
"""Words of a label together weigh as one and a half words (:mod:`kg.search.lexical`)."""

_TYPICAL: Final = 0.45
"""What a term that stands once in a passage of mean length has of its full weight."""

_SLOP: Final = 1

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Token:
    """The terms of a token with their boosts; ``is_near`` means that they are only spelt like it."""

    terms: tuple[tuple[tuple[int, ...], float], ...]
    is_near: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """An alternative of a group: all its tokens, and phrases as (terms in order, boost)."""

    tokens: tuple[Token, ...]
    phrases: tuple[tuple[tuple[int, ...], float], ...]
    weight: float


class Sought:
    """The groups of a query as terms that passages have."""

    def __init__(self, terms: Terms, groups: Groups) -> None:
        self._terms = terms
        read = [[self._wanted(each) for each in group] for group in groups]
        self.all_groups = [[each for each in group if each is not None] for group in read]
        self.groups = [group for group in self.all_groups if group]

    def _wanted(self, alternative: Alternative) -> Wanted | None:
        tokens = [self._token(token, alternative.language) for token in alternative.tokens]
        if not tokens or any(token is None for token in tokens):
            return None
        held = tuple(token for token in tokens if token is not None)
        if len(held) == 1:
            return Wanted(held, (), alternative.weight)
        phrases = []
        for name, boost in fields_of(alternative.language)[:2]:
            numbers = [self._terms.number(name, token) for token in alternative.tokens]
            if all(number is not None for number in numbers):
                phrases.append((tuple(each for each in numbers if each is not None), boost * PHRASE))
        return Wanted(held, tuple(phrases), alternative.weight * _LABEL / len(held))

    def _token(self, token: str, language: str) -> Token | None:
        fields = fields_of(language)
        known = tuple(
            ((number,), boost)
            for name, boost in fields
            if (number := self._terms.number(name, token)) is not None
        )
        if known:
            return Token(known)
        if not may_be_misspelt(token):
            return None
        near = tuple(
            (found, boost * FUZZY) for name, boost in fields[:2] if (found := self._near(name, token))
        )
        return Token(near, is_near=True)

    def _near(self, field: str, token: str) -> tuple[int, ...]:
        """Return the terms of a field that differ by one letter, or by two that changed places."""
        at = FIELDS.index(field)
        return tuple(
            at << SHIFT | place
            for other, place in self._terms.places[at].items()
            if abs(len(other) - len(token)) <= 1 and OSA.distance(token, other, score_cutoff=1) <= 1
        )

    def weights(self) -> dict[int, float]:
        """Return how much each term may bring: the sparse vector of the query, to find candidates by."""
        found: dict[int, float] = defaultdict(float)
        for group in self.groups:
            for wanted in group:
                for token in wanted.tokens:
                    for numbers, boost in token.terms:
                        for number in numbers:
                            full = 1 / _TYPICAL if token.is_near else (K1 + 1) * self._terms.rarity(number)
                            found[number] += boost * wanted.weight * full
        return dict(found)

    def scores(self, passages: Sequence[int]) -> Scores:
        """Return the score of each passage; 0 where nothing of the query is said."""
        return _Passages(self._terms, self, passages).scores()


class _Passages:
    """The frequencies of the terms that a query looks for, in some passages."""

    def __init__(self, terms: Terms, sought: Sought, passages: Sequence[int]) -> None:
        self._terms = terms
        self._groups = sought.groups
        self._count = len(passages)
        self._flat, self._rows = terms.of(passages)
        self._starts = np.searchsorted(self._rows, np.arange(self._count + 1))
        numbers = np.array(sorted(sought.weights()), dtype=np.int32)
        self._columns = {number: at for at, number in enumerate(numbers.tolist())}
        self._brakes = terms.brakes(self._flat, self._rows, self._count)
        if not len(numbers):
            return
        at = np.minimum(np.searchsorted(numbers, self._flat), len(numbers) - 1)
        hit = numbers[at] == self._flat
        size = self._count * len(numbers)
        counted = np.bincount(self._rows[hit] * len(numbers) + at[hit], minlength=size)
        frequency = counted.reshape(self._count, len(numbers))
        rarity = np.array([terms.rarity(number) for number in self._columns], dtype=np.float64)
        self._has = frequency > 0
        self._bm25 = (K1 + 1) * rarity * frequency / (frequency + self._brakes[:, numbers >> SHIFT])

    def scores(self) -> Scores:
        total = np.zeros(self._count, dtype=np.float64)
        for group in self._groups:
            total += _best([self._alternative(each) for each in group], SYNONYM_TIE)
        return total

    def _alternative(self, wanted: Wanted) -> Scores:
        each = [self._token(token) for token in wanted.tokens]
        if len(each) == 1:
            return each[0] * wanted.weight
        together = np.logical_and.reduce([scores > 0 for scores in each])
        rows = np.flatnonzero(together)
        total = np.where(together, np.sum(each, axis=0), 0.0)
        if len(rows):
            for numbers, boost in wanted.phrases:
                total[rows] += boost * self._phrase(numbers, rows)
        return total * wanted.weight

    def _token(self, token: Token) -> Scores:
        parts: list[Scores] = []
        for numbers, boost in token.terms:
            columns = [self._columns[number] for number in numbers]
            if token.is_near:
                parts.append(boost * np.asarray(self._has[:, columns].any(axis=1), dtype=np.float64))
            else:
                parts.append(boost * self._bm25[:, columns[0]])
        return _best(parts, TIE) if parts else np.zeros(self._count)

    def _phrase(self, numbers: tuple[int, ...], rows: NDArray[np.int64]) -> Scores:
        """Return BM25 of terms that follow each other, with at most one word between, in some rows."""
        rarity = sum(self._terms.rarity(number) for number in numbers)
        found = np.zeros(len(rows), dtype=np.float64)
        for at, row in enumerate(rows.tolist()):
            held = self._flat[self._starts[row] : self._starts[row + 1]]
            held = held[held >> SHIFT == numbers[0] >> SHIFT]
            frequency = _in_order(held, numbers)
            brake = float(self._brakes[row, numbers[0] >> SHIFT])
            found[at] = (K1 + 1) * rarity * frequency / (frequency + brake)
        return found


def _in_order(held: NDArray[np.int32], numbers: tuple[int, ...]) -> int:
    """Count how often the terms follow each other, as tantivy does: each place counts once, gaps add up.

    Places are shifted so that terms that follow each other directly meet at one place.
    """
    met = [(place, 0) for place in np.flatnonzero(held == numbers[0]).tolist()]
    for offset, number in enumerate(numbers[1:], 1):
        met = _met(met, (np.flatnonzero(held == number) - offset).tolist())
    return len(met)


def _met(left: list[tuple[int, int]], right: list[int]) -> list[tuple[int, int]]:
    """Pair places in order, the nearest before first; each has what its gaps have used up."""
    found = []
    at = other = 0
    while at < len(left) and other < len(right):
        place, used = left[at]
        gap = abs(right[other] - place)
        if used + gap <= _SLOP:
            while at + 1 < len(left) and left[at + 1][0] <= right[other]:
                at += 1
            place, used = left[at]
            found.append((right[other], used + abs(right[other] - place)))
            at += 1
            other += 1
        elif right[other] < place:
            other += 1
        else:
            at += 1
    return found


def _best(parts: Sequence[Scores], tie: float) -> Scores:
    """Return the best of several scores and a share of the others (disjunction max)."""
    table = np.stack(parts)
    best = table.max(axis=0)
    return np.asarray(best + tie * (table.sum(axis=0) - best), dtype=np.float64)


class Postings:
    """Which passages have which term: for lists that are counted as a whole."""

    def __init__(self, terms: Terms) -> None:
        self._passages = terms.passages
        owners = np.repeat(np.arange(terms.passages, dtype=np.int32), np.diff(terms.starts))
        order = np.argsort(terms.flat, kind="stable")
        self._sorted = np.asarray(terms.flat[order])
        self._owners = owners[order]

    def said(self, sought: Sequence[Sequence[Wanted]]) -> NDArray[np.int64]:
        """Return for each passage which groups it says something of, as a sum of 2 ** number."""
        bits = np.zeros(self._passages, dtype=np.int64)
        for at, group in enumerate(sought):
            says = np.zeros(self._passages, dtype=np.bool_)
            for wanted in group:
                says |= np.logical_and.reduce([self._token(token) for token in wanted.tokens])
            bits[says] |= 1 << at
        return bits

    def _token(self, token: Token) -> NDArray[np.bool_]:
        found = np.zeros(self._passages, dtype=np.bool_)
        for numbers, _ in token.terms:
            for number in numbers:
                first, last = np.searchsorted(self._sorted, [number, number + 1])
                found[self._owners[first:last]] = True
        return found
