"""Reads one record out of the graph: its statements, its parts, and the labels of what it names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Final
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.entities.labels import choose, ranked
from kg.entities.memory import remembered
from kg.entities.model import Ref
from kg.model import Text
from kg.store import GraphStore, Row, Term
from kg.vocab import RDFS, Iris

_DIGITS = re.compile(r"(\d+)")
_LASTING: Final = frozenset(
    ("term", "concept", "country", "region", "criterion", "framework", "list", "scheme", "rule")
)
"""Kinds of things whose labels are kept: many records name them, and no source multiplies them."""


def ask(store: GraphStore, name: str, iris: Iris, **values: str) -> list[Row]:
    """Run ``queries/entity/<name>.rq`` with values bound and return its rows."""
    text, bind = queries.get("entity", name).bind(values, iris)
    return store.select(text, bind)


def labels(store: GraphStore, things: Iterable[str]) -> list[Row]:
    """Return rows of ``thing`` and ``label``, in all languages, for IRIs that came out of the graph."""
    values = " ".join(str(NamedNode(thing)) for thing in sorted(set(things)))
    if not values:
        return []
    return store.select(
        f"SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {values} }} ?thing <{RDFS}label> ?label }}"
    )


def labels_of(store: GraphStore, things: Iterable[str], iris: Iris) -> dict[str, frozenset[Text]]:
    """Return the labels, in all languages, of IRIs that came out of the graph; none is an empty set.

    Those of terms and concepts, which nearly every record names, are read once.
    """
    kept: dict[str, frozenset[Text]] = remembered(store, "labels", dict)
    found = {thing: kept.get(thing) for thing in things}
    lacking: dict[str, set[Text]] = {thing: set() for thing, texts in found.items() if texts is None}
    for row in labels(store, lacking):
        lacking[lexical(row["thing"])].add(text_of(row["label"]))
    for thing, texts in lacking.items():
        found[thing] = frozenset(texts)
        if kind_of(thing, iris) in _LASTING:
            kept[thing] = frozenset(texts)
    return {thing: texts or frozenset() for thing, texts in found.items()}


def read_labels(store: GraphStore, iris: Iris) -> None:
    """Read the labels of all terms and concepts at once, so that no page waits for them."""
    found: dict[str, set[Text]] = defaultdict(set)
    for row in ask(store, "term-labels", iris):
        found[lexical(row["thing"])].add(text_of(row["label"]))
    kept: dict[str, frozenset[Text]] = remembered(store, "labels", dict)
    for thing, texts in found.items():
        if kind_of(thing, iris) in _LASTING:
            kept[thing] = frozenset(texts)


def natural(iri: str) -> list[object]:
    """Sort key that puts ``/row/10`` after ``/row/9``."""
    return [int(part) if part.isdigit() else part for part in _DIGITS.split(iri)]


def lexical(term: Term | None) -> str:
    """Return the text of a literal or the IRI of a node; empty where the variable is unbound."""
    return str(term.value) if isinstance(term, NamedNode | Literal) else ""


def text_of(term: Term) -> Text:
    """Return a literal with its language, or an IRI as text."""
    return Text(lexical(term), term.language if isinstance(term, Literal) else None)


def is_iri(term: Term) -> bool:
    """Tell an IRI from a literal."""
    return isinstance(term, NamedNode)


def kind_of(iri: str, iris: Iris) -> str:
    """Return the path segment after ``id/``, ``term`` for the ontology, ``external`` for others' IRIs."""
    if iri.startswith(f"{iris.base}id/"):
        return iri.removeprefix(f"{iris.base}id/").split("/", 1)[0]
    return "term" if iri.startswith(iris.ns) else "external"


def readable(iri: str) -> Text:
    """Return the end of an IRI, in words, as the label of something that has none."""
    local = unquote(re.split(r"[/#]", iri.rstrip("/#"))[-1])
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local)
    return Text((words.lower() if words != local else local).replace("_", " ") or iri)


def address(iri: str) -> Text:
    """Return an outside IRI as people read addresses."""
    return Text(re.sub(r"^https?://(www\.)?", "", unquote(iri)).rstrip("/"))


class Names:
    """Labels by IRI, chosen for one language."""

    def __init__(self, iris: Iris, language: str) -> None:
        self.iris = iris
        self.language = language
        self._texts: dict[str, set[Text]] = defaultdict(set)
        self._refs: dict[tuple[str, str], Ref] = {}

    def take(self, found: Mapping[str, Set[Text]]) -> None:
        """Take labels by IRI."""
        self._refs.clear()
        for thing, texts in found.items():
            self._texts[thing] = {*self._texts.get(thing, ()), *texts}

    def add(self, rows: Iterable[Row], thing: str = "thing", label: str = "label") -> None:
        """Take the labels of a query's rows."""
        self._refs.clear()
        for row in rows:
            if label in row and thing in row:
                self._texts[lexical(row[thing])].add(text_of(row[label]))

    def term(self, iri: str) -> Ref:
        """Return a property or class; one that has no label here is named by the end of its IRI."""
        return self.ref(iri, readable(iri).value)

    def with_rows(self, rows: Iterable[Row], thing: str) -> Names:
        """Return these labels and those of more rows, leaving these as they are."""
        both = Names(self.iris, self.language)
        both.add(rows, thing)
        for iri, texts in self._texts.items():
            both._texts[iri] = both._texts[iri] | texts if iri in both._texts else texts
        return both

    def ref(self, iri: str, fallback: str = "") -> Ref:
        """Return the IRI with the label this reader gets."""
        known = self._refs.get((iri, fallback))
        if known is None:
            known = self._refs[iri, fallback] = self._named(iri, fallback)
        return known

    def _named(self, iri: str, fallback: str) -> Ref:
        label = choose(self._texts.get(iri, ()), self.language)
        if label is None:
            outside = kind_of(iri, self.iris) == "external"
            label = Text(fallback) if fallback else address(iri) if outside else readable(iri)
        return Ref(iri, label, kind_of(iri, self.iris))


