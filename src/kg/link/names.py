"""Everything that can be linked to, with its names in all languages, read from one generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from kg import queries
from kg.entities.labels import choose
from kg.entities.reading import lexical
from kg.link.text import doi, fold
from kg.model import Text
from kg.store import GraphStore, Row
from kg.vocab import BIBO, DCTERMS, RDFS, SKOS, Iris

Role = Literal["label", "alt", "hidden", "code"]

CLASSES: Final = {
    "Technology": ("technology", "practice"),
    "Approach": ("approach", "practice"),
    "PraisPractice": ("prais", "practice"),
    "Decision": ("decision",),
    "Document": ("document",),
    "Publication": ("publication",),
    "Country": ("country",),
    "Region": ("region",),
    "Framework": ("framework",),
    "Body": ("body",),
    "Convention": ("body",),
    "Organization": ("body",),
    "PartnerCase": ("case",),
    "Entity": ("entity",),
}
"""Local name of a class and the reconciliation types it stands for, the most telling class first."""

KIND_ORDER: Final = (
    "concept", "country", "region", "framework", "practice", "body", "decision", "publication", "document",
    "entity", "case",
)  # fmt: skip
"""Which kind comes first when two things have the same name."""


@dataclass(slots=True)
class Entry:
    """One thing that can be linked to; ``id`` is short and without slash."""

    number: int
    id: str
    iri: str
    types: tuple[str, ...]
    labels: list[Text] = field(default_factory=list)
    countries: tuple[str, ...] = ()
    year: str = ""
    scheme: str = ""
    withdrawn: bool = False
    rank: int = 0
    """Place among things of the same name; smaller goes first."""

    def label(self, language: str) -> Text:
        """Return the name in the reader's language, else by the order all faces share."""
        return choose(self.labels, language) or Text(self.id)


@dataclass(frozen=True, slots=True)
class Name:
    """One name of an entry and the key it is found by."""

    entry: int
    text: str
    lang: str
    role: Role
    key: str


@dataclass(frozen=True, slots=True)
class Names:
    """All entries and all their names."""

    entries: tuple[Entry, ...]
    names: tuple[Name, ...]


def read(store: GraphStore, iris: Iris) -> Names:
    """Read entries and names from the graph, in the order of their IRIs."""
    types, withdrawn = _types(_ask(store, "classes", iris), iris)
    entries: list[Entry] = []
    taken: set[str] = set()
    for iri in sorted(types):
        entry = Entry(len(entries), _short(iri, iris, taken), iri, types[iri], withdrawn=iri in withdrawn)
        entries.append(entry)
    numbers = {entry.iri: entry for entry in entries}
    _note(_ask(store, "notes", iris), numbers)
    names = _names(_ask(store, "names", iris), numbers, iris)
    _rank(entries, names)
    return Names(tuple(entries), tuple(names))


def _ask(store: GraphStore, name: str, iris: Iris) -> list[Row]:
    text, bound = queries.get("links", name).bind({}, iris)
    return store.select(text, bound)


def _types(rows: Iterable[Row], iris: Iris) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    classes: dict[str, set[str]] = defaultdict(set)
    withdrawn: set[str] = set()
    for row in rows:
        iri = lexical(row["thing"])
        classes[iri].add(lexical(row["class"]))
        if lexical(row.get("withdrawn")) == "true":
            withdrawn.add(iri)
    found: dict[str, tuple[str, ...]] = {}
    for iri, names in classes.items():
        if iris.term("Withdrawn") in names:
            withdrawn.add(iri)
        if not iri.startswith(f"{iris.base}id/"):
            continue
        kinds = [CLASSES[name] for name in CLASSES if iris.term(name) in names]
        if kinds:
            found[iri] = kinds[0]
        elif f"{SKOS}Concept" in names:
            found[iri] = ("concept",)
        elif iri in withdrawn:
            kind = iri.removeprefix(f"{iris.base}id/").partition("/")[0]
            found[iri] = (kind if kind in KIND_ORDER else "entity",)
    return found, withdrawn


def _short(iri: str, iris: Iris, taken: set[str]) -> str:
    """Return ``practice:technologies_1182``; a slash inside (DOIs) becomes ``~``."""
    kind, _slash, rest = iri.removeprefix(f"{iris.base}id/").partition("/")
    found = f"{kind}:{rest.replace('/', '~')}"
    while found in taken:
        found += "~"
    taken.add(found)
    return found


def _note(rows: Iterable[Row], numbers: dict[str, Entry]) -> None:
    for row in rows:
        entry = numbers.get(lexical(row["thing"]))
        if entry is None:
            continue
        name, value = lexical(row["property"]).rsplit("/", 1)[-1], lexical(row["value"])
        if name == "country":
            entry.countries = tuple(sorted({*entry.countries, value.rsplit("/", 1)[-1]}))
        elif name == "year":
            entry.year = max(entry.year, value)
        elif name.endswith("inScheme"):
            scheme = value.rsplit("/", 1)[-1]
            entry.scheme = min(
                filter(None, (entry.scheme, scheme)), key=lambda each: (each != "themes", each)
            )


def _names(rows: Iterable[Row], numbers: dict[str, Entry], iris: Iris) -> list[Name]:
    roles: dict[str, Role] = {
        f"{RDFS}label": "label",
        f"{SKOS}prefLabel": "label",
        f"{DCTERMS}title": "label",
        f"{SKOS}altLabel": "alt",
        iris.term("localName"): "alt",
        f"{SKOS}hiddenLabel": "hidden",
    }
    found: dict[tuple[int, str, str], Name] = {}
    for row in rows:
        entry = numbers.get(lexical(row["thing"]))
        if entry is None:
            continue
        text, lang = lexical(row["text"]).strip(), (getattr(row["text"], "language", None) or "").lower()
        asked = lexical(row["property"])
        role = roles.get(asked, "code")
        if role == "label":
            entry.labels.append(Text(text, lang or None))
        key = (doi(text) or text.lower()) if asked == f"{BIBO}doi" else fold(text)
        if not key:
            continue
        place = (entry.number, key, lang.split("-")[0])
        order = ("label", "alt", "hidden", "code")
        held = found.get(place)
        if held is None or order.index(role) < order.index(held.role):
            found[place] = Name(entry.number, text, place[2], role, key)
    for entry in numbers.values():
        entry.labels = sorted(set(entry.labels), key=lambda each: (each.lang or "", each.value))
    return [found[place] for place in sorted(found)]


def _rank(entries: list[Entry], names: Iterable[Name]) -> None:
    """Decide who goes first under a shared name: kind, the themes' scheme, more names, identifier."""
    counts: dict[int, int] = defaultdict(int)
    for name in names:
        counts[name.entry] += 1
    order = sorted(
        entries,
        key=lambda each: (
            each.withdrawn,
            KIND_ORDER.index(kind_of(each)),
            each.scheme != "themes",
            -counts[each.number],
            each.id,
        ),
    )
    for place, entry in enumerate(order):
        entry.rank = place


def kind_of(entry: Entry) -> str:
    """Return the broadest type of an entry."""
    return entry.types[-1]
