"""Draws a lineage of decisions as SVG: years from top to bottom, citations as lines, records as links."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from html import escape
from typing import Final

from kg.entities.lineage import Lineage, Step

_WIDE, _HIGH, _GAP, _ROW_GAP, _YEAR, _EDGE = 196, 52, 16, 34, 56, 8
_ACROSS: Final = 4
"""Boxes beside each other; more of one year go on in the next line."""
_LETTERS: Final = 29
_HEAD: Final = 26

Place = tuple[float, float]


def draw(
    found: Lineage, *, title: str, link: Callable[[str], str], rtl: bool = False, undated: str = "–"
) -> str:
    """Return the drawing as a self-contained SVG document.

    Looks are attributes, since the content security policy forbids inline styles; a page's stylesheet
    may refine them by class.

    Args:
        found: the lineage.
        title: its name, read out.
        link: address of the page of a record.
        rtl: mirror the drawing for languages that run from right to left.
        undated: shown instead of a year that is not known.
    """
    lines = _lines(found)
    width = _YEAR + _ACROSS * (_WIDE + _GAP)
    height = len(lines) * (_HIGH + _ROW_GAP) - _ROW_GAP + 2 * _EDGE
    places: dict[str, Place] = {}
    for row, (_year, steps) in enumerate(lines):
        y = _EDGE + row * (_HIGH + _ROW_GAP)
        for column, step in enumerate(steps):
            x = _YEAR + column * (_WIDE + _GAP)
            places[step.ref.iri] = (width - x - _WIDE if rtl else x, y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" class="lineage-plot" role="group" aria-labelledby="lineage-title"'
        ' font-family="system-ui, sans-serif" font-size="13">',
        f'<title id="lineage-title">{escape(title)}</title>',
    ]
    parts += _years(lines, width - 4 if rtl else 4, "end" if rtl else "start", undated)
    parts += [_edge(places[cited], places[citing]) for citing, cited in found.cites]
    parts += [
        _box(step, places[step.ref.iri], link(step.ref.iri)) for _year, steps in lines for step in steps
    ]
    return "".join([*parts, "</svg>"])


def _lines(found: Lineage) -> list[tuple[str, list[Step]]]:
    """Return (year, records) of each line of boxes; what cites within a year stands below what it cites."""
    by_iri = {step.ref.iri: step for step in found.steps}
    inside: dict[str, set[str]] = defaultdict(set)
    for citing, cited in found.cites:
        if by_iri[citing].year == by_iri[cited].year:
            inside[citing].add(cited)
    years: dict[str, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for step in found.steps:
        years[step.year][_depth(step.ref.iri, inside)].append(step)
    lines = []
    for year in sorted(years):
        for depth in sorted(years[year]):
            steps = sorted(
                years[year][depth], key=lambda step: (step.distance != 0, step.symbol, step.ref.iri)
            )
            lines += [(year, steps[n : n + _ACROSS]) for n in range(0, len(steps), _ACROSS)]
    return lines


def _depth(iri: str, inside: dict[str, set[str]]) -> int:
    """Return how many citations of the same year lie below a record; a cycle is not followed twice."""
    depth, front, seen = 0, {iri}, {iri}
    while front := {each for one in front for each in inside.get(one, ())} - seen:
        seen |= front
        depth += 1
    return depth


def _years(lines: list[tuple[str, list[Step]]], x: int, anchor: str, undated: str) -> list[str]:
    shown, parts = "", []
    for row, (year, _steps) in enumerate(lines):
        y = _EDGE + row * (_HIGH + _ROW_GAP) + _HIGH / 2 + 5
        if year != shown or row == 0:
            # The direction is set so that "start" and "end" mean left and right in every document.
            parts.append(
                f'<text class="lineage-year" x="{x}" y="{y}" text-anchor="{anchor}" direction="ltr"'
                f' fill="#4d5a52" font-weight="600">{escape(year or undated)}</text>'
            )
        shown = year
    return parts


def _edge(cited: Place, citing: Place) -> str:
    x1, y1 = cited[0] + _WIDE / 2, cited[1] + _HIGH
    x2, y2 = citing[0] + _WIDE / 2, citing[1]
    bend = max(18.0, (y2 - y1) / 2)
    return (
        f'<path class="lineage-edge" d="M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"'
        ' fill="none" stroke="#79877e" stroke-width="1.5"/>'
        f'<path class="lineage-tip" d="M{x2 - 4} {y2 - 7}L{x2} {y2}L{x2 + 4} {y2 - 7}"'
        ' fill="none" stroke="#79877e" stroke-width="1.5"/>'
    )


def _box(step: Step, place: Place, address: str) -> str:
    x, y = place
    label = step.ref.label.value
    symbol, _colon, rest = label.partition(": ")
    if step.symbol and not label.startswith(step.symbol):
        head, under = step.symbol, label
    elif step.symbol and rest and symbol == step.symbol:
        head, under = symbol, rest
    else:
        head, under = label, ""
    own = step.distance == 0
    name = " lineage-own" if own else ""
    fill, ink = ("#0b4a3a", "#ffffff") if own else ("#ffffff", "#16211b")
    middle = x + _WIDE / 2
    said = f"{step.year} · {label}" if step.year else label
    tag = step.ref.label.lang
    lang = f' lang="{escape(tag)}"' if tag else ""
    lines = (
        f'<text x="{middle}" y="{y + 21}" text-anchor="middle" font-weight="600" fill="{ink}">'
        f"{escape(shortened(head, _HEAD))}</text>"
        f'<text x="{middle}" y="{y + 40}" text-anchor="middle" font-size="12" fill="{ink}">'
        f"{escape(shortened(under, _LETTERS))}</text>"
    )
    box = f'x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}"'
    body = f'<rect {box} rx="6" fill="{fill}" stroke="#79877e"/>{lines}'
    return (
        f'<a class="lineage-box{name}" href="{escape(address)}"{lang} aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>{body}</a>"
    )


def shortened(text: str, room: int) -> str:
    """Return a text cut to a width in letters; those of East Asia take two."""
    taken = 0
    for place, letter in enumerate(text):
        taken += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if taken > room:
            return f"{text[: max(1, place - 1)].rstrip()}…"
    return text
