"""Opens a generation's graph where the settings have it: in this process, or in a SPARQL database."""

from __future__ import annotations

from pathlib import Path

from kg.config import Settings
from kg.errors import ConfigError
from kg.store import GraphStore
from kg.store.embedded import open_store

KINDS = ("embedded", "sparql")


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
