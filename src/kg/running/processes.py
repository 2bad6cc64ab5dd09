"""Runs in processes of this machine; one that dies takes along only what it was at, and is replaced."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from typing import Any

from kg.running.base import Failed, attempt, processors, share


class Processes:
    """As many processes as wanted, for the time of a run.

    Each is an executor of its own: in one of several processes nobody could say which shard killed it.
    """

    elsewhere = False

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def look(self) -> str:
        return f"up to {self.workers} processes"

    def run(self, do: Callable[[Any], Any], things: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        numbered = enumerate(things)
        busy: dict[Future[Any], tuple[int, ProcessPoolExecutor]] = {}
        idle = [self._one() for _ in range(self.workers)]
        ready: list[tuple[int, Any]] = []
        try:
            while True:
                while idle and (following := next(numbered, None)) is not None:
                    number, thing = following
                    process = idle.pop()
                    busy[process.submit(attempt, do, thing)] = (number, process)
                yield from ready  # Only now: a free process does not wait for whoever takes the outcome.
                if not busy:
                    return
                done = wait(busy, return_when=FIRST_COMPLETED).done.pop()
                number, process = busy.pop(done)
                if isinstance(done.exception(), BrokenProcessPool):
                    process.shutdown()
                    process, outcome = self._one(), Failed("its process ended; was there too little memory?")
                else:
                    outcome = done.result()
                idle.append(process)
                ready = [(number, outcome)]
        finally:
            for process in (*idle, *(each for _, each in busy.values())):
                process.shutdown(cancel_futures=True)

    def _one(self) -> ProcessPoolExecutor:
        share_of_each = processors() // self.workers
        return ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_begin, initargs=(share_of_each,)
        )


def _begin(count: int) -> None:
    """Take a share of the processors; end when the process that started this one is gone.

    So a build that is killed leaves nothing running.
    """
    share(count)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_await, args=(parent.sentinel,), daemon=True).start()


def _await(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
