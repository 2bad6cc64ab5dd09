"""Proposes mappings between a SKOS thesaurus and our concepts, from their labels in all languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as px

from kg.errors import BadInput
from kg.link import rdf_files
from kg.link.labels import LabelIndex
from kg.link.links import CLOSE, LEXICAL, RELATED, Link
from kg.link.text import fold, singular
from kg.vocab import SKOS

_LABELS: Final = {f"{SKOS}prefLabel": True, f"{SKOS}altLabel": False}
_BY_LANGUAGES: Final = (0.0, 0.75, 0.9, 0.96)
"""Probability of the same meaning by the number of languages whose preferred labels agree."""
_ALTERNATIVE: Final = 0.5


@dataclass(slots=True)
class Term:
    """A concept of the thesaurus: its labels as (text, language, preferred)."""

    iri: str
    labels: list[tuple[str, str, bool]] = field(default_factory=list)
    deprecated: bool = False

    @property
    def name(self) -> str:
        """Return its English label, else its first preferred one."""
        preferred = [(lang != "en", lang, text) for text, lang, is_preferred in self.labels if is_preferred]
        return min(preferred)[2] if preferred else self.labels[0][0]


def read(path: Path) -> list[Term]:
    """Return the concepts of a thesaurus in any RDF syntax that its suffix names.

    Raises:
        BadInput: it cannot be read or has no labels.
    """
    kind = px.RdfFormat.from_extension(path.suffix.lstrip(".").lower())
    if kind is None or not path.is_file():
        raise BadInput(f"{path} is no RDF file.", hint="ttl, nt, nq, trig, rdf or jsonld.")
    found: dict[str, Term] = {}
    for quad in rdf_files.statements(path.read_bytes(), kind, path.name):
        if not isinstance(quad.subject, px.NamedNode):
            continue
        term = found.setdefault(quad.subject.value, Term(quad.subject.value))
        if quad.predicate.value in _LABELS and isinstance(quad.object, px.Literal):
            language = (quad.object.language or "").split("-")[0]
            term.labels.append((quad.object.value, language, _LABELS[quad.predicate.value]))
        elif quad.predicate.value.endswith("owl#deprecated"):
            term.deprecated = True
    terms = [term for _, term in sorted(found.items()) if term.labels and not term.deprecated]
    if not terms:
        raise BadInput(f"{path.name} has no concepts with labels.")
    return terms


def propose(terms: Iterable[Term], index: LabelIndex) -> list[Link]:
    """Return links to our concepts: close where preferred labels agree, related where another label does.

    Nothing is proposed as exactMatch; that is a curator's to say.
    """
    return [link for term in terms for link in _of(term, index)]


def _of(term: Term, index: LabelIndex) -> Iterable[Link]:
    agree: dict[int, set[str]] = defaultdict(set)
    partly: dict[int, set[str]] = defaultdict(set)
    for text, lang, is_preferred in term.labels:
        key = singular(fold(text))
        for number in index.plural.get(key, ()):
            name = index.names[number]
            entry = index.entries[name.entry]
            if entry.types != ("concept",) or entry.withdrawn or lang not in (name.lang, ""):
                continue
            held = agree if is_preferred and name.role == "label" else partly
            held[entry.number].add(lang)
    for number in sorted({*agree, *partly}):
        entry = index.entries[number]
        languages = agree.get(number, set())
        confidence = _BY_LANGUAGES[min(len(languages), 3)] if languages else _ALTERNATIVE
        shown = ", ".join(sorted(each or "no language" for each in languages or partly[number]))
        comment = f"{'preferred labels' if languages else 'other labels'} agree in: {shown}"
        yield Link(
            term.iri, term.name, CLOSE if languages else RELATED, entry.iri, entry.label("en").value,
            "concept", confidence, LEXICAL, note=comment,
        )  # fmt: skip
