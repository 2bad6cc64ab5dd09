"""Finds labels of concepts and words of the glossary in running text of the six languages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.search.analysis import STOPWORDS, normalise, stem
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.lexicon import Meaning
from kg.vocab import LANGUAGES

HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
WORD: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[^\W_㐀-䶿一-鿿豈-﫿]+")
_LONGEST_LABEL: Final = 12
_SHORTEST_FOREIGN: Final = 3
_SHORTEST_FOREIGN_WORD: Final = 7
_SHORTEST_NEAR, _NEAR_START, _NEAR_SHARE = 6, 5, 0.78
_DERIVED: Final = {
    "fr": ("icol", "erai", "eraie", "aire", "ien", "ier", "iqu", "eux", "eus", "al", "er"),
    "es": ("icol", "eñ", "en", "ari", "ist", "al", "ar", "ic", "os", "er"),
    "ru": ("ическ", "ческ", "альн", "енн", "инск", "анск", "овск", "ск", "ов", "ев", "ян", "н"),
}
"""Endings of stems that make an adjective or a plantation of a noun (``platanal``, ``климатический``)."""

_SHORTEST_BASE: Final = 4
_KINDS: Final = frozenset({"crops", "trees"})
"""Schemes whose labels name a group before the kind (``cereals - maize``)."""

_ARABIC_PREFIXES: Final = ("ل", "ب", "ك", "و", "ف", "س")

Meant = ConceptEntry | Meaning


@dataclass(frozen=True, slots=True)
class Match:
    """A label found in a text: what it may mean, and where it stands."""

    meant: tuple[Meant, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    stems: dict[str, str]
    start: int
    end: int

    def stem(self, language: str, known: Collection[str]) -> str:
        """Return the stem; an Arabic preposition of one letter goes where only the rest is known."""
        if language not in self.stems:
            found = stem(self.text, language)
            if language == "ar" and found not in known and self.text[:1] in _ARABIC_PREFIXES:
                shorter = stem(self.text[1:], language)
                found = shorter if shorter in known else found
            self.stems[language] = found
        return self.stems[language]


class Labels:
    """All labels, arranged for the longest match: by stems, and by characters for Chinese."""

    def __init__(self, concepts: Concepts, meanings: Sequence[Meaning]) -> None:
        self._by_stems: dict[str, dict[tuple[str, ...], list[Meant]]] = {
            language: defaultdict(list) for language in LANGUAGES
        }
        self._longest: dict[str, dict[str, int]] = {language: {} for language in LANGUAGES}
        self._known: dict[str, set[str]] = {language: set() for language in LANGUAGES}
        self._han: dict[str, list[Meant]] = defaultdict(list)
        for entry in concepts.by_iri.values():
            for language, labels in entry.labels.items() if entry.recognised else ():
                for label in labels:
                    self._add(label, language, entry)
        for meaning in meanings:
            for language, words in meaning.words:
                for word in words:
                    self._add(word, language, meaning)
        self._near: dict[str, dict[str, list[str]]] = {language: defaultdict(list) for language in LANGUAGES}
        for language, keys in self._by_stems.items():
            for stems in keys:
                if len(stems) == 1 and len(stems[0]) >= _NEAR_START:
                    self._near[language][stems[0][:_NEAR_START]].append(stems[0])
        self._longest_han = max(map(len, self._han), default=0)

    def _add(self, label: str, language: str, meant: Meant) -> None:
        label = re.sub(r"\s*[(（].*?[)）]", "", label) or label
        if language == "zh":
            parts = re.split(r"\s*[/、；]\s*", label) if isinstance(meant, ConceptEntry) else []
            parts += [label.rpartition(" - ")[2]] if _is_kind(meant) else []
            for part in dict.fromkeys((label, *parts)):
                key = "".join(WORD.findall(normalise(part).lower()))
                if (len(key) > 1 or (part == label and key)) and meant not in self._han[key]:
                    self._han[key].append(meant)
            return
        if language not in self._by_stems:
            return
        parts = _alternatives(label) if isinstance(meant, ConceptEntry) else [label]
        parts += _alternatives(label.rpartition(" - ")[2]) if _is_kind(meant) else []
        for part in dict.fromkeys(parts):
            stems = tuple(stem(word.lower(), language) for word in WORD.findall(normalise(part)))
            if len("".join(stems)) < 2 or only_stopwords(part, language):
                continue
            held = self._by_stems[language][stems]
            if meant not in held:
                held.append(meant)
            self._known[language].update(stems)
            longest = self._longest[language]
            longest[stems[0]] = max(longest.get(stems[0], 0), len(stems))

    def implied(self, meaning: Meaning) -> list[ConceptEntry]:
        """Return the concepts that have an English word of a meaning as a label."""
        found = {}
        for word in meaning.of("en"):
            for meant in self.named(word):
                if isinstance(meant, ConceptEntry):
                    found[meant.iri] = meant
        return list(found.values())

    def named(self, word: str) -> list[Meant]:
        """Return what has this English word or phrase as a label."""
        stems = tuple(stem(each, "en") for each in WORD.findall(normalise(word).lower()))
        return self._by_stems["en"].get(stems, [])

    def find(self, text: str, language: str, *, others: bool = True) -> Iterator[Match]:
        """Yield the labels in normalised text that stand inside no longer one, from left to right.

        The text's own language goes first, then (``others``) the rest: names and abbreviations
        are often foreign. Two labels may overlap (``restore land``, ``land rights``).
        """
        languages = [each for each in dict.fromkeys((language, "en", "fr", "es", "ru", "ar")) if each != "zh"]
        if not others:
            languages = [each for each in languages if each in (language, "en")]
        words = [_Token(word.group().lower(), {}, word.start(), word.end()) for word in WORD.finditer(text)]
        reached = 0
        for at, word in enumerate(words):
            if HAN.match(word.text):
                yield from self._han_matches(word)
                continue
            match = self._longest_at(words, at, languages, language, text)
            if match is None:
                match = self._derived(word, language, text)
            if match is None and others:
                match = self._nearly(word, language, text)
            if match is not None and match.end > reached:
                yield match
                reached = match.end

    def _longest_at(
        self, words: Sequence[_Token], at: int, languages: Sequence[str], main: str, text: str
    ) -> Match | None:
        best: Match | None = None
        taken = 0
        for language in languages:
            known = self._known[language]
            longest = self._longest[language].get(words[at].stem(language, known), 0)
            for length in range(min(longest, _LONGEST_LABEL, len(words) - at), taken, -1):
                part = words[at : at + length]
                meant = self._by_stems[language].get(tuple(token.stem(language, known) for token in part))
                if (
                    meant
                    and language != main
                    and len(part) == 1
                    and len(part[0].text) < _SHORTEST_FOREIGN_WORD
                ):
                    meant = [each for each in meant if isinstance(each, ConceptEntry)]
                if meant and not _too_weak(part, language, main):
                    start, end = part[0].start, part[-1].end
                    best = Match(_one_country(meant, text[start:end], language), start, end, text[start:end])
                    taken = length
                    break
        return best

    def _derived(self, word: _Token, language: str, text: str) -> Match | None:
        """Match a word that is derived from a known one."""
        mine = word.stem(language, self._known[language])
        for ending in _DERIVED.get(language, ()) if word.text not in STOPWORDS.get(language, ()) else ():
            base = mine.removesuffix(ending)
            known = base != mine and len(base) >= _SHORTEST_BASE
            if known and (meant := self._by_stems[language].get((base,))):
                return Match(tuple(meant), word.start, word.end, text[word.start : word.end])
        return None

    def _nearly(self, word: _Token, language: str, text: str) -> Match | None:
        """Match a word whose stem goes on a little where a known one ends, or is one letter off."""
        mine = word.stem(language, self._known[language])
        if len(mine) < _SHORTEST_NEAR or word.text in STOPWORDS.get(language, ()) or not mine.isalpha():
            return None
        best, shared = "", 0
        for other in self._near[language].get(mine[:_NEAR_START], ()):
            common = _shared_start(mine, other)
            if common >= _NEAR_SHARE * max(len(mine), len(other)) and common > shared:
                best, shared = other, common
        if not best:
            return None
        return Match(
            tuple(self._by_stems[language][(best,)]), word.start, word.end, text[word.start : word.end]
        )

    def _han_matches(self, token: _Token) -> Iterator[Match]:
        reached = 0
        for at in range(len(token.text)):
            for length in range(min(self._longest_han, len(token.text) - at), 0, -1):
                part = token.text[at : at + length]
                if meant := self._han.get(part):
                    if at + length > reached:
                        start = token.start + at
                        yield Match(tuple(meant), start, start + length, part)
                        reached = at + length
                    break


def _is_kind(meant: Meant) -> bool:
    return isinstance(meant, ConceptEntry) and meant.scheme in _KINDS


def _alternatives(label: str) -> list[str]:
    """Split ``forest/ woodlands``, but not ``preserve/ improve biodiversity``: its first part says little."""
    parts = [part for part in re.split(r"\s*/\s*|;", label) if part.strip()]
    longest = max((len(part.split()) for part in parts), default=0)
    return parts if longest == 1 else [label, *(part for part in parts if len(part.split()) > 1)]


def _one_country(meant: Sequence[Meant], text: str, language: str) -> tuple[Meant, ...]:
    """Where inflected names of several countries agree (Niger, Nigeria), keep the one written most alike."""
    countries = [each for each in meant if isinstance(each, ConceptEntry) and "/id/country/" in each.iri]
    if len(countries) < 2:
        return tuple(meant)
    written = text.lower()

    def unlike(entry: ConceptEntry) -> int:
        labels = [label.lower() for label in entry.labels.get(language, [])] or [entry.value.lower()]
        return min(len(label) - 2 * _shared_start(label, written) for label in labels)

    nearest = min(countries, key=unlike)
    return tuple(each for each in meant if each not in countries or each is nearest)


def _shared_start(one: str, other: str) -> int:
    """Return with how many equal letters two words begin."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _too_weak(part: Sequence[_Token], language: str, main: str) -> bool:
    """Short words of another language, and words that say nothing, are chance hits."""
    if len(part) > 1:
        return False
    word = part[0].text
    return word in STOPWORDS.get(main, ()) or (language != main and len(word) < _SHORTEST_FOREIGN)


def only_stopwords(text: str, language: str) -> bool:
    """Tell whether a label consists of words that say nothing."""
    return all(word.lower() in STOPWORDS.get(language, ()) for word in WORD.findall(text))


def key(meant: Meant) -> str:
    """Return the name under which mentions of a concept or a glossary meaning are counted."""
    return f"c:{meant.value}" if isinstance(meant, ConceptEntry) else f"m:{meant.of('en')[0]}"


def place(meaning: Meaning, said: str, language: str) -> int:
    """Return where words stand among those of a meaning, 0 for its usual one; its end without them."""
    form = _form(said, language)
    words = meaning.of(language)
    return next((at for at, word in enumerate(words) if _form(word, language) == form), len(words))


def _form(text: str, language: str) -> tuple[str, ...]:
    found = WORD.findall(normalise(text).lower())
    return tuple(found) if language == "zh" else tuple(stem(word, language) for word in found)
