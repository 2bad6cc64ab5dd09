"""Reads official documents from the project's own JSON Lines rows."""

from __future__ import annotations

from collections.abc import Iterator

from kg.model import Document, Text
from loaders.base import LoadReport, Source
from loaders.rows import Row, load_rows

NOTES = (
    "confidence",
    "title_source",
    "relation_to_seed",
    "url_kind",
    "distr_date",
    "original_language",
    "copy_url",
)


def load(source: Source, report: LoadReport) -> Iterator[Document]:
    """Yield one document a row; ``title`` is in English, ``title_zh`` and the like in their language."""
    yield from load_rows(source, report, "id", _document)


def _document(row: Row) -> Document:
    note = row.text("note")
    row.note(*NOTES)
    return Document(
        id=row.identifier("id"),
        titles=tuple(
            text
            for name, lang in (
                ("title", "en"),
                ("title_fr", "fr"),
                ("title_es", "es"),
                ("title_ru", "ru"),
                ("title_zh", "zh"),
                ("title_ar", "ar"),
            )
            for text in row.texts(name, lang, one=True)
        ),
        symbol=row.line("symbol"),
        year=row.number("year", 1945, 2100),
        date=row.day("doc_date"),
        convention=row.line("convention"),
        kind=row.line("kind"),
        note=Text(note, "en") if note else None,
        themes=row.themes("about_themes"),
        paragraphs=row.strings("cited_in_seed_paragraphs"),
        origin=row.origin(row.web("url")),
    )
