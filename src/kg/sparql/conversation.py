"""One query and one worker: sends, reads with a deadline, gives way to others, stops what overruns."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

from kg import errors
from kg.errors import KgError, QuerySyntaxError, QueryTimeout
from kg.sparql import frames
from kg.sparql.workers import Worker

_IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes of an answer held in memory of the web process; what is more goes through a temporary file."""
_TICK_S: Final = 0.5
_KINDS: Final[dict[str, type[KgError]]] = {
    kind.code: kind
    for kind in (errors.BadInput, errors.TooLarge, errors.NotAcceptable, errors.Unavailable, errors.Refused)
}


class WorkerDiedError(Exception):
    """The worker closed its socket before the end of its answer."""


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(slots=True, eq=False)
class Running:
    """A query while it runs, as other queries see it."""

    client: str
    worker: Worker
    started: float
    deadline: float
    looked: float = 0.0
    cpu: float = -1.0
    """Processor time of the worker when this query was first looked at; it answered others before."""
    slow: bool = False
    stopped: str = ""
    """Why another thread hung up on the worker."""


@dataclass(slots=True)
class Body:
    """An answer's bytes, in memory or in a file when they are many."""

    pieces: list[bytes] = field(default_factory=list)
    file: IO[bytes] | None = None
    size: int = 0

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.file is None and self.size > _IN_MEMORY:
            self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
            self.file.writelines(self.pieces)
            self.pieces = []
        if self.file is None:
            self.pieces.append(piece)
        else:
            self.file.write(piece)

    def read(self) -> Iterator[bytes]:
        """Give all bytes, from the first; a file is read again."""
        if self.file is None:
            yield from self.pieces
            return
        self.file.seek(0)
        while piece := self.file.read(1 << 18):
            yield piece

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


def converse(
    running: Running,
    request: dict[str, Any],
    *,
    on_slow: Callable[[], None],
    slow_s: float,
    gone: Callable[[], bool],
) -> tuple[dict[str, Any], Body]:
    """Send a query and return the end of its answer (media type, bytes) and its body.

    Raises:
        KgError: what the worker reports; a QueryTimeout when the deadline passed.
        WorkerDiedError: the worker ended; ``running.stopped`` says whether we ended it.
        ClientGoneError: the client hung up.
    """
    connection = running.worker.connection
    reader, body = frames.Frames(), Body()
    try:
        connection.settimeout(_TICK_S)
        connection.sendall(frames.pack_json(frames.DATA, request))
        while True:
            connection.settimeout(min(_TICK_S, max(0.001, running.deadline - time.monotonic())))
            try:
                piece = connection.recv(1 << 18)
            except TimeoutError:
                piece = None
            if piece == b"":
                raise WorkerDiedError
            for kind, content in reader.feed(piece or b""):
                if kind == frames.END:
                    return _end(running, json.loads(content)), body
                body.add(content)
            _look_round(running, on_slow, slow_s, gone)
    except (ConnectionError, BrokenPipeError):
        body.close()
        raise WorkerDiedError from None
    except BaseException:
        body.close()
        raise


def _look_round(
    running: Running, on_slow: Callable[[], None], slow_s: float, gone: Callable[[], bool]
) -> None:
    now = time.monotonic()
    if now >= running.deadline:
        raise QueryTimeout(
            f"The query was stopped after {running.deadline - running.started:g} seconds, the limit here.",
            hint="Ask for less: fewer patterns, a LIMIT inside a sub-SELECT, an IRI instead of a variable.",
        )
    if now - max(running.looked, running.started) < _TICK_S * 0.9:
        return
    running.looked = now
    if gone():
        raise ClientGoneError
    if not running.slow:
        used = running.worker.cpu_seconds()
        if running.cpu < 0:
            running.cpu = used
        elif used - running.cpu >= slow_s - _TICK_S:
            running.slow = True
            running.worker.give_way()
    if running.slow:
        on_slow()


def _end(running: Running, end: dict[str, Any]) -> dict[str, Any]:
    running.worker.spent = running.worker.spent or bool(end["retired"])
    code = end.get("error")
    if code is None:
        return end
    if code == QuerySyntaxError.code:
        raise QuerySyntaxError(end["message"], line=end["line"], column=end["column"], hint=end["hint"])
    raise _KINDS.get(code, errors.BadInput)(end["message"], hint=end["hint"])
