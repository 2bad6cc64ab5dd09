"""How each source is: fresh or not, how many records, and what went wrong last."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from kg.config import Settings
from kg.harvest.snapshot import Snapshot
from kg.harvest.sources import read
from kg.harvest.sync import REPORT


def status(settings: Settings) -> dict[str, Any]:
    """Return the sources with their state, and what the last sync did.

    ``state`` is ``off``, ``never``, ``ok``, ``late`` (no good harvest within twice its interval),
    ``running`` or ``failed``; ``fresh`` is when its last good harvest began (ISO 8601, UTC).

    Raises:
        ConfigError: ``sources.toml`` cannot be used.
    """
    home = settings.home_folder
    rows = []
    for source in read(home).values():
        snapshot = Snapshot(home, source.name)
        latest = next(iter(snapshot.runs(1)), None)
        good = snapshot.last_good()
        age = (datetime.now(UTC) - datetime.fromisoformat(good.began)).total_seconds() if good else None
        if latest is not None and latest.outcome in ("running", "failed", "stopped"):
            state = latest.outcome
        elif age is None:
            state = "never" if source.enabled else "off"
        else:
            state = "late" if age > 2 * 3600 * max(source.every_hours, 1) and source.enabled else "ok"
        rows.append(
            {
                "name": source.name,
                "kind": source.kind,
                "title": source.title or source.name,
                "enabled": source.enabled,
                "state": state,
                "fresh": good.began if good else None,
                "age_seconds": None if age is None else round(age),
                "records": snapshot.count(),
                "withdrawn": snapshot.count("withdrawn"),
                "requests": latest.requests if latest else 0,
                "failed": latest.failed if latest else 0,
                "message": latest.message if latest else "",
            }
        )
    report = home / REPORT
    last = json.loads(report.read_text(encoding="utf-8")) if report.is_file() else None
    return {"sources": rows, "sync": last}
