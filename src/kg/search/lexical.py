"""The word index: BM25 by tantivy over titles, texts, concept labels and names, filtered inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.search.analysis import detect, joined
from kg.search.engines import MOST_SAID, Alternative, Groups, Narrowing
from kg.search.passages import SearchRecord
from kg.search.weights import FIELDS, FUZZY, PHRASE, SYNONYM_TIE, TIE
from kg.vocab import LANGUAGES

_HEAP: Final = 64_000_000
_FUZZY_LENGTH: Final = 5
_SHORTEST_YEAR, _LATEST_YEAR = 0, 9999
_MOST_PASSAGES: Final = 300_000


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=False, indexed=True, fast=True)
    for language in LANGUAGES:
        builder.add_text_field(f"title_{language}", tokenizer_name="whitespace")
        builder.add_text_field(f"body_{language}", tokenizer_name="whitespace")
    builder.add_text_field("labels_en", tokenizer_name="whitespace")
    builder.add_text_field("names", tokenizer_name="whitespace")
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    return builder.build()


def write(folder: Path, records: Sequence[SearchRecord], labels: Sequence[Sequence[str]]) -> None:
    """Write the index; ``labels`` are the English concept labels of each record.

    A passage's number is its place in the order of records and passages.
    """
    import tantivy

    folder.mkdir(parents=True)
    schema = _schema()
    index = tantivy.Index(schema, path=str(folder))
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for number, (record, fields) in enumerate(analysed(records, labels)):
        document = tantivy.Document()
        document.add_unsigned("passage", number)
        for name, text in fields:
            document.add_text(name, text)
        for value in facets_of(record):
            document.add_text("facet", value)
        if record.year is not None:
            document.add_integer("year", record.year)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def analysed(
    records: Sequence[SearchRecord], labels: Sequence[Sequence[str]]
) -> Iterator[tuple[SearchRecord, list[tuple[str, str]]]]:
    """Yield for each passage its record and its fields as (name, tokens with blanks between them).

    The first passage of a record has the fields that the record has once.
    """
    for record, words in zip(records, labels, strict=True):
        for at, passage in enumerate(record.passages):
            language = passage.lang if passage.lang in LANGUAGES else detect(passage.text)
            fields = [(f"body_{language}", joined([passage.text], language))]
            if not at:
                fields += _titles(record)
                fields += [("labels_en", joined(words, "en")), ("names", joined(record.names, "en"))]
            yield record, fields


def facets_of(record: SearchRecord) -> Iterator[str]:
    """Yield what filters look for, as ``name=value``."""
    for name, values in record.facets.items():
        for value in values:
            yield f"{name}={value}"


def _titles(record: SearchRecord) -> Iterator[tuple[str, str]]:
    for language, titles in sorted(record.titles.items()):
        of_text = language if language in LANGUAGES else detect(titles[0])
        yield f"title_{of_text}", joined(titles, of_text)


def fields_of(language: str) -> list[tuple[str, float]]:
    """Return the fields where a token of a language may stand, with their weights; title and body first."""
    fields = [(f"title_{language}", FIELDS["title"]), (f"body_{language}", FIELDS["body"])]
    if language == "en":
        fields.append(("labels_en", FIELDS["labels"]))
    fields.append(("names", FIELDS["names"]))
    return fields


def may_be_misspelt(token: str) -> bool:
    """Tell whether a token that no field knows is looked for with a letter changed."""
    return len(token) >= _FUZZY_LENGTH and token.isalpha()


class LexicalIndex:
    """An opened word index; searches from several threads at once."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._tantivy = tantivy
        self._index = tantivy.Index.open(str(folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def search(
        self, groups: Groups, *, narrowing: Narrowing | None = None, limit: int = 200
    ) -> list[tuple[int, float]]:
        """Return (passage number, BM25 score), best first; nothing when there is nothing to look for."""
        wanted = [query for group in groups if (query := self._group(group)) is not None]
        if not wanted:
            return []
        occur = self._tantivy.Occur
        query = self._tantivy.Query.boolean_query([(occur.Should, each) for each in wanted])
        if narrowing is not None:
            query = self._tantivy.Query.boolean_query([(occur.Must, query), *self._conditions(narrowing)])
        hits = self._searcher.search(query, limit=limit, count=False).hits
        numbers = self._searcher.fast_field_values("passage", [address for _, address in hits])
        found = [
            (int(number), float(score))
            for number, (score, _) in zip(numbers, hits, strict=True)
            if narrowing is None or narrowing.passages[number]
        ]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def said(self, groups: Sequence[Sequence[Alternative]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the passages that say something of the groups, and which of them, as a sum of 2 ** number.

        At most :data:`MOST_SAID` groups are looked at: scores are of 32 bits, and more would not be exact.
        """
        query, occur = self._tantivy.Query, self._tantivy.Occur
        wanted = [
            (occur.Should, query.const_score_query(each, float(1 << at)))
            for at, group in enumerate(groups[:MOST_SAID])
            if (each := self._group(group)) is not None
        ]
        empty = np.zeros(0, dtype=np.int64)
        if not wanted:
            return empty, empty
        limit = min(self._searcher.num_docs, _MOST_PASSAGES)
        hits = self._searcher.search(query.boolean_query(wanted), limit=max(1, limit), count=False).hits
        numbers = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.int64)

    def _group(self, group: Sequence[Alternative]) -> Any:
        parts = [query for each in group if (query := self._alternative(each)) is not None]
        if not parts:
            return None
        return self._tantivy.Query.disjunction_max_query(parts, tie_breaker=SYNONYM_TIE)

    def _alternative(self, wanted: Alternative) -> Any:
        query, occur = self._tantivy.Query, self._tantivy.Occur
        parts = [self._token(token, wanted.language) for token in wanted.tokens]
        if any(part is None for part in parts):
            return None
        if len(parts) == 1:
            return query.boost_query(parts[0], wanted.weight)
        together = [(occur.Must, part) for part in parts]
        for name, boost in fields_of(wanted.language)[:2]:
            phrase = query.phrase_query(self._schema, name, list(wanted.tokens), slop=1)
            together.append((occur.Should, query.boost_query(phrase, boost * PHRASE)))
        # Together the tokens say one thing, so they weigh as one and a half words, not as several.
        return query.boost_query(query.boolean_query(together), wanted.weight * 1.5 / len(parts))

    def _token(self, token: str, language: str) -> Any:
        query = self._tantivy.Query
        fields = fields_of(language)
        known = [(name, boost) for name, boost in fields if self._searcher.doc_freq(name, token)]
        parts = [
            query.boost_query(query.term_query(self._schema, name, token), boost) for name, boost in known
        ]
        if not parts and may_be_misspelt(token):
            parts = [
                query.boost_query(
                    query.fuzzy_term_query(self._schema, name, token, distance=1), boost * FUZZY
                )
                for name, boost in fields[:2]
            ]
        return query.disjunction_max_query(parts, tie_breaker=TIE) if parts else None

    def _conditions(self, narrowing: Narrowing) -> list[tuple[Any, Any]]:
        query, occur = self._tantivy.Query, self._tantivy.Occur
        found = []
        for required, table in ((True, narrowing.filters), (False, narrowing.exclude)):
            for name, values in table.items():
                tokens = [f"{name}={value}" for value in values]
                matching = query.term_set_query(self._schema, "facet", tokens)
                matching = query.const_score_query(matching, 0.0)
                found.append((occur.Must if required else occur.MustNot, matching))
        if narrowing.years is not None:
            first, last = narrowing.years
            within = query.range_query(
                self._schema,
                "year",
                self._tantivy.FieldType.Integer,
                _SHORTEST_YEAR if first is None else first,
                _LATEST_YEAR if last is None else last,
            )
            found.append((occur.Must, query.const_score_query(within, 0.0)))
        return found

    def close(self) -> None:
        """Let go of the files."""
        del self._searcher, self._index
