"""The kinds of sources, by the name that ``kind`` has in ``sources.toml``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kg.errors import ConfigError
from kg.harvest.adapters.base import Adapter
from kg.harvest.adapters.feeds import Feed
from kg.harvest.adapters.files import Mapped, Rdf
from kg.harvest.adapters.informea import Informea
from kg.harvest.adapters.oai import OaiPmh
from kg.harvest.adapters.wocat import Wocat
from kg.harvest.adapters.works import Crossref, Datacite
from kg.harvest.sources import SourceSettings

KINDS: Final[dict[str, type[Adapter]]] = {
    "wocat": Wocat,
    "informea": Informea,
    "crossref": Crossref,
    "datacite": Datacite,
    "oai_pmh": OaiPmh,
    "feed": Feed,
    "rdf": Rdf,
    "mapping": Mapped,
}
"""A new kind is a class that fits :class:`~kg.harvest.adapters.base.Adapter`, and a line here."""


def create(source: SourceSettings, token: str) -> Adapter:
    """Return the adapter of a source.

    Raises:
        ConfigError: there is no such kind, or an option cannot be used.
    """
    if source.kind not in KINDS:
        raise ConfigError(
            f"The source [{source.name}] is of no known kind ({source.kind!r}).",
            hint=f"Kinds: {', '.join(KINDS)}.",
        )
    make: Callable[[SourceSettings, str], Adapter] = KINDS[source.kind]
    return make(source, token)
