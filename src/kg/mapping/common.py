"""Statements that every record has: source, licence, dataset and the source's own remarks."""

from __future__ import annotations

from typing import Final

from kg.mapping.writing import Writer, camel
from kg.model import Origin
from kg.terms import literal
from kg.vocab import DCTERMS, SKOS, VOID

IDENTIFIER: Final = f"<{DCTERMS}identifier>"
SOURCE: Final = f"<{DCTERMS}source>"
LICENSE: Final = f"<{DCTERMS}license>"
MODIFIED: Final = f"<{DCTERMS}modified>"
ABSTRACT: Final = f"<{DCTERMS}abstract>"
DESCRIPTION: Final = f"<{DCTERMS}description>"
TITLE: Final = f"<{DCTERMS}title>"
DATE: Final = f"<{DCTERMS}date>"
CONTRIBUTOR: Final = f"<{DCTERMS}contributor>"
NOTATION: Final = f"<{SKOS}notation>"
IN_DATASET: Final = f"<{VOID}inDataset>"

_RENAMED: Final = {"evidence": "evidenceNote", "source": "sourceNote"}
"""Remarks whose plain name means something else in the vocabulary."""


def origin(w: Writer, subject: str, source: Origin) -> None:
    """Write where a record comes from and how far its facts can be trusted."""
    w.string(subject, IDENTIFIER, source.record)
    w.link(subject, SOURCE, source.url, "url")
    w.link(subject, LICENSE, source.licence, "licence")
    w.add(subject, IN_DATASET, f"<{w.names.record('dataset', source.dataset)}>")
    w.date(subject, MODIFIED, source.updated, "updated")
    w.date(subject, w.names.kg["retrieved"], source.retrieved, "retrieved")
    for name, remark in source.notes:
        if remark:
            w.add(subject, w.names.kg[_RENAMED.get(name) or camel(name)], literal(remark))


def themes(w: Writer, subject: str, locals_: tuple[str, ...]) -> None:
    """Write the themes of a record as concepts."""
    for local in locals_:
        w.add(subject, w.names.kg["theme"], w.names.concepts[local])


def paragraphs(w: Writer, subject: str, numbers: tuple[str, ...]) -> None:
    """Write which paragraphs of the founding document cite the record."""
    for paragraph in numbers:
        w.string(subject, w.names.kg["citedInParagraph"], paragraph)
