"""Builds the search index of a generation, and reads its tables back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from kg.config import Settings
from kg.errors import ConfigError
from kg.progress import Progress
from kg.search import concepts as concept_tables
from kg.search import encoders, lexical, lexicon, mentions, passages, spreading, vectors
from kg.search.cache import VectorCache
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.embedding import Vectors, unit
from kg.search.encoders import Encoder
from kg.search.matching import Labels
from kg.search.passages import Passage, SearchRecord
from kg.vocab import LANGUAGES

VERSION: Final = 2
MANIFEST: Final = "manifest.json"
RECORDS: Final = "records.jsonl"
CONCEPTS: Final = "concepts.jsonl"
LEXICAL: Final = "words"
_CENTRE_LABELS: Final = 120


def build(store: Any, out: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Write the index of everything in the store into the new folder ``out``; returns its manifest.

    The manifest names the encoders with their fingerprints and counts records, passages and vectors
    (``encoded`` were computed, ``cached`` came from earlier builds).
    """
    out.mkdir(parents=True, exist_ok=True)
    with progress.stage("read records"):
        records = passages.read(store, settings.iris)
        concepts = concept_tables.read(store, settings.iris, records)
    with progress.stage("index words"):
        labels = Labels(concepts, lexicon.load())
        for record in records:
            record.mentions = mentions.of_record(record, labels, concepts)
        write_tables(out, records, concepts)
        words = [concept_tables.english_words(concepts, record) for record in records]
        lexical.write(out / LEXICAL, records, words)
    texts = list(encoded_texts(records, concepts))
    cache = VectorCache(settings.home_folder / "cache" / "vectors.sqlite")
    described = []
    for name in encoders.names(settings):
        encoder = spreading.over(encoders.create(name, settings), settings)
        described.append(_write_vectors(out, encoder, texts, concepts, cache, progress))
    return write_manifest(out, records, concepts, described)


