"""What a search is asked and what it answers, as plain data with a JSON form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kg.config import Settings
from kg.errors import BadInput
from kg.search.understood import Understood
from kg.vocab import LANGUAGES

FACETS: Final = (
    "type",
    "country",
    "region",
    "landUse",
    "measure",
    "degradation",
    "purpose",
    "hazard",
    "slmGroup",
    "climateZone",
    "ldGoal",
    "framework",
    "qualifies",
    "candidate",
    "theme",
    "convention",
    "language",
    "dataset",
    "year",
)
"""Names of the filters; values are local names (``BFA``, ``cropland``, ``eba``) or whole IRIs."""

SORTS: Final = ("relevance", "newest", "oldest", "label")
_YEARS: Final = re.compile(r"^(\d{4})?(\.\.|-|/)?(\d{4})?$")
DEEPEST_OFFSET: Final = 1000
_MOST_VALUES: Final = 50

Choices = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search: a text in any language, filters and a page.

    Values of one filter are alternatives, filters of different names all hold; ``exclude`` removes.
    ``year`` takes ``2011`` or a range such as ``2010..2015``, open at either side. ``language`` is that
    of the labels in the answer and a hint for short texts. ``off`` names recognised concepts
    (local names or IRIs) that the person switched off.
    """

    text: str = ""
    filters: Choices = field(default_factory=dict)
    exclude: Choices = field(default_factory=dict)
    limit: int = 10
    offset: int = 0
    language: str | None = None
    sort: str = "relevance"
    off: tuple[str, ...] = ()
    whole: bool = False
    """Answer with the whole list, up to the setting ``search_export_max``, instead of a page."""

    def checked(self, settings: Settings) -> SearchRequest:
        """Return the request with local names for IRIs.

        Raises:
            BadInput: a name, a number or a length is outside what search offers.
        """
        if len(self.text) > settings.query_text_max:
            raise BadInput(
                f"The query has {len(self.text):,} characters; at most {settings.query_text_max:,} are read.",
                hint="Shorten it to what you look for.",
            )
        if not self.whole and not 0 < self.limit <= settings.search_limit_max:
            raise BadInput(f"'limit' must be from 1 to {settings.search_limit_max}.")
        if not 0 <= self.offset <= DEEPEST_OFFSET:
            raise BadInput(
                f"'offset' must be from 0 to {DEEPEST_OFFSET}.", hint="Narrow the search by a filter."
            )
        if self.sort not in SORTS:
            raise BadInput(f"There is no order '{self.sort}'.", hint=f"Known: {', '.join(SORTS)}.")
        if self.language is not None and self.language not in LANGUAGES:
            raise BadInput(f"'{self.language}' is none of the languages {', '.join(LANGUAGES)}.")
        return SearchRequest(
            self.text,
            _choices(self.filters),
            _choices(self.exclude),
            settings.search_export_max if self.whole else self.limit,
            0 if self.whole else self.offset,
            self.language,
            self.sort,
            tuple(_local(value) for value in self.off),
            self.whole,
        )

    def years(self) -> tuple[int | None, int | None] | None:
        """Return the (first, last) year asked for, or None without a year filter."""
        asked = self.filters.get("year", ())
        return year_range(asked[0]) if asked else None


def year_range(text: str) -> tuple[int | None, int | None]:
    """Read ``2011``, ``2010..2015``, ``2010..`` or ``..2015``.

    Raises:
        BadInput: the text is none of these.
    """
    match = _YEARS.match(text.strip())
    if match is None or not (match[1] or match[3]):
        raise BadInput(f"'{text[:40]}' is not a year or a range such as 2010..2015.")
    first, last = (int(part) if part else None for part in (match[1], match[3]))
    return (first, last) if match[2] else (first, first)


def _choices(asked: Choices) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, values in asked.items():
        if name not in FACETS:
            raise BadInput(f"There is no filter '{name[:40]}'.", hint=f"Known: {', '.join(FACETS)}.")
        if len(values) > _MOST_VALUES:
            raise BadInput(f"The filter '{name}' has more than {_MOST_VALUES} values.")
        if values:
            found[name] = tuple(dict.fromkeys(_local(value) for value in values))
    if "year" in found:
        if len(found["year"]) > 1:
            raise BadInput("Give one year or one range of years.")
        year_range(found["year"][0])
    return found


def _local(value: str) -> str:
    return (
        value.strip().rstrip("/").rsplit("/", 1)[-1]
        if value.startswith(("http:", "https:"))
        else value.strip()
    )


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many results have a value, or would with the value chosen beside those of its facet.

    ``broader`` places it in the hierarchy.
    """

    value: str
    label: str
    count: int
    iri: str | None = None
    broader: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "label": self.label,
            "count": self.count,
            "iri": self.iri,
            "broader": self.broader,
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """One result.

    ``highlights`` are (start, end) positions in ``snippet``; ``parts`` tells what each method gave to
    the score as (rank, share); ``why`` are reasons in words.
    """

    iri: str
    type: str
    label: str
    label_lang: str
    score: float
    snippet: str = ""
    snippet_lang: str = ""
    highlights: tuple[tuple[int, int], ...] = ()
    passage: str = ""
    other_language: bool = False
    parts: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    why: tuple[str, ...] = ()
    year: int | None = None
    countries: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "iri": self.iri,
            "type": self.type,
            "label": self.label,
            "label_lang": self.label_lang,
            "score": round(self.score, 6),
            "snippet": self.snippet,
            "snippet_lang": self.snippet_lang,
            "highlights": [list(span) for span in self.highlights],
            "passage": self.passage,
            "other_language": self.other_language,
            "parts": {
                name: {"rank": rank, "share": round(share, 4)} for name, (rank, share) in self.parts.items()
            },
            "why": list(self.why),
            "year": self.year,
            "countries": list(self.countries),
        }


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """A page of results with what stands around it."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    understood: Understood
    took_ms: float
    generation: str = ""
    engines: tuple[str, ...] = ()
    nearest: bool = False
    """True when nothing contains a word of the query and the hits are only the nearest in meaning."""

    def to_json(self) -> dict[str, Any]:
        return {
            "hits": [hit.to_json() for hit in self.hits],
            "total": self.total,
            "facets": {name: [each.to_json() for each in counts] for name, counts in self.facets.items()},
            "understood": self.understood.to_json(),
            "took_ms": round(self.took_ms, 1),
            "generation": self.generation,
            "engines": list(self.engines),
            "nearest": self.nearest,
        }
