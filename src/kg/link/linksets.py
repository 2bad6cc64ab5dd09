"""Links as RDF: VoID linksets in Turtle, and the statements that a build takes from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as px

from kg.link import journal, partners
from kg.link.journal import Queued
from kg.link.links import EXACT, RELATION, Link
from kg.link.partners import Partner
from kg.link.sssom import LICENCE
from kg.mapping import retired
from kg.tables import csv_text, plain_cell
from kg.terms import literal
from kg.vocab import DCTERMS, RDF, RDFS, SKOS, VOID, XSD, Iris

SSSOM: Final = "https://w3id.org/sssom/"
PREDICATES: Final = {
    "skos:exactMatch": f"{SKOS}exactMatch",
    "skos:closeMatch": f"{SKOS}closeMatch",
    "skos:broadMatch": f"{SKOS}broadMatch",
    "skos:relatedMatch": f"{SKOS}relatedMatch",
    RELATION: f"{DCTERMS}relation",
}
_INVERSE: Final = {"skos:broadMatch": f"{SKOS}narrowMatch"}
_COLUMNS: Final = (
    "subject", "subject_label", "predicate", "object", "object_label", "object_kind", "confidence",
    "justification", "comment",
)  # fmt: skip


def unreviewed(link: Link) -> str:
    """Return the relation under which a link that nobody has looked at is published: never exactMatch."""
    return "skos:closeMatch" if link.predicate == EXACT else link.predicate


def turtle(links: Iterable[Link], partner: Partner | None, iris: Iris) -> bytes:
    """Return suggested links as a VoID linkset (VoID, section 5) in Turtle."""
    rows = list(links)
    name = f"links-{partner.id if partner else 'suggested'}"
    node = f"<{iris.id('dataset', name)}>"
    lines = [
        f"{node} <{RDF}type> <{VOID}Linkset> .",
        f"{node} <{DCTERMS}title> {literal('Suggested links, not yet reviewed', lang='en')} .",
        f"{node} <{DCTERMS}license> <{LICENCE}> .",
        f"{node} <{VOID}objectsTarget> <{iris.id('dataset', 'landkg')}> .",
        f"{node} <{VOID}triples> {literal(str(len(rows)), datatype=f'{XSD}integer')} .",
    ]
    if partner is not None:
        lines.append(f"{node} <{VOID}subjectsTarget> <{partner.dataset(iris)}> .")
    used = {unreviewed(each) for each in rows}
    lines += [f"{node} <{VOID}linkPredicate> <{PREDICATES[each]}> ." for each in sorted(used)]
    lines += [f"<{each.subject}> <{PREDICATES[unreviewed(each)]}> <{each.object}> ." for each in rows]
    prefixes = {"skos": SKOS, "dcterms": DCTERMS, "void": VOID}
    triples = (quad.triple for quad in px.parse("\n".join(lines).encode(), format=px.RdfFormat.N_TRIPLES))
    body = px.serialize(triples, format=px.RdfFormat.TURTLE, prefixes=prefixes)
    return body or b""


def table(links: Iterable[Link]) -> str:
    """Return links as CSV."""
    rows = ([plain_cell(str(getattr(each, name))) for name in _COLUMNS] for each in links)
    return csv_text(_COLUMNS, rows, line_end="\n")


def accepted_lines(home: Path, iris: Iris) -> Iterator[str]:
    """Yield what a build adds: the registry of partners, and each partner's accepted links.

    Links stand in ``graph/links/<partner>``, in both directions, so that a record shows who links to
    it; who accepted a link, when and why stands beside it. A link to a merged record follows it, one to a
    withdrawn record is left out; both are shown as conflicts.
    """
    known = partners.load(home)
    gone = retired.read(home, iris)
    yield from partners.lines(known.values(), iris)
    for each in journal.listed(home, state="accept"):
        held = gone.get(each.link.object)
        if held is None:
            yield from _accepted(each, each.link, known.get(each.partner), iris)
        elif held.replaced_by:
            link = replace(each.link, object=held.replaced_by)
            yield from _accepted(each, link, known.get(each.partner), iris)


def _accepted(each: Queued, link: Link, partner: Partner | None, iris: Iris) -> Iterator[str]:
    decision = each.decision
    if decision is None:
        return
    tail = f" <{iris.graph(f'links/{each.partner}')}> ."
    forth = PREDICATES[decision.predicate]
    back = _INVERSE.get(decision.predicate, forth)
    yield f"<{link.subject}> <{forth}> <{link.object}>{tail}"
    yield f"<{link.object}> <{back}> <{link.subject}>{tail}"
    if link.subject_label:
        name = partner.name if partner else each.partner
        yield f"<{link.subject}> <{RDFS}label> {literal(f'{link.subject_label} ({name})')}{tail}"
    if partner is not None:
        yield f"<{link.subject}> <{VOID}inDataset> <{partner.dataset(iris)}>{tail}"
    node = f"<{iris.id('link', f'{each.partner}/{each.number}')}>"
    uri = f"{XSD}anyURI"
    # The ends are texts here, so that only the link itself counts as one record naming the other.
    for name, value in (
        ("subject_id", literal(link.subject, datatype=uri)),
        ("predicate_id", literal(forth, datatype=uri)),
        ("object_id", literal(link.object, datatype=uri)),
        ("mapping_justification", "<https://w3id.org/semapv/vocab/ManualMappingCuration>"),
        ("confidence", literal(f"{link.confidence:.4f}", datatype=f"{XSD}decimal")),
        ("reviewer_label", literal(decision.curator)),
        ("mapping_date", literal(decision.at[:10], datatype=f"{XSD}date")),
        ("comment", literal(decision.reason) if decision.reason else ""),
    ):
        if value:
            yield f"{node} <{SSSOM}{name}> {value}{tail}"
    yield f"{node} <{RDF}type> <{SSSOM}Mapping>{tail}"
