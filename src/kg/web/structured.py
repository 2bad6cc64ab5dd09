"""schema.org descriptions inside pages, for crawlers (JSON-LD 1.1, section 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask import json
from markupsafe import Markup

from kg.entities import EntityPage
from kg.web.views import page, public

TYPES: Final = {
    "practice": "HowTo",
    "decision": "Legislation",
    "document": "Report",
    "publication": "ScholarlyArticle",
    "concept": "DefinedTerm",
    "country": "Country",
    "region": "Place",
    "scheme": "DefinedTermSet",
    "framework": "DefinedTerm",
    "dataset": "Dataset",
    "case": "Article",
}
"""Class of schema.org of each kind of record."""
_CLASSES: Final = {
    "Meeting": "Event",
    "Organization": "Organization",
    "Body": "Organization",
    "Convention": "Organization",
}
"""Class of schema.org of entities, by the local name of a class of ours."""


def type_of(kind: str, classes: Iterable[str]) -> str:
    """Return the class of schema.org for a record of a kind with these classes (IRIs)."""
    names = {each.rpartition("/")[2] for each in classes}
    found = next((name for ours, name in _CLASSES.items() if ours in names), "Thing")
    return TYPES.get(kind, found)


def schema_org(record: EntityPage) -> Markup:
    """Return the body of a ``<script type="application/ld+json">``."""
    body: dict[str, Any] = {
        "@context": {"@vocab": "https://schema.org/"},
        "@id": record.iri,
        "@type": type_of(record.kind, (each.iri for each in record.types)),
        "name": record.title.value,
        "url": {"@id": public(page(record.iri))},
        "identifier": record.identifier or None,
        "description": record.summary.value if record.summary else None,
        "inLanguage": record.title.lang,
        "sameAs": {"@id": record.source} if record.source.startswith("http") else None,
        "license": {"@id": record.licence.iri} if record.licence else None,
        "dateModified": record.modified,
    }
    if record.practice:
        body["contentLocation"] = [
            {"@type": "Country", "name": country.label.value} for country in record.practice.countries
        ]
    if record.publication:
        body |= _publication(record)
    if record.decision:
        body |= {"datePublished": record.decision.date or record.decision.year or None}
    if record.concept:
        body["alternateName"] = [name.value for name in record.other_names]
    return script({key: value for key, value in body.items() if value not in (None, [], "")})


def website() -> Markup:
    """Return the description of the site with its search."""
    return script(
        {
            "@context": {"@vocab": "https://schema.org/"},
            "@type": "WebSite",
            "name": "LandKG",
            "url": {"@id": public("")},
        }
    )


def script(body: dict[str, Any]) -> Markup:
    """Return JSON in which no text can end the script element."""
    text = json.dumps(body, ensure_ascii=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704


def _publication(record: EntityPage) -> dict[str, Any]:
    publication = record.publication
    if publication is None:
        return {}
    return {
        "author": [{"@type": "Person", "name": author.name} for author in publication.authors],
        "datePublished": publication.year or None,
        "isPartOf": {"@type": "Periodical", "name": publication.container} if publication.container else None,
    }
