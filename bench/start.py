"""Measures cold starts: `kg --help`, `kg query`, `kg search`, and `kg serve` until it is ready.

    python bench/start.py [--runs 3]

Needs a built data folder (KG_HOME). Each run is a new process; the files are in the page cache after the
first. Prints a Markdown table of wall and processor seconds.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from sparql import free_port

KG = [sys.executable, "-c", "from kg.cli import main; main()"]
COMMANDS = {
    "kg --help": ["--help"],
    "kg query practices-by-country": ["query", "practices-by-country"],
    "kg search": ["search", "restore crusted farmland to harvest rain"],
}


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return wall and children's processor seconds of one run."""
    before, began = os.times(), time.perf_counter()
    work()
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, used


def command(arguments: list[str]) -> Callable[[], None]:
    def work() -> None:
        subprocess.run([*KG, *arguments], check=True, capture_output=True)

    return work


def served(path: str) -> Callable[[], None]:
    """Start the service and wait until ``path`` answers 200, then stop it."""

    def work() -> None:
        port = free_port()
        server = subprocess.Popen(
            [*KG, "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait(f"http://127.0.0.1:{port}{path}", server)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)

    return work


def wait(address: str, server: subprocess.Popen[bytes], most: float = 180.0) -> None:
    end = time.monotonic() + most
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SystemExit("The service ended before it answered.")
        try:
            with urllib.request.urlopen(address, timeout=30):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"{address} did not answer within {most:.0f} s.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    print("| start | wall s (median) | min-max | processor s (median) |\n|---|---|---|---|")
    work = {name: command(arguments) for name, arguments in COMMANDS.items()}
    work["kg serve, first page (/healthz)"] = served("/healthz")
    work["kg serve, search warm (/readyz)"] = served("/readyz")
    for name, each in work.items():
        taken = [timed(each) for _ in range(runs)]
        wall = [wall for wall, _ in taken]
        cpu = statistics.median(cpu for _, cpu in taken)
        print(
            f"| {name} | {statistics.median(wall):.2f} | {min(wall):.2f}-{max(wall):.2f} | {cpu:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
