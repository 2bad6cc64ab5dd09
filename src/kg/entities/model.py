"""What a page shows of a record: plain dataclasses, no graph objects."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from kg.model import Text

if TYPE_CHECKING:
    from kg.entities.bodies import Body
    from kg.entities.countries import Profile
    from kg.entities.framework_model import CriterionPage, Framework
    from kg.entities.lineage import Lineage


@dataclass(frozen=True, slots=True)
class Ref:
    """Something that has an IRI; ``kind`` is its path segment (``practice``), ``term`` or ``external``."""

    iri: str
    label: Text
    kind: str


Value = Ref | Text


@dataclass(frozen=True, slots=True)
class Fact:
    """One property with its values, in the order a reader expects."""

    name: Ref
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Inbound:
    """Records that name this one through one property; ``count`` may be above ``len(records)``."""

    name: Ref
    records: tuple[Ref, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the record can be relied on, in the source's own words."""

    confidence: str | None = None
    notes: tuple[tuple[str, Text], ...] = ()
    """(local name of the property, text) pairs such as ("titleSource", "own knowledge")."""
    title_checked: bool = True
    doi_checked: bool = True

    @property
    def notes_by_name(self) -> tuple[tuple[str, tuple[Text, ...]], ...]:
        """The texts of each property, one group a name."""
        groups = groupby(self.notes, itemgetter(0))
        return tuple((name, tuple(text for _name, text in group)) for name, group in groups)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list of records."""

    ref: Ref
    note: str = ""
    """Year, symbol or country, whichever tells the reader most."""
    summary: Text | None = None


@dataclass(frozen=True, slots=True)
class Impact:
    """Observed effect; ``value`` runs from -3 to +3, + being the benign pole (WOCAT 6.1, 6.2)."""

    label: Text
    value: int


@dataclass(frozen=True, slots=True)
class Hazard:
    """Exposure to a hazard and how the practice copes with it (WOCAT 6.3)."""

    hazard: Ref
    change: str | None = None
    sensitivity: Ref | None = None
    season: Text | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table of the questionnaire, such as costs."""

    key: str
    title: Text | None
    stage: str
    """``establishment`` or ``maintenance`` for costs, else empty."""
    columns: tuple[Text, ...]
    rows: tuple[tuple[tuple[Value, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Verdict of the rules on a practice under one framework."""

    assessment: Ref
    framework: Ref
    verdict: Ref


@dataclass(frozen=True, slots=True)
class Practice:
    """What only practices have."""

    countries: tuple[Ref, ...]
    places: tuple[Text, ...]
    local_names: tuple[Text, ...]
    points: tuple[tuple[float, float], ...]
    documented: str | None
    edition: str | None
    classification: tuple[Fact, ...]
    hazards: tuple[Hazard, ...]
    impacts: tuple[Impact, ...]
    tables: tuple[Table, ...]
    answers: tuple[Fact, ...]
    linked: tuple[Ref, ...]
    verdicts: tuple[Verdict, ...]
    credits: tuple[tuple[str, str, str], ...]
    """(name, institution, role)."""
    basis: tuple[str, ...]
    similar: tuple[Listed, ...] = ()
    official: tuple[tuple[Listed, tuple[Ref, ...]], ...] = ()
    """Decisions and publications on what it is about, each with the themes and frameworks they share."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One operative provision; ``number`` is its place in the decision."""

    verb: str
    addressee: str
    what: Text
    number: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What only decisions and documents have."""

    symbol: str
    session: str
    body: Ref | None
    convention: Ref | None
    meeting: Ref | None
    meeting_dates: tuple[str, str] | None
    place: str
    date: str | None
    year: str
    topic: Text | None
    provisions: tuple[Provision, ...]
    themes: tuple[Ref, ...]
    cites_texts: tuple[str, ...]
    kind: str
    note: Text | None
    lineage: Lineage
    concerned: tuple[tuple[Listed, tuple[Ref, ...]], ...] = ()
    """Records on the same themes, each with the themes and frameworks shared."""

    @property
    def cited_by(self) -> tuple[Ref, ...]:
        """Decisions and documents that cite it, as far as its lineage is kept."""
        return tuple(step.ref for step in self.lineage.after if step.distance == 1)

    @property
    def by_verb(self) -> tuple[tuple[str, tuple[tuple[str, tuple[Provision, ...]], ...]], ...]:
        """Provisions by verb, then by addressee, both in the order of the decision."""
        found: dict[str, dict[str, list[Provision]]] = {}
        for each in self.provisions:
            found.setdefault(each.verb, {}).setdefault(each.addressee, []).append(each)
        return tuple(
            (verb, tuple((who, tuple(group)) for who, group in by_who.items()))
            for verb, by_who in found.items()
        )


@dataclass(frozen=True, slots=True)
class Author:
    """An author in print order."""

    name: str
    spi_member: bool
    editor: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What only publications have."""

    authors: tuple[Author, ...]
    year: str
    container: str
    volume: str
    issue: str
    pages: str
    publisher: str
    doi: str
    isbn: tuple[str, ...]
    kind: str
    themes: tuple[Ref, ...]
    defines: tuple[Inbound, ...] = ()
    """What names it as its source, by property."""
    concerned: tuple[tuple[Listed, tuple[Ref, ...]], ...] = ()
    """Records on the same themes, each with the themes and frameworks shared."""


@dataclass(frozen=True, slots=True)
class Concept:
    """What only concepts, countries, regions and schemes have."""

    labels: tuple[Text, ...]
    others: tuple[Text, ...]
    definitions: tuple[Text, ...]
    notations: tuple[str, ...]
    broader: tuple[Ref, ...]
    narrower: tuple[Ref, ...]
    related: tuple[Ref, ...]
    schemes: tuple[Ref, ...]
    mappings: tuple[tuple[str, Ref], ...]
    """(SKOS mapping property, target)."""
    deprecated: bool
    used_by: tuple[tuple[str, int], ...]
    """(kind of record, how many), most first."""
    records: tuple[Listed, ...]
    facts: tuple[tuple[str, tuple[tuple[Ref, int], ...]], ...] = ()
    """For countries: (facet, [(concept, number of practices)])."""
    above: tuple[tuple[Ref, ...], ...] = ()
    """Ways from the top of a scheme down to the concept, without it."""
    profile: Profile | None = None
    """For countries."""

    @property
    def labels_by_language(self) -> tuple[tuple[str, tuple[Text, ...], tuple[Text, ...]], ...]:
        """(language tag, preferred labels, other labels), the page's language first."""
        tags = dict.fromkeys(text.lang or "" for text in (*self.labels, *self.others))
        return tuple(
            (
                tag,
                tuple(text for text in self.labels if (text.lang or "") == tag),
                tuple(text for text in self.others if (text.lang or "") == tag),
            )
            for tag in tags
        )


@dataclass(frozen=True, slots=True)
class EntityPage:
    """One record as its page shows it."""

    iri: str
    kind: str
    types: tuple[Ref, ...]
    title: Text
    other_names: tuple[Text, ...]
    summary: Text | None
    descriptions: tuple[Text, ...]
    identifier: str
    source: str
    source_ref: Ref | None
    licence: Ref | None
    dataset: Ref | None
    modified: str | None
    trust: Trust
    paragraphs: tuple[str, ...] = ()
    """Paragraphs of the founding document that name it."""
    translations: tuple[Text, ...] = ()
    """Names and texts that a machine translated, which are no words of the source."""
    facts: tuple[Fact, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    practice: Practice | None = None
    decision: Decision | None = None
    publication: Publication | None = None
    concept: Concept | None = None
    framework: Framework | None = None
    body: Body | None = None
    criterion: CriterionPage | None = None
