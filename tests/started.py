"""Starts the real service, and the real command, for the tests.

Importing the libraries of the models takes longer than everything else that a start does. So a process
imports them once (``forkserver`` of multiprocessing); each server is a fork of it that runs gunicorn, and
each command a fork that runs ``kg``, with their own environment and output.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import requests

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "gunicorn.app.wsgiapp",
        "sentence_transformers",
        "faiss",
        "kg.web",
        "kg.build",
        "kg.cli.app",
        "kg.harvest",
    ]
)


def forked(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a function of a module in a fresh process that has imported everything already.

    It has the environment that the test has now, not that in which the first of them was started.
    """
    process = _FORKS.Process(target=_in_environment, args=(dict(os.environ), target, arguments))
    process.start()
    return process


def command(*arguments: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``kg`` with these arguments on a data folder; return its exit code and all that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("out", "err")]
        process = forked(_command, arguments, {"KG_HOME": str(home), **env}, *files)
        process.join(timeout=180)
        assert process.exitcode is not None, "the command did not end"
        out, err = (Path(file).read_text(encoding="utf-8") for file in files)
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, *, ready: str = "/readyz", **settings: object) -> Iterator[str]:
    """Serve a data folder with gunicorn and yield its address, once ``ready`` answers well."""
    port = free_port()
    env = {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"KG_HOME": str(home), "KG_LOG_LEVEL": "WARNING"}
    arguments = [
        "gunicorn", "kg.web:create_app()", "--worker-class", "kg.web.quick.QuickWorker", "--threads", "8",
        "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--keep-alive", "30",
        "--graceful-timeout", "5", "--limit-request-line", "8190",
    ]  # fmt: skip
    process = forked(_serve, arguments, env)
    try:
        base = f"http://127.0.0.1:{port}"
        _await(f"{base}{ready}", process)
        yield base
    finally:
        process.terminate()
        process.join(timeout=30)


def _in_environment(env: dict[str, str], target: Callable[..., None], arguments: tuple[object, ...]) -> None:
    os.environ.clear()
    os.environ.update(env)
    target(*arguments)


def _serve(arguments: list[str], env: dict[str, str]) -> None:
    from gunicorn.app.wsgiapp import run

    _become(arguments, env)
    run()


def _command(arguments: tuple[str, ...], env: dict[str, str], out: str, err: str) -> None:
    from kg.cli import main

    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    _become(["kg", *arguments], env)
    main()


def _become(arguments: list[str], env: dict[str, str]) -> None:
    """Take these arguments, and these settings of ours and no others."""
    for name in [name for name in os.environ if name.startswith("KG_")]:
        del os.environ[name]
    os.environ.update(env)
    sys.argv = arguments


def _await(address: str, process: BaseProcess) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.is_alive():
        try:
            if requests.get(address, timeout=60).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    raise AssertionError("the server did not become ready")
