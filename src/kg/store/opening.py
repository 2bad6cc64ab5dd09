"""Opens a generation's graph where the settings have it: in this process, or in a SPARQL database."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from kg.config import Settings
from kg.errors import ConfigError, KgError
from kg.store import GraphStore
from kg.store.embedded import open_store

KINDS: Final = ("embedded", "sparql")
_LOG: Final = logging.getLogger("kg.store")


def open_graph(folder: Path, settings: Settings) -> GraphStore:
    """Open a generation's graph from its folder.

    Raises:
        Unavailable: the folder is not a whole generation, or the database cannot be reached.
        ConfigError: the settings name no kind of store.
    """
    if settings.store == "sparql":
        from kg.store.remote import open_remote

        return open_remote(folder, settings)
    if settings.store != "embedded":
        raise ConfigError(f"KG_STORE is one of {', '.join(KINDS)}.")
    return open_store(folder, settings)


def announce(store: GraphStore) -> None:
    """Say where the store is that it serves from now on, if it is in a database that others use too.

    A database that is away at this moment does not keep us from serving; it is told at the next switch.
    """
    point = getattr(store, "point", None)
    if point is not None:
        try:
            point()
        except KgError as fault:
            _LOG.warning("The database could not be told what serves: %s", fault)


def forget(generation_ids: list[str], settings: Settings) -> None:
    """Remove generations from the database of the settings, if they name one.

    Raises:
        Unavailable: the database cannot be reached.
    """
    if settings.store != "sparql":
        return
    from kg.store.remote import Registry, adapter_of

    registry = Registry(adapter_of(settings))
    for each in generation_ids:
        registry.remove(each)
