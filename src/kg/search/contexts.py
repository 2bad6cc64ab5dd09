"""Words whose meaning their neighbours decide: poor people, poor soil.

``contexts.tsv`` holds one such case a line: the meaning as the glossary gives it, the meaning that it has
beside one of others, and these others; meanings by their first English words, others also concepts by local
name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from kg.search import lexicon
from kg.search.lexicon import Meaning
from kg.search.matching import HAN, WORD, Match, key

FILE: Final = Path(__file__).with_name("contexts.tsv")


@dataclass(frozen=True, slots=True)
class Context:
    """``near`` are keys of :func:`kg.search.matching.key`, one of which turns a meaning into another."""

    into: Meaning
    near: frozenset[str]


@cache
def contexts() -> dict[str, Context]:
    """Return the contexts by the key of the meaning that they change."""
    known = {each.of("en")[0]: each for each in reversed(lexicon.load())}
    found = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, into, near = line.split("\t")
            keys = frozenset(f"{kind}:{each}" for each in near.split("|") for kind in "mc")
            found[f"m:{name}"] = Context(known[into], keys)
    return found


def clarified(matches: Sequence[Match], text: str) -> list[Match]:
    """Return the matches of a text with the meanings that their neighbours give them."""
    return [_clarified(at, matches, text) for at in range(len(matches))]


def _clarified(at: int, matches: Sequence[Match], text: str) -> Match:
    mine = matches[at]
    changed = [contexts().get(key(each)) for each in mine.meant]
    if not any(changed):
        return mine
    beside = {
        key(each)
        for other in (*matches[max(0, at - 1) : at], *matches[at + 1 : at + 2])
        if _are_near(mine, other, text)
        for each in other.meant
    }
    into = [each.into for each in changed if each is not None and each.near & beside]
    if not into:
        return mine
    named = [each for each in mine.meant if not isinstance(each, Meaning)]
    return replace(mine, meant=(*named, *dict.fromkeys(into)))


def _are_near(one: Match, other: Match, text: str) -> bool:
    """Tell whether at most a word (``soil is poor``) or a Chinese character stands between two matches."""
    first, second = sorted((one, other), key=lambda each: each.start)
    between = text[first.end : second.start]
    return len(WORD.findall(between)) <= 1 and len(HAN.findall(between)) <= 1
