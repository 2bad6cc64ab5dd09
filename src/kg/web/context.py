"""What a request works with: the settings and the generation leased for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from flask import current_app, g

from kg.config import Settings
from kg.entities import Catalogue, catalogue_of
from kg.errors import Unavailable
from kg.live import Live, Opened
from kg.vocab import Iris

T = TypeVar("T")

if TYPE_CHECKING:
    from kg.search.service import SearchIndex


@dataclass(frozen=True, slots=True)
class Services:
    """What the factory puts into ``app.extensions["kg"]``."""

    settings: Settings
    live: Live


def services() -> Services:
    return cast(Services, current_app.extensions["kg"])


def settings() -> Settings:
    return services().settings


def iris() -> Iris:
    return services().settings.iris


def opened() -> Opened:
    """Return the generation of this request, leased on first use and given back at its end.

    Raises:
        NoGeneration: nothing has been built yet.
    """
    if "opened" not in g:
        lease: AbstractContextManager[Opened] = services().live.lease()
        g.opened = lease.__enter__()
        g.lease = lease
    return cast(Opened, g.opened)


def search_index() -> SearchIndex:
    """Return the search index of this request's generation.

    Raises:
        Unavailable: the generation was built without one.
        ModelMismatch: it was built with another embedding model than the settings name.
    """
    current = opened()
    if not current.generation.index_folder.is_dir():
        raise Unavailable("This generation was built without a search index.", retry_after=60)
    return current.search


def catalogue() -> Catalogue:
    """Return the figures and lists of this request's generation, kept while it is served."""
    return catalogue_of(opened().store, opened().generation.id, iris())


def once(name: str, make: Callable[[], T], key: Hashable = None) -> T:
    """Return what was made of this request's generation, kept in the application while it is served.

    Args:
        name: of what is kept, in the application's extensions.
        make: makes it from this request's generation.
        key: what else it depends on; only the latest is kept.
    """
    kept: dict[Hashable, T] = current_app.extensions.setdefault(name, {})
    current: Hashable = opened().generation.id
    if key is not None:
        current = (current, key)
    found = kept.get(current)
    if found is None:
        found = make()
        kept.clear()
        kept[current] = found
    return found


def close_lease(_error: BaseException | None = None) -> None:
    """Give the generation back; the factory registers this as the request's teardown."""
    g.pop("opened", None)
    lease: AbstractContextManager[Opened] | None = g.pop("lease", None)
    if lease is not None:
        lease.__exit__(None, None, None)
