"""Starts real databases for the tests: the native Oxigraph server, Virtuoso 7, Milvus Lite as a server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from started import free_port

VIRTUOSO_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
Striping = 0

[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
MaxCheckpointRemap = 2000
CheckpointInterval = 0
MaxSortedTopRows = 1000000
DefaultIsolation = 2

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10

[SPARQL]
ResultSetMaxRows = 1000000
"""


@dataclass
class Database:
    """A database that runs: what ``KG_STORE*`` must say to use it, and its process."""

    settings: dict[str, Any]
    command: list[str]
    folder: Path
    ready: str
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 180
        while time.monotonic() < until and self.process.poll() is None:
            if self.is_ready():
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.command[0]} did not start")

    def is_ready(self) -> bool:
        try:
            return requests.get(self.ready, params={"query": "ASK {}"}, timeout=60).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def running(database: Database) -> Iterator[Database]:
    database.start()
    try:
        yield database
    finally:
        database.stop()


def oxigraph(folder: Path) -> Database:
    """Return a native Oxigraph server on an empty store."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the native Oxigraph server (PyPI package oxigraph) is not installed")
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    command = [str(program), "serve", "--location", str(folder / "store"), "--bind", f"127.0.0.1:{port}"]
    settings = {
        "store": "sparql", "store_engine": "oxigraph", "store_query": f"{root}/query",
        "store_update": f"{root}/update", "store_data": f"{root}/store",
    }  # fmt: skip
    return Database(settings, command, folder, f"{root}/query")


def standard(folder: Path) -> Database:
    """Return the same server, used by the standard's protocols alone."""
    database = oxigraph(folder)
    database.settings["store_engine"] = "standard"
    return database


def virtuoso(folder: Path) -> Database:
    """Return a Virtuoso 7 on an empty database, which may read files from its folder."""
    program = shutil.which("virtuoso-t")
    if program is None or shutil.which("isql-vt") is None:
        pytest.skip("Virtuoso 7 (Debian package virtuoso-opensource) is not installed")
    http, sql = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(folder=folder, http=http, sql=sql))
    root = f"http://127.0.0.1:{http}"
    command = [program, "+configfile", str(folder / "virtuoso.ini"), "+foreground", "+wait"]
    settings = {
        "store": "sparql", "store_engine": "virtuoso", "store_query": f"{root}/sparql",
        "store_update": f"{root}/sparql-auth", "store_data": f"{root}/sparql-graph-crud-auth",
        "store_user": "dba", "store_password": "dba", "store_folder": f"{folder}@{sql}",
    }  # fmt: skip
    return Database(settings, command, folder, f"{root}/sparql")


class MilvusLite(Database):
    """A server of Milvus Lite, which speaks the protocol of Milvus."""

    def is_ready(self) -> bool:
        host, _, port = self.ready.partition(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0


def milvus_lite(folder: Path) -> MilvusLite:
    """Return a server of Milvus Lite on an empty folder."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("milvus-lite")), "server", "--data-dir", str(folder / "milvus"),
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    settings = {
        "vectors": "milvus", "milvus_uri": f"http://127.0.0.1:{port}", "milvus_timeout_s": 20.0,
    }  # fmt: skip
    return MilvusLite(settings, command, folder, f"127.0.0.1:{port}")


KINDS = {"oxigraph": oxigraph, "standard": standard, "virtuoso": virtuoso}
