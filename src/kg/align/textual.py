"""What texts suggest: a source of its own beside the rules, marked as such, that decides nothing.

A sentence suggests a framework when it names it (labels of its concept in six languages, cue phrases)
or when a multilingual encoder finds it close to an exemplar. Only records with few coded facts are read.
The threshold is calibrated on labelled case studies (docs/alignment.md, ``bench/text_evidence.py``).
"""

from __future__ import annotations

import hashlib
import logging
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from kg import queries
from kg.align import about, rules
from kg.config import Settings
from kg.errors import ConfigError, MissingExtra
from kg.progress import Progress
from kg.search import encoders, spreading
from kg.search.cache import VectorCache
from kg.store import GraphStore
from kg.terms import literal
from kg.vocab import RDF, XSD, Iris

CLOSE: Final = 0.9
"""Cosine of a sentence and an exemplar from which the sentence suggests the framework."""
NAMED: Final = 1.0
"""Score of a sentence that names the framework."""
_SENTENCES: Final = re.compile(r"(?<=[.!?;。！？؟])\s*(?=\S)")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_ABBREVIATION: Final = re.compile(r"(?=.*[A-ZА-Я].*[A-ZА-Я])[\w-]{2,7}")
_LOG: Final = logging.getLogger("kg.align")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence that suggests a framework; ``score`` is between 0 and 1."""

    framework: str
    sentence: str
    score: float
    named: bool


class Reader:
    """Reads texts for what they suggest.

    Args:
        labels: framework to the names of its concept, in any language.
        encoder: of :mod:`kg.search.encoders`; without one only names count.
        kept: where vectors are kept from build to build.
    """

    def __init__(
        self,
        labels: Mapping[str, Sequence[str]],
        encoder: encoders.Encoder | None = None,
        kept: VectorCache | None = None,
        close: float = CLOSE,
    ) -> None:
        self._table = exemplars()
        self._encoder, self._kept, self._close = encoder, kept, close
        self._names = {
            framework: _patterns([*labels.get(framework, ()), *row["cues"]])
            for framework, row in self._table.items()
        }
        topics = {topic for row in self._table.values() for topic in row["topics"]}
        self._topics = re.compile("|".join(sorted(map(re.escape, topics))), re.IGNORECASE)

    def read(self, texts: Mapping[str, Sequence[str]]) -> dict[str, list[Suggestion]]:
        """Return the best suggestion for each framework, by record."""
        found: dict[str, dict[str, Suggestion]] = defaultdict(dict)
        open_: list[tuple[str, str]] = []
        for record, parts in texts.items():
            for sentence in (each for part in parts for each in sentences(part)):
                plain = _plain(sentence)
                for framework, (names, short) in self._names.items():
                    if names.search(plain) or short.search(sentence):
                        found[record].setdefault(framework, Suggestion(framework, sentence, NAMED, True))
                if self._topics.search(sentence):
                    open_.append((record, sentence))
        for record, each in self._near(open_):
            best = found[record].get(each.framework)
            if best is None or best.score < each.score:
                found[record][each.framework] = each
        return {record: list(by.values()) for record, by in found.items() if by}

    def _near(self, open_: list[tuple[str, str]]) -> Iterator[tuple[str, Suggestion]]:
        if self._encoder is None or not open_:
            return
        wanted = [(name, text) for name, row in self._table.items() for text in row["exemplars"]]
        vectors = self._encode([*(text for _, text in wanted), *(sentence for _, sentence in open_)])
        closeness = vectors[len(wanted) :] @ vectors[: len(wanted)].T
        for (record, sentence), row in zip(open_, closeness, strict=True):
            for framework in self._table:
                score = max(float(row[n]) for n, (name, _) in enumerate(wanted) if name == framework)
                if score >= self._close:
                    yield record, Suggestion(framework, sentence, min(score, 0.99), False)

    def _encode(self, texts: list[str]) -> Any:
        if self._encoder is None:  # pragma: no cover - asked only with one
            return np.zeros((0, 0))
        if self._kept is None:
            return np.stack(
                [vector for _, vector in sorted(self._encoder.passages(texts), key=lambda e: e[0])]
            )
        return self._kept.encode(self._encoder, texts, lambda _: None)[0]


@cache
def exemplars() -> dict[str, dict[str, list[str]]]:
    """Return exemplars, cues and topics by framework."""
    text = (rules.folder() / "exemplars.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return table


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, in order."""
    return [part.strip() for part in _SENTENCES.split(text) if part.strip()]


