"""Runs tests with PostgreSQL below: ``PYTHONPATH=tests python -m pytest -p on_postgresql tests/link``.

Each data folder has a schema of its own in one server, also in the services and commands that tests start by
``started``. Tests that look into SQLite files themselves are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import backends
import psycopg
import pytest
import started

from kg.database import opening

_STACK = ExitStack()
_OF_FILES = ("sqlite", "before_the_migrations", "the_file_is", "before_meaning", "forgets_the_address")
"""In the names of tests that are about files."""


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


def pytest_configure(config: pytest.Config) -> None:
    homes = Homes(_STACK.enter_context(backends.postgresql()))
    opening._bound = homes  # type: ignore[misc]
    plain = started.forked

    def forked(target: Callable[..., None], *arguments: object) -> BaseProcess:
        for each in arguments:
            if isinstance(each, dict) and "KG_HOME" in each:
                each.setdefault("KG_DATABASE_URL", homes.schema(Path(each["KG_HOME"])))
        return plain(target, *arguments)

    started.forked = forked


def pytest_unconfigure(config: pytest.Config) -> None:
    for engine in opening._servers.values():
        engine.dispose()
    _STACK.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for each in items:
        if any(word in each.name for word in _OF_FILES):
            each.add_marker(pytest.mark.skip(reason="it is about SQLite files"))
