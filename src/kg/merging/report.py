"""The candidates that were found last: ``<home>/duplicates.json``, with the generation they were found in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kg import textfiles
from kg.merging.finding import Candidate, Evidence

FILE: Final = "duplicates.json"


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, best first, and the generation whose records were compared."""

    generation: str
    candidates: tuple[Candidate, ...]


def save(home: Path, generation: str, found: Sequence[Candidate]) -> None:
    """Keep what was found, in place of what was found before."""
    body = {"generation": generation, "candidates": [asdict(each) for each in found]}
    textfiles.replace(home / FILE, json.dumps(body, indent=1, ensure_ascii=False) + "\n")


def load(home: Path) -> Found | None:
    """Return what was found last; ``None`` where nobody has looked yet."""
    path = home / FILE
    if not path.is_file():
        return None
    raw = json.loads(path.read_text(encoding="utf-8"))
    candidates = (
        Candidate(**{**each, "evidence": tuple(Evidence(**part) for part in each["evidence"])})
        for each in raw["candidates"]
    )
    return Found(raw["generation"], tuple(candidates))
