"""Chooses the format of an answer from the Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from kg.errors import NotAcceptable

_TYPE: Final = re.compile(r"^[\w!#$&^.+*-]+/[\w!#$&^.+*-]+$")
_NONE: Final[Mapping[str, str]] = {}


def negotiate(accept: str | None, offered: Sequence[str], aliases: Mapping[str, str] = _NONE) -> str:
    """Return the media type among ``offered`` that the client likes best.

    Args:
        accept: the header as sent; nothing or an empty one accepts everything.
        offered: media types, the server's favourite first, which settles ties.
        aliases: other names that clients use, by the offered type that answers them.

    Raises:
        NotAcceptable: none of them is wanted.
    """
    best = choose(accept, tuple(offered), tuple(sorted(aliases.items())))
    if best is None:
        raise NotAcceptable(
            "None of the formats that you accept is offered here.", hint=f"Offered: {', '.join(offered)}."
        )
    return best


@lru_cache(maxsize=2048)
def choose(
    accept: str | None, offered: tuple[str, ...], aliases: tuple[tuple[str, str], ...] = ()
) -> str | None:
    """Return the best offered type, or nothing when all are refused; see :func:`negotiate`.

    ``aliases`` are pairs of an alias and the offered type it stands for.
    """
    if accept is None or not accept.strip():
        return offered[0]
    ranges = _ranges(accept)
    names = [(each, each) for each in offered] + list(aliases)
    best, best_rank = None, (0.0, 0, 0.0)
    for position, (name, media_type) in enumerate(names):
        quality, specificity = _quality(name, ranges)
        if quality <= 0 or (name != media_type and specificity < 2):
            continue  # an alias counts only where it is named; a range finds the type itself
        # Among equal qualities the type named by itself wins over one that a range lets in, as browsers
        # and clients that end their list in */* mean it; then the server's own order.
        rank = (quality, specificity, -float(position))
        if best is None or rank > best_rank:
            best, best_rank = media_type, rank
    return best


def _ranges(accept: str) -> list[tuple[str, str, float]]:
    """Return type, subtype and quality of each readable part; what cannot be read is skipped."""
    found = []
    for part in accept.split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        name = name.lower()
        if not _TYPE.match(name):
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                quality = _number(value.strip())
        kind, _, subtype = name.partition("/")
        found.append((kind, subtype, quality))
    return found


def _number(value: str) -> float:
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0


def _quality(name: str, ranges: Sequence[tuple[str, str, float]]) -> tuple[float, int]:
    """Return the quality that the most specific fitting range gives a type, and how specific it is."""
    kind, _, subtype = name.partition("/")
    quality, specificity = 0.0, -1
    for range_kind, range_subtype, value in ranges:
        if (range_kind, range_subtype) == (kind, subtype):
            level = 2
        elif range_subtype == "*" and range_kind == kind:
            level = 1
        elif (range_kind, range_subtype) == ("*", "*"):
            level = 0
        else:
            continue
        if level > specificity or (level == specificity and value > quality):
            quality, specificity = value, level
    return quality, specificity
