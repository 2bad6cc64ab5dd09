"""Reads a query with the graph's own labels in six languages before it is run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.search.analysis import STOPWORDS, detect, normalise, pairs, stem, tokens
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.lexical import Phrase, Term
from kg.search.lexicon import Meaning
from kg.search.passages import SearchRecord, code_key
from kg.search.requests import Recognised, Understood
from kg.search.weights import EXPANSION, NARROWER, TRANSLATION
from kg.vocab import LANGUAGES

_HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_WORD: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[^\W_㐀-䶿一-鿿豈-﫿]+")
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
_LONGEST_LABEL: Final = 8
_MOST_NARROWER: Final = 12

Meant = ConceptEntry | Meaning


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    stems: dict[str, str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Match:
    meant: tuple[Meant, ...]
    start: int
    end: int
    text: str


@dataclass(slots=True)
class Reading:
    """A query as the engines need it; ``understood`` is what people see of it."""

    text: str
    language: str
    understood: Understood
    concepts: list[ConceptEntry] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    english: str = ""
    exact: list[int] = field(default_factory=list)
    like: int | None = None


class Understanding:
    """Labels of concepts and glossary words, arranged for longest match in running text."""

    def __init__(
        self, concepts: Concepts, meanings: Sequence[Meaning], records: Sequence[SearchRecord]
    ) -> None:
        self._concepts = concepts
        self._by_stems: dict[str, dict[tuple[str, ...], list[Meant]]] = {
            language: defaultdict(list) for language in LANGUAGES
        }
        self._han: dict[str, list[Meant]] = defaultdict(list)
        for entry in concepts.by_iri.values():
            for language, labels in entry.labels.items():
                for label in labels:
                    self._add(label, language, entry)
        for meaning in meanings:
            for language, words in meaning.words:
                for word in words:
                    self._add(word, language, meaning)
        self._longest_han = max(map(len, self._han), default=0)
        self._codes = _code_table(records)
        self._titles = _title_table(records)
        self._records = records

    def _add(self, label: str, language: str, meant: Meant) -> None:
        label = re.sub(r"\s*[(（].*?[)）]", "", label) or label
        if language == "zh":
            key = "".join(_WORD.findall(normalise(label).lower()))
            if key and meant not in self._han[key]:
                self._han[key].append(meant)
            return
        if language not in self._by_stems:
            return
        for part in re.split(r"\s*/\s*|;", label) if isinstance(meant, ConceptEntry) else [label]:
            key_stems = tuple(stem(word.group().lower(), language) for word in _WORD.finditer(normalise(part)))
            if key_stems and len("".join(key_stems)) > 1 and not _only_stopwords(part, language):
                held = self._by_stems[language][key_stems]
                if meant not in held:
                    held.append(meant)

    def read(self, text: str, hint: str | None = None, off: Sequence[str] = ()) -> Reading:
        """Read a query; ``off`` are local names of concepts that must not be recognised."""
        clean = normalise(text)
        language = detect(clean, hint)
        exact, codes, rest = self._find_codes(clean)
        matches = list(self._matches(rest, language))
        concepts, recognised = self._recognise(matches, language, hint or language, off)
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
            tuple([*recognised, *_years(rest)]),
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

    # -- labels -----------------------------------------------------------------------------------

    def _matches(self, text: str, language: str) -> Iterator[_Match]:
        """Yield the longest labels in the text, from left to right, not overlapping."""
        languages = list(dict.fromkeys((language, "en", "fr", "es", "ru", "ar")))
        found = [
            _Token(word.group(), {}, word.start(), word.end()) for word in _WORD.finditer(text)
        ]
        at = 0
        while at < len(found):
            if _HAN.match(found[at].text):
                yield from self._han_matches(found[at])
                at += 1
                continue
            taken = 0
            for length in range(min(_LONGEST_LABEL, len(found) - at), 0, -1):
                part = found[at : at + length]
                if any(_HAN.match(token.text) for token in part):
                    continue
                meant = self._meant(part, languages, language)
                if meant:
                    start, end = part[0].start, part[-1].end
                    yield _Match(meant, start, end, text[start:end])
                    taken = length
                    break
            at += taken or 1

    def _meant(self, part: Sequence[_Token], languages: Sequence[str], main: str) -> tuple[Meant, ...]:
        for language in languages:
            if language != main and len(part) == 1 and len(part[0].text) < 3:
                continue
            key = tuple(_stem_of(token, language) for token in part)
            if hits := self._by_stems[language].get(key):
                if len(part) == 1 and part[0].text.lower() in STOPWORDS.get(main, ()):
                    continue
                return tuple(hits)
        return ()

    def _han_matches(self, token: _Token) -> Iterator[_Match]:
        at = 0
        while at < len(token.text):
            for length in range(min(self._longest_han, len(token.text) - at), 0, -1):
                part = token.text[at : at + length]
                if meant := self._han.get(part):
                    start = token.start + at
                    yield _Match(tuple(meant), start, start + length, part)
                    at += length
                    break
            else:
                at += 1

    def _recognise(
        self, matches: Iterable[_Match], language: str, shown: str, off: Sequence[str]
    ) -> tuple[list[ConceptEntry], list[Recognised]]:
        concepts: dict[str, ConceptEntry] = {}
        recognised = []
        for match in matches:
            for entry in match.meant:
                if not isinstance(entry, ConceptEntry) or entry.value in off or entry.iri in concepts:
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

    # -- words ------------------------------------------------------------------------------------

    def _words(self, reading: Reading, text: str, matches: Sequence[_Match], off: Sequence[str]) -> None:
        """Fill terms, phrases and the English rendering."""
        language = reading.language
        weights: dict[tuple[str, str], float] = {}
        for token in tokens(text, language):
            weights[token, language] = 1.0
        english: list[tuple[int, str]] = []
        covered: list[tuple[int, int]] = []
        for match in matches:
            covered.append((match.start, match.end))
            for meant in match.meant:
                if isinstance(meant, ConceptEntry) and meant.value in off:
                    continue
                self._expand(reading, meant, weights)
            said = _english(match.meant)
            if said:
                english.append((match.start, said))
        for word in _WORD.finditer(text):
            if not any(start <= word.start() < end for start, end in covered) and _keeps(word.group(), language):
                english.append((word.start(), word.group()))
        english.sort()
        reading.english = reading.text if language == "en" else " ".join(said for _, said in english)
        reading.terms = [Term(token, each, weight) for (token, each), weight in weights.items()]

    def _expand(self, reading: Reading, meant: Meant, weights: dict[tuple[str, str], float]) -> None:
        words = meant.labels.get("en", []) if isinstance(meant, ConceptEntry) else list(meant.of("en"))
        for at, label in enumerate(words):
            strength = TRANSLATION if not at and reading.language != "en" else EXPANSION
            found = tokens(label, "en")
            for token in found:
                weights[token, "en"] = max(weights.get((token, "en"), 0.0), strength / max(1, len(found)) ** 0.5)
            if len(found) > 1:
                reading.phrases.append(Phrase(tuple(found), "en", strength))
        if isinstance(meant, ConceptEntry):
            for iri in self._concepts.descendants(meant.iri)[:_MOST_NARROWER]:
                narrower = self._concepts.by_iri[iri]
                for token in tokens(" ".join(narrower.labels.get("en", [])[:1]), "en"):
                    weights.setdefault((token, "en"), NARROWER)


def _stem_of(token: _Token, language: str) -> str:
    if language not in token.stems:
        token.stems[language] = stem(token.text.lower(), language)
    return token.stems[language]


def _only_stopwords(text: str, language: str) -> bool:
    return all(word.group().lower() in STOPWORDS.get(language, ()) for word in _WORD.finditer(text))


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
    return " ".join(pair for word in _WORD.findall(normalise(text).lower()) for pair in (pairs(word) if _HAN.match(word) else [word]))


def _title_table(records: Sequence[SearchRecord]) -> dict[str, tuple[int, ...]]:
    table: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for title in {_title_key(each) for titles in record.titles.values() for each in titles}:
            if title:
                table[title].append(number)
    return {title: tuple(numbers[:5]) for title, numbers in table.items()}
