"""What partners' records link to a record of ours: the accepted links that the graph holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg import queries
from kg.entities.reading import lexical
from kg.store import GraphStore
from kg.vocab import DCTERMS, SKOS, Iris

_INVERSE: Final = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}


@dataclass(frozen=True, slots=True)
class LinkIn:
    """One record of a partner; ``relation`` is what the partner's record states, as ``skos:broadMatch``."""

    iri: str
    label: str
    relation: str
    partner: str
    homepage: str

    @property
    def seen(self) -> str:
        """Return the relation as seen from our record: who has a broader match is narrower."""
        return _INVERSE.get(self.relation, self.relation)


def linked_from(store: GraphStore, iri: str, iris: Iris) -> list[LinkIn]:
    """Return the partners' records that link to a record, by partner and name."""
    text, bound = queries.get("links", "linked-from").bind({"entity": iri}, iris)
    found = []
    for row in store.select(text, bound):
        source, partner = lexical(row["source"]), lexical(row["partner"])
        label = lexical(row.get("label")).removesuffix(f" ({partner})") or source
        found.append(
            LinkIn(source, label, _short(lexical(row["relation"])), partner, lexical(row["homepage"]))
        )
    return found


def _short(relation: str) -> str:
    for prefix, namespace in (("skos:", SKOS), ("dcterms:", DCTERMS)):
        if relation.startswith(namespace):
            return prefix + relation.removeprefix(namespace)
    return relation
