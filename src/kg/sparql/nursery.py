"""A process that loads a generation once and forks the workers that answer queries.

Started by :mod:`kg.sparql.workers` as ``python -m kg.sparql.nursery FD``; it is single-threaded, so a
fork is safe and a killed worker is replaced in milliseconds. It ends, with all its workers, when the
web process at the other end of its socket does, however that came about.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyoxigraph as px

from kg.sparql import frames, sandbox, worker
from kg.sparql.columns.answering import Answerer, opened

SPAWN: Final = b"S"
SPAWN_OPEN: Final = b"O"
KILL: Final = b"K"
PID: Final = struct.Struct("!q")
_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
_STACK: Final = 64 * 1024 * 1024


class Nursery:
    """The loop of the process; ``config`` comes from the web process as its first frame."""

    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        self.control = control
        self.config = config
        self.children: dict[int, int | None] = {}
        self.store = self._load()
        self.columns: Answerer | None = None
        if config["columns"]:
            folder = Path(config["graph"]).parent
            self.columns = opened(folder, config["prefixes"], config["records"])

    def _load(self) -> px.Store | None:
        """Load the statements to share, or nothing when each worker opens the store on disk."""
        if not self.config["memory"]:
            return None
        store = px.Store()
        store.bulk_load(path=self.config["graph"], format=px.RdfFormat.N_QUADS)
        return store

    def run(self) -> None:
        """Obey the web process until it goes away."""
        waker, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self.waker = (waker, wake)
        try:
            while True:
                ready, _, _ = select.select([self.control.fileno(), waker], [], [])
                if waker in ready:
                    os.read(waker, 512)
                    self._reap()
                if self.control.fileno() in ready and not self._obey():
                    return
        except ConnectionError:
            return  # the web process ended while it was answered
        finally:
            for pid in [pid for pid, status in self.children.items() if status is None]:
                self._kill(pid)

    def _obey(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.control, 1 + PID.size, 1)
        if not message:
            return False
        if message[:1] == KILL:
            (pid,) = PID.unpack(message[1:])
            self.control.sendall(PID.pack(self._kill(pid)))
            return True
        self.control.sendall(PID.pack(self._fork(descriptors[0], is_open=message[:1] == SPAWN_OPEN)))
        return True

    def _fork(self, descriptor: int, *, is_open: bool) -> int:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._live(descriptor, is_open=is_open)
                status = 0
            except (OSError, ConnectionError):
                pass  # the web process hung up in the middle of an answer
            finally:
                os._exit(status)
        os.close(descriptor)
        self.children[pid] = None
        return pid

    def _live(self, descriptor: int, *, is_open: bool) -> None:
        """Be a worker: let go of what is the nursery's, take the limits on, answer."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        for each in (*self.waker, self.control.fileno()):
            os.close(each)
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - the engine's last words help nobody
            os.dup2(nowhere.fileno(), 2)
        store = self.store if self.store is not None else px.Store.read_only(self.config["store"])
        extra = self.config["memory_mb"] * 1024 * 1024
        data = _private_memory()
        if data is not None:
            _limit(resource.RLIMIT_DATA, data + extra)
        _limit(resource.RLIMIT_CORE, 0)
        if self.store is not None and not is_open:
            # What is open stays usable, and nothing else can be opened: no file, no connection. The
            # store on disk opens its files as it needs them.
            _limit(resource.RLIMIT_NOFILE, 0)
        if not is_open:
            sandbox.close_in()
        memory_max = worker.peak_memory() + extra // 2
        connection = socket.socket(fileno=descriptor)
        worker.serve(connection, store, self.columns, prefixes=self.config["prefixes"], memory_max=memory_max)

    def _kill(self, pid: int) -> int:
        """End a worker and return its wait status; one that ended by itself keeps the status it had."""
        if pid not in self.children:
            return 0
        status = self.children.pop(pid)
        if status is None:
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
        return status

    def _reap(self) -> None:
        for pid in [pid for pid, status in self.children.items() if status is None]:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.children[pid] = status


def _private_memory() -> int | None:
    """Return the private writable memory of this process in bytes, where the system tells."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return None


def _limit(kind: int, value: int) -> None:
    with suppress(ValueError, OSError):  # a system without this limit keeps the deadline
        resource.setrlimit(kind, (value, value))


def main(descriptor: int) -> None:
    """Run a nursery on an inherited socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web process, which then hangs up
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_STACK)
        resource.setrlimit(resource.RLIMIT_STACK, (_STACK if hard < 0 else min(_STACK, hard), hard))
    control = socket.socket(fileno=descriptor)
    with suppress(ConnectionError):  # the web process may end at any moment, and so do we then
        _obey(control)


def _obey(control: socket.socket) -> None:
    frame = frames.receive(control)
    if frame is None:
        return
    started = time.monotonic()
    try:
        nursery = Nursery(control, json.loads(frame[1]))
    except (OSError, ValueError, SyntaxError) as fault:
        control.sendall(frames.pack_json(frames.END, {"error": str(fault)}))
        return
    gc.freeze()
    seconds = round(time.monotonic() - started, 3)
    control.sendall(frames.pack_json(frames.END, {"pid": os.getpid(), "seconds": seconds}))
    nursery.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
