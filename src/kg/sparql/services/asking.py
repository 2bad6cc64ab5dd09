"""Reads what a search in SPARQL asks for, and names what it may ask for when it asks for something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from kg.config import Settings
from kg.search.passages import KINDS
from kg.search.requests import DEEPEST_OFFSET, FACETS, Hit
from kg.sparql.services.patterns import GroupReader, Pair, Pattern
from kg.sparql.services.terms import Names, Term
from kg.terms import literal, local_id
from kg.vocab import LANGUAGES, RDF, XSD, Iris

LIMIT: Final = 20
"""Rows of a search that names no limit."""

ARGUMENTS: Final = {
    "query": "What is looked for, a text in any language; with a language tag it is read in that language.",
    "similarTo": "A record that the hits shall resemble, instead of kg:query.",
    "language": 'Language of the query, a code such as "fr"; recognised if it is not given.',
    "limit": "Most rows of this search.",
    "offset": "Rows to leave out before the first.",
}
"""What a search is told, once each."""

FILTERS: Final = {
    "type": 'Only hits of this type: a class such as kg:Technology, or "entity" for all that have none.',
    **{
        name: "Only hits with this value; several are alternatives."
        for name in (*FACETS, "pageLanguage", "qualifiesAs", "candidateFor")
        if name not in ("type", "year", "language", "qualifies", "candidate")
    },
    "year": 'Only hits of this year, or of a range such as "2010..2015".',
}
"""What narrows a search; the values are IRIs of the graph or their last parts."""

_RENAMED: Final = {"pageLanguage": "language", "qualifiesAs": "qualifies", "candidateFor": "candidate"}
_TYPES: Final = KINDS | {"Practice": "practice"}


@dataclass(frozen=True, slots=True)
class Row:
    """A result and its place, of how many; what columns are made of."""

    hit: Hit
    rank: int
    total: int


def _text(value: str, lang: str) -> str:
    return literal(value, lang=lang if lang in LANGUAGES else None)


COLUMNS: Final = {
    "score": "How well the hit fits; comparable within one search only.",
    "rank": "Place of the hit, from 1.",
    "snippet": "The part of the hit's text that fits best.",
    "title": "Title of the hit.",
    "reason": "Why it was found, in words.",
    "total": "How many hits the search has in all.",
}
"""What a search gives of each hit, into a variable."""

_TERMS: Final[dict[str, Callable[[Row], str]]] = {
    "score": lambda row: literal(repr(round(row.hit.score, 6)), datatype=f"{XSD}double"),
    "rank": lambda row: literal(str(row.rank), datatype=f"{XSD}integer"),
    "snippet": lambda row: _text(row.hit.snippet, row.hit.snippet_lang),
    "title": lambda row: _text(row.hit.label, row.hit.label_lang),
    "reason": lambda row: literal("; ".join(row.hit.why)),
    "total": lambda row: literal(str(row.total), datatype=f"{XSD}integer"),
}


def term(column: str, row: Row) -> str:
    """Return the value of a column in N-Triples notation."""
    return _TERMS[column](row)


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: what for, and which variables take what of its results.

    ``text`` is a search in words, ``like`` the IRI of a record to resemble; one of them is given.
    ``hit`` is the variable of the hits, or empty where only the hit ``only`` is wanted.
    """

    text: str
    like: str
    language: str | None
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    limit: int
    offset: int
    hit: str
    only: str
    columns: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Given:
    query: Term | None = None
    like: str = ""
    language: str | None = None
    limit: int = LIMIT
    offset: int = 0
    filters: dict[str, list[str]] = field(default_factory=dict)
    columns: list[tuple[str, str]] = field(default_factory=list)


def _about(pattern: Pattern) -> tuple[str, str]:
    return pattern.subject.kind, pattern.subject.value