def lines(store: GraphStore, settings: Settings, progress: Progress) -> Iterator[str]:
    """Yield the suggestions for a graph's records as canonical N-Quads lines.

    Decisions, publications and hub entities are searched for names alone, and only for frameworks that
    their source does not state itself.
    """
    iris = settings.iris
    texts, official = _texts(store, iris, "texts"), _texts(store, iris, "official-texts")
    if not texts and not official:
        return
    labels = _labels(store, iris)
    with progress.stage("read texts"):
        found = Reader(labels, *(_encoder(settings) if texts else (None, None))).read(texts)
        found |= Reader(labels).read(official)
    stated = set(about.stated(store, iris))
    for record, suggestions in found.items():
        for each in suggestions:
            if (record, each.framework) not in stated:
                yield from _written(record, each, iris)


def _texts(store: GraphStore, iris: Iris, name: str) -> dict[str, list[str]]:
    texts: dict[str, set[str]] = defaultdict(set)
    text, bound = queries.get("align", name).bind({}, iris)
    for row in store.select(text, bound):
        texts[str(row["record"])[1:-1]].add(str(getattr(row["text"], "value", "")))
    return {record: sorted(parts) for record, parts in sorted(texts.items())}


def _labels(store: GraphStore, iris: Iris) -> dict[str, list[str]]:
    text, bound = queries.get("align", "framework-labels").bind({}, iris)
    found: dict[str, list[str]] = defaultdict(list)
    for row in store.select(text, bound):
        name = str(row["framework"])[1:-1].rpartition("/")[2]
        found[name].append(str(getattr(row["label"], "value", "")))
    return found


def _encoder(settings: Settings) -> tuple[encoders.Encoder | None, VectorCache | None]:
    try:
        chosen = encoders.create(encoders.names(settings)[0], settings)
    except (ConfigError, MissingExtra) as fault:
        _LOG.warning("Texts are searched for names only: %s", fault)
        return None, None
    return spreading.over(chosen, settings), VectorCache(settings.home_folder / "cache" / "vectors.sqlite")


def _written(record: str, each: Suggestion, iris: Iris) -> Iterator[str]:
    tail = f" <{iris.graph('assessments')}> ."
    digest = hashlib.sha256(f"{each.framework}\0{each.sentence}".encode()).hexdigest()[:12]
    node = f"<{record}/suggestion/{digest}>"
    score = f"{each.score:.2f}".rstrip("0").rstrip(".")
    for predicate, value in (
        (f"{RDF}type", f"<{iris.term('TextSuggestion')}>"),
        (iris.term("suggestedFor"), f"<{record}>"),
        (iris.term("suggestsFramework"), f"<{iris.id('framework', each.framework)}>"),
        (iris.term("sentence"), literal(each.sentence)),
        (iris.term("score"), literal(score, datatype=f"{XSD}decimal")),
    ):
        yield f"{node} <{predicate}> {value}{tail}"


def _plain(text: str) -> str:
    return re.sub(r"[-\u2010-\u2014_\s]+", " ", text.casefold())


def _patterns(names: Sequence[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return a pattern of the names for plain text, and one of abbreviations, for which case matters."""
    given = sorted({name for name in names if name})
    short = [re.escape(name) for name in given if _ABBREVIATION.fullmatch(name)]
    parts = []
    for name in given:
        plain = re.escape(_plain(name.rstrip("*")))
        if _ABBREVIATION.fullmatch(name):
            continue
        if _HAN.search(name):  # Chinese has no spaces between words
            parts.append(plain)
        else:
            parts.append(rf"(?<!\w){plain}" if name.endswith("*") else rf"(?<!\w){plain}(?!\w)")
    never = r"(?!)"
    abbreviations = rf"(?<!\w)(?:{'|'.join(short)})(?!\w)" if short else never
    return re.compile("|".join(parts) or never), re.compile(abbreviations)
