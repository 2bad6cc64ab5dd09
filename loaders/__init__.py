"""Loaders turn files of one format each into typed records of :mod:`kg.model`.

A new loader has to: (1) live in a module of its own named for its format; (2) offer
``load(source, report)``, a generator of records; (3) read only what the source gives, with no
graph, network or clock; (4) raise :class:`kg.errors.BadRecord` inside, and quarantine through the
report; (5) pass ``tests/loaders/compliance.py`` and stand in the table below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

from kg.errors import BadInput, MissingExtra
from kg.model import Record
from loaders.base import LoadReport, Source

Load = Callable[[Source, LoadReport], Iterator[Record]]

MODULES = {
    "wocat": "loaders.wocat",
    "practice_rows": "loaders.practice_rows",
    "decision_rows": "loaders.decision_rows",
    "document_rows": "loaders.document_rows",
    "publication_rows": "loaders.publication_rows",
    "entity_rows": "loaders.entity_rows",
    "case_rows": "loaders.case_rows",
    "informea": "loaders.informea",
    "csl_json": "loaders.csl_json",
    "bibtex": "loaders.bibtex",
    "ris": "loaders.ris",
    "crossref": "loaders.crossref",
    "skos": "loaders.skos",
    "hub_rows": "loaders.hub_rows",
    "mapping": "loaders.mapping",
    "datacite": "loaders.datacite",
    "oai_dc": "loaders.oai_dc",
    "feed": "loaders.feed",
}


def get(name: str) -> Load:
    """Import a loader on call and return its ``load`` function.

    Raises:
        BadInput: no loader has this name.
        MissingExtra: a library that the format needs is not installed.
    """
    if name not in MODULES:
        raise BadInput(f"There is no loader '{name}'.", hint=f"Known: {', '.join(sorted(MODULES))}.")
    try:
        module = import_module(MODULES[name])
    except ModuleNotFoundError as missing:
        raise MissingExtra(
            f"The loader '{name}' needs the package '{missing.name}', which is not installed."
        ) from missing
    return cast(Load, module.load)
