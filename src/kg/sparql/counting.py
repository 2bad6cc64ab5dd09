"""Keeps the statistics of a generation beside it, so that they are counted once and not at each start."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from kg.sparql.statistics import Statistics

FILE: Final = "statistics-1.json"
"""The file of the counts in a generation's folder; its number changes with what is counted."""


def counted(folder: Path, count: Callable[[], bytes | None]) -> Statistics | None:
    """Return the statistics kept in a folder, else those that ``count`` makes, and keep them.

    Args:
        count: returns them as JSON, or nothing when it was stopped.
    """
    kept = folder / FILE
    with suppress(OSError, ValueError, KeyError, TypeError):  # what cannot be read is counted anew
        return Statistics.from_json(json.loads(kept.read_bytes()))
    document = count()
    if document is None:
        return None
    with suppress(OSError):  # a folder that cannot be written is counted at each start
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_bytes(document)
        new.replace(kept)
    return Statistics.from_json(json.loads(document))
