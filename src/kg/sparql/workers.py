"""The web process's side of the workers: starts the nursery, hands workers out, ends those that overrun."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from kg import queries
from kg.config import Settings
from kg.errors import ConfigError, KgError, Unavailable
from kg.generation import Generation
from kg.sparql import counting, frames, nursery
from kg.sparql.columns.answering import Answerer, opened
from kg.sparql.records import records_of
from kg.sparql.statistics import Statistics
from kg.store.embedded import fits_memory

SPARES: Final = 2
"""Idle workers kept ready, so that a query does not wait for a fork or for a store to open."""
NICENESS: Final = 10
"""Of a slow query: quick ones get nine times its share, and it still comes to its end."""
_IDLE_S: Final = 30.0
_START_S: Final = 600.0


class NurseryGoneError(Exception):
    """The process that forks workers has ended."""


@dataclass(slots=True, eq=False)
class Worker:
    """One expendable process and the socket to it."""

    pid: int
    connection: socket.socket
    is_open: bool = False
    spent: bool = False
    """It is not to be used again: its query was slow (so its priority is low), or it said so."""
    idle_since: float = field(default_factory=time.monotonic)

    def hang_up(self) -> None:
        """Make whoever waits for the answer see its end."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def give_way(self) -> None:
        """Let other processes go first from now on; cannot be undone, so the worker is spent."""
        self.spent = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, NICENESS)

    def cpu_seconds(self) -> float:
        """Return the processor time used so far; infinite where the system does not tell."""
        try:
            with open(f"/proc/{self.pid}/stat", "rb") as file:  # noqa: PTH123 - twice as fast, and hot
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return float("inf")
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Nursery:
    """The process that holds the generation and forks."""

    def __init__(self, generation: Generation, settings: Settings) -> None:
        """Start the process and wait until it has loaded the generation.

        Raises:
            Unavailable: it could not.
        """
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-m", "kg.sparql.nursery", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # It forks, so the library for arrays must not start threads in it.
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        memory = fits_memory(generation.graph_file, settings.memory_budget_mb)
        config = {
            "memory": memory or not generation.store_folder.is_dir(),
            "graph": str(generation.graph_file),
            "store": str(generation.store_folder),
            "memory_mb": settings.sparql_worker_memory_mb,
            "prefixes": known_prefixes(settings),
            "records": records_of(settings),
            "columns": settings.sparql_columns,
        }
        try:
            self._control.settimeout(_START_S)
            self._control.sendall(frames.pack_json(frames.DATA, config))
            frame = frames.receive(self._control)
        except OSError as fault:
            self.close()
            raise Unavailable(f"The generation cannot be opened for SPARQL: {fault}.") from None
        ready = json.loads(frame[1]) if frame else {"error": "the process that opens it ended"}
        if "error" in ready:
            self.close()
            raise Unavailable(f"The generation cannot be opened for SPARQL: {ready['error']}.")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def gone(self) -> bool:
        return self._process.poll() is not None

    def spawn(self, *, is_open: bool = False) -> Worker:
        """Fork a worker; an open one can make connections.

        Raises:
            NurseryGoneError: the process has ended.
        """
        ours, theirs = socket.socketpair()
        message = (nursery.SPAWN_OPEN if is_open else nursery.SPAWN) + nursery.PID.pack(0)
        try:
            with theirs, self._lock:
                socket.send_fds(self._control, [message], [theirs.fileno()])
                return Worker(self._reply(), ours, is_open)
        except OSError as fault:
            ours.close()
            raise NurseryGoneError(str(fault)) from None

    def end(self, worker: Worker) -> int:
        """Kill a worker if it still runs; return the signal that ended it, or 0."""
        worker.connection.close()
        try:
            with self._lock:
                self._control.sendall(nursery.KILL + nursery.PID.pack(worker.pid))
                status = self._reply()
        except (OSError, NurseryGoneError):
            return signal.SIGKILL  # it dies with its nursery
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0

    def _reply(self) -> int:
        answer = self._control.recv(nursery.PID.size, socket.MSG_WAITALL)
        if len(answer) < nursery.PID.size:
            raise NurseryGoneError("it closed its socket")
        return int(nursery.PID.unpack(answer)[0])

    def close(self) -> None:
        """End the process and all its workers."""
        with suppress(OSError):
            self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def known_prefixes(settings: Settings) -> dict[str, str]:
    """Return the prefixes that RDF answers abbreviate with; none when the installation has no list."""
    with suppress(ConfigError, OSError):
        return queries.prefix_map(settings.iris)
    return {}


