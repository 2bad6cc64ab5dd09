"""Reads concepts from SKOS files in any RDF syntax, one scheme or many, with SKOS-XL labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kg.errors import BadRecord
from kg.model import Concept, Origin, Text
from kg.terms import clean_text, is_web_address, language_tag
from kg.vocab import DCTERMS, OWL, RDFS, SKOS
from loaders.base import MAX_TEXT, LoadReport, Source
from loaders.reading import Kind
from loaders.skos_graph import (
    CLASSES,
    COLLECTIONS,
    CONCEPT,
    SCHEME,
    XL,
    XL_LABEL,
    Node,
    Statements,
    Value,
    cycles,
    read,
)

NOWHERE: Final = Node("", blank=True)
"""Stands for the scheme of concepts that name none."""

MAPPINGS: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_LABELS: Final = ("prefLabel", "altLabel", "hiddenLabel")
_MODELLED: Final = frozenset(
    (
        *(
            SKOS + name
            for name in ("prefLabel", "altLabel", "hiddenLabel", "definition", "scopeNote", "notation")
        ),
        *(SKOS + name for name in ("broader", "narrower", "related", "inScheme", "topConceptOf")),
        *(SKOS + name for name in ("broaderTransitive", "narrowerTransitive", "semanticRelation")),
        *(SKOS + name for name in MAPPINGS),
        *(XL + name for name in _LABELS),
        *(OWL + "deprecated", DCTERMS + "isReplacedBy", DCTERMS + "modified", DCTERMS + "license"),
        *(RDFS + "label", CLASSES),
    )
)


def load(source: Source, report: LoadReport) -> Iterator[Concept]:
    """Yield the concepts of all files, sorted by IRI.

    The files of a source are one graph: a label may stand in another file than its concept. What is
    reported: several preferred labels in a language (the first in order counts, the others become
    alternative), notations used twice in a scheme, deprecation, relations to concepts that the source
    does not have, and cycles of ``broader``, whose links are left out so that the hierarchy ends.
    """
    graph = read(source, report)
    thesaurus = _Thesaurus(graph, source, report)
    for node in thesaurus.concepts:
        yield from thesaurus.attempt(node)
    thesaurus.summary()
    if not report.read:
        for path in source.paths:
            report.mention("note", path.name, path.name, "file", "holds no concept")


class _Thesaurus:
    """The concepts of one source, with their hierarchy and notations known as a whole."""

    def __init__(self, graph: Statements, source: Source, report: LoadReport) -> None:
        self.graph, self.source, self.report = graph, source, report
        self.concepts = sorted(node for node in graph.subjects if self._is_concept(node))
        self.known = frozenset(node for node in self.concepts if not node.blank)
        self.schemes = sorted(n for n in graph.subjects if SCHEME in graph.iris(n, CLASSES) and not n.blank)
        self.broader = self._links("broader", "narrower")
        self.related = self._links("related", "related")
        self.member_of = self._links("inScheme", None)
        for node, targets in self._links("topConceptOf", "hasTopConcept").items():
            self.member_of[node] |= targets
        self.circle = cycles(self.broader, self.known)
        self.notations = self._notations()
        self.told: set[str] = set()
        self.pending: list[tuple[Kind, str, str]] = []

    def _is_concept(self, node: Node) -> bool:
        classes = self.graph.iris(node, CLASSES)
        if CONCEPT in classes:
            return True
        if classes & (COLLECTIONS | {SCHEME, XL_LABEL}):
            return False
        # Some exports leave the class out; only concepts stand in a scheme or a hierarchy.
        return any(
            self.graph.has(node, SKOS + name) for name in ("inScheme", "topConceptOf", "broader", "narrower")
        ) and any(self.graph.has(node, ns + "prefLabel") for ns in (SKOS, XL))

    def _links(self, name: str, inverse: str | None) -> defaultdict[Node, set[Node]]:
        links: defaultdict[Node, set[Node]] = defaultdict(set)
        for node, target in self.graph.pairs(SKOS + name):
            links[node].add(target)
        if inverse:
            for target, node in self.graph.pairs(SKOS + inverse):
                links[node].add(target)
        return links

    def _notations(self) -> dict[tuple[Node, str], list[Node]]:
        users: defaultdict[tuple[Node, str], list[Node]] = defaultdict(list)
        for node in self.concepts:
            for value in sorted({v.text for v in self.graph.values(node, SKOS + "notation")}):
                for scheme in sorted(self.member_of[node]) or [NOWHERE]:
                    users[scheme, value].append(node)
        return {key: nodes for key, nodes in users.items() if len(nodes) > 1}

    def attempt(self, node: Node) -> Iterator[Concept]:
        """Yield the concept of a node, or quarantine it."""
        file, self.pending = self.graph.file_of(node), []
        # Blank nodes have another name each time they are read.
        name = "blank node" if node.blank else node.name
        try:
            concept = self._concept(node, file)
        except BadRecord as fault:
            self.report.quarantine(file, name, fault.field, fault.reason)
            return
        for kind, place, reason in self.pending:
            self.report.mention(kind, file, name, place, reason)
        self.report.keep()
        yield concept

    def summary(self) -> None:
        """Report what the source holds beside concepts, once a class."""
        for class_ in sorted(COLLECTIONS | {SCHEME}):
            nodes = [n for n in self.graph.subjects if class_ in self.graph.iris(n, CLASSES)]
            if nodes:
                first, name = min(nodes), class_.rpartition("#")[2]
                reason = (
                    f"{len(nodes)} of this class; their own labels and members have no place in the model"
                )
                self.report.mention(
                    "unmodelled", self.graph.file_of(first), first.name, f"skos:{name}", reason
                )

    def _mention(self, kind: Kind, name: str, reason: str) -> None:
        self.pending.append((kind, name, reason))

    def _concept(self, node: Node, file: str) -> Concept:
        if node.blank:
            raise BadRecord("IRI", "the concept is a blank node, without an address of its own")
        labels = {name: self._texts(node, name) for name in _LABELS}
        pref = self._preferred(node, labels)
        taken = set(pref)
        alt = [t for t in labels["altLabel"] if t not in taken]
        if len(alt) < len(labels["altLabel"]):
            self._mention("note", "skos:altLabel", "repeats the preferred label; it is kept once (SKOS S13)")
        alt += [t for t in labels["prefLabel"] if t not in taken]
        hidden = [t for t in labels["hiddenLabel"] if t not in taken and t not in alt]
        replaced = tuple(
            n.name for n in sorted(self.graph.nodes(node, DCTERMS + "isReplacedBy")) if not n.blank
        )
        broader = self._hierarchy(node)
        self._tell_notations(node)
        self._tell_unmodelled(node)
        return Concept(
            iri=node.name,
            scheme=self._scheme(node),
            pref=pref,
            origin=self._origin(node, file),
            alt=tuple(sorted(set(alt), key=_order)),
            hidden=tuple(sorted(set(hidden), key=_order)),
            definitions=self._texts(node, "definition"),
            scope_notes=self._texts(node, "scopeNote"),
            notations=tuple(
                sorted({clean_text(v.text) for v in self.graph.values(node, SKOS + "notation")} - {""})
            ),
            broader=broader,
            related=self._targets("related", self.related[node] - {node}),
            mappings=self._mappings(node),
            deprecated=self._deprecated(node, replaced),
            replaced_by=replaced,
        )

    def _texts(self, node: Node, name: str) -> tuple[Text, ...]:
        """Literals of a property, of ``rdf:value`` of its nodes, and of SKOS-XL labels, in order."""
        found = set()
        for value in self.graph.literals(node, SKOS + name, XL + name if name in _LABELS else None):
            found.add(self._text(value, f"skos:{name}"))
        return tuple(sorted((t for t in found if t.value), key=_order))

    def _text(self, value: Value, name: str) -> Text:
        if len(value.text) > MAX_TEXT:
            raise BadRecord(name, f"has {len(value.text):,} characters; more than {MAX_TEXT:,} is a mistake")
        return Text(clean_text(value.text), language_tag(value.lang, name) if value.lang else None)

    def _preferred(self, node: Node, labels: dict[str, tuple[Text, ...]]) -> tuple[Text, ...]:
        found: dict[str | None, Text] = {}
        for label in labels["prefLabel"]:
            if label.lang in found:
                tag = label.lang or "no language"
                reason = f"{label.value[:60]!r} is a further one in {tag}; kept as alternative"
                self._mention("note", "skos:prefLabel", reason)
            found.setdefault(label.lang, label)
        if not found:
            for value in sorted(self.graph.literals(node, RDFS + "label", None)):
                label = self._text(value, "rdfs:label")
                if label.value:
                    found.setdefault(label.lang, label)
            if not found:
                raise BadRecord("skos:prefLabel", "has no preferred label, and no rdfs:label in its place")
            self._mention("note", "skos:prefLabel", "has none; rdfs:label stands for it")
        if None in found:
            self._mention("note", "skos:prefLabel", f"{found[None].value[:60]!r} tells no language")
        return tuple(sorted(found.values(), key=_order))

    def _scheme(self, node: Node) -> str:
        schemes = [n.name for n in sorted(self.member_of[node]) if not n.blank]
        if len(schemes) > 1:
            self._mention("unmodelled", "skos:inScheme", f"is in {len(schemes)} schemes; the first counts")
        if schemes:
            return schemes[0]
        if len(self.schemes) == 1:
            self._mention("note", "skos:inScheme", "names no scheme; the source has one")
            return self.schemes[0].name
        self._mention("note", "skos:inScheme", "names no scheme; the dataset stands for it")
        return f"{self.source.base}id/scheme/{self.source.dataset.name}"

    def _hierarchy(self, node: Node) -> tuple[str, ...]:
        circle = self.circle.get(node)
        inside = {t for t in self.broader[node] if circle is not None and self.circle.get(t) == circle}
        inside |= self.broader[node] & {node}
        for target in sorted(inside):
            self._mention("dropped", "skos:broader", f"closes a cycle through {target.name[:200]}")
        both = self.broader[node] & self.related[node]
        if both:
            self._mention("note", "skos:related", f"is broader as well: {min(both).name[:200]} (SKOS S27)")
        return self._targets("broader", self.broader[node] - inside)

    def _targets(self, name: str, targets: set[Node]) -> tuple[str, ...]:
        kept = []
        for target in sorted(targets):
            if target.blank:
                self._mention("dropped", f"skos:{name}", "points to a blank node or a text")
                continue
            if target not in self.known:
                self._mention("unmapped", f"skos:{name}", f"no concept of this source: {target.name[:200]}")
            kept.append(target.name)
        return tuple(kept)

    def _mappings(self, node: Node) -> tuple[tuple[str, str], ...]:
        found = []
        for name in MAPPINGS:
            for target in sorted(self.graph.nodes(node, SKOS + name)):
                if target.blank:
                    self._mention("dropped", f"skos:{name}", "points to a blank node")
                else:
                    found.append((name, target.name))
            for value in self.graph.values(node, SKOS + name):
                self._mention("dropped", f"skos:{name}", f"is a text, not an address: {value.text[:60]!r}")
        return tuple(found)

    def _deprecated(self, node: Node, replaced: tuple[str, ...]) -> bool:
        stated = any(
            v.text.strip().lower() in ("true", "1") for v in self.graph.values(node, OWL + "deprecated")
        )
        if stated or replaced:
            by = f"replaced by {', '.join(replaced)[:200]}" if replaced else "no replacement is named"
            self._mention("note", "owl:deprecated", f"is deprecated; {by}")
        return stated or bool(replaced)

    def _tell_notations(self, node: Node) -> None:
        for value in sorted({v.text for v in self.graph.values(node, SKOS + "notation")}):
            for scheme in sorted(self.member_of[node]) or [NOWHERE]:
                others = [n for n in self.notations.get((scheme, value), ()) if n != node]
                if others:
                    self._mention(
                        "note", "skos:notation", f"{value[:60]!r} is also that of {others[0].name[:200]}"
                    )

    def _tell_unmodelled(self, node: Node) -> None:
        for predicate in sorted(self.graph.predicates(node) - _MODELLED - self.told):
            self.told.add(predicate)
            self._mention("unmodelled", predicate[:200], "no place in the model; told once a dataset")

    def _origin(self, node: Node, file: str) -> Origin:
        holders = [node, *sorted(self.member_of[node])]
        licences = (n.name for h in holders for n in sorted(self.graph.nodes(h, DCTERMS + "license")))
        dataset = self.source.dataset
        days = [v.text[:10] for v in self.graph.values(node, DCTERMS + "modified")]
        return Origin(
            dataset=dataset.name,
            record=node.name,
            file=file,
            licence=next(
                filter(is_web_address, licences), dataset.licence if is_web_address(dataset.licence) else None
            ),
            url=node.name if is_web_address(node.name) else None,
            retrieved=dataset.retrieved,
            updated=max((d for d in days if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", d)), default=None),
        )


def _order(text: Text) -> tuple[str, str]:
    return text.lang or "", text.value
