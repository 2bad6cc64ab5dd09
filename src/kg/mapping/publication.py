"""Publications with their authors in print order."""

from __future__ import annotations

from typing import Final

from kg.mapping import common
from kg.mapping.writing import LABEL, TYPE, Writer, boolean
from kg.model import Author, Publication
from kg.vocab import BIBO, FOAF

BIBO_CLASSES: Final = {
    "journal article": "AcademicArticle",
    "article-journal": "AcademicArticle",
    "article": "Article",
    "report": "Report",
    "technical report": "Report",
    "book": "Book",
    "book chapter": "BookSection",
    "book section": "BookSection",
    "chapter": "BookSection",
    "thesis": "Thesis",
    "webpage": "Webpage",
    "conference paper": "Article",
    "paper-conference": "Article",
    "proceedings": "Proceedings",
}
"""Kinds of publication, as the sources name them, that have a class in the Bibliographic Ontology."""


def write(w: Writer, publication: Publication) -> None:
    """Write one publication."""
    kg = w.names.kg
    iri = w.names.record("publication", publication.id)
    s = f"<{iri}>"
    w.add(s, TYPE, kg["Publication"])
    if bibo := BIBO_CLASSES.get(publication.kind.casefold()):
        w.add(s, TYPE, f"<{BIBO}{bibo}>")
    common.origin(w, s, publication.origin)
    w.texts(s, common.TITLE, publication.titles)
    w.texts(s, LABEL, publication.titles)
    if not publication.titles:
        w.string(s, LABEL, publication.id)
    w.string(s, kg["publicationKind"], publication.kind)
    w.integer(s, kg["year"], publication.year)
    w.string(s, kg["containerTitle"], publication.container)
    w.string(s, f"<{BIBO}volume>", publication.volume)
    w.string(s, f"<{BIBO}issue>", publication.issue)
    w.string(s, f"<{BIBO}pages>", publication.pages)
    w.string(s, f"<{BIBO}doi>", publication.doi)
    for isbn in publication.isbn:
        w.string(s, f"<{BIBO}isbn>", isbn)
    w.string(s, kg["publisherName"], publication.publisher)
    w.texts(s, common.ABSTRACT, publication.abstracts)
    common.themes(w, s, publication.themes)
    for n, author in enumerate(publication.authors):
        _author(w, iri, n, author, publication.editors)


def _author(w: Writer, iri: str, n: int, author: Author, is_editor: bool) -> None:
    kg = w.names.kg
    node = f"<{iri}/author/{n}>"
    w.add(f"<{iri}>", kg["authorship"], node)
    w.add(node, TYPE, kg["Authorship"])
    w.string(node, f"<{FOAF}familyName>", author.family)
    w.string(node, f"<{FOAF}givenName>", author.given)
    w.integer(node, kg["ordinal"], n + 1)
    w.string(node, kg["orcid"], author.orcid)
    if author.spi_member is not None:
        w.add(node, kg["spiMember"], boolean(author.spi_member))
    if is_editor:
        w.string(node, kg["authorRole"], "editor")


def keys(w: Writer, publication: Publication) -> tuple[str, tuple[str, ...]]:
    """Return the publication's IRI and the keys by which others refer to it."""
    iri = w.names.record("publication", publication.id)
    also = (f"publication:{publication.origin.record}",) if publication.origin.record else ()
    return iri, (f"publication:{publication.id}", *also)