class Pool:
    """The workers of one generation; every method may be called from any thread."""

    def __init__(self, generation: Generation, settings: Settings) -> None:
        """Start the nursery of a generation and its spare workers."""
        self.generation = generation
        self.size = max(1, settings.sparql_workers)
        self._wait_s = settings.sparql_wait_s
        self._nursery = Nursery(generation, settings)
        lock = threading.Lock()
        self._changed = threading.Condition(lock)
        """Told when a worker or a place comes free; waited on by queries."""
        self._wanting = threading.Condition(lock)
        """Told when spare workers have been used up; waited on by the gardener alone."""
        self._idle: list[Worker] = []
        self._count = 0
        self._waiting = 0
        self._closed = False
        self._gardener = threading.Thread(target=self._tend, name="kg-sparql-gardener", daemon=True)
        self._gardener.start()
        self.columns: Answerer | None = None
        """The statements as sorted arrays, where the build wrote them."""
        if settings.sparql_columns:
            self.columns = opened(generation.folder, known_prefixes(settings), records_of(settings))
        self.statistics: Statistics | None = counting.kept(generation.folder)
        """The counts of the generation: of the build, else some seconds after the start."""
        if self.statistics is None and (settings.sparql_reorder or settings.sparql_near):
            threading.Thread(target=self._count_up, name="kg-sparql-statistics", daemon=True).start()

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker just now."""
        return self._waiting

    @property
    def running(self) -> int:
        """Workers that are not idle."""
        return self._count - len(self._idle)

    @property
    def gone(self) -> bool:
        """Whether the nursery has ended, and every worker with it."""
        return self._nursery.gone

    @property
    def nursery_pid(self) -> int:
        return self._nursery.pid

    def take(self, *, is_open: bool = False) -> Worker:
        """Return a worker for one query.

        Raises:
            Unavailable: none came free in time.
            NurseryGoneError: this pool cannot be used any more.
        """
        until = time.monotonic() + self._wait_s
        with self._changed:
            self._waiting += 1
            try:
                while not self._closed:
                    if self._idle and not is_open:
                        return self._idle.pop()
                    if self._count < self.size:
                        self._count += 1
                        break
                    if not self._changed.wait(max(0.0, until - time.monotonic())):
                        raise Unavailable(
                            f"All {self.size} places for queries were taken for {self._wait_s:g} seconds."
                        )
                else:
                    raise NurseryGoneError("closed")
            finally:
                self._waiting -= 1
                if len(self._idle) < SPARES:
                    self._wanting.notify()
        return self._spawn(is_open=is_open)

    def _spawn(self, *, is_open: bool = False) -> Worker:
        """Fork a worker that was counted before."""
        try:
            return self._nursery.spawn(is_open=is_open)
        except NurseryGoneError:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()
            raise

    def give_back(self, worker: Worker) -> int:
        """Take a worker back after its answer, or end it; return the signal that ended it, or 0."""
        if worker.spent or worker.is_open or self._closed:
            return self.end(worker)
        worker.idle_since = time.monotonic()
        with self._changed:
            self._idle.append(worker)
            self._changed.notify()
        return 0

    def end(self, worker: Worker) -> int:
        """Kill a worker and free its place; return the signal that ended it, or 0."""
        ended_by = self._nursery.end(worker)
        with self._changed:
            self._count -= 1
            self._changed.notify_all()
            self._wanting.notify()
        return ended_by

    def close(self) -> None:
        """End all processes of this pool."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._wanting.notify_all()
        self._nursery.close()
        for worker in self._idle:
            worker.connection.close()

    def _count_up(self) -> None:
        """Have the generation counted; runs in a thread of its own."""
        with suppress(NurseryGoneError, OSError):
            self.statistics = counting.counted(self.generation.folder, self._count_by_worker)

    def _count_by_worker(self) -> bytes | None:
        """Let a worker beyond the places for queries count."""
        worker = self._nursery.spawn()
        try:
            worker.connection.sendall(frames.pack_json(frames.DATA, {"statistics": True}))
            frame = frames.receive(worker.connection)
        finally:
            self._nursery.end(worker)
        return frame[1] if frame is not None else None

    def _tend(self) -> None:
        """Keep spare workers ready and let idle ones go; runs in a thread of its own."""
        while not self._closed:
            with self._changed:
                need = len(self._idle) < SPARES and self._count < self.size and not self._waiting
                if need:
                    self._count += 1
                else:
                    self._wanting.wait(_IDLE_S)
                old = self._stale()
            try:
                if need:
                    self.give_back(self._spawn())
                for worker in old:
                    self.end(worker)
            except (NurseryGoneError, KgError):
                return  # whoever takes next learns of it and starts another pool

    def _stale(self) -> list[Worker]:
        """Take out the idle workers above the spares that nobody needed for a while."""
        limit = time.monotonic() - _IDLE_S
        old = [worker for worker in self._idle[:-SPARES] if worker.idle_since < limit]
        for worker in old:
            self._idle.remove(worker)
        return old
