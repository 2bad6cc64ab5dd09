"""Answers searches over one generation: understands, runs the engines, fuses, explains."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.config import Settings
from kg.errors import ModelMismatch, NotFound
from kg.search import encoders, fusion, index, lexicon
from kg.search.embedding import unit
from kg.search.encoders import ENGLISH_ONLY
from kg.search.facets import FacetTable
from kg.search.fusion import Fused, Ranked
from kg.search.lexical import LexicalIndex
from kg.search.matching import Labels
from kg.search.passages import SearchRecord
from kg.search.presentation import Presenter
from kg.search.related import Related
from kg.search.requests import Hit, SearchRequest, SearchResponse
from kg.search.spaces import Space
from kg.search.spoken import Spoken
from kg.search.suggestions import Suggestion, Suggestions
from kg.search.understanding import Reading, Understanding
from kg.search.weights import FEEDBACK, OTHER_ENCODER, RUNS


def open_index(folder: Path, settings: Settings, generation: str = "") -> SearchIndex:
    """Open the index of a generation for searching; nothing in the folder is changed.

    Raises:
        ConfigError: the index is missing or damaged.
        ModelMismatch: it was built with another encoder than the settings name.
    """
    tables = index.read(folder)
    built = {each["name"]: each for each in tables.manifest["encoders"]}
    opened: dict[str, Space] = {}
    for name in encoders.names(settings):
        encoder = encoders.create(name, settings)
        if name not in built or built[name]["fingerprint"] != encoder.fingerprint:
            there = ", ".join(built) or "no encoder"
            raise ModelMismatch(
                f"The search index was built with {there}, and the settings name '{name}' with other weights "
                "or none of this name."
                if name in built
                else f"The search index holds vectors of {there}, not of '{name}', which the settings name.",
                hint="Run 'kg build' with these settings, or set KG_MODEL and KG_ENCODERS back.",
            )
        opened[name] = Space(encoder, folder, index.file_name(name))
    return SearchIndex(tables, opened, LexicalIndex(folder / index.LEXICAL), settings, generation)


class SearchIndex:
    """An opened index; safe to use from several threads."""

    def __init__(
        self,
        tables: index.Tables,
        spaces: Mapping[str, Space],
        words: LexicalIndex,
        settings: Settings,
        generation: str,
    ) -> None:
        self.tables = tables
        self.spaces = spaces
        self.generation = generation
        self._words = words
        self._settings = settings
        self._facets = FacetTable(tables.records, tables.concepts)
        self._numbers = {record.iri: number for number, record in enumerate(tables.records)}
        self._spoken = Spoken(tables)
        labels = Labels(tables.concepts, lexicon.load())
        self._understanding = Understanding(tables.concepts, labels, tables.records)
        self._present = Presenter(tables)
        self._related = Related(tables, self._facets)
        self._suggestions = Suggestions(tables)

    def close(self) -> None:
        """Release the index; searches that run finish first."""
        self._words.close()

    def warm(self) -> None:
        """Load the models, so that the first search is as fast as the next."""
        for space in self.spaces.values():
            space.encoder.warm()

    # -- search -----------------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a search.

        Raises:
            BadInput: the request is malformed.
        """
        return self.answer(request)[0]

    def answer(self, request: SearchRequest) -> tuple[SearchResponse, list[SearchRecord]]:
        """Answer a search, with all records that it finds, best first: a map or a table needs them all.

        Raises:
            BadInput: the request is malformed.
        """
        began = time.perf_counter()
        request = request.checked(self._settings)
        reading, ranked, runs = self._ranked(request)
        language = request.language or reading.language
        page = ranked[request.offset : request.offset + request.limit]
        response = SearchResponse(
            hits=tuple(self._present.hit(each, reading, language) for each in page),
            total=len(ranked),
            facets=self._facets.counts((each.record for each in ranked), language),
            understood=reading.understood,
            took_ms=(time.perf_counter() - began) * 1000,
            generation=self.generation,
            engines=tuple(runs),
            nearest=bool(reading.text) and not runs.get("words") and not reading.exact,
        )
        return response, [self.tables.records[each.record] for each in ranked]

    def having(self, facet: str, value: str) -> NDArray[np.int32]:
        """Return the numbers, in ``tables.records``, of the records that have a value of a filter."""
        return self._facets.having(facet, value)

    def _ranked(self, request: SearchRequest) -> tuple[Reading, list[Fused], dict[str, Ranked]]:
        """Return how a checked request was read, every record it finds, and the methods' rankings."""
        years = request.years()
        allowed = self._facets.allowed(request.filters, request.exclude, years)
        reading = self.read(request)
        if not reading.text:
            ranked = self._browse(allowed)
            runs: dict[str, Ranked] = {}
        else:
            runs, factors = self.methods(reading, request, allowed)
            ranked = self._first(reading, fusion.fuse(runs, self.weights(reading.language), factors), allowed)
        return reading, self._sorted(ranked, request), runs

    def read(self, request: SearchRequest) -> Reading:
        """Understand the text of a request."""
        return self._understanding.read(request.text, request.language, request.off)

    def weights(self, language: str) -> dict[str, float]:
        """Return the weight of each method for a query language."""
        table = RUNS["en" if language == "en" else "other"]
        return dict.fromkeys(self.spaces, OTHER_ENCODER) | table

    def methods(
        self, reading: Reading, request: SearchRequest, allowed: NDArray[np.bool_] | None
    ) -> tuple[dict[str, Ranked], NDArray[np.float64]]:
        """Return the ranking of every method, those of the second look included, and a factor a record."""
        runs = self.runs(reading, request, allowed)
        weights = self.weights(reading.language)
        factors = self._spoken.coverage(reading)
        return runs | self._feedback(fusion.fuse(runs, weights, factors), weights, allowed), factors

    def runs(
        self, reading: Reading, request: SearchRequest, allowed: NDArray[np.bool_] | None
    ) -> dict[str, Ranked]:
        """Return the ranking of every method, each filtered inside."""
        mask = None if allowed is None else allowed[self.tables.passage_record]
        filters = {name: values for name, values in request.filters.items() if name != "year"}
        weights = self.weights(reading.language)
        runs: dict[str, Ranked] = {}
        words = self._words.search(
            reading.groups,
            filters=filters,
            exclude=request.exclude,
            years=request.years(),
            limit=self._settings.search_candidates,
        )
        runs["words"] = self._by_record(words)
        runs["concepts"] = self._spoken.ranked(reading, allowed, self._settings.search_candidates)
        for name, space in self.spaces.items():
            wanted = {key: asked for key, asked in self.renderings(name, reading).items() if weights.get(key)}
            for key, vector in zip(wanted, space.queries(list(wanted.values())), strict=True):
                found = space.vectors.search(vector, self._settings.search_candidates, mask)
                runs[key] = self._by_record(found)
            if reading.like is not None:
                vector = space.vectors.vector(int(self.tables.first_passage[reading.like]))
                found = space.vectors.search(vector, self._settings.search_candidates, mask)
                runs[f"{name}_like"] = [each for each in self._by_record(found) if each[0] != reading.like]
        return {name: run for name, run in runs.items() if run}

    def _feedback(
        self, ranked: Sequence[Fused], weights: Mapping[str, float], allowed: NDArray[np.bool_] | None
    ) -> dict[str, Ranked]:
        """Rank by likeness to the first few records: they say more than the query does."""
        first = [int(self.tables.first_passage[each.record]) for each in ranked[:FEEDBACK]]
        mask = None if allowed is None else allowed[self.tables.passage_record]
        runs: dict[str, Ranked] = {}
        for name, space in self.spaces.items():
            if first and weights.get(f"{name}_f"):
                shares = [space.vectors.vector(number) / (at + 2) for at, number in enumerate(first)]
                found = space.vectors.search(
                    unit(np.sum(shares, axis=0)), self._settings.search_candidates, mask
                )
                runs[f"{name}_f"] = self._by_record(found)
        return runs

    @staticmethod
    def renderings(name: str, reading: Reading) -> dict[str, tuple[str, str]]:
        """Return (text, language) for each run of an encoder: as asked, in English, with remedies."""
        found: dict[str, tuple[str, str]] = {}
        english = name in ENGLISH_ONLY
        if not english or reading.language == "en":
            found[name] = (reading.text, reading.language)
        if reading.language != "en" and reading.english:
            found[name if english else f"{name}_en"] = (reading.english, "en")
        if reading.expanded:
            found[f"{name}_x"] = (reading.expanded, "en")
        return found

    def _by_record(self, found: list[tuple[int, float]]) -> Ranked:
        return fusion.by_record(found, self.tables.passage_record)

    def _first(self, reading: Reading, ranked: list[Fused], allowed: NDArray[np.bool_] | None) -> list[Fused]:
        """Put the records that the query names by code or title above all."""
        exact = [number for number in reading.exact if allowed is None or allowed[number]]
        if not exact:
            return ranked
        held = {each.record: each for each in ranked}
        top = ranked[0].score if ranked else 0.0
        first = []
        for at, number in enumerate(exact):
            each = held.get(number) or Fused(number)
            each.score += top + 1.0 / (1 + at)
            each.parts["exact"] = (at + 1, top + 1.0 / (1 + at))
            first.append(each)
        return first + [each for each in ranked if each.record not in exact]

    def _browse(self, allowed: NDArray[np.bool_] | None) -> list[Fused]:
        numbers = range(len(self.tables.records)) if allowed is None else np.flatnonzero(allowed)
        return [Fused(int(number)) for number in numbers]

    def _sorted(self, ranked: list[Fused], request: SearchRequest) -> list[Fused]:
        records = self.tables.records
        if request.sort in ("newest", "oldest"):
            sign = -1 if request.sort == "newest" else 1
            return sorted(
                ranked,
                key=lambda each: (not records[each.record].year, sign * (records[each.record].year or 0)),
            )
        if request.sort == "label":
            language = request.language or "en"
            return sorted(ranked, key=lambda each: records[each.record].title(language)[0].casefold())
        return ranked

    # -- related and suggested --------------------------------------------------------------------

    def similar(self, iri: str, limit: int = 10, types: tuple[str, ...] = ()) -> list[Hit]:
        """Return the records most like one, in meaning and classification, each with its reasons.

        Raises:
            NotFound: no record of the index has this IRI.
        """
        number = self._numbers.get(iri)
        if number is None:
            raise NotFound(f"No record has the IRI {iri[:200]}.")
        spaces: Mapping[str, Any] = {name: space.vectors for name, space in self.spaces.items()}
        found = self._related.of(number, spaces, limit, types)
        return [self._present.related(each, reasons) for each, reasons in found]

    def suggest(self, prefix: str, language: str = "en", limit: int = 10) -> list[Suggestion]:
        """Complete what is being typed from labels, titles and codes in every language."""
        return self._suggestions.find(prefix, language, limit)
