"""Finds the files that travel with the code: ontology, queries, starter records.

In a checkout they stand at the top level; in a wheel under ``kg/_data``.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from kg.errors import ConfigError


@cache
def folder(name: str) -> Path:
    """Return the folder ``ontology`` or ``queries`` as installed.

    Raises:
        ConfigError: the installation is incomplete.
    """
    here = Path(__file__).resolve().parent
    for candidate in (here / "_data" / name, here.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise ConfigError(f"The folder '{name}' is missing from this installation.", hint="Reinstall landkg.")


def ontology() -> Path:
    """Folder of classes, schemes, frameworks, rules and shapes."""
    return folder("ontology")


def queries() -> Path:
    """Folder of the documented SPARQL queries."""
    return folder("queries")


@cache
def starter() -> Path:
    """Folder of the bundled records; found without importing any loader."""
    spec = find_spec("loaders")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("The package 'loaders' is not installed.", hint="Reinstall landkg.")
    return Path(next(iter(spec.submodule_search_locations))) / "starter"
