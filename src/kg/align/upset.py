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
_BAR, _SIZE = "#1b7f5c", "#7a9e8d"


def draw(
    found: Overlap,
    *,
    labels: Mapping[str, str],
    title: str,
    description: str,
    cell: Callable[[Sequence[str], int], str],
    link: Callable[[Sequence[str]], str],
    whole: Callable[[str], str],
) -> str:
    """Return the plot as a self-contained SVG document.

    Looks are attributes, since the content security policy forbids inline styles; a page's stylesheet
    may refine them by class.

    Args:
        labels: framework to its name in the reader's language.
        cell: the words for a column (frameworks, count), read out and shown on hover.
        link: the address behind a column, the practices that reach exactly these frameworks.
        whole: the address behind a row, all practices that reach the framework.
    """
    columns = found.columns[:MOST]
    sizes = found.sizes
    width = _LABELS + _SIZES + max(1, len(columns)) * _COLUMN + 2 * _GAP
    height = _BARS + len(FRAMEWORKS) * _ROW + 3 * _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" class="upset" role="group" aria-labelledby="upset-title upset-desc"'
        ' direction="ltr" font-family="system-ui, sans-serif" font-size="13" fill="currentColor">',
        f'<title id="upset-title">{escape(title)}</title>',
        f'<desc id="upset-desc">{escape(description)}</desc>',
    ]
    parts += _rows(sizes, labels, width, cell, whole)
    most = max((count for _, count in columns), default=1)
    for place, (names, count) in enumerate(columns):
        parts.append(_column(place, names, count, most, cell(names, count), link(names)))
    return "".join([*parts, "</svg>"])


def _rows(
    sizes: Mapping[str, int],
    labels: Mapping[str, str],
    width: int,
    cell: Callable[[Sequence[str], int], str],
    whole: Callable[[str], str],
) -> list[str]:
    most = max(1, *sizes.values())
    parts = []
    for place, name in enumerate(FRAMEWORKS):
        y = _top(place)
        if place % 2 == 0:
            parts.append(
                f'<rect class="stripe" x="0" y="{y}" width="{width}" height="{_ROW}" opacity=".05"/>'
            )
        length = round(sizes[name] / most * (_SIZES - 45), 1)
        right = _LABELS + _SIZES - _GAP
        middle = y + _ROW / 2
        parts.append(
            f'<text x="{_LABELS - _GAP}" y="{middle + 4}" text-anchor="end">{escape(labels[name])}</text>'
            f'<a href="{escape(whole(name))}" aria-label="{escape(cell((name,), sizes[name]))}">'
            f"<title>{escape(cell((name,), sizes[name]))}</title>"
            f'<rect x="{_LABELS}" y="{y}" width="{_SIZES}" height="{_ROW}" fill="transparent"/>'
            f'<rect class="size" fill="{_SIZE}" x="{right - length}" y="{y + 7}" width="{length}"'
            f' height="{_ROW - 14}"/>'
            f'<text x="{right - length - 5}" y="{middle + 4}" text-anchor="end">{sizes[name]}</text></a>'
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
        f'<rect class="bar" fill="{_BAR}" x="{x - 10}" y="{base - tall}" width="20" height="{tall}"/>',
        f'<text x="{x}" y="{base - tall - 5}" text-anchor="middle">{count}</text>',
    ]
    held = [place for place, name in enumerate(FRAMEWORKS) if name in names]
    if len(held) > 1:
        first, last = (_top(each) + _ROW / 2 for each in (held[0], held[-1]))
        parts.append(
            f'<line class="tie" x1="{x}" y1="{first}" x2="{x}" y2="{last}"'
            ' stroke="currentColor" stroke-width="3"/>'
        )
    for row in range(len(FRAMEWORKS)):
        looks = 'class="dot"' if row in held else 'class="off" opacity=".16"'
        parts.append(f'<circle {looks} cx="{x}" cy="{_top(row) + _ROW / 2}" r="7"/>')
    return "".join([*parts, "</a>"])


def _top(row: int) -> int:
    return _BARS + 2 * _GAP + row * _ROW
