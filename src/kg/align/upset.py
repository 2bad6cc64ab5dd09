"""Draws the overlap of frameworks as an UpSet plot in SVG: every column is a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

from kg.align.explain import FRAMEWORKS
from kg.align.overlap import Overlap

MOST: Final = 30
"""Columns drawn; the smaller combinations beyond are left to the table."""
_LABELS, _SIZES, _COLUMN, _ROW, _BARS, _GAP = 430, 130, 34, 30, 190, 14
_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:currentColor}"
    ".bar{fill:#1b7f5c}.size{fill:#7a9e8d}.dot{fill:currentColor}.off{fill:currentColor;opacity:.16}"
    ".tie{stroke:currentColor;stroke-width:3}.stripe{fill:currentColor;opacity:.05}"
    "a:hover .bar,a:focus .bar{fill:#c8701a}a:focus{outline:2px solid #c8701a}"
)


def draw(
    found: Overlap,
    *,
    labels: Mapping[str, str],
    title: str,
    description: str,
    cell: Callable[[Sequence[str], int], str],
    link: Callable[[Sequence[str]], str],
) -> str:
    """Return the plot as a self-contained SVG document.

    Args:
        labels: framework to its name in the reader's language.
        cell: the words for a column (frameworks, count), read out and shown on hover.
        link: the address behind a column.
    """
    columns = found.columns[:MOST]
    sizes = found.sizes
    width = _LABELS + _SIZES + max(1, len(columns)) * _COLUMN + 2 * _GAP
    height = _BARS + len(FRAMEWORKS) * _ROW + 3 * _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="group" aria-labelledby="upset-title upset-desc" direction="ltr">',
        f'<title id="upset-title">{escape(title)}</title>',
        f'<desc id="upset-desc">{escape(description)}</desc>',
        f"<style>{_STYLE}</style>",
    ]
    parts += _rows(sizes, labels, width, cell)
    most = max((count for _, count in columns), default=1)
    for place, (names, count) in enumerate(columns):
        parts.append(_column(place, names, count, most, cell(names, count), link(names)))
    return "".join([*parts, "</svg>"])


def _rows(
    sizes: Mapping[str, int],
    labels: Mapping[str, str],
    width: int,
    cell: Callable[[Sequence[str], int], str],
) -> list[str]:
    most = max(1, *sizes.values())
    parts = []
    for place, name in enumerate(FRAMEWORKS):
        y = _top(place)
        if place % 2 == 0:
            parts.append(f'<rect class="stripe" x="0" y="{y}" width="{width}" height="{_ROW}"/>')
        length = round(sizes[name] / most * (_SIZES - 45), 1)
        right = _LABELS + _SIZES - _GAP
        middle = y + _ROW / 2
        parts.append(
            f'<text x="{_LABELS - _GAP}" y="{middle + 4}" text-anchor="end">{escape(labels[name])}</text>'
            f"<g><title>{escape(cell((name,), sizes[name]))}</title>"
            f'<rect class="size" x="{right - length}" y="{y + 7}" width="{length}" height="{_ROW - 14}"/>'
            f'<text x="{right - length - 5}" y="{middle + 4}" text-anchor="end">{sizes[name]}</text></g>'
        )
    return parts


def _column(place: int, names: Sequence[str], count: int, most: int, words: str, address: str) -> str:
    x = _LABELS + _SIZES + place * _COLUMN + _COLUMN / 2
    tall = round(count / most * (_BARS - 30), 1)
    base = _BARS + _GAP
    parts = [
        f'<a href="{escape(address)}" aria-label="{escape(words)}"><title>{escape(words)}</title>',
        f'<rect x="{x - _COLUMN / 2}" y="{_GAP}" width="{_COLUMN}" height="{_BARS + len(FRAMEWORKS) * _ROW}"'
        ' fill="transparent"/>',
        f'<rect class="bar" x="{x - 10}" y="{base - tall}" width="20" height="{tall}"/>',
        f'<text x="{x}" y="{base - tall - 5}" text-anchor="middle">{count}</text>',
    ]
    held = [place for place, name in enumerate(FRAMEWORKS) if name in names]
    if len(held) > 1:
        first, last = (_top(each) + _ROW / 2 for each in (held[0], held[-1]))
        parts.append(f'<line class="tie" x1="{x}" y1="{first}" x2="{x}" y2="{last}"/>')
    for row in range(len(FRAMEWORKS)):
        kind = "dot" if row in held else "off"
        parts.append(f'<circle class="{kind}" cx="{x}" cy="{_top(row) + _ROW / 2}" r="7"/>')
    return "".join([*parts, "</a>"])


def _top(row: int) -> int:
    return _BARS + 2 * _GAP + row * _ROW
