"""A map as a picture of its own: SVG that needs no stylesheet, for downloads and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from kg.atlas.model import Picture

SHADES: Final = ("#cfe6d6", "#9fcfae", "#62ac80", "#2f8159", "#0b4a3a")
"""From few to many; each differs from the next also for who sees no colours."""
_LAND: Final = "#e3e8e4"
_INK: Final = "#16211b"
_QUIET: Final = "#4d5a52"
_POINT: Final = "#b4560c"
_TITLE, _FOOT = 46, 56
_FONT: Final = (
    "font-family=\"system-ui, 'Noto Sans', 'Noto Sans Arabic', 'Noto Sans CJK SC', Arial, sans-serif\""
)


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of a picture, in the reader's language; ``names`` are those of countries by code."""

    title: str
    legend: str
    notes: Sequence[str]
    names: Mapping[str, str]
    language: str
    right_to_left: bool = False


def draw(picture: Picture, caption: Caption) -> str:
    """Return the map with title, legend and notes as an SVG document."""
    view = picture.view
    width, height = view.width, view.height + _TITLE + _FOOT
    edge = width - 12 if caption.right_to_left else 12
    # At the start of a line is its right end where the text runs from right to left.
    flow = ' direction="rtl"' if caption.right_to_left else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" xml:lang={quoteattr(caption.language)}{flow} {_FONT}>',
        f"<title>{escape(caption.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(edge, 30, caption.title, "start", size=19, weight=600),
        f'<svg y="{_TITLE}" width="{width}" height="{view.height}" viewBox="0 0 {width} {view.height}">',
        f'<path d="{picture.land}" fill="{_LAND}" stroke="#ffffff" stroke-width="0.7"/>',
        *_areas(picture, caption),
        *_circles(picture),
        "</svg>",
        *_legend(picture, caption, height - _FOOT + 18),
        *(
            _text(edge, height - 20 + 14 * n, note, "start", size=11, fill=_QUIET)
            for n, note in enumerate(caption.notes)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _areas(picture: Picture, caption: Caption) -> list[str]:
    found = []
    for area in picture.areas:
        name = escape(f"{caption.names.get(area.code, area.code)}: {area.count}")
        fill = SHADES[area.shade - 1]
        if area.path:
            found.append(
                f'<path d="{area.path}" fill="{fill}" stroke="#ffffff" stroke-width="0.7">'
                f"<title>{name}</title></path>"
            )
        if area.mark:
            x, y, r = area.mark
            found.append(
                f'<circle cx="{x}" cy="{y}" r="{r * 0.6:.1f}" fill="{fill}" stroke="{_INK}">'
                f"<title>{name}</title></circle>"
            )
    return found


def _circles(picture: Picture) -> list[str]:
    found = []
    for each in reversed(picture.clusters):
        count = len(each.iris)
        found.append(
            f'<circle cx="{each.x}" cy="{each.y}" r="{each.r}" fill="{_POINT}" fill-opacity="0.9" '
            f'stroke="#ffffff" stroke-width="1.5"/>'
        )
        if count > 1:
            found.append(
                _text(each.x, each.y + 4.5, str(count), "middle", size=12, weight=600, fill="#ffffff")
            )
    return found


def _legend(picture: Picture, caption: Caption, y: float) -> list[str]:
    count = len(picture.steps)
    if not count:
        return []
    turned = caption.right_to_left
    left = picture.view.width - 12 - 92 * count if turned else 12
    found = []
    for n, (least, most) in enumerate(picture.steps):
        place = count - 1 - n if turned else n
        x = left + place * 92
        words = str(least) if least == most else f"{least}–{most}"
        found.append(
            f'<rect x="{x}" y="{y - 11}" width="22" height="14" fill="{SHADES[n]}" stroke="{_QUIET}"/>'
        )
        words = f"\u2066{words}\u2069" if turned else words  # ranges of numbers run from left to right
        found.append(_text(x + 28, y, words, "end" if turned else "start", size=12))
    edge = left - 10 if turned else left + 92 * count
    return [*found, _text(edge, y, caption.legend, "start", size=12)]


def _text(
    x: float, y: float, words: str, anchor: str, *, size: int, weight: int = 400, fill: str = _INK
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
