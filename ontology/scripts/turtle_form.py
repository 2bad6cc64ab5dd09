"""Writes Turtle in one canonical form, so that a change to an ontology file shows as that change only.

Usage: ``python ontology/scripts/turtle_form.py FILE...`` rewrites files in place; leading comments stay.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

ONTOLOGY: Final = Path(__file__).resolve().parents[1]
LANGUAGES: Final = ("en", "fr", "es", "ru", "zh", "ar")
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

Term = NamedNode | Literal
Triple = tuple[NamedNode, NamedNode, Term]

_WIDTH: Final = 108
_LOCAL: Final = re.compile(r"^[A-Za-z0-9_]([\w.-]*[\w-])?$", re.ASCII)
_PREFIX: Final = re.compile(r"^@prefix\s+([\w.-]+):\s*<([^>]*)>", re.MULTILINE)
_FIRST: Final = (
    f"{RDF}type",
    f"{RDFS}label",
    f"{SKOS}prefLabel",
    f"{SKOS}altLabel",
    f"{SKOS}definition",
    f"{RDFS}comment",
)
_RANK: Final = (
    f"{OWL}Ontology",
    f"{SKOS}ConceptScheme",
    f"{OWL}Class",
    f"{OWL}ObjectProperty",
    f"{OWL}DatatypeProperty",
    f"{OWL}AnnotationProperty",
)


@cache
def prefixes() -> dict[str, str]:
    """Return prefix to namespace of ``ontology/prefixes.ttl``, in its order."""
    return dict(_PREFIX.findall((ONTOLOGY / "prefixes.ttl").read_text("utf-8")))


def read(text: str) -> list[Triple]:
    """Return the triples of a Turtle text without blank nodes.

    Raises:
        ValueError: it has some.
    """
    found: list[Triple] = []
    for quad in parse(input=text.encode(), format=RdfFormat.TURTLE):
        subject, predicate, value = quad.subject, quad.predicate, quad.object
        if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
            raise ValueError(f"no named subject or value: {quad}")
        found.append((subject, predicate, value))
    return found


def comments(text: str) -> list[str]:
    """Return the comment lines at the head of a file."""
    head: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        head.append(line)
    return head


def render(triples: Iterable[Triple], head: Iterable[str] = ()) -> str:
    """Return the triples as canonical Turtle under comment lines.

    Order: the header, classes, properties of objects, of data and of annotation, then the rest, each
    by IRI; labels in the order of the six languages.
    """
    subjects: dict[str, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
    for subject, predicate, value in triples:
        subjects[subject.value][predicate.value].add(value)
    used: set[str] = set()
    blocks = [
        _block(subject, subjects[subject], used)
        for subject in sorted(subjects, key=lambda each: (_rank(subjects[each]), each))
    ]
    lines = [f"@prefix {name}: <{ns}> ." for name, ns in prefixes().items() if name in used]
    return "\n".join([*head, *lines, "", "\n\n".join(blocks), ""])


def _rank(statements: dict[str, set[Term]]) -> int:
    types = {each.value for each in statements[f"{RDF}type"]}
    return next((n for n, name in enumerate(_RANK) if name in types), len(_RANK))


def _block(subject: str, statements: dict[str, set[Term]], used: set[str]) -> str:
    lines = []
    for predicate in sorted(statements, key=_predicate_key):
        name = "a" if predicate == f"{RDF}type" else _name(predicate, used)
        values = [_term(each, used) for each in sorted(statements[predicate], key=_value_key)]
        line = f"    {name} {', '.join(values)}"
        if len(values) > 1 and len(line) > _WIDTH:
            line = f"    {name}\n        " + ",\n        ".join(values)
        lines.append(line)
    return f"{_name(subject, used)}\n" + " ;\n".join(lines) + " ."


def _predicate_key(predicate: str) -> tuple[int, str]:
    return (_FIRST.index(predicate) if predicate in _FIRST else len(_FIRST), predicate)


def _value_key(value: Term) -> tuple[int, str, str]:
    if isinstance(value, NamedNode):
        return -1, "", value.value
    language = value.language or ""
    return LANGUAGES.index(language) if language in LANGUAGES else 99, language, value.value


def _name(iri: str, used: set[str]) -> str:
    for prefix, namespace in sorted(prefixes().items(), key=lambda each: -len(each[1])):
        local = iri.removeprefix(namespace)
        if local != iri and _LOCAL.match(local):
            used.add(prefix)
            return f"{prefix}:{local}"
    return f"<{iri}>"


def _term(value: Term, used: set[str]) -> str:
    if isinstance(value, NamedNode):
        return _name(value.value, used)
    text = value.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    if value.language:
        return f'"{text}"@{value.language}'
    datatype = value.datatype.value
    if datatype == f"{XSD}boolean":
        return value.value
    return f'"{text}"' if datatype == f"{XSD}string" else f'"{text}"^^{_name(datatype, used)}'


def main(paths: list[str]) -> int:
    """Rewrite the files; those that change are named on standard error."""
    for path in map(Path, paths):
        text = path.read_text("utf-8")
        written = render(read(text), comments(text))
        if written != text:
            path.write_text(written, "utf-8")
            sys.stderr.write(f"rewritten: {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
