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


def kept(folder: Path) -> Statistics | None:
    """Return the statistics kept in a folder, or nothing where there are none that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return Statistics.from_json(json.loads((folder / FILE).read_bytes()))
    return None


def keep(folder: Path, document: bytes) -> None:
    """Keep statistics, given as JSON, in a folder."""
    new = (folder / FILE).with_suffix(f".{os.getpid()}")
    new.write_bytes(document)
    new.replace(folder / FILE)


def counted(folder: Path, count: Callable[[], bytes | None]) -> Statistics | None:
    """Return the statistics kept in a folder, else those that ``count`` makes, and keep them.

    Args:
        count: returns them as JSON, or nothing when it was stopped.
    """
    known = kept(folder)
    if known is not None:
        return known
    document = count()
    if document is None:
        return None
    with suppress(OSError):  # a folder that cannot be written is counted at each start
        keep(folder, document)
    return Statistics.from_json(json.loads(document))
