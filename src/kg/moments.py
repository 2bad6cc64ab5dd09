"""Moments as ISO 8601 in UTC, to the second, ending in Z."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time."""
    return written(datetime.now(UTC))


def today() -> str:
    """Return the day in UTC (2026-01-31)."""
    return datetime.now(UTC).date().isoformat()


def written(moment: datetime) -> str:
    """Return a moment in UTC as text."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
