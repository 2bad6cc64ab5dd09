"""Records that were withdrawn or merged: the list that curators keep, and what the graph says of each.

The list is ``<home>/retired.tsv``, one record a line under the header
``iri  replaced_by  on  by  reason  label`` (tabs between). ``replaced_by`` is empty for a record that was
withdrawn, and the IRI of the record that stands for it now where two were merged; ``on`` is a day
(ISO 8601). Lines that begin with ``#`` are comments. Of two lines for one record the later holds; a line that
is taken out brings the record back with the next build.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

from kg import textfiles
from kg.errors import BadInput, ConfigError
from kg.terms import clean_text, is_iri, literal
from kg.vocab import DCTERMS, OWL, PROV, RDF, RDFS, SKOS, XSD, Iris

FILE: Final = "retired.tsv"
GRAPH: Final = "retired"


@dataclass(frozen=True, slots=True)
class Retired:
    """One line of the list."""

    iri: str
    replaced_by: str = ""
    on: str = ""
    by: str = ""
    reason: str = ""
    label: str = ""


_COLUMNS: Final = tuple(each.name for each in fields(Retired))


def read(home: Path, iris: Iris) -> dict[str, Retired]:
    """Return the retired records by IRI, each with what stands for it at the end of a chain of merges.

    Raises:
        ConfigError: a line names no record of ours, a wrong day, or merges go in a circle.
    """
    path = home / FILE
    if not path.is_file():
        return {}
    found: dict[str, Retired] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip() or line.startswith("#") or cells[0] == _COLUMNS[0]:
            continue
        try:
            each = _checked(Retired(*cells[: len(_COLUMNS)]), iris)
        except BadInput as fault:
            raise ConfigError(f"{FILE}, line {number}: {fault.message}") from None
        found[each.iri] = each
    return {iri: _at_the_end(each, found) for iri, each in found.items()}


def _checked(each: Retired, iris: Iris) -> Retired:
    for value in filter(None, (each.iri, each.replaced_by)):
        if not (is_iri(value) and value.startswith(f"{iris.base}id/")):
            raise BadInput(f"'{value[:100]}' is no record of ours.")
    if not each.iri:
        raise BadInput("A record must be named.")
    try:
        datetime.date.fromisoformat(each.on)
    except ValueError:
        raise BadInput(f"'{each.on[:20]}' is no day (2026-01-31).") from None
    return each


def _at_the_end(each: Retired, known: Mapping[str, Retired]) -> Retired:
    passed = {each.iri}
    target = each.replaced_by
    while target in known:
        if target in passed:
            raise ConfigError(f"{FILE}: <{each.iri}> is merged in a circle.")
        passed.add(target)
        target = known[target].replaced_by
    return Retired(each.iri, target, each.on, each.by, each.reason, each.label)


def add(home: Path, each: Retired, iris: Iris) -> Retired:
    """Write a record to the list; the graph follows with the next build.

    Raises:
        BadInput: the record or what stands for it is not ours, or nobody gave a reason.
        ConfigError: the list as it stands cannot be read, or the merge would go in a circle.
    """
    given = Retired(*(clean_text(value)[:1000].replace("\t", " ") for value in astuple(each)))
    given = _checked(given, iris)
    if not given.by or not given.reason:
        raise BadInput("Say who takes the record out, and why.")
    _at_the_end(given, {**read(home, iris), given.iri: given})
    textfiles.append_row(home / FILE, _COLUMNS, astuple(given))
    return given


def undo(home: Path, iri: str, iris: Iris, *, on: str, by: str, reason: str) -> Retired:
    """Take a record off the list, so that the next build brings it back; the line stays as a comment.

    Raises:
        BadInput: the record is not on the list, or nobody gave a reason.
        ConfigError: the list as it stands cannot be read.
    """
    who, why = (" ".join(clean_text(value)[:1000].split()) for value in (by, reason))
    if not who or not why:
        raise BadInput("Say who brings the record back, and why.")
    held = read(home, iris).get(iri)
    if held is None:
        raise BadInput(f"<{iri[:200]}> was neither withdrawn nor merged.")
    path = home / FILE
    kept = [
        f"# undone on {on} by {who}: {why}\n# {line}" if line.split("\t")[0].strip() == iri else line
        for line in path.read_text(encoding="utf-8-sig").splitlines()
    ]
    textfiles.replace(path, "\n".join(kept) + "\n")
    return held


def lines(retired: Mapping[str, Retired], iris: Iris) -> Iterator[str]:
    """Yield the tombstones as N-Quads lines of ``graph/retired``."""
    tail = f" <{iris.graph(GRAPH)}> ."
    for iri, each in sorted(retired.items()):
        yield f"<{iri}> <{RDF}type> <{iris.term('Withdrawn')}>{tail}"
        yield f"<{iri}> <{OWL}deprecated> {literal('true', datatype=f'{XSD}boolean')}{tail}"
        yield f"<{iri}> <{PROV}invalidatedAtTime> {literal(each.on, datatype=f'{XSD}date')}{tail}"
        if each.label:
            yield f"<{iri}> <{RDFS}label> {literal(each.label)}{tail}"
        if each.reason:
            yield f"<{iri}> <{SKOS}changeNote> {literal(each.reason)}{tail}"
        if each.replaced_by:
            yield f"<{iri}> <{DCTERMS}isReplacedBy> <{each.replaced_by}>{tail}"
            yield f"<{each.replaced_by}> <{DCTERMS}replaces> <{iri}>{tail}"
