"""Starts real PostgreSQL and Redis servers (Debian's) on free ports; PostgreSQL never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from started import free_port


@dataclass
class Server:
    """A server that can be killed and started again on the same port and folder."""

    command: list[str]
    folder: Path
    port: int
    url: str
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            # One that was killed has left processes behind, which have to end first.
            while self.process.poll() is None and time.monotonic() < until:
                if self._answers():
                    return
                time.sleep(0.05)
            time.sleep(0.1)
        raise AssertionError(f"{self.command[-1]} did not start")

    def _answers(self) -> bool:
        try:
            if self.url.startswith("redis"):
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as asked:
                    asked.sendall(b"PING\r\n")
                    return asked.recv(7) == b"+PONG\r\n"
            import psycopg

            psycopg.connect(self.url, connect_timeout=5).close()
        except Exception:
            return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def postgresql() -> Iterator[Server]:
    """Yield a PostgreSQL server with an empty database."""
    program = _postgresql_folder()
    as_other, user = _other_user()
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="kg-postgresql-"))
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    made = [
        *as_other, str(program / "initdb"), "-D", str(folder / "data"), "-U", "landkg", "-A", "trust",
        "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8",
    ]  # fmt: skip
    done = subprocess.run(made, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    port = free_port()
    command = [
        *as_other, str(program / "postgres"), "-D", str(folder / "data"), "-p", str(port),
        "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}",
    ]  # fmt: skip
    server = Server(command, folder, port, f"postgresql://landkg@127.0.0.1:{port}/postgres")
    yield from _running(server)


@contextmanager
def redis() -> Iterator[Server]:
    """Yield a Redis server that keeps nothing on disk: killed and started again it has forgotten all."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis (Debian package redis-server) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="kg-redis-"))
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    yield from _running(Server(command, folder, port, f"redis://127.0.0.1:{port}/0"))


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGINT)  # After SIGTERM PostgreSQL waits for its clients to go.
        try:
            server.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)


def _postgresql_folder() -> Path:
    found = shutil.which("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = Path(found).resolve().parent if found else folders[-1] if folders else None
    if folder is None or not (folder / "initdb").exists():
        pytest.skip("PostgreSQL (Debian package postgresql) is not installed")
    return folder


def _other_user() -> tuple[list[str], pwd.struct_passwd | None]:
    """Return how to run a program that root may not run."""
    if os.getuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--"], user
    pytest.skip("PostgreSQL does not run as root, and there is no other user")
