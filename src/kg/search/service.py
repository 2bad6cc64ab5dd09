"""Answers searches over one generation: understands, runs the engines, fuses, explains."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.config import Settings
from kg.errors import NotFound
from kg.search import encoders, engine_choice, fusion, index, lexicon
from kg.search.engine_choice import Engines
from kg.search.engines import Narrowing
from kg.search.facets import FacetTable
from kg.search.fusion import Fused, Ranked
from kg.search.matching import Labels
from kg.search.members import NEAREST, Membership
from kg.search.methods import Methods
from kg.search.passages import SearchRecord
from kg.search.presentation import Presenter
from kg.search.related import Related
from kg.search.requests import Hit, SearchRequest, SearchResponse
from kg.search.rerank import Reranker
from kg.search.spaces import Space
from kg.search.spoken import Spoken
from kg.search.suggestions import Suggestion, Suggestions
from kg.search.understanding import Reading, Understanding


def open_index(folder: Path, settings: Settings, generation: str = "") -> SearchIndex:
    """Open the index of a generation for searching; nothing in the folder is changed.

    Raises:
        ConfigError: the index is missing or damaged.
        ModelMismatch: it was built with another encoder than the settings name.
        Unavailable: the engine of the settings is away, or is being filled by another process.
    """
    tables = index.read(folder)
    asked = encoders.of_index(tables.manifest["encoders"], settings)
    engines = engine_choice.opened(folder, tables, list(asked), settings, generation or folder.parent.name)
    spaces = {
        name: Space(encoder, engines.vectors[name], folder, index.file_name(name))
        for name, encoder in asked.items()
    }
    return SearchIndex(tables, spaces, engines, settings, generation)


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list: how the query was read, the records, best first, and what filters are counted over."""

    reading: Reading
    ranked: list[Fused]
    runs: Mapping[str, Ranked]
    request: SearchRequest
    """The request with what its text leaves out among the exclusions."""
    holds: NDArray[np.bool_]
    """Members of the list without its filters."""
    nearest: bool = False
    """Whether nothing says what the query names, and the list is the nearest in meaning."""


