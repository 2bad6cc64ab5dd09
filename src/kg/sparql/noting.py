"""Logs queries: one line for each, and the text of the slow ones."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Final

from kg.sparql.conversation import Body
from kg.sparql.requests import SparqlRequest
from kg.sparql.rows import count_rows

_log = logging.getLogger("kg.sparql")
_SHOWN: Final = 500


def rows(media_type: str, body: Body) -> int | None:
    """Count the rows of an answer, if anybody is told."""
    return count_rows(media_type, body.read()) if _log.isEnabledFor(logging.INFO) else None


def note(
    request: SparqlRequest, outcome: str, seconds: float, size: int, count: int | None, *, slow_s: float
) -> None:
    """Log a query that took ``seconds`` and was answered with ``size`` bytes and ``count`` rows."""
    if _log.isEnabledFor(logging.INFO):
        line = {
            "event": "sparql",
            "request": request.request_id,
            "client": request.client,
            "query": hashlib.sha256(request.text.encode()).hexdigest()[:16],
            "ms": round(seconds * 1000, 2),
            "bytes": size,
            "rows": count,
            "outcome": outcome,
        }
        _log.info("%s", json.dumps(line))
    if seconds > slow_s:
        _log.warning("slow query (%.1f s, %s): %s", seconds, outcome, request.text[:_SHOWN])
