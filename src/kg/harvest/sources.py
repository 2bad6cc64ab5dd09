"""Which sources there are: those that LandKG knows, and what ``sources.toml`` of the data folder says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from kg.errors import ConfigError, NotFound

FILE: Final = "sources.toml"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
KNOWN: Final = Path(__file__).with_name("known_sources.toml")
"""The sources that LandKG knows, in the same form."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One ``[section]`` of ``sources.toml``.

    ``every_hours`` is how old a harvest may be before ``kg sync`` asks again, ``full_every_days`` how
    often everything is listed rather than what changed. ``token_env`` names the environment variable
    that holds a token. ``options`` are those of the kind, such as ``types`` of ``wocat``.
    """

    name: str
    kind: str
    address: str
    title: str = ""
    publisher: str = "not stated"
    licence: str = "not stated"
    homepage: str | None = None
    attribution: str | None = None
    graph: str = ""
    enabled: bool = True
    every_hours: float = 20.0
    full_every_days: float = 7.0
    token_env: str = ""
    rate: float | None = None
    timeout: float | None = None
    robots: bool = True
    mapping: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def read(home: Path) -> dict[str, SourceSettings]:
    """Return all sources by name; a section of the data folder's file replaces keys of a known one.

    Raises:
        ConfigError: the file is not TOML, or a section cannot be used.
    """
    tables = _tables(KNOWN)
    own = home / FILE
    for name, table in (_tables(own) if own.is_file() else {}).items():
        tables[name] = tables.get(name, {}) | table
    return {name: _source(name, table) for name, table in sorted(tables.items())}


def one(home: Path, name: str) -> SourceSettings:
    """Return one source.

    Raises:
        NotFound: there is no source of that name.
    """
    found = read(home)
    if name not in found:
        raise NotFound(f"There is no source {name[:60]!r}.", hint=f"Known: {', '.join(found)}.")
    return found[name]


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path.name} is not TOML: {fault}") from None
    for name, table in found.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path.name}: {name!r} should be a section [{name}].")
    return found


def _source(name: str, table: Mapping[str, Any]) -> SourceSettings:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{FILE}: [{name}] cannot name a source.", hint="Use small letters, digits and hyphens."
        )
    own = {each.name: each.type for each in fields(SourceSettings)} | {"options": "", "name": ""}
    given: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for key, value in table.items():
        if key not in own or key in ("name", "options"):
            options[key] = value
            continue
        kind = str(own[key])
        wanted = bool if kind == "bool" else ((int, float) if "float" in kind else str)
        if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "bool"):
            words = {"bool": "true or false"}.get(kind, "a number" if "float" in kind else "a text")
            raise ConfigError(f"{FILE}: {key} of [{name}] should be {words}.")
        given[key] = value
    if "kind" not in given or "address" not in given:
        raise ConfigError(f"{FILE}: [{name}] needs 'kind' and 'address'.")
    if not given["address"].startswith(("http://", "https://")):
        raise ConfigError(f"{FILE}: address of [{name}] is not a web address.")
    return SourceSettings(name=name, **given, options=options)
