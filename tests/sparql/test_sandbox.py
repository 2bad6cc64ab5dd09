"""The sandbox of workers, taken on in processes of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os, socket, sys
from kg.sparql.sandbox import close_in
ours, theirs = socket.socketpair()
if not close_in():
    sys.exit(77)
ours.sendall(b"open stays open")
assert theirs.recv(99) == b"open stays open"
open(os.devnull).close()
{action}
"""


@pytest.mark.parametrize(
    "action",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "theirs.connect('/tmp/x')",
        "theirs.bind('/tmp/x')",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_process_when_closed_in_may_not_reach_out(action: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(action=action)], capture_output=True, text=True, check=False
    )
    if run.returncode == 77:
        pytest.skip("this kernel or container has no seccomp filters")
    assert "PermissionError" in run.stderr, run.stderr


def test_process_when_closed_in_goes_on() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM.format(action="")], check=False)
    assert run.returncode in (0, 77)
