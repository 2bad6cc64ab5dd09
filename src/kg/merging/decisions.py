"""What curators decide of candidates: two records are one, or they are not.

That two are one stands in ``<home>/retired.tsv`` (:mod:`kg.mapping.retired`); that they are not, in
``<home>/distinct.tsv``: ``left  right  on  by  reason`` with tabs between, IRIs in order, ``#`` for comments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

from kg import textfiles
from kg.errors import BadInput
from kg.mapping import retired
from kg.merging.finding import Candidate
from kg.terms import clean_text, is_iri
from kg.vocab import Iris

DISTINCT: Final = "distinct.tsv"


@dataclass(frozen=True, slots=True)
class Distinct:
    """Two records that somebody found to be different things; ``on`` is a day (ISO 8601)."""

    left: str
    right: str
    on: str
    by: str
    reason: str


_COLUMNS: Final = tuple(each.name for each in fields(Distinct))


def distinct(home: Path) -> dict[tuple[str, str], Distinct]:
    """Return the pairs that are not one, by their IRIs in order."""
    path = home / DISTINCT
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) == len(_COLUMNS) and cells[0] != _COLUMNS[0] and not line.startswith("#"):
            each = Distinct(*cells)
            found[each.left, each.right] = each
    return found


def reject(home: Path, one: str, other: str, iris: Iris, *, on: str, by: str, reason: str) -> Distinct:
    """Write down that two records are different things, so that they are not proposed again.

    Raises:
        BadInput: one of them is no record of ours, both are one record, or nobody gave a reason.
    """
    left, right = sorted((one, other))
    for each in (left, right):
        if not (is_iri(each) and each.startswith(f"{iris.base}id/")):
            raise BadInput(f"'{each[:100]}' is no record of ours.")
    if left == right:
        raise BadInput("A pair has two records.")
    who, why = (" ".join(clean_text(value)[:1000].split()) for value in (by, reason))
    if not who or not why:
        raise BadInput("Say who decides, and why.")
    made = Distinct(left, right, on, who, why)
    textfiles.append_row(home / DISTINCT, _COLUMNS, astuple(made))
    return made


def undecided(found: Iterable[Candidate], home: Path, iris: Iris) -> list[Candidate]:
    """Return the candidates of which nobody has said yet whether they are one."""
    apart, gone = distinct(home), retired.read(home, iris)
    return [
        each
        for each in found
        if (each.left, each.right) not in apart and each.left not in gone and each.right not in gone
    ]
