"""Suggests links from a partner's records to ours, each with relation, probability and reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kg.entities.reading import lexical
from kg.link import evidence, meaning
from kg.link.calibration import Model, probability
from kg.link.labels import LabelIndex
from kg.link.links import CLOSE, COMPOSITE, EXACT, LEXICAL, RELATED, RELATION, SIMILAR, Link
from kg.link.matching import similarity
from kg.link.names import Entry
from kg.link.profile import ConceptFinder, Mention, Practice, Practices, bag
from kg.link.properties import BY_ID, PropertyTable
from kg.link.records import PartnerRecord
from kg.link.text import doi, fold
from kg.store import GraphStore
from kg.vocab import Iris

if TYPE_CHECKING:
    from kg.search.service import SearchIndex

LEAST: Final = 0.35
_BLOCK: Final = 25
_PRACTICES: Final = 5
_CONCEPTS: Final = 6
_SAME_TITLE: Final = 0.97
_LIKE_TITLE: Final = 0.88
_CODE: Final = re.compile(r"\b(?:technologies|approaches|unccd)_\d{1,6}\b|\b10\.\d{4,9}/[^\s,;\"<>]+")


class Suggester:
    """Links records to one generation; made once, then used for any number of records."""

    def __init__(
        self,
        index: LabelIndex,
        table: PropertyTable,
        store: GraphStore,
        iris: Iris,
        search: SearchIndex | None = None,
        model: Model | None = None,
    ) -> None:
        self.index = index
        self.finder = ConceptFinder(index)
        self.practices = Practices(index, table, self.finder)
        self._search = search
        self._model = model or Model.bundled()
        self._frameworks = _frameworks(index, store, iris)
        self._places = {each.entry.iri: at for at, each in enumerate(self.practices.all)}
        self._sources = {
            lexical(term): index.entries[number]
            for number, terms in table.values(BY_ID["source"]).items()
            for term in terms
        }

    def suggest(self, records: Sequence[PartnerRecord]) -> list[list[Link]]:
        """Return the links of each record, the surest first."""
        near = self._meanings(records)
        return [self._of(record, meant) for record, meant in zip(records, near, strict=True)]

    def explain(self, records: Sequence[PartnerRecord]) -> list[dict[str, dict[str, float]]]:
        """Return for each record what speaks for every link that is weighed, by the object's IRI."""
        near = self._meanings(records)
        found = []
        for record, meant in zip(records, near, strict=True):
            mentions = self.finder.find(record.title, record.text, record.keywords)
            weighed = {mention.entry.iri: evidence.mentioned(mention) for mention in mentions.values()}
            for iri, framework in self._frameworks.items():
                if iri in weighed:
                    weighed[framework.iri] = weighed[iri]
            weighed |= {practice.entry.iri: x for practice, x in self._weigh(record, mentions, meant)}
            found.append(weighed)
        return found

    def _meanings(self, records: Sequence[PartnerRecord]) -> list[dict[int, float]]:
        """Return cosines by place of the practice; empty without a search index."""
        if self._search is None or not records:
            return [{} for _ in records]
        texts = [f"{each.title}. {each.text}"[:1200] for each in records]
        return [
            {self._places[iri]: cosine for iri, cosine in found if iri in self._places}
            for found in meaning.nearest(self._search, texts, _BLOCK * 2)
        ]

    def _of(self, record: PartnerRecord, meant: dict[int, float]) -> list[Link]:
        mentions = self.finder.find(record.title, record.text, record.keywords)
        links = [
            *self._by_identifier(record),
            *self._by_title(record),
            *self._practices_of(record, mentions, meant),
            *self._concepts_of(record, mentions),
        ]
        best: dict[str, Link] = {}
        for link in links:
            held = best.get(link.object)
            if held is None or link.confidence > held.confidence:
                best[link.object] = link
        return sorted(best.values(), key=lambda each: (-each.confidence, each.object))

    # -- by what is written -----------------------------------------------------------------------

    def _by_identifier(self, record: PartnerRecord) -> Iterable[Link]:
        """Link what names one of our records by IRI, code, DOI, symbol or the source's address."""
        own = [*record.identifiers, record.iri]
        for given in dict.fromkeys(own):
            entry = self.index.entry(given) or self._sources.get(given) or self._coded(given)
            if entry is not None and "case" not in entry.types:
                yield self._link(record, EXACT, entry, 0.99, LEXICAL, (("same_identifier", 1.0),))
        for given in dict.fromkeys(_CODE.findall(record.text)):
            entry = self._coded(given.rstrip("."))
            if entry is not None:
                yield self._link(record, RELATION, entry, 0.97, LEXICAL, (("names_identifier", 1.0),))

    def _coded(self, given: str) -> Entry | None:
        numbers = self.index.exact.get(doi(given) or fold(given), ())
        found = {
            self.index.names[each].entry
            for each in numbers
            if self.index.names[each].role == "code" and len(given) > 4 and any(c.isdigit() for c in given)
        }
        return self.index.entries[found.pop()] if len(found) == 1 else None

    def _by_title(self, record: PartnerRecord) -> Iterable[Link]:
        """Link records of (nearly) the same title; a person says whether they are the same."""
        key = fold(record.title)
        if len(key) < 12 or " " not in key:
            return
        places = list(self.index.similar(key, 5))
        for place in places:
            share = similarity(key, self.index.keys[place])
            if share < _LIKE_TITLE:
                continue
            for number in self.index.named[place]:
                entry = self.index.entries[self.index.names[number].entry]
                if entry.types[-1] not in ("practice", "decision", "document", "publication"):
                    continue
                x = evidence.same_title(share, share >= _SAME_TITLE, record, entry.countries)
                yield self._judged("title", record, CLOSE, entry, SIMILAR, x)

    def _concepts_of(self, record: PartnerRecord, mentions: dict[int, Mention]) -> Iterable[Link]:
        found = []
        for mention in mentions.values():
            x = evidence.mentioned(mention)
            found.append(self._judged("concept", record, RELATION, mention.entry, LEXICAL, x))
            framework = self._frameworks.get(mention.entry.iri)
            if framework is not None:
                found.append(self._judged("framework", record, RELATION, framework, LEXICAL, x))
        found.sort(key=lambda each: (-each.confidence, each.object))
        return found[:_CONCEPTS]

    # -- practices --------------------------------------------------------------------------------

    def _practices_of(
        self, record: PartnerRecord, mentions: dict[int, Mention], meant: dict[int, float]
    ) -> Iterable[Link]:
        kind = COMPOSITE if meant else SIMILAR
        found = [
            self._judged("practice", record, RELATED, practice.entry, kind, x)
            for practice, x in self._weigh(record, mentions, meant)
        ]
        found.sort(key=lambda each: (-each.confidence, each.object))
        return [each for each in found[:_PRACTICES] if each.confidence >= LEAST]

    def _weigh(
        self, record: PartnerRecord, mentions: dict[int, Mention], meant: dict[int, float]
    ) -> Iterable[tuple[Practice, dict[str, float]]]:
        """Yield the practices of the record's block with what speaks for each."""
        words = bag(record.title, f"{record.text} {' '.join(record.keywords)}", record.language)
        vector = self.practices.vector(words)
        block = [int(at) for at in self.practices.near(vector, mentions, _BLOCK)]
        block += [at for at in meant if at not in block]
        concepts = set(mentions)
        for at in block:
            practice = self.practices.all[at]
            yield (
                practice,
                evidence.compared(record, practice, self.practices, vector, concepts, meant.get(at)),
            )

    def _judged(
        self,
        kind: str,
        record: PartnerRecord,
        predicate: str,
        entry: Entry,
        justification: str,
        x: dict[str, float],
    ) -> Link:
        confidence = probability(self._model, kind, x)
        reasons = tuple((name, value) for name, value in x.items() if value)
        return self._link(record, predicate, entry, confidence, justification, reasons)

    def _link(
        self,
        record: PartnerRecord,
        predicate: str,
        entry: Entry,
        confidence: float,
        justification: str,
        reasons: tuple[tuple[str, float], ...],
    ) -> Link:
        return Link(
            record.iri,
            record.title,
            predicate,
            entry.iri,
            entry.label(record.language[:2] or "en").value,
            entry.types[0],
            round(confidence, 4),
            justification,
            reasons,
        )


def _frameworks(index: LabelIndex, store: GraphStore, iris: Iris) -> dict[str, Entry]:
    """Return the frameworks by the IRI of the concept that stands for each."""
    from kg import queries

    text, bound = queries.get("links", "frameworks").bind({}, iris)
    found = {}
    for row in store.select(text, bound):
        entry = index.by_iri.get(lexical(row["framework"]))
        if entry is not None:
            found[lexical(row["concept"])] = entry
    return found
