"""What the last check of addresses found, kept in the data folder since a generation is never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kg import moments, textfiles
from kg.quality.report import Finding

FILE: Final = "checked-links.json"


@dataclass(frozen=True, slots=True)
class Checked:
    """When addresses were asked (ISO 8601, UTC), how many of how many, and those that did not answer."""

    at: str
    asked: int
    known: int
    findings: tuple[Finding, ...]


def keep(home: Path, findings: Iterable[Finding], *, asked: int, known: int) -> Checked:
    """Write down a check in place of the one before."""
    found = Checked(moments.now(), asked, known, tuple(findings))
    textfiles.replace(home / FILE, json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n")
    return found


def last(home: Path) -> Checked | None:
    """Return the last check; nothing where there was none, or where its file cannot be read."""
    try:
        raw = json.loads((home / FILE).read_text(encoding="utf-8"))
        findings = tuple(Finding(**each) for each in raw["findings"])
        return Checked(str(raw["at"]), int(raw["asked"]), int(raw["known"]), findings)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def written(home: Path) -> int:
    """Return what changes when a check is written: nanoseconds of its time, 0 without one."""
    try:
        return (home / FILE).stat().st_mtime_ns
    except OSError:
        return 0