class Reading:
    """One record with its parts."""

    def __init__(self, store: GraphStore, iri: str, language: str, iris: Iris) -> None:
        self.store, self.iri, self.language, self.iris = store, iri, language, iris
        self.names = Names(iris, language)
        self._nodes: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for row in ask(store, "statements", iris, entity=iri):
            node = lexical(row.get("part")) or iri
            self._nodes[node][lexical(row["property"])].append(row["value"])
        if self.known:
            self.names.take(labels_of(store, self._named_things(), iris))

    @property
    def known(self) -> bool:
        return self.iri in self._nodes

    def _named_things(self) -> set[str]:
        """Return the IRIs that the record and its parts name: properties, classes and values."""
        found = {predicate for terms in self._nodes.values() for predicate in terms}
        for terms in self._nodes.values():
            found.update(lexical(term) for values in terms.values() for term in values if is_iri(term))
        return found

    def properties(self, node: str | None = None) -> list[str]:
        return sorted(self._nodes.get(node or self.iri, {}))

    def terms(self, predicate: str, node: str | None = None) -> list[Term]:
        found = self._nodes.get(node or self.iri, {}).get(predicate, [])
        return found if len(found) < 2 else sorted(found, key=lambda term: natural(lexical(term)))

    def texts(self, predicate: str, node: str | None = None) -> list[Text]:
        """Return literals, best language first."""
        found = (text_of(term) for term in self.terms(predicate, node) if not is_iri(term))
        return ranked(found, self.language)

    def text(self, predicate: str, node: str | None = None) -> Text | None:
        return next(iter(self.texts(predicate, node)), None)

    def value(self, predicate: str, node: str | None = None) -> str:
        """Return the best literal, or the first IRI, as a string; empty when there is none."""
        best = self.text(predicate, node)
        if best is not None:
            return best.value
        return next(map(lexical, self.terms(predicate, node)), "")

    def values(self, predicate: str, node: str | None = None) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(lexical, self.terms(predicate, node))))

    def refs(self, predicate: str, node: str | None = None) -> tuple[Ref, ...]:
        """Return the IRIs with their labels, sorted by label."""
        found = {lexical(term) for term in self.terms(predicate, node) if is_iri(term)}
        return tuple(
            sorted(map(self.names.ref, found), key=lambda ref: (ref.label.value.casefold(), ref.iri))
        )

    def ref(self, predicate: str, node: str | None = None) -> Ref | None:
        return next(iter(self.refs(predicate, node)), None)

    def parts(self, predicate: str, node: str | None = None) -> list[str]:
        """Return the nodes below this record that a property leads to, in their order."""
        return [iri for iri in map(lexical, self.terms(predicate, node)) if iri in self._nodes]


class Statements:
    """Statements about several records, as one query returns them with the labels of their values."""

    def __init__(self, rows: Iterable[Row], node: str, reading: Reading) -> None:
        self.iris, self.language = reading.iris, reading.language
        self.nodes: dict[str, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        self.names = Names(reading.iris, reading.language)
        named = f"{RDFS}label"
        rows = list(rows)
        self.names.add(rows, "value")
        for row in rows:
            iri, predicate = lexical(row[node]), lexical(row["property"])
            self.nodes[iri][predicate].add(row["value"])
        self.names.add((row for row in rows if lexical(row["property"]) == named), node, "value")

    def values(self, predicate: str, node: str) -> tuple[str, ...]:
        return tuple(sorted(map(lexical, self.nodes[node].get(predicate, ()))))

    def text(self, predicate: str, node: str) -> Text | None:
        """Return the literal in the best language."""
        return choose([text_of(term) for term in self.nodes[node].get(predicate, ())], self.language)

    def value(self, predicate: str, node: str) -> str:
        found = self.text(predicate, node)
        return found.value if found else ""

    def refs(self, predicate: str, node: str) -> tuple[Ref, ...]:
        found = (lexical(term) for term in self.nodes[node].get(predicate, ()) if is_iri(term))
        return tuple(map(self.names.ref, sorted(found, key=natural)))

    def ref(self, predicate: str, node: str) -> Ref | None:
        return next(iter(self.refs(predicate, node)), None)
