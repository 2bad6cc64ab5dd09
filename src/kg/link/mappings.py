"""The mapping set of a named graph as SSSOM: our concepts' mappings, or a partner's accepted links."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyoxigraph as px

from kg.errors import NotFound
from kg.link import journal, partners, sssom, tabular
from kg.vocab import SKOS, Iris

_LEXICAL, _UNSPECIFIED = "semapv:LexicalMatching", "semapv:UnspecifiedMatching"
_MATCHES: Final = {
    f"{SKOS}{name}Match": f"skos:{name}Match" for name in ("exact", "close", "broad", "narrow", "related")
}
_LINKS: Final = "links/"


def of_graph(home: Path, lines: Path, graph: str, iris: Iris) -> str | None:
    """Return the mapping set, or nothing where the graph (N-Quads lines in a file) has no mappings."""
    if graph.startswith(_LINKS):
        return _accepted(home, lines, graph.removeprefix(_LINKS), iris)
    return _own(lines, graph, iris)


def _accepted(home: Path, lines: Path, name: str, iris: Iris) -> str:
    """Return a partner's links that stand in the graph, with who decided."""
    head = f"<{iris.id('link', f'{name}/')}".encode()
    with lines.open("rb") as file:
        numbers = {int(line[len(head) : line.index(b">")]) for line in file if line.startswith(head)}
    found = [each for each in journal.listed(home, partner=name, state="accept") if each.number in numbers]
    try:
        owner = partners.get(home, name)
    except NotFound:
        owner = None
    return sssom.write(found, owner, iris)


def _own(lines: Path, graph: str, iris: Iris) -> str | None:
    matches: list[tuple[str, str, str]] = []
    names: dict[str, str] = {}
    grounds: dict[tuple[str, str], tuple[str, str]] = {}
    for quad in tabular.read(lambda: lines.open("rb")):
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, px.NamedNode):
            continue
        if predicate in _MATCHES and isinstance(value, px.NamedNode):
            if not value.value.startswith(iris.base):
                matches.append((subject.value, _MATCHES[predicate], value.value))
        elif predicate == f"{SKOS}prefLabel" and isinstance(value, px.Literal) and value.language == "en":
            names[subject.value] = value.value
        elif predicate == iris.term("mappingSource") and isinstance(value, px.Literal):
            # As ontology/scripts/themes.py writes it: the IRI, the label there, what agrees.
            other, _colon, rest = value.value.partition(": ")
            label, _comma, ground = rest.rpartition(", ")
            grounds[subject.value, other] = (label, ground)
    if not matches:
        return None
    space = sssom.Space(sssom.prefixes(None, iris))
    rows: list[dict[str, Any]] = [
        {
            "subject_id": space.curie(subject),
            "subject_label": names.get(subject),
            "predicate_id": predicate,
            "object_id": space.curie(other),
            "object_label": grounds.get((subject, other), ("", ""))[0],
            "mapping_justification": _LEXICAL if (subject, other) in grounds else _UNSPECIFIED,
            "comment": grounds.get((subject, other), ("", ""))[1],
        }
        for subject, predicate, other in matches
    ]
    return sssom.document(
        rows, space, iris.id("dataset", graph), f"Mappings of the graph '{graph}' of LandKG"
    )
