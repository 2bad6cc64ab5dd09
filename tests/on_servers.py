"""Runs tests with servers below, which it starts: ``PYTHONPATH=tests python -m pytest -p on_servers ...``.

``--servers`` names them, with commas: postgresql (the default), oxigraph or virtuoso, milvus, redis. What
tests leave to the settings is then in these servers, also in services and commands that tests start by
``started``; what a test sets itself stays. In PostgreSQL each data folder has a schema of its own; in the
others generations are told apart by their names, as for several hubs that share a server.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import backends
import databases
import psycopg
import pytest
import started

from kg.config import PREFIX, Settings
from kg.database import opening

DATABASES: Final = {**databases.KINDS, "milvus": databases.milvus_lite}
ON_DISK: Final = {
    "test_lease_when_the_new_generation_is_broken": "it breaks a store that lies in the data folder",
}
LEFT_OUT: Final[Mapping[str, Mapping[str, str]]] = {
    "postgresql": {
        "sqlite": "it is about SQLite files",
        "before_the_migrations": "it is about SQLite files",
        "the_file_is": "it is about SQLite files",
        "before_meaning": "it is about SQLite files",
        "forgets_the_address": "it is about SQLite files",
        "test_web_report": "between its tests it empties the database by removing the file",
    },
    "oxigraph": ON_DISK,
    "virtuoso": {
        **ON_DISK,
        "test_void_when_fetched": "7.2.5 fails within itself on this query over the few records of the test",
    },
}
"""Parts of the names of tests that are left out, with the reason, by server."""


class Homes(dict[Path, str]):
    """The database of each data folder: a schema, unless a test has bound another one."""

    def __init__(self, server: backends.Server) -> None:
        super().__init__()
        self.server = server
        self.made: set[str] = set()

    def get(self, home: Path, default: Any = None) -> str:
        return super().get(home, "") or self.schema(home)

    def schema(self, home: Path) -> str:
        """Return the address of a folder's schema, which is made on first use."""
        name = f"home_{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]}"
        if name not in self.made:
            with psycopg.connect(self.server.url, autocommit=True) as connection:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name}".encode())
            self.made.add(name)
        return f"{self.server.url}?options=-csearch_path%3D{name}"


@dataclass
class Servers:
    """What runs, and the settings that lead there."""

    names: tuple[str, ...]
    stack: ExitStack = field(default_factory=ExitStack)
    settings: dict[str, Any] = field(default_factory=dict)
    homes: Homes | None = None

    def start(self) -> None:
        for name in self.names:
            if name == "postgresql":
                self.homes = Homes(self.stack.enter_context(backends.postgresql()))
                opening._bound = self.homes  # type: ignore[misc]
            elif name == "redis":
                self.settings["redis_url"] = self.stack.enter_context(backends.redis()).url
            else:
                folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix=f"kg-{name}-")))
                database = self.stack.enter_context(databases.running(DATABASES[name](folder)))
                self.settings |= database.settings

    def stop(self) -> None:
        if self.homes is not None:
            for engine in opening._servers.values():
                engine.dispose()
        self.stack.close()

    def environment(self, home: str) -> dict[str, str]:
        """Return the variables of a service or command on a data folder."""
        found = {f"{PREFIX}{name.upper()}": str(value) for name, value in self.settings.items()}
        if self.homes is not None:
            found["KG_DATABASE_URL"] = self.homes.schema(Path(home))
        return found


def _settings_lead_there(servers: Servers) -> None:
    plain = Settings.from_env.__func__  # type: ignore[attr-defined]

    def from_env(cls: type[Settings], env: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        given = env or {}
        left = {
            name: value for name, value in servers.settings.items() if f"{PREFIX}{name.upper()}" not in given
        }
        made: Settings = plain(cls, env, **left | overrides)
        return made

    Settings.from_env = classmethod(from_env)  # type: ignore[method-assign, assignment]


def _processes_are_led_there(servers: Servers) -> None:
    plain = started.forked

    def forked(target: Callable[..., None], *arguments: object) -> BaseProcess:
        for each in arguments:
            if isinstance(each, dict) and "KG_HOME" in each:
                each.update(servers.environment(each["KG_HOME"]) | each)
        return plain(target, *arguments)

    started.forked = forked


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--servers", default="postgresql", help="servers to run tests on, with commas")


def pytest_configure(config: pytest.Config) -> None:
    servers = config._servers = Servers(tuple(config.getoption("--servers").split(",")))  # type: ignore[attr-defined]
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # The processes of pytest-xdist start their own.
    servers.start()
    _settings_lead_there(servers)
    _processes_are_led_there(servers)


def pytest_unconfigure(config: pytest.Config) -> None:
    config._servers.stop()  # type: ignore[attr-defined]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    servers: Servers = config._servers  # type: ignore[attr-defined]
    for name in servers.names:
        for part, reason in LEFT_OUT.get(name, {}).items():
            for each in items:
                if part in each.nodeid:
                    each.add_marker(pytest.mark.skip(reason=f"{name}: {reason}"))
