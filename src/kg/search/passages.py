"""Reads the graph's records as search sees them: titles, passages in each language, facets, codes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from kg import queries, resources
from kg.search.analysis import detect, normalise
from kg.vocab import DCTERMS, LANGUAGES, RDFS, SKOS, Iris

KINDS: Final = {
    "Technology": "technology",
    "Approach": "approach",
    "PraisPractice": "prais",
    "Decision": "decision",
    "Document": "document",
    "Publication": "publication",
    "PartnerCase": "case",
}
"""Class local names with a kind of their own; every other record is an ``entity``."""

PRACTICES: Final = ("technology", "approach", "prais")

_NOT_RECORDS: Final = re.compile(r"/id/(?:concept|scheme|country|region|framework|criterion|dataset|build)/")
_PASSAGE_LENGTH: Final = {"zh": 320, "ar": 700, "ru": 800}
_PASSAGE_LENGTH_ELSE: Final = 900
_OVERLAP: Final = 0.2
_SENTENCE: Final = re.compile(r"(?<=[.!?؟…])\s+|(?<=[。！？；])|\n+")
_LONGEST_TEXT: Final = 200_000
_UNTOLD: Final = frozenset(
    {"identifier", "label", "citedInParagraph", "url", "modified", "letter", "number", "sumOf", "note"}
)
_RENAMED: Final = {"qualifiesAs": "qualifies", "candidateFor": "candidate", "inDataset": "dataset"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a record's text of about 200 tokens, as it is encoded and shown.

    ``part`` is ``title``, ``summary`` (title and summary), ``text`` or ``provisions``.
    """

    part: str
    lang: str
    text: str


