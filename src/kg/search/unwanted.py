"""Recognises what a query says it does not want: "without buying fertiliser", "sauf le Niger", "不用化肥".

Conservative: after "without" only means that one can choose to do without are left out (``without.tsv``); an
area without water or people without land tell the need itself. A word of the glossary that holds the cue
("without ploughing" is no-till, "without irrigation" is rainfed) goes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.search.analysis import STOPWORDS, detect, normalise, stem
from kg.search.concepts import ConceptEntry
from kg.search.matching import WORD, Match
from kg.search.understood import Excluded
from kg.search.without import Table, Thing, chinese, tables
from kg.vocab import LANGUAGES

LEFT_OUT: Final = ("country", "region", "landUse", "measure", "slmGroup", "climateZone")
"""Facets whose values can be left out by "except" and the like; problems and aims cannot."""

_MOST_FILLERS: Final = 5
_LONGEST_PHRASE: Final = 5
_BEHIND: Final = re.compile(r"以外|之外|外")
_SPACE: Final = re.compile(r"[\s,，、]*")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


Found = tuple[Thing | ConceptEntry, int]
"""What is left out, and the place behind it"""

Cut = tuple[Thing | ConceptEntry, str, int, int]
"""What is left out, after a cue of which kind, from where to where"""


class Unwanted:
    """Finds exclusions in queries, and tells whether a title is about something left out."""

    def find(self, text: str, language: str, matches: Sequence[Match], shown: str) -> list[Excluded]:
        """Return what a normalised text leaves out, from left to right, labelled in ``shown``."""
        return [
            Excluded(_label(what, shown), text[start:end].strip(), *_filter(what), start, end, _instead(what))
            for what, kind, start, end in _cuts(text, language, matches)
            if kind != "instead"
        ]

    def about(self, value: str, titles: Mapping[str, Sequence[str]]) -> bool:
        """Tell whether a record's titles name a thing without saying that they do without it."""
        for tagged, texts in titles.items():
            for title in map(normalise, texts):
                language = tagged if tagged in LANGUAGES else detect(title)
                if not names(title, language, value):
                    continue
                if all(what.value != value for what, *_ in _cuts(title, language, ())):
                    return True
        return False


def _cuts(text: str, language: str, matches: Sequence[Match]) -> Iterator[Cut]:
    return _in_chinese(text, matches) if language == "zh" else _in_words(text, language, matches)


def _instead(what: Thing | ConceptEntry) -> tuple[str, ...]:
    return what.instead if isinstance(what, Thing) else ()


def _label(what: Thing | ConceptEntry, shown: str) -> str:
    return what.words[shown][0] if isinstance(what, Thing) else what.label(shown)


def _filter(what: Thing | ConceptEntry) -> tuple[str | None, str]:
    facet = None if isinstance(what, Thing) else next(each for each in what.facets if each in LEFT_OUT)
    return facet, what.value


# -- languages that part words ------------------------------------------------------------------------


def _in_words(text: str, language: str, matches: Sequence[Match]) -> Iterator[Cut]:
    table = tables()[language]
    words = [_Word(each.group().lower(), each.start(), each.end()) for each in WORD.finditer(text)]
    at = 0
    while at < len(words):
        length, kind = _cue_at(words, at, table, language)
        end = at + length
        if not length or any(
            each.start <= words[at].start and each.end > words[end - 1].end for each in matches
        ):
            at += 1
            continue
        found = _next(words, end, kind, table, language, matches)
        start = words[at].start
        while found is not None:
            what, end = found
            while end < len(words) and _is_filler(words[end], table, language, tight=True):
                end += 1
            yield what, kind, start, words[end - 1].end
            found = None
            if end < len(words):
                start = words[end].start
                joined = words[end].text in table.joins
                if joined or "," in text[words[end - 1].end : start] or words[end].text.startswith("و"):
                    found = _next(words, end + joined, kind, table, language, matches, least=True)
        at = max(end, at + 1)


