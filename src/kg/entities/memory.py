"""Keeps what was made of a graph as long as its store is open, since a generation's graph never changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from kg.store import GraphStore

T = TypeVar("T")


class _Memory:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.made: dict[str, Any] = {}


_KEPT: WeakKeyDictionary[GraphStore, _Memory] = WeakKeyDictionary()
_LOCK = threading.Lock()


def remembered(store: GraphStore, name: str, make: Callable[[], T]) -> T:
    """Return what was made of a store; whoever asks first makes it, others wait for it.

    ``name`` stands for all that it depends on beside the graph. It is shared by all threads.
    """
    with _LOCK:
        memory = _KEPT.setdefault(store, _Memory())
    if name not in memory.made:
        with memory.lock:
            if name not in memory.made:
                memory.made[name] = make()
    return cast(T, memory.made[name])
