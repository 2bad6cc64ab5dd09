"""Draws a reliability plot as SVG: promised probability across, share that is right up, a dot a band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

SIDE: Final = 360
LEFT: Final = 56
TOP: Final = 36
_Z: Final = 1.96
"""Standard normal quantile of a 95 % interval."""


def interval(right: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, the score interval)."""
    spread = _Z * math.sqrt(right * (1 - right) / count + _Z**2 / (4 * count**2))
    middle, scale = right + _Z**2 / (2 * count), 1 + _Z**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def svg(bands: Sequence[Mapping[str, Any]], title: str, accept: float) -> str:
    """Return the plot of the bands of :func:`kg.link.calibration.reliability`."""
    marks = [_band(each) for each in bands]
    steps = [step / 5 for step in range(6)]
    axes = [
        f'<path d="M{_x(0):.0f} {_y(v):.1f}H{_x(1):.0f}M{_x(v):.1f} {_y(0):.0f}V{_y(1):.0f}" stroke="#ddd"/>'
        f'<text x="{_x(v):.1f}" y="{_y(0) + 18:.0f}" text-anchor="middle">{v:g}</text>'
        f'<text x="{_x(0) - 8:.0f}" y="{_y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in steps
    ]
    width, height = LEFT + SIDE + 24, TOP + SIDE + 52
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="system-ui, sans-serif" font-size="12" fill="#222" role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text x="{LEFT}" y="20" font-weight="600">{escape(title)}</text>',
            *axes,
            f'<path d="M{_x(0):.0f} {_y(0):.0f}L{_x(1):.0f} {_y(1):.0f}" '
            'stroke="#777" stroke-dasharray="5 4"/>',
            f'<path d="M{_x(accept):.1f} {_y(0):.0f}V{_y(1):.0f}" stroke="#9d2b20"/>',
            f'<text x="{_x(accept) - 5:.1f}" y="{_y(0.03):.0f}" '
            'text-anchor="end" fill="#9d2b20">accept</text>',
            *marks,
            f'<text x="{_x(0.5):.0f}" y="{_y(0) + 40:.0f}" text-anchor="middle">probability promised</text>',
            f'<text transform="translate(16 {_y(0.5):.0f}) rotate(-90)" '
            'text-anchor="middle">share right</text>',
            "</svg>\n",
        ]
    )


def _band(each: Mapping[str, Any]) -> str:
    low, high = interval(each["right"], each["links"])
    x, y = _x(each["promised"]), _y(each["right"])
    size = 3 + math.sqrt(each["links"]) / 1.5
    return (
        f'<path d="M{x:.1f} {_y(low):.1f}V{_y(high):.1f}" stroke="#0b4a3a" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="#0b4a3a" fill-opacity="0.8"/>'
        f'<text x="{x + size + 4:.1f}" y="{y - size:.1f}">{each["links"]}</text>'
    )


def _x(value: float) -> float:
    return LEFT + value * SIDE


def _y(value: float) -> float:
    return TOP + (1 - value) * SIDE
