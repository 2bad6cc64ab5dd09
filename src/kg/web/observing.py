"""What operators see of requests: lines of JSON in the log, and figures for Prometheus."""

from __future__ import annotations

import datetime
import json
import logging
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from flask import Flask, Response, current_app, g, request

from kg import __version__, generation
from kg.config import Settings
from kg.errors import NoGeneration

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of times, in seconds."""

_log = logging.getLogger("kg.web")


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; a message that is an event in JSON gives its members."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        message = record.getMessage()
        if message.startswith('{"event": ') and record.msg == "%s":
            # Our own events are written already; reading them again would cost every query.
            return f"{json.dumps(line)[:-1]}, {message[1:]}"
        line["message"] = message
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class HttpMetrics:
    """Counts requests by endpoint and status, thread-safe; ``/sparql`` counts its queries itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def count(self, endpoint: str, status: int, seconds: float) -> None:
        """Add one request."""
        with self._lock:
            self._requests[endpoint, status] += 1
            self._buckets[bisect_left(BUCKETS, seconds)] += 1
            self._seconds += seconds

    def lines(self) -> Iterator[str]:
        """Give the lines of the text format of Prometheus."""
        with self._lock:
            requests, buckets, seconds = dict(self._requests), list(self._buckets), self._seconds
        yield "# HELP kg_http_requests_total Requests, but for programs' to /sparql, by endpoint and status."
        yield "# TYPE kg_http_requests_total counter"
        for (endpoint, status), number in sorted(requests.items()):
            yield f'kg_http_requests_total{{endpoint="{endpoint}",status="{status}"}} {number}'
        yield "# HELP kg_http_seconds Time from request to answer."
        yield "# TYPE kg_http_seconds histogram"
        total = 0
        for bound, number in zip((*map(str, BUCKETS), "+Inf"), buckets, strict=True):
            total += number
            yield f'kg_http_seconds_bucket{{le="{bound}"}} {total}'
        yield f"kg_http_seconds_sum {seconds:.6f}"
        yield f"kg_http_seconds_count {total}"


def init_app(app: Flask) -> None:
    """Register the hooks; they have to be the first, so that they see the whole of a request."""
    configure(app.extensions["kg"].settings)
    app.extensions["kg_http_metrics"] = HttpMetrics()
    app.before_request(_begin)
    app.after_request(_end)


def configure(settings: Settings) -> None:
    """Write log lines to standard error as JSON, unless somebody has configured logging already."""
    logger = logging.getLogger("kg")
    if logger.handlers or logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(settings.log_level.upper())
    logger.propagate = False


def metrics_text() -> str:
    """Return the figures of requests and of the generation in the text format of Prometheus."""
    found: HttpMetrics = current_app.extensions["kg_http_metrics"]
    from kg.web.status import metric_lines

    settings = current_app.extensions["kg"].settings
    return "\n".join((*found.lines(), *_generation_lines(settings), *metric_lines(settings), ""))


def _generation_lines(settings: Settings) -> Iterator[str]:
    try:
        current = generation.current(settings.home_folder)
    except NoGeneration:
        return
    yield "# HELP kg_build_info The software and the generation that serve."
    yield "# TYPE kg_build_info gauge"
    yield f'kg_build_info{{version="{__version__}",generation="{current.id}"}} 1'
    built = current.manifest.get("built")
    if built:
        age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(built)
        yield "# HELP kg_generation_age_seconds Time since the generation was built."
        yield "# TYPE kg_generation_age_seconds gauge"
        yield f"kg_generation_age_seconds {age.total_seconds():.0f}"


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    found: HttpMetrics = current_app.extensions["kg_http_metrics"]
    found.count(request.endpoint or "none", response.status_code, seconds)
    if _log.isEnabledFor(logging.INFO):
        line = {
            "event": "http",
            "request": g.get("request_id", ""),
            "client": request.remote_addr,
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "ms": round(seconds * 1000, 2),
        }
        _log.info("%s", json.dumps(line, ensure_ascii=False))
    return response