def _cue_at(words: Sequence[_Word], at: int, table: Table, language: str) -> tuple[int, str]:
    """Return how many words a cue has and of which kind it is; an Arabic "and" may stand at its front."""
    for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
        phrase = tuple(word.text for word in words[at : at + length])
        kind = table.cues.get(phrase)
        if kind is None and language == "ar" and phrase[0][:1] == "و":
            kind = table.cues.get((phrase[0][1:], *phrase[1:]))
        if kind is not None:
            return length, kind
    return 0, ""


def _next(
    words: Sequence[_Word],
    at: int,
    kind: str,
    table: Table,
    language: str,
    matches: Sequence[Match],
    *,
    least: bool = False,
) -> Found | None:
    """Return what stands behind a cue; ``least`` behind a first thing, where fewer words may come between."""
    for skipped in range(2 if least else _MOST_FILLERS + 1):
        here = at + skipped
        if here >= len(words):
            return None
        for length in range(min(_LONGEST_PHRASE, len(words) - here), 0, -1):
            stems = tuple(stem(word.text, language) for word in words[here : here + length])
            if (thing := table.things.get(stems)) is not None:
                return thing, here + length
        if kind == "except" and (entry := _entry_at(matches, words[here].start)) is not None:
            what, end = entry
            return what, here + sum(1 for word in words[here:] if word.end <= end)
        if not _is_filler(words[here], table, language):
            return None
    return None


def _is_filler(word: _Word, table: Table, language: str, *, tight: bool = False) -> bool:
    small = word.text in STOPWORDS.get(language, ())
    if tight:
        return not small and stem(word.text, language) in table.fillers
    return small or stem(word.text, language) in table.fillers


def _entry_at(matches: Iterable[Match], start: int) -> Found | None:
    for match in matches:
        if match.start == start:
            for meant in match.meant:
                if isinstance(meant, ConceptEntry) and set(meant.facets) & set(LEFT_OUT):
                    return meant, match.end
    return None


# -- Chinese ------------------------------------------------------------------------------------------


def _in_chinese(text: str, matches: Sequence[Match]) -> Iterator[Cut]:
    cue, filler, things, join = chinese()
    at = 0
    while (found := cue.search(text, at)) is not None:
        at = found.end()
        if any(each.start <= found.start() and each.end > found.end() for each in matches):
            continue
        kind = tables()["zh"].cues[found.group(),]
        start, end = found.start(), found.end()
        while (what := _behind(text, end, kind, matches, filler, things)) is not None:
            thing, end = what
            yield thing, kind, start, end
            at = start = end
            joined = join.match(text, end)
            if joined is None:
                break
            end = joined.end()
    for match in matches:
        behind = _BEHIND.match(text, match.end)
        if text[: match.start].endswith("除") and behind and (entry := _entry_at([match], match.start)):
            yield entry[0], "except", match.start - 1, behind.end()


def _behind(
    text: str,
    at: int,
    kind: str,
    matches: Sequence[Match],
    filler: re.Pattern[str],
    things: re.Pattern[str],
) -> Found | None:
    at = filler.match(text, at).end()  # type: ignore[union-attr]
    if (thing := things.match(text, at)) is not None:
        return tables()["zh"].things[thing.group(),], thing.end()
    entry = _entry_at(matches, at) if kind == "except" else None
    if entry is None:
        return None
    behind = _BEHIND.match(text, entry[1])
    return entry[0], behind.end() if behind else entry[1]


def names(text: str, language: str, value: str) -> bool:
    """Tell whether a text names a thing; single Chinese characters are parts of too many words."""
    things = tables()[language].things
    if language == "zh":
        return any(
            len(each) > 1 and each in text and thing.value == value for (each,), thing in things.items()
        )
    stems = [stem(word.lower(), language) for word in WORD.findall(text)]
    return any(
        (thing := things.get(tuple(stems[at : at + length]))) is not None and thing.value == value
        for length in range(1, _LONGEST_PHRASE + 1)
        for at in range(len(stems) - length + 1)
    )
