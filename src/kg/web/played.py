"""Tells what part each method of search played in a result, in words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext

_ = lazy_gettext

METHODS: Final = {
    "exact": _("named in the query"),
    "words": _("words of the query"),
    "concepts": _("what the record speaks of"),
    "meaning": _("nearness in meaning"),
    "remedies": _("what is done about the problem"),
    "likeness": _("likeness to the first results"),
    "like": _("likeness to the record named"),
    "cross": _("second reading of the first results"),
}
"""Groups of methods in the order in which they are shown; encoders of one purpose are one group."""

_ALONE: Final = frozenset({"exact", "words", "concepts", "cross"})
_ENDINGS: Final = {"x": "remedies", "f": "likeness", "like": "like"}


@dataclass(frozen=True, slots=True)
class Played:
    """The best rank that the methods of a group gave a record, and their share of its score in percent."""

    method: str
    rank: int
    percent: int


def played(parts: Mapping[str, tuple[int, float]]) -> list[Played]:
    """Return the parts of a result, ``{method: (rank, share)}``, by groups; none if nothing has a share."""
    ranks: dict[str, int] = {}
    shares: dict[str, float] = {}
    for name, (rank, share) in parts.items():
        group = _group(name)
        ranks[group] = min(rank, ranks.get(group, rank))
        shares[group] = shares.get(group, 0.0) + max(0.0, share)
    total = sum(shares.values())
    if not total:
        return []
    return [
        Played(group, ranks[group], round(100 * shares[group] / total)) for group in METHODS if group in ranks
    ]


def _group(name: str) -> str:
    if name in _ALONE:
        return name
    return "like" if name == "alike" else _ENDINGS.get(name.rpartition("_")[2], "meaning")
