"""Counts what happens to queries and writes it in the text format of Prometheus."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
"""Upper bounds of the latency histogram, in seconds."""


class Metrics:
    """Counters of one process, thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcomes: Counter[str] = Counter()
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._bytes = 0

    def count(self, outcome: str, seconds: float, size: int) -> None:
        """Add one query: how it ended (``ok``, ``cached`` or an error's code), its time, its bytes."""
        with self._lock:
            self._outcomes[outcome] += 1
            self._buckets[bisect_left(BUCKETS, seconds)] += 1
            self._seconds += seconds
            self._bytes += size

    @property
    def outcomes(self) -> dict[str, int]:
        with self._lock:
            return dict(self._outcomes)

    def text(self, gauges: Iterable[tuple[str, str, float]] = ()) -> str:
        """Return all metrics, and further (name, help, value) gauges.

        Source: https://prometheus.io/docs/instrumenting/exposition_formats/.
        """
        with self._lock:
            lines = [
                "# HELP kg_sparql_queries_total SPARQL queries by outcome.",
                "# TYPE kg_sparql_queries_total counter",
                *(
                    f'kg_sparql_queries_total{{outcome="{name}"}} {number}'
                    for name, number in sorted(self._outcomes.items())
                ),
                "# HELP kg_sparql_seconds Time from request to answer of SPARQL queries.",
                "# TYPE kg_sparql_seconds histogram",
            ]
            total = 0
            for bound, number in zip((*map(str, BUCKETS), "+Inf"), self._buckets, strict=True):
                total += number
                lines.append(f'kg_sparql_seconds_bucket{{le="{bound}"}} {total}')
            lines += [
                f"kg_sparql_seconds_sum {self._seconds:.6f}",
                f"kg_sparql_seconds_count {total}",
                "# HELP kg_sparql_bytes_total Bytes of SPARQL answers.",
                "# TYPE kg_sparql_bytes_total counter",
                f"kg_sparql_bytes_total {self._bytes}",
            ]
        for name, text, value in gauges:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge", f"{name} {value:g}"]
        return "\n".join(lines) + "\n"
