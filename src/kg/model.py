"""The typed records that loaders yield and the mapping turns into RDF.

Records are frozen and hashable, know nothing of graphs, and carry their provenance. Concept
references are local names of the concept schemes in ``ontology/schemes`` (``eba``,
``main_purpose_adaption``), country references are ISO 3166-1 alpha-3 codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Basis = Literal["coded", "stated", "inferred", "suggested"]
"""How a fact got its value: a questionnaire code, a coarse list read off a page (``stated``),
a reading between the lines, or a machine's suggestion."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its BCP 47 language, ``None`` where the source does not tell it."""

    value: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from; becomes its PROV-O and DCTERMS statements.

    ``licence`` and ``url`` are IRIs, ``retrieved`` and ``updated`` ISO 8601 dates; ``notes`` are
    the source's own remarks on how far a fact can be trusted, as (name, text) pairs such as
    ("confidence", "medium") or ("url_kind", "copy or secondary page").
    """

    dataset: str
    record: str
    file: str
    licence: str | None = None
    url: str | None = None
    retrieved: str | None = None
    updated: str | None = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One documented answer of a questionnaire, in normalised form (alignment rules, 1.2).

    ``group`` and ``question`` are the questionnaire's keywords; ``value`` is a value keyword
    (``str`` with ``coded=True``), a number, a boolean or free text. ``row`` is the repetition of the
    group, from 0, where the group is a table (cost inputs, seasons), else ``None``. ``property`` is
    the local name of the ``wocat:`` property: the question, or ``<group>.<question>`` where one
    question stands in several groups and this is not its first.
    """

    group: str
    question: str
    value: str | int | float | bool
    property: str
    coded: bool = True
    row: int | None = None
    lang: str | None = None
    basis: Basis = "coded"


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure to a climate hazard (WOCAT 6.3); the hazard is the questiongroup keyword."""

    hazard: str
    change: Literal["increase", "decrease"] | None = None
    sensitivity: str | None = None
    season: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """Who is credited: a name and/or an institution; never contact data."""

    name: str | None
    institution: str | None
    role: str


@dataclass(frozen=True, slots=True)
class Practice:
    """A WOCAT technology or approach, or a PRAIS best practice."""

    code: str
    kind: Literal["technology", "approach", "prais"]
    names: tuple[Text, ...]
    origin: Origin
    local_names: tuple[Text, ...] = ()
    summaries: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    countries: tuple[str, ...] = ()
    places: tuple[Text, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    """(longitude, latitude) pairs in WGS 84 decimal degrees."""
    page_languages: tuple[str, ...] = ()
    edition: str | None = None
    documented: str | None = None
    facts: tuple[Fact, ...] = ()
    impacts: tuple[tuple[str, int], ...] = ()
    """(question keyword, -3..+3), + being always the benign pole."""
    exposures: tuple[Exposure, ...] = ()
    hazards: tuple[str, ...] = ()
    """Hazard concepts named by coarse sources that have no exposure table."""
    linked: tuple[str, ...] = ()
    """Codes of linked practices (approaches that go with a technology, and back)."""
    credits: tuple[Credit, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provision:
    """One operative provision of a decision: who is asked to do what."""

    verb: str
    addressee: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision or resolution of a convention's body."""

    id: str
    body: str
    convention: str
    session: str | None
    origin: Origin
    symbol: str | None = None
    year: int | None = None
    date: str | None = None
    session_start: str | None = None
    session_end: str | None = None
    place: str | None = None
    titles: tuple[Text, ...] = ()
    topic: Text | None = None
    summaries: tuple[Text, ...] = ()
    operative: tuple[Provision, ...] = ()
    themes: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    """Identifiers or symbols of what it builds on, as the source gives them."""
    paragraphs: tuple[str, ...] = ()
    """Paragraphs of the founding document (ICCD/COP(14)/CST/5) that cite it."""


@dataclass(frozen=True, slots=True)
class Document:
    """An official document that is not a decision."""

    id: str
    titles: tuple[Text, ...]
    origin: Origin
    symbol: str | None = None
    year: int | None = None
    date: str | None = None
    convention: str | None = None
    kind: str | None = None
    note: Text | None = None
    themes: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Author:
    """An author in print order; ``spi_member`` marks members of the Science-Policy Interface."""

    family: str
    given: str | None = None
    spi_member: bool | None = None
    orcid: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A scientific or technical publication."""

    id: str
    kind: str
    titles: tuple[Text, ...]
    origin: Origin
    authors: tuple[Author, ...] = ()
    year: int | None = None
    container: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    publisher: str | None = None
    doi: str | None = None
    isbn: tuple[str, ...] = ()
    abstracts: tuple[Text, ...] = ()
    themes: tuple[str, ...] = ()
    editors: bool = False
    """True where the named persons are editors rather than authors."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of any SKOS scheme; relations are absolute IRIs."""

    iri: str
    scheme: str
    pref: tuple[Text, ...]
    origin: Origin
    alt: tuple[Text, ...] = ()
    hidden: tuple[Text, ...] = ()
    definitions: tuple[Text, ...] = ()
    scope_notes: tuple[Text, ...] = ()
    notations: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    mappings: tuple[tuple[str, str], ...] = ()
    """(SKOS mapping property local name, target IRI) pairs."""
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A body, platform, component, meeting, programme, tool, figure or recommendation."""

    id: str
    kind: str
    names: tuple[Text, ...]
    origin: Origin
    facts: tuple[tuple[str, str], ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    """(relation name, identifier of the other entity) pairs."""
    paragraphs: tuple[str, ...] = ()
    summaries: tuple[Text, ...] = ()
    countries: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    removed: bool = False
    """True of what was taken out at its source or by request: only the identifier stays."""


@dataclass(frozen=True, slots=True)
class Case:
    """A partner's case study; kept apart from our own practices."""

    id: str
    partner: str
    titles: tuple[Text, ...]
    origin: Origin
    summaries: tuple[Text, ...] = ()
    countries: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    labelled_by_source: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    """Concepts of ``labelled_by_source``; labels of ours stay out, they are not the source's word."""


Record = Practice | Decision | Document | Publication | Concept | Entity | Case


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as ``kg sources`` lists it and DCAT describes it."""

    name: str
    title: str
    loader: str
    paths: tuple[str, ...]
    licence: str
    publisher: str
    homepage: str | None = None
    retrieved: str | None = None
    note: str | None = None
    graph: str = ""
    attribution: str | None = None
    extra: tuple[tuple[str, str], ...] = field(default=())
