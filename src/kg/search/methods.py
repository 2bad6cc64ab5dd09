"""The methods that rank records for a query, each filtered inside; fusion joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kg.search import fusion, lexicon
from kg.search.embedding import Vectors, unit
from kg.search.encoders import ENGLISH_ONLY
from kg.search.engines import Narrowing, WordEngine
from kg.search.fusion import Fused, Ranked
from kg.search.index import Tables
from kg.search.related import Related
from kg.search.spaces import Space
from kg.search.spoken import Spoken
from kg.search.understanding import Reading
from kg.search.weights import ALIKE, FEEDBACK, LIKE, MOST_REMEDIES, OTHER_ENCODER, REMEDIES, RUNS


class Methods:
    """Words, concepts, the vector spaces, and likeness to a record that the query names."""

    def __init__(
        self,
        tables: Tables,
        spaces: Mapping[str, Space],
        words: WordEngine,
        spoken: Spoken,
        related: Related,
        candidates: int,
    ) -> None:
        """``candidates`` is how many passages each method gives to the fusion."""
        self._tables = tables
        self._spaces = spaces
        self._words = words
        self._spoken = spoken
        self._related = related
        self._candidates = candidates

    def warm(self) -> None:
        """Load the models, and encode the remedies that queries are joined with."""
        for name, space in self._spaces.items():
            space.encoder.warm()
            if self.weights("en").get(f"{name}_x"):
                space.phrases(lexicon.all_remedies())

    def weights(self, language: str) -> dict[str, float]:
        """Return the weight of each method for a query language."""
        table = RUNS["en" if language == "en" else "other"]
        likes = {f"{name}_like": LIKE for name in self._spaces} | {"alike": ALIKE}
        return dict.fromkeys(self._spaces, OTHER_ENCODER) | table | likes

    def all(
        self, reading: Reading, narrowing: Narrowing | None
    ) -> tuple[dict[str, Ranked], NDArray[np.float64]]:
        """Return the ranking of every method, those of the second look included, and a factor a record."""
        runs = self.runs(reading, narrowing)
        weights = self.weights(reading.language)
        factors = self._spoken.coverage(reading)
        return runs | self._feedback(fusion.fuse(runs, weights, factors), weights, narrowing), factors

    def runs(self, reading: Reading, narrowing: Narrowing | None) -> dict[str, Ranked]:
        """Return the ranking of every method, each filtered inside."""
        allowed = None if narrowing is None else narrowing.records
        weights = self.weights(reading.language)
        runs: dict[str, Ranked] = {}
        words = self._words.search(reading.groups, narrowing=narrowing, limit=self._candidates)
        runs["words"] = self._by_record(words)
        runs["concepts"] = self._spoken.ranked(reading, allowed, self._candidates)
        for name, space in self._spaces.items():
            wanted = self._vectors(name, space, reading, weights)
            asked = list(wanted.values())
            for key, found in zip(
                wanted, space.vectors.search_all(asked, self._candidates, narrowing), strict=True
            ):
                runs[key] = self._by_record(found)
            if reading.like is not None:
                vector = space.vectors.vectors([int(self._tables.first_passage[reading.like])])[0]
                found = space.vectors.search(vector, self._candidates, narrowing)
                runs[f"{name}_like"] = [each for each in self._by_record(found) if each[0] != reading.like]
        if reading.like is not None:
            alike = self._related.alike(reading.like)
            runs["alike"] = [each for each in alike if allowed is None or allowed[each[0]]]
        return {name: run for name, run in runs.items() if run}

    def _feedback(
        self, ranked: Sequence[Fused], weights: Mapping[str, float], narrowing: Narrowing | None
    ) -> dict[str, Ranked]:
        """Rank by likeness to the first few records: they say more than the query does."""
        first = [int(self._tables.first_passage[each.record]) for each in ranked[:FEEDBACK]]
        shares = np.array([1 / (at + 2) for at in range(len(first))], dtype=np.float32)
        runs: dict[str, Ranked] = {}
        for name, space in self._spaces.items():
            if first and weights.get(f"{name}_f"):
                likes = unit(shares @ space.vectors.vectors(first))
                found = space.vectors.search(likes, self._candidates, narrowing)
                runs[f"{name}_f"] = self._by_record(found)
        return runs

    def _vectors(
        self, name: str, space: Space, reading: Reading, weights: Mapping[str, float]
    ) -> dict[str, Vectors]:
        """Return the vector of each run of an encoder: as asked, in English, with remedies.

        What is asked is encoded in one call. Remedies are joined as vectors, which are known already: as
        a text they would be longer than the query.
        """
        texts = self.renderings(name, reading) if reading.text else {}
        found = dict(zip(texts, space.queries(list(texts.values())), strict=True))
        if reading.text and reading.remedies and weights.get(f"{name}_x"):
            spoken = space.phrases(reading.remedies[:MOST_REMEDIES]).mean(axis=0)
            english = found.get(name if reading.language == "en" or name in ENGLISH_ONLY else f"{name}_en")
            if english is not None:
                spoken = (1 - REMEDIES) * english + REMEDIES * unit(spoken)
            found[f"{name}_x"] = unit(spoken)
        return {key: vector for key, vector in found.items() if weights.get(key)}

    @staticmethod
    def renderings(name: str, reading: Reading) -> dict[str, tuple[str, str]]:
        """Return (text, language) for the runs of an encoder that are encoded: as asked, and in English."""
        found: dict[str, tuple[str, str]] = {}
        english = name in ENGLISH_ONLY
        if not english or reading.language == "en":
            found[name] = (reading.text, reading.language)
        if reading.language != "en" and reading.english:
            found[name if english else f"{name}_en"] = (reading.english, "en")
        return found

    def _by_record(self, found: list[tuple[int, float]]) -> Ranked:
        return fusion.by_record(found, self._tables.passage_record)
