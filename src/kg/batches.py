"""Cuts a stream into lists, for whoever writes or sends many things at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of ``size`` items, the last one shorter; no more than one list is held at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
