"""Runs in this process, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kg.running.base import attempt


class Here:
    """This process."""

    elsewhere = False

    def look(self) -> str:
        return "this process"

    def run(self, do: Callable[[Any], Any], things: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        for number, thing in enumerate(things):
            yield number, attempt(do, thing)