@dataclass(slots=True)
class SearchRecord:
    """One record with everything that finds, filters or explains it."""

    iri: str
    kind: str
    classes: tuple[str, ...] = ()
    titles: dict[str, list[str]] = field(default_factory=dict)
    """Titles by language; ``""`` where the source does not tell it."""
    codes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    facets: dict[str, list[str]] = field(default_factory=dict)
    year: int | None = None
    relations: list[tuple[str, str]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    mentions: dict[str, float] = field(default_factory=dict)
    """Concepts and glossary meanings that the record speaks of; see :mod:`kg.search.mentions`."""

    def title(self, language: str = "en") -> tuple[str, str]:
        """Return (title, language), the asked language first, then the order of the UN."""
        for each in (language, *LANGUAGES, *sorted(self.titles)):
            if self.titles.get(each):
                return self.titles[each][0], each
        return self.codes[0] if self.codes else local(self.iri), ""


def local(iri: str) -> str:
    """Return the last part of an IRI: ``BFA`` of ``.../id/country/BFA``."""
    return re.split(r"[/#]", iri)[-1]


def select(store: Any, name: str, iris: Iris) -> list[dict[str, Any]]:
    """Run a query of ``queries/search``; each row maps variables to terms."""
    text, bound = queries.bind(queries.read(resources.queries() / "search" / f"{name}.rq"), {}, iris)
    found: list[dict[str, Any]] = store.select(text, bound)
    return found


def read(store: Any, iris: Iris) -> list[SearchRecord]:
    """Return every record of the graph that search covers, sorted by IRI."""
    records = _records(store, iris)
    texts = _texts(store, iris, records)
    _provisions(store, iris, records, texts)
    for row in select(store, "codes", iris):
        if (record := records.get(row["record"].value)) is not None:
            _once(record.codes, row["text"].value)
    for row in select(store, "authors", iris):
        if (record := records.get(row["record"].value)) is not None:
            _once(record.names, row["name"].value)
    for row in select(store, "relations", iris):
        if (record := records.get(row["record"].value)) is not None:
            _once(record.relations, (local(row["property"].value), row["other"].value))
    _facets(store, iris, records)
    for iri, record in records.items():
        _finish(record, texts[iri])
    return [records[iri] for iri in sorted(records)]


def _records(store: Any, iris: Iris) -> dict[str, SearchRecord]:
    classes: dict[str, set[str]] = defaultdict(set)
    for row in select(store, "records", iris):
        classes[row["record"].value].add(local(row["type"].value))
    found = {}
    for iri, names in classes.items():
        if _NOT_RECORDS.search(iri) or not iri.startswith(iris.base):
            continue
        kind = next((kind for name, kind in KINDS.items() if name in names), "entity")
        found[iri] = SearchRecord(iri, kind, classes=tuple(sorted(names)))
    return found


Texts = dict[str, dict[str, dict[str, list[str]]]]
"""record -> language -> role (summary, text, provisions) -> texts"""


def _texts(store: Any, iris: Iris, records: dict[str, SearchRecord]) -> Texts:
    texts: Texts = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    titles = {RDFS + "label", DCTERMS + "title", SKOS + "altLabel", iris.term("localName")}
    summaries = {DCTERMS + "abstract", iris.term("topic"), iris.term("relationToSeed")}
    plain_words = {iris.term(name) for name in ("place", "containerTitle", "publisherName", "label")}
    rows = [*select(store, "texts", iris), *select(store, "words", iris)]
    for row in sorted(rows, key=lambda each: (each["property"].value, each["text"].value)):
        record = records.get(row["record"].value)
        if record is None:
            continue
        text, asked = row["text"].value[:_LONGEST_TEXT].strip(), row["property"].value
        language = (row["text"].language or "").split("-")[0].lower()
        if not text:
            continue
        if asked in titles:
            _once(record.titles.setdefault(language, []), text)
        elif asked in plain_words:
            _once(record.names, text)
        elif asked in summaries:
            _once(texts[record.iri][language or detect(text)]["summary"], text)
        elif asked == DCTERMS + "description" or asked.startswith(iris.wocat_ns):
            _once(texts[record.iri][language or detect(text)]["text"], text)
    _entity_facts(store, iris, records, texts)
    return texts


def _entity_facts(store: Any, iris: Iris, records: dict[str, SearchRecord], texts: Texts) -> None:
    """Tell what is stated about an entity in plain words, in the order of the properties."""
    rows = select(store, "entity-facts", iris)
    rows.sort(key=lambda row: (row["record"].value, row["property"].value, row["text"].value))
    for row in rows:
        name = local(row["property"].value)
        if row["record"].value not in records or name in _UNTOLD:
            continue
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
        stated = row["text"].value[:_LONGEST_TEXT].strip()
        if stated:
            _once(texts[row["record"].value]["en"]["summary"], f"{words}: {stated}.")


def _provisions(store: Any, iris: Iris, records: dict[str, SearchRecord], texts: Texts) -> None:
    rows = select(store, "provisions", iris)
    rows.sort(key=lambda row: (row["record"].value, int(row["ordinal"].value) if "ordinal" in row else 0))
    for row in rows:
        if row["record"].value not in records:
            continue
        said = [row[name].value for name in ("verb", "addressee", "what") if row.get(name) is not None]
        language = getattr(row["what"], "language", None) or "en"
        texts[row["record"].value][language]["provisions"].append(" ".join(said) + ".")


def _facets(store: Any, iris: Iris, records: dict[str, SearchRecord]) -> None:
    for row in select(store, "facets", iris):
        record = records.get(row["record"].value)
        if record is None:
            continue
        name, value = local(row["property"].value), row["value"].value
        if name in ("year", "documented"):
            if match := re.match(r"\d{4}", value):
                record.year = int(match.group())
            continue
        if name == "pageLanguage":
            name = "language"
        name = _RENAMED.get(name, name)
        _once(record.facets.setdefault(name, []), local(value))
        if name in ("qualifies", "candidate"):
            _once(record.facets.setdefault("framework", []), local(value))


def _finish(record: SearchRecord, texts: dict[str, dict[str, list[str]]]) -> None:
    record.codes.sort()
    record.names.sort()
    record.relations.sort()
    languages = record.facets.setdefault("language", [])
    for language in (*texts, *record.titles):
        if language in LANGUAGES:
            _once(languages, language)
    record.facets["type"] = [record.kind, *(["practice"] if record.kind in PRACTICES else [])]
    for values in record.facets.values():
        values.sort()
    record.passages = list(_passages(record, texts))


def _passages(record: SearchRecord, texts: dict[str, dict[str, list[str]]]) -> Iterator[Passage]:
    order = [each for each in (*LANGUAGES, *sorted(texts)) if each in texts]
    for language in dict.fromkeys(order):
        roles = texts[language]
        title = record.titles.get(language, [""])[0] or record.title(language)[0]
        lead = f"{title}{'' if title.endswith(('.', '?', '!')) else '.'}"
        for at, text in enumerate(cut(" ".join(roles["summary"]), language)):
            yield Passage("summary" if not at else "text", language, f"{lead} {text}".strip())
        for role in ("text", "provisions"):
            for text in cut("\n".join(roles[role]), language):
                yield Passage(role, language, f"{lead} {text}")
    for language, titles in sorted(record.titles.items()):
        for title in titles[:1] if language in texts else titles:
            if language not in texts or not language:
                yield Passage("title", language or detect(title), title)


def cut(text: str, language: str) -> Iterator[str]:
    """Cut a text at sentence bounds into passages that overlap by about a fifth."""
    longest = _PASSAGE_LENGTH.get(language, _PASSAGE_LENGTH_ELSE)
    held: list[str] = []
    size = 0
    for sentence in _sentences(text, longest):
        if held and size + len(sentence) > longest:
            yield " ".join(held)
            held = held[-1:] if len(held[-1]) <= longest * _OVERLAP else []
            size = sum(map(len, held))
        held.append(sentence)
        size += len(sentence)
    if held:
        yield " ".join(held)


def _sentences(text: str, longest: int) -> Iterator[str]:
    for sentence in _SENTENCE.split(normalise_spaces(text)):
        rest = sentence.strip()
        while len(rest) > longest:
            at = rest.rfind(" ", longest // 2, longest)
            at = at if at > 0 else longest
            yield rest[:at].strip()
            rest = rest[at:].strip()
        if rest:
            yield rest


def normalise_spaces(text: str) -> str:
    """Collapse blanks but keep line ends, which part sentences."""
    return re.sub(r"[ \t\xa0]+", " ", text).strip()


def _once(held: list[Any], value: Any) -> None:
    if value not in held:
        held.append(value)


def code_key(text: str) -> str:
    """Return a code in the form in which codes are compared: ``ICCD/COP(14)/CST/5`` -> ``iccdcop14cst5``."""
    return re.sub(r"[\W_]+", "", normalise(text).lower())