class SearchIndex:
    """An opened index; safe to use from several threads."""

    def __init__(
        self,
        tables: index.Tables,
        spaces: Mapping[str, Space],
        engines: Engines,
        settings: Settings,
        generation: str,
    ) -> None:
        self.tables = tables
        self.spaces = spaces
        self.generation = generation
        self.engines = engines
        self._settings = settings
        self._facets = FacetTable(tables.records, tables.concepts)
        self._numbers = {record.iri: number for number, record in enumerate(tables.records)}
        self._spoken = Spoken(tables)
        labels = Labels(tables.concepts, lexicon.load())
        self._understanding = Understanding(tables.concepts, labels, tables.records)
        self._present = Presenter(tables)
        self._related = Related(tables, self._facets)
        self._members = Membership(tables, engines.words, self._spoken)
        self._methods = Methods(
            tables, spaces, engines.words, self._spoken, self._related, settings.search_candidates
        )
        self._suggestions = Suggestions(tables)
        self._second = Reranker(settings) if settings.rerank_model else None

    def close(self) -> None:
        """Release the index; searches that run finish first."""
        self.engines.close()

    def announce(self) -> None:
        """Say where the engine is that it serves from now on, if others use the engine too."""
        self.engines.announce()

    def warm(self) -> None:
        """Load the models, so that the first search is as fast as the next."""
        self._methods.warm()
        if self._second is not None:
            self._second.warm()

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
        listed = self._listed(request)
        reading, ranked = listed.reading, listed.ranked
        language = request.language or reading.language
        page = ranked[request.offset : request.offset + request.limit]
        asked = SearchRequest() if listed.nearest else listed.request
        response = SearchResponse(
            hits=tuple(self._present.hit(each, reading, language) for each in page),
            total=len(ranked),
            facets=self._facets.counts(listed.holds, asked.filters, asked.exclude, asked.years(), language),
            understood=reading.understood,
            took_ms=(time.perf_counter() - began) * 1000,
            generation=self.generation,
            engines=tuple(listed.runs),
            nearest=listed.nearest,
        )
        return response, [self.tables.records[each.record] for each in ranked]

    def having(self, facet: str, value: str) -> NDArray[np.int32]:
        """Return the numbers, in ``tables.records``, of the records that have a value of a filter."""
        return self._facets.having(facet, value)

    def _listed(self, request: SearchRequest) -> Listing:
        """Return the whole list of a checked request, in its order."""
        reading = self.read(request)
        request = replace(request, exclude=reading.excluding(request.exclude))
        unwanted = self._members.unwanted(reading)
        narrowing = self.narrowed(request, unwanted)
        if not reading.text and reading.like is None:
            holds = np.ones(len(self.tables.records), dtype=np.bool_)
            listed = Listing(reading, self._browse(narrowing), {}, request, holds)
        else:
            listed = self._found(reading, request, narrowing)
            if self._second is not None and request.sort == "relevance":
                text_of = partial(self._present.text, reading=reading)
                listed = replace(listed, ranked=self._second.again(reading.text, listed.ranked, text_of))
        if unwanted is not None:
            listed = replace(listed, holds=listed.holds & ~unwanted)
        return replace(listed, ranked=self._sorted(listed.ranked, request))

    def narrowed(self, request: SearchRequest, unwanted: NDArray[np.bool_] | None = None) -> Narrowing | None:
        """Return what may be found, or None when all may."""
        allowed = self._facets.allowed(request.filters, request.exclude, request.years())
        without: tuple[int, ...] = ()
        if unwanted is not None:
            without = tuple(np.flatnonzero(unwanted).tolist())
            allowed = ~unwanted if allowed is None else allowed & ~unwanted
        if allowed is None:
            return None
        filters = {name: values for name, values in request.filters.items() if name != "year"}
        owners = self.tables.passage_record
        return Narrowing(allowed, owners, filters, request.exclude, request.years(), without)

    def _found(self, reading: Reading, request: SearchRequest, narrowing: Narrowing | None) -> Listing:
        """Return what a text finds: the members that pass, or else the nearest that pass."""
        allowed = None if narrowing is None else narrowing.records
        runs, factors = self.methods(reading, narrowing)
        weights = self.weights(reading.language)
        fused = fusion.fuse(runs, weights, factors)

        def first() -> list[int]:
            ranking = fused
            if narrowing is not None:
                ranking = fusion.fuse(self.methods(reading, None)[0], weights, factors)
            return [each.record for each in ranking]

        if not self._members.are_counted:
            return self._brought(reading, fused, runs, request, allowed)
        members = self._members.of((request.text, request.language, request.off), reading, first)
        holds = members.holds.copy()
        holds[reading.exact] = True
        if reading.like is not None:
            holds[reading.like] = False
        inside = holds.copy() if allowed is None else holds & allowed
        ranked = [each for each in fused if inside[each.record]]
        if inside.any():
            inside[[each.record for each in ranked]] = False
            rest = np.flatnonzero(inside)
            rest = rest[np.argsort(-members.share[rest], kind="stable")]
            ranked += [
                Fused(int(number), parts={"words": (at, 0.0)})
                for at, number in enumerate(rest, len(ranked) + 1)
            ]
            shares = members.share[[each.record for each in ranked]]
            said = bool(shares.any()) or bool(reading.exact) or reading.like is not None
            return Listing(reading, self._first(reading, ranked, allowed), runs, request, holds, not said)
        nearest = fused[:NEAREST]
        holds = np.zeros_like(holds)
        holds[[each.record for each in nearest]] = True
        return Listing(reading, nearest, runs, request, holds, nearest=True)

    def _brought(
        self,
        reading: Reading,
        fused: list[Fused],
        runs: Mapping[str, Ranked],
        request: SearchRequest,
        allowed: NDArray[np.bool_] | None,
    ) -> Listing:
        """Return what the methods bring as the list: how it is where members are too many to be counted."""
        ranked = [each for each in self._first(reading, fused, allowed) if each.record != reading.like]
        holds = np.zeros(len(self.tables.records), dtype=np.bool_)
        holds[[each.record for each in ranked]] = True
        said = "words" in runs or bool(reading.exact) or reading.like is not None
        return Listing(reading, ranked, runs, request, holds, not said)

    def read(self, request: SearchRequest) -> Reading:
        """Understand the text of a request."""
        return self._understanding.read(request.text, request.language, request.off)

    def weights(self, language: str) -> dict[str, float]:
        """Return the weight of each method for a query language."""
        return self._methods.weights(language)

    def methods(
        self, reading: Reading, narrowing: Narrowing | None
    ) -> tuple[dict[str, Ranked], NDArray[np.float64]]:
        """Return the ranking of every method, those of the second look included, and a factor a record."""
        return self._methods.all(reading, narrowing)

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

    def _browse(self, narrowing: Narrowing | None) -> list[Fused]:
        everything = range(len(self.tables.records))
        numbers = everything if narrowing is None else np.flatnonzero(narrowing.records)
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
