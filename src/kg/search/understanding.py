"""Reads a query with the graph's own labels in six languages before it is run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.search import lexicon
from kg.search.analysis import STOPWORDS, detect, normalise, tokens
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.lexical import Alternative
from kg.search.lexicon import Meaning
from kg.search.matching import WORD, Labels, Match, Meant, key
from kg.search.passages import SearchRecord, code_key
from kg.search.requests import Recognised, Understood
from kg.search.weights import EXPANSION, MEANT, NARROWER, PARTIAL, REMEDY, TRANSLATION

_CODE: Final = re.compile(r"10\.\d{4,9}/[^\s，。；]+|[A-Za-z0-9][A-Za-z0-9_./()-]*[A-Za-z0-9)]")
_SESSION: Final = re.compile(r"\b(COP|CMP|CMA|CST|CRIC)[\s.-]?(\d{1,2})\b", re.IGNORECASE)
_NUMBER: Final = re.compile(
    r"(?:decision|décision|decisión|решени\w*|决定|第|مقرر|المقرر)\s*(?:no\.?|n°|№)?\s*(\d{1,3})\b|\b(\d{1,3})号",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LIKE: Final = re.compile(
    r"\b(?:like|similar|comme|semblable\w*|similaire\w*|como|similar\w*|parecid\w*)\b|похож|подобн|аналогичн|как\b"
    r"|类似|相似|像|مثل|مشابه",
    re.IGNORECASE,
)
_MOST_NARROWER: Final = 12
_MOST_REMEDIES: Final = 8


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
    expanded: str = ""
    """The English rendering with the remedies, or nothing where there are none."""
    exact: list[int] = field(default_factory=list)
    like: int | None = None


class Understanding:
    """Reads queries against the labels, codes and titles of one index."""

    def __init__(self, concepts: Concepts, labels: Labels, records: Sequence[SearchRecord]) -> None:
        self._concepts = concepts
        self._labels = labels
        self._codes = _code_table(records)
        self._titles = _title_table(records)
        self._records = records

    def read(self, text: str, hint: str | None = None, off: Sequence[str] = ()) -> Reading:
        """Read a query; ``off`` are local names of concepts that must not be recognised."""
        clean = normalise(text)
        language = detect(clean, hint)
        exact, codes, rest = self._find_codes(clean)
        matches = list(self._labels.find(rest, language))
        concepts, recognised = self._recognise(matches, hint or language, off)
        reading = Reading(
            text=re.sub(r"\s+", " ", clean).strip(),
            language=language,
            understood=Understood(language),
            concepts=concepts,
            exact=exact,
        )
        if exact and _LIKE.search(rest):
            reading.like, reading.exact = exact[0], []
        self._words(reading, rest, matches, off)
        reading.understood = Understood(
            language,
            (*recognised, *_years(rest)),
            tuple(codes),
            reading.english if language != "en" else "",
            self._records[reading.like].iri if reading.like is not None else None,
        )
        return reading

    # -- codes ------------------------------------------------------------------------------------

    def _find_codes(self, text: str) -> tuple[list[int], list[str], str]:
        """Return (records, codes as written, the text without them)."""
        found: dict[int, None] = {}
        codes: list[str] = []
        whole = self._codes.get(code_key(text), ()) or self._titles.get(_title_key(text), ())
        found.update(dict.fromkeys(whole))
        for match in list(_CODE.finditer(text)):
            key = code_key(match.group())
            if any(each.isdigit() for each in key) and len(key) > 3 and (hits := self._codes.get(key)):
                found.update(dict.fromkeys(hits))
                codes.append(match.group())
                text = text.replace(match.group(), " " * len(match.group()))
        session, number = _SESSION.search(text), _NUMBER.search(text)
        if session and number:
            key = code_key(f"{number[1] or number[2]}{session[1]}{session[2]}")
            if hits := self._codes.get(key):
                found.update(dict.fromkeys(hits))
                codes.append(f"{number[1] or number[2]}/{session[1].upper()}.{session[2]}")
        return list(found), codes, text

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

    def _words(self, reading: Reading, text: str, matches: Sequence[Match], off: Sequence[str]) -> None:
        """Fill the groups of words, the mentions and the English rendering."""
        english: list[tuple[int, str]] = []
        for match in matches:
            meant = [
                each for each in match.meant if not isinstance(each, ConceptEntry) or each.value not in off
            ]
            reading.groups.append(self._group(match, meant, reading.language))
            if meant:
                english.append((match.start, _english(meant)))
            if any(not isinstance(each, Meaning) or not each.weak for each in meant):
                self._mean(reading, meant, off)
        for word in WORD.finditer(text):
            if any(match.start <= word.start() < match.end for match in matches):
                continue
            found = tokens(word.group(), reading.language)
            reading.groups += [(Alternative((token,), reading.language),) for token in found]
            if _keeps(word.group(), reading.language):
                english.append((word.start(), word.group()))
        reading.english = (
            reading.text if reading.language == "en" else " ".join(said for _, said in sorted(english))
        )
        if reading.remedies:
            reading.expanded = f"{reading.english}. {', '.join(reading.remedies[:_MOST_REMEDIES])}"

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

    def _mean(self, reading: Reading, meant: Sequence[Meant], off: Sequence[str]) -> None:
        """Note what the records should speak of, and what practitioners do about it."""
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
                self._remedy(reading, remedy)
                for each in self._labels.named(remedy):
                    aspect.setdefault(key(each), MEANT["remedy"])
        reading.aspects.append(aspect)

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


def _english(meant: Sequence[Meant]) -> str:
    for each in meant:
        words = each.labels.get("en", []) if isinstance(each, ConceptEntry) else each.of("en")
        if words:
            return re.sub(r"\s*\(.*?\)", "", words[0])
    return ""


def _years(text: str) -> list[Recognised]:
    return [
        Recognised("", match.group(), match.group(), "year", match.group(), match.start(), match.end())
        for match in _YEAR.finditer(text)
    ]


def _code_table(records: Sequence[SearchRecord]) -> dict[str, tuple[int, ...]]:
    """Codes that name few records; a session such as COP13 names many and is left to the word index."""
    table: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for code in {code_key(each) for each in record.codes}:
            if code:
                table[code].append(number)
    return {code: tuple(numbers) for code, numbers in table.items() if len(numbers) <= 3}


def _title_key(text: str) -> str:
    return " ".join(WORD.findall(normalise(text).lower()))


def _title_table(records: Sequence[SearchRecord]) -> dict[str, tuple[int, ...]]:
    table: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for title in {_title_key(each) for titles in record.titles.values() for each in titles}:
            if title:
                table[title].append(number)
    return {title: tuple(numbers[:5]) for title, numbers in table.items()}