def write_manifest(
    out: Path, records: Sequence[SearchRecord], concepts: Concepts, described: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Write and return what an index folder holds, with the size of each file; comes last."""
    manifest = {
        "version": VERSION,
        "records": len(records),
        "passages": sum(len(record.passages) for record in records),
        "concepts": len(concepts.by_iri),
        "encoders": list(described),
        "encoded": sum(each["encoded"] for each in described),
        "cached": sum(each["cached"] for each in described),
        "files": {
            file.name: file.stat().st_size
            for file in sorted(out.iterdir())
            if file.is_file() and file.name != MANIFEST
        },
    }
    (out / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return manifest


def _write_vectors(
    out: Path,
    encoder: Encoder,
    texts: Sequence[str],
    concepts: Concepts,
    cache: VectorCache,
    progress: Progress,
) -> dict[str, Any]:
    """Encode the passages, take their mean away, and keep the means of the query languages."""
    name = file_name(encoder.name)
    with progress.stage(f"encode {encoder.name}", len(texts)) as advance:
        found, encoded = cache.encode(encoder, texts, advance)
    means, asked, fresh = language_means(encoder, concepts, cache)
    centre = found.mean(axis=0) if len(found) else np.zeros_like(means[0])
    written = vectors.write(
        out / f"vectors-{name}.faiss",
        unit(found - centre) if len(found) else found,
        queries=asked,
    )
    np.save(out / f"centres-{name}.npy", np.stack([centre, *means]).astype(np.float32), allow_pickle=False)
    return {
        "name": encoder.name,
        "fingerprint": encoder.fingerprint,
        "dimensions": int(found.shape[1]),
        **asdict(written),
        "encoded": encoded + fresh,
        "cached": len(texts) - encoded,
    }


def language_means(
    encoder: Encoder, concepts: Concepts, cache: VectorCache
) -> tuple[list[Vectors], Vectors, int]:
    """Return the mean of each query language, labels as unit vectors without it, and how many were encoded.

    Labels of the same concepts in every language: their mean is what a language adds to a vector.
    """
    complete = [
        entry
        for entry in concepts.by_iri.values()
        if "/id/concept/" in entry.iri and all(entry.labels.get(language) for language in LANGUAGES)
    ][:_CENTRE_LABELS]
    if not complete:
        nothing = np.zeros(len(encoder.query("")), dtype=np.float32)
        return [nothing] * len(LANGUAGES), nothing[None, :][:0], 0
    labels = [entry.labels[language][0] for language in LANGUAGES for entry in complete]
    found, fresh = cache.encode(_Queries(encoder), labels, _ignore)
    by_language = found.reshape(len(LANGUAGES), len(complete), -1)
    means = by_language.mean(axis=1)
    return list(means), unit(by_language - means[:, None, :]).reshape(len(labels), -1), fresh


def encoded_texts(records: Sequence[SearchRecord], concepts: Concepts) -> Iterator[str]:
    """Yield what stands for each passage in the vector spaces: the first one tells the classification too."""
    for record in records:
        classified = concept_tables.classification(concepts, record)
        for at, passage in enumerate(record.passages):
            yield passage.text if at or not classified else f"{passage.text} {classified}"


def file_name(encoder: str) -> str:
    """Return an encoder's name as part of a file name."""
    return "".join(each if each.isalnum() else "-" for each in encoder)


class _Queries:
    """An encoder that treats every text as a query; a vector space of its own in the cache."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.fingerprint = f"{encoder.fingerprint}-query"

    def warm(self) -> None:
        self._encoder.warm()

    def query(self, text: str) -> Vectors:
        return self._encoder.query(text)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        yield from enumerate(self._encoder.queries(texts))


def _ignore(_: int) -> None:
    return None


def write_tables(out: Path, records: Sequence[SearchRecord], concepts: Concepts) -> None:
    """Write records and concepts as lines of JSON, which :func:`read` reads."""
    with (out / RECORDS).open("w", encoding="utf-8") as handle:
        for record in records:
            handle.write(json.dumps(_record_json(record), ensure_ascii=False, sort_keys=True) + "\n")
    with (out / CONCEPTS).open("w", encoding="utf-8") as handle:
        for entry in concepts.by_iri.values():
            handle.write(json.dumps(entry.to_json(), ensure_ascii=False, sort_keys=True) + "\n")


def _record_json(record: SearchRecord) -> dict[str, Any]:
    return {
        "iri": record.iri,
        "kind": record.kind,
        "classes": record.classes,
        "titles": record.titles,
        "codes": record.codes,
        "names": record.names,
        "facets": record.facets,
        "year": record.year,
        "relations": record.relations,
        "mentions": record.mentions,
        "passages": [[each.part, each.lang, each.text] for each in record.passages],
    }


@dataclass(frozen=True, slots=True)
class Tables:
    """The index's tables in memory; ``passage_record[n]`` is the record of passage n."""

    manifest: dict[str, Any]
    records: list[SearchRecord]
    concepts: Concepts
    passages: list[Passage]
    passage_record: np.ndarray[Any, np.dtype[np.int32]]
    first_passage: np.ndarray[Any, np.dtype[np.int32]]


def read(folder: Path) -> Tables:
    """Read the tables of an index.

    Raises:
        ConfigError: a file is missing, cut off or of another version.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise ConfigError(f"There is no search index in {folder}.", hint="Run 'kg build'.")
    manifest = json.loads(file.read_text(encoding="utf-8"))
    if manifest.get("version") != VERSION:
        raise ConfigError("The search index is of another version of the software.", hint="Run 'kg build'.")
    for name, size in manifest["files"].items():
        if not (folder / name).is_file() or (folder / name).stat().st_size != size:
            raise ConfigError(f"The file {name} of the search index is damaged.", hint="Run 'kg build'.")
    records = [_record(json.loads(line)) for line in _lines(folder / RECORDS)]
    entries = [ConceptEntry(**json.loads(line)) for line in _lines(folder / CONCEPTS)]
    held = [passage for record in records for passage in record.passages]
    counts = np.array([len(record.passages) for record in records], dtype=np.int32)
    return Tables(
        manifest,
        records,
        Concepts(entries),
        held,
        np.repeat(np.arange(len(records), dtype=np.int32), counts),
        (np.cumsum(counts) - counts).astype(np.int32),
    )


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as handle:
        yield from handle


def _record(row: dict[str, Any]) -> SearchRecord:
    row["passages"] = [Passage(*each) for each in row["passages"]]
    row["relations"] = [(name, other) for name, other in row["relations"]]
    row["classes"] = tuple(row["classes"])
    return SearchRecord(**row)