class AskedReader:
    """Turns patterns into searches."""

    def __init__(self, names: Names, settings: Settings) -> None:
        self._names = names
        self._settings = settings
        self._iris: Iris = settings.iris

    def read(self, groups: GroupReader) -> list[tuple[Pattern, Asked]]:
        """Return the search that each pattern asks for.

        What one group tells a search holds in all groups that are joined with it or stand inside it.

        Raises:
            QuerySyntaxError: a pattern names a property or a value that searches do not have.
        """
        told: dict[tuple[int, str, str], list[Pair]] = {}
        for pattern in groups.found:
            mine = [pair for pair in pattern.pairs if self._name(pair) not in COLUMNS]
            told.setdefault((pattern.scope, *_about(pattern)), []).extend(mine)
        found = []
        for pattern in groups.found:
            scope: int | None = pattern.scope
            pairs: list[Pair] = []
            while scope is not None:
                pairs = told.get((scope, *_about(pattern)), []) + pairs
                if any(self._name(pair) in ("query", "similarTo") for pair in pairs):
                    break
                scope = groups.outer[scope]
            found.append((pattern, self._asked(pattern, pairs)))
        return found

    def _asked(self, pattern: Pattern, told: list[Pair]) -> Asked:
        subject = pattern.subject
        given = _Given()
        once: set[str] = set()
        variables = {subject.value} if subject.kind == "var" else set()
        for pair in pattern.pairs:
            if (name := self._name(pair)) in COLUMNS:
                self._column(given, name, pair, variables)
        for pair in told:
            name = self._name(pair)
            if name in ARGUMENTS and name in once:
                self._names.fault(f"{pair.written} stands twice in one search", pair.start)
            once.add(name)
            if name in FILTERS:
                given.filters.setdefault(_RENAMED.get(name, name), []).append(self._filter(name, pair))
            else:
                self._argument(given, name, pair)
        self._complete(given, pattern, once)
        variable = subject.value if subject.kind == "var" else ""
        only = "" if variable else subject.value
        text = given.query.value if given.query is not None else ""
        filters = tuple(sorted((name, tuple(values)) for name, values in given.filters.items()))
        return Asked(
            text=text,
            like=given.like,
            language=given.language,
            filters=filters,
            limit=given.limit,
            offset=given.offset,
            hit=variable,
            only=only,
            columns=tuple(given.columns),
        )

    def _name(self, pair: Pair) -> str:
        name = pair.predicate.removeprefix(self._iris.ns)
        if name == pair.predicate or name not in {*ARGUMENTS, *COLUMNS, *FILTERS}:
            known = ", ".join(f"kg:{each}" for each in (*ARGUMENTS, *COLUMNS, *FILTERS))
            hint = f"Searches know {known}."
            if pair.predicate == f"{RDF}type":
                hint = "Filter by kg:type, or put the pattern outside of the search."
            self._names.fault(f"{pair.written} is not a property of a search", pair.start, hint)
        return name

    def _column(self, given: _Given, name: str, pair: Pair, variables: set[str]) -> None:
        value = pair.value
        if value.kind != "var":
            self._names.fault(f"{pair.written} gives a value, so a variable must follow it", value.start)
        if value.value in variables:
            reason = f"?{value.value} already stands for something else of this search"
            self._names.fault(reason, value.start)
        variables.add(value.value)
        given.columns.append((name, value.value))

    def _argument(self, given: _Given, name: str, pair: Pair) -> None:
        self._constant(pair)
        if name == "query":
            given.query = self._words(pair)
        elif name == "similarTo":
            given.like = self._record(pair)
        elif name == "language":
            given.language = pair.value.value.lower()
            if given.language not in LANGUAGES:
                self._names.fault(
                    f"{pair.value.value[:20]!r} is none of the languages {', '.join(LANGUAGES)}",
                    pair.value.start,
                )
        elif name == "limit":
            given.limit = self._number(pair, 1, self._settings.sparql_search_rows)
        else:
            given.offset = self._number(pair, 0, DEEPEST_OFFSET)

    def _constant(self, pair: Pair) -> None:
        if pair.value.kind == "var":
            reason = f"{pair.written} needs a value, and ?{pair.value.value} is a variable"
            hint = "A search runs before the rest of the query, so no variable has a value yet."
            self._names.fault(reason, pair.value.start, hint)

    def _words(self, pair: Pair) -> Term:
        value, longest = pair.value, self._settings.query_text_max
        if value.kind != "literal" or value.datatype not in ("", f"{XSD}string"):
            self._names.fault(f"{pair.written} takes a text in quotes", value.start)
        if not value.value.strip():
            self._names.fault(f"{pair.written} is empty", value.start, "Write what you look for.")
        if len(value.value) > longest:
            reason = f"{pair.written} has {len(value.value):,} characters; at most {longest:,} are read"
            self._names.fault(reason, value.start)
        return value

    def _record(self, pair: Pair) -> str:
        if pair.value.kind == "iri":
            return pair.value.value
        if not pair.value.value.strip() or pair.value.datatype:
            self._names.fault(f"{pair.written} takes the IRI of a record, or its code", pair.value.start)
        return self._iris.id("practice", local_id(pair.value.value))

    def _filter(self, name: str, pair: Pair) -> str:
        self._constant(pair)
        value = pair.value.value.strip()
        if name != "type":
            if not value:
                self._names.fault(f"{pair.written} is empty", pair.value.start)
            return value
        local = value.removeprefix(self._iris.ns)
        kind = _TYPES.get(local, local)
        if kind not in (*_TYPES.values(), "entity"):
            classes = ", ".join(f"kg:{each}" for each in _TYPES)
            self._names.fault(
                f"{value[:60]} is no type of search",
                pair.value.start,
                f'Types are {classes}; everything else is "entity".',
            )
        return kind

    def _number(self, pair: Pair, least: int, most: int) -> int:
        text = pair.value.value.strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            reason = f"{pair.written} must be a whole number from {least} to {most:,}"
            self._names.fault(reason, pair.value.start)
        return int(text)

    def _complete(self, given: _Given, pattern: Pattern, once: set[str]) -> None:
        subject = pattern.subject
        if (given.query is None) == (not given.like):
            which = "both" if given.like else "neither"
            shown = f"?{subject.value}" if subject.kind == "var" else f"<{subject.value[:100]}>"
            self._names.fault(
                f"{shown} needs either kg:query or kg:similarTo in the same group, and has {which}",
                subject.start,
            )
        if given.query is not None:
            if given.language is None and given.query.lang.split("-")[0] in LANGUAGES:
                given.language = given.query.lang.split("-")[0]
            return
        beside = sorted(set(given.filters) - {"type"} | (once & {"language", "offset"}))
        if beside:
            self._names.fault(
                f"kg:{beside[0]} does not go with kg:similarTo",
                subject.start,
                "Only kg:type narrows it; join its hits with patterns of the graph.",
            )
