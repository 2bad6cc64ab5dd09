"""Links as RDF: VoID linksets in Turtle, and the statements that a build takes from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as px

from kg.errors import BadInput, TooLarge
from kg.link import journal, partners, rdf_files
from kg.link.journal import Queued
from kg.link.links import EXACT, RELATION, RELATIONS, Link
from kg.link.partners import Partner
from kg.link.sssom import LICENCE, Row
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
_FORTH: Final = {iri: relation for relation, iri in PREDICATES.items()}
_BACK: Final = {
    f"{SKOS}narrowMatch" if relation == "skos:broadMatch" else iri: relation
    for relation, iri in PREDICATES.items()
}
"""Relations of a statement about our record, by what they say about the partner's."""
_NAMES: Final = (f"{RDFS}label", f"{DCTERMS}title", f"{SKOS}prefLabel")
LINKS_MOST: Final = 50_000
UNSPECIFIED: Final = "semapv:UnspecifiedMatching"
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


def read(body: bytes, kind: px.RdfFormat, partner: Partner, iris: Iris) -> list[Row]:
    """Return the links of a linkset: statements by which a partner's record and ours are joined.

    They may be written from either record; the others, such as the linkset's own description, are passed
    over. Names of the partner's records are taken where the file has them.

    Raises:
        BadInput: it is not RDF of this syntax, or joins nothing of the partner's with ours.
        TooLarge: it has too many links.
    """
    ours = f"{iris.base}id/"
    names: dict[str, str] = {}
    found: dict[tuple[str, str], str] = {}
    for quad in rdf_files.statements(body, kind, "The linkset"):
        start, predicate, end = quad.subject, quad.predicate.value, quad.object
        if not isinstance(start, px.NamedNode):
            continue
        if predicate in _NAMES and isinstance(end, px.Literal):
            names.setdefault(start.value, end.value[:500])
        if not isinstance(end, px.NamedNode):
            continue
        if partner.owns(start.value) and end.value.startswith(ours) and predicate in _FORTH:
            found.setdefault((start.value, end.value), _FORTH[predicate])
        elif partner.owns(end.value) and start.value.startswith(ours) and predicate in _BACK:
            found.setdefault((end.value, start.value), _BACK[predicate])
        if len(found) > LINKS_MOST:
            raise TooLarge(f"A linkset may have {LINKS_MOST} links.")
    if not found:
        raise BadInput(
            f"The linkset joins no record of {partner.name} with one of ours.",
            hint=f"Relations read: {', '.join(RELATIONS)}.",
        )
    return [
        Row(Link(theirs, names.get(theirs, ""), relation, our, "", "", 0.5, UNSPECIFIED), None, "", "")
        for (theirs, our), relation in sorted(found.items())
    ]


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
