"""Turns what speaks for a link into the probability that it is right, as fitted on judged links."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

FILE: Final = Path(__file__).with_name("calibration.json")
_RIDGE: Final = 0.5
_STEPS: Final = 60
TOP: Final = 0.98
"""No suggestion by likeness is surer than this, however much speaks for it."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of a logistic regression for each kind of link; ``""`` is the constant."""

    weights: Mapping[str, Mapping[str, float]]

    @staticmethod
    @cache
    def bundled() -> Model:
        """Return the model fitted on the judged links that come with LandKG."""
        return Model(json.loads(FILE.read_text(encoding="utf-8"))["weights"])


def probability(model: Model, kind: str, x: Mapping[str, float]) -> float:
    """Return the probability that a link of this kind is right; 0 for a kind without judged links."""
    weights = model.weights.get(kind)
    if weights is None:
        return 0.0
    total = weights.get("", 0.0) + sum(weights.get(name, 0.0) * value for name, value in x.items())
    return min(TOP, 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total)))))


def fit(
    rows: Sequence[tuple[Mapping[str, float], bool]],
    names: Sequence[str],
    prior: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the weights of a ridge logistic regression, by Newton's method.

    ``prior`` are the weights that the ridge pulls towards: what is held before anything is judged.
    """
    columns = ["", *names]
    centre = np.array([(prior or {}).get(name, 0.0) for name in columns])
    x = np.array([[1.0, *(row.get(name, 0.0) for name in names)] for row, _ in rows])
    y = np.array([float(right) for _, right in rows])
    w = centre.copy()
    ridge = np.eye(len(columns)) * _RIDGE
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-(x @ w)))
        gradient = x.T @ (p - y) + ridge @ (w - centre)
        hessian = x.T @ (x * (p * (1 - p))[:, None]) + ridge
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    return {name: round(float(value), 4) for name, value in zip(columns, w, strict=True)}


def reliability(pairs: Sequence[tuple[float, bool]], edges: Sequence[float]) -> list[dict[str, Any]]:
    """Return for each band of probability the number of links, the mean promised and the share right."""
    table = []
    for low, high in itertools.pairwise(edges):
        band = [(p, right) for p, right in pairs if low <= p < high or (high == edges[-1] and p == high)]
        if band:
            table.append(
                {
                    "from": low,
                    "to": high,
                    "links": len(band),
                    "promised": round(sum(p for p, _ in band) / len(band), 3),
                    "right": round(sum(right for _, right in band) / len(band), 3),
                }
            )
    return table
