"""Cuts the IRIs of records out of a query: what stays is its shape, the same for all records."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

from kg.config import Settings

PLACE: Final = "urn:landkg:record:"
"""What a placeholder's IRI begins with; its number follows."""
_RECORD: Final = r"[A-Za-z0-9._~/:-]{1,200})>"


def records_of(settings: Settings) -> str:
    """Return what the IRIs of records begin with."""
    return f"{settings.base}id/"


class Records:
    """The IRIs that begin as those of records do."""

    def __init__(self, start: str) -> None:
        self._record = re.compile(f"<({re.escape(start)}{_RECORD}")

    def cut(self, text: str) -> tuple[tuple[str, ...], list[str]]:
        """Return the pieces of a query between records, and the IRIs of these."""
        if PLACE in text:
            return (text,), []  # whoever asks for a placeholder is not taken for one
        pieces = self._record.split(text)
        return tuple(pieces[::2]), pieces[1::2]


def shape_of(pieces: tuple[str, ...]) -> str:
    """Return the query with numbered placeholders between its pieces."""
    places = (f"<{PLACE}{number}>" for number in range(len(pieces) - 1))
    return "".join(each for both in zip_longest(pieces, places, fillvalue="") for each in both)
