"""Reads a query with the graph's own labels in six languages before it is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.search import lexicon
from kg.search.analysis import STOPWORDS, detect, normalise, tokens
from kg.search.codes import Codes
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.contexts import clarified
from kg.search.engines import Alternative
from kg.search.lexicon import Meaning
from kg.search.matching import WORD, Labels, Match, Meant, key, place
from kg.search.passages import SearchRecord
from kg.search.understood import Excluded, Recognised, Understood
from kg.search.unwanted import Unwanted, names
from kg.search.weights import EXPANSION, MEANT, NARROWER, PARTIAL, REMEDY, TRANSLATION

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LIKE: Final = re.compile(
    r"\b(?:like|similar to|similar|such as|comme|semblables? à|similaires? à|semblable\w*|similaire\w*"
    r"|como|similar\w* a|similar\w*|parecid\w* a|parecid\w*)(?!\w)|похож\w*(?: на)?|подобн\w*|аналогичн\w*"
    r"|как(?=\s{6,})|вроде|与?\s*类似(?:于)?|与?\s*相似|像|مثل|مشابه\w*|شبيه\w*|على غرار",
    re.IGNORECASE,
)
"""Words of likeness; the Russian "how" only right before the blanks that stand for a code."""

_MOST_NARROWER: Final = 12


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing that a query names: words that say it, and the mentions that speak of it."""

    said: tuple[Alternative, ...]
    keys: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reading:
    """A query as the engines need it; ``understood`` is what people see of it."""

    text: str
    language: str
    understood: Understood
    concepts: list[ConceptEntry] = field(default_factory=list)
    groups: list[tuple[Alternative, ...]] = field(default_factory=list)
    """What to look for as words: of each group, the best alternative counts."""
    english: str = ""
    mentions: list[dict[str, float]] = field(default_factory=list)
    """What a good record would speak of, with weights; keys as in the records' own mentions, and of each
    dictionary the best one counts."""
    aspects: list[dict[str, float]] = field(default_factory=list)
    """The same for each thing that the query names, a remedy standing in for its problem."""
    remedies: list[str] = field(default_factory=list)
    """What practitioners use against the problems that the query names, in English."""
    sought: list[Sought] = field(default_factory=list)
    """The things that the query names, without words that say little and without remedies."""
    excluded: list[Excluded] = field(default_factory=list)
    exact: list[int] = field(default_factory=list)
    like: int | None = None

    def excluding(self, exclude: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Return the exclusions of a request with what its text leaves out."""
        found = {name: tuple(values) for name, values in exclude.items()}
        for each in self.excluded:
            if each.facet is not None and each.value not in found.get(each.facet, ()):
                found[each.facet] = (*found.get(each.facet, ()), each.value)
        return found


class Understanding:
    """Reads queries against the labels, codes and titles of one index."""

    def __init__(self, concepts: Concepts, labels: Labels, records: Sequence[SearchRecord]) -> None:
        self._concepts = concepts
        self._labels = labels
        self._codes = Codes(records)
        self._unwanted = Unwanted()
        self._records = records

    def read(self, text: str, hint: str | None = None, off: Sequence[str] = ()) -> Reading:
        """Read a query; ``off`` are local names of concepts that must not be recognised, and exclusions."""
        clean = normalise(text)
        language = detect(clean, hint)
        named = self._codes.find(clean)
        rest = named.rest
        matches = list(self._labels.find(rest, language))
        unwanted = self._unwanted.find(rest, language, matches, hint or language)
        excluded = [each for each in unwanted if each.off not in off]
        for each in excluded:
            rest = _blank(rest, each.start, each.end)
        matches = [match for match in matches if rest[match.start : match.end] == match.text]
        matches = clarified(matches, rest)
        concepts, recognised = self._recognise(matches, hint or language, off)
        reading = Reading(
            text=_spaced(clean),
            language=language,
            understood=Understood(language),
            concepts=concepts,
            exact=list(named.records),
            excluded=excluded,
        )
        if named.codes and named.records and (alike := _LIKE.search(rest)):
            reading.like, reading.exact = named.records[0], []
            rest = _blank(rest, *alike.span())
        for each in excluded if matches else ():
            for word in each.instead:
                self._remedy(reading, word)
        english = self._words(reading, rest, matches, off)
        if reading.sought and (excluded or named.missing or reading.like is not None):
            reading.text = _spaced(rest)
        elif reading.like is not None:
            reading.text = ""
        reading.english = reading.text if language == "en" else english
        reading.understood = Understood(
            language,
            (*recognised, *_years(rest)),
            named.codes,
            reading.english if language != "en" else "",
            self._records[reading.like].iri if reading.like is not None else None,
            tuple(excluded),
            named.missing,
        )
        return reading

    def _recognise(
        self, matches: Iterable[Match], shown: str, off: Sequence[str]
    ) -> tuple[list[ConceptEntry], list[Recognised]]:
        concepts: dict[str, ConceptEntry] = {}
        recognised = []
        for match in matches:
            for entry in self._meant_concepts(match):
                if entry.value in off or entry.iri in concepts:
                    continue
                concepts[entry.iri] = entry
                recognised.append(
                    Recognised(
                        entry.iri,
                        entry.label(shown),
                        match.text,
                        entry.facets[0] if entry.facets else None,
                        entry.value,
                        match.start,
                        match.end,
                    )
                )
        return list(concepts.values()), recognised

    def _meant_concepts(self, match: Match) -> list[ConceptEntry]:
        """Return the concepts of a match; a glossary word stands for the filter that has its English name."""
        found = [each for each in match.meant if isinstance(each, ConceptEntry)]
        for each in match.meant if not found else ():
            if isinstance(each, Meaning):
                named = self._labels.named(each.of("en")[0])
                found += [entry for entry in named if isinstance(entry, ConceptEntry) and entry.facets]
        return found

    # -- words ------------------------------------------------------------------------------------

    def _words(self, reading: Reading, text: str, matches: Sequence[Match], off: Sequence[str]) -> str:
        """Fill the groups of words and the mentions; return the text in English, as far as known."""
        english: list[tuple[int, str]] = []
        for match in matches:
            meant = [
                each for each in match.meant if not isinstance(each, ConceptEntry) or each.value not in off
            ]
            group = self._group(match, meant, reading.language)
            reading.groups.append(group)
            if meant:
                english.append((match.start, _english(meant, match.text, reading.language)))
            keys: frozenset[str] = frozenset()
            if says := any(not isinstance(each, Meaning) or not each.weak for each in meant):
                keys = self._mean(reading, meant, off)
            if says or not meant:
                whole = tuple(each for each in group if each.weight >= EXPANSION)
                reading.sought.append(Sought(whole, keys))
        for word in WORD.finditer(text):
            if any(match.start <= word.start() < match.end for match in matches):
                continue
            found = tokens(word.group(), reading.language)
            reading.groups += [(Alternative((token,), reading.language),) for token in found]
            reading.sought += [Sought((Alternative((token,), reading.language),)) for token in found]
            if _keeps(word.group(), reading.language):
                english.append((word.start(), word.group()))
        return " ".join(said for _, said in sorted(english))

    def _group(self, match: Match, meant: Sequence[Meant], language: str) -> tuple[Alternative, ...]:
        """Return the ways in which a record may say what was matched, the query's own words first."""
        found: dict[tuple[tuple[str, ...], str], float] = {}
        own = tuple(tokens(match.text, language))
        if own:
            found[own, language] = 1.0
        for token in own if len(own) > 1 else ():
            found[(token,), language] = PARTIAL
        for each in meant:
            words = each.labels.get("en", []) if isinstance(each, ConceptEntry) else list(each.of("en"))
            for at, word in enumerate(words):
                strength = TRANSLATION if not at and language != "en" else EXPANSION
                said = tuple(tokens(word, "en"))
                if said:
                    found[said, "en"] = max(found.get((said, "en"), 0.0), strength)
            if isinstance(each, ConceptEntry):
                for iri in self._concepts.descendants(each.iri)[:_MOST_NARROWER]:
                    for word in self._concepts.by_iri[iri].labels.get("en", [])[:1]:
                        found.setdefault((tuple(tokens(word, "en")), "en"), NARROWER)
        return tuple(Alternative(said, spoken, weight) for (said, spoken), weight in found.items() if said)

    def _mean(self, reading: Reading, meant: Sequence[Meant], off: Sequence[str]) -> frozenset[str]:
        """Note what the records should speak of, and what practitioners do about it; return the former."""
        wanted: dict[str, float] = {}
        problems: dict[str, None] = {}
        for each in meant:
            wanted.setdefault(key(each), MEANT["concept" if isinstance(each, ConceptEntry) else "word"])
            entries = [each] if isinstance(each, ConceptEntry) else self._labels.implied(each)
            for entry in [entry for entry in entries if entry.value not in off]:
                wanted.setdefault(key(entry), MEANT["implied"])
                for iri in self._concepts.descendants(entry.iri)[:_MOST_NARROWER]:
                    wanted.setdefault(key(self._concepts.by_iri[iri]), MEANT["narrower"])
                problems[entry.value] = None
            if isinstance(each, ConceptEntry):
                for word in tokens_of_label(each):
                    wanted |= {
                        key(other): MEANT["part"]
                        for other in self._labels.named(word)
                        if key(other) not in wanted
                    }
            else:
                problems[each.of("en")[0]] = None
        reading.mentions.append(wanted)
        aspect = dict(wanted)
        for problem in problems:
            for remedy in lexicon.remedies().get(problem, ()):
                if any(names(remedy, "en", each.value) for each in reading.excluded):
                    continue
                self._remedy(reading, remedy)
                for each in self._labels.named(remedy):
                    aspect.setdefault(key(each), MEANT["remedy"])
        reading.aspects.append(aspect)
        return frozenset(name for name, weight in wanted.items() if weight != MEANT["part"])

    def _remedy(self, reading: Reading, remedy: str) -> None:
        """Look for what practitioners use against a problem that the query names."""
        if remedy in reading.remedies:
            return
        reading.remedies.append(remedy)
        reading.groups.append((Alternative(tuple(tokens(remedy, "en")), "en", REMEDY),))
        named = {key(meant): MEANT["remedy"] for meant in self._labels.named(remedy)}
        if named:
            reading.mentions.append(named)


def tokens_of_label(entry: ConceptEntry) -> list[str]:
    """Return the words of a concept's English label when it has several: each says part of it."""
    words = WORD.findall(normalise(entry.labels.get("en", [""])[0]).lower())
    return words if len(words) > 1 else []


def _keeps(word: str, language: str) -> bool:
    """Latin words that no label explains stay in the English rendering: many are international."""
    return word.isascii() and len(word) > 2 and word.lower() not in STOPWORDS.get(language, ())


def _english(meant: Sequence[Meant], said: str, language: str) -> str:
    """Return the English of a match: a concept's, or that of the meaning whose usual word it is."""

    def far(each: Meant) -> int:
        return -1 if isinstance(each, ConceptEntry) else place(each, said, language)

    for each in sorted(meant, key=far):
        words = each.labels.get("en", []) if isinstance(each, ConceptEntry) else each.of("en")
        if words:
            return re.sub(r"\s*\(.*?\)", "", words[0])
    return ""


def _years(text: str) -> list[Recognised]:
    return [
        Recognised("", match.group(), match.group(), "year", match.group(), match.start(), match.end())
        for match in _YEAR.finditer(text)
    ]


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
