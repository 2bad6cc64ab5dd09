"""Runs on a Dask cluster: ``dask scheduler`` on one machine, ``dask worker`` on as many as wanted.

Dask tries what a lost worker had on another one. What it cannot know is seen here: that nobody is left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from kg.errors import KgError, MissingExtra, Unavailable
from kg.running.base import Failed, attempt, share

try:
    import dask
    import distributed
except ModuleNotFoundError as missing:  # pragma: no cover - the extra is installed where tests run
    raise MissingExtra(
        f"KG_BUILD_CLUSTER needs the package '{missing.name}', which is not installed.",
        hint="pip install 'landkg[scale]'",
    ) from missing

CONNECT_S: Final = 10
_LOOK_EVERY_S: Final = 1.0
PATIENCE_S: Final = 60.0
"""Seconds without any worker after which a build stops."""
_ALONE: Final = threading.Lock()
"""Held while a worker works: its threads would take turns at the interpreter, with the memory of each."""


class Cluster:
    """The workers of a scheduler; they may come and go."""

    elsewhere = True

    def __init__(self, address: str) -> None:
        self.address = address

    def look(self) -> str:
        with self._client() as client:
            workers = len(client.nthreads())
        if not workers:
            raise Unavailable(
                f"The Dask cluster at {self.address} has no worker.", hint="Start 'dask worker'."
            )
        return f"Dask at {self.address}, workers: {workers}"

    def run(self, do: Callable[[Any], Any], things: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        numbered = enumerate(things)
        busy: dict[Any, int] = {}
        following = next(numbered, None)
        if following is None:
            return
        with self._client() as client:
            try:
                while following is not None or busy:
                    # One for each worker: whatever waits for one that dies would be under suspicion too.
                    free = self._await_workers(client) - len(busy)
                    while free > 0 and following is not None:
                        # Pure functions would be told apart by hashing all that they are given.
                        busy[client.submit(_alone, do, following[1], pure=False)] = following[0]
                        following, free = next(numbered, None), free - 1
                    for future in _finished(client, busy):
                        number = busy.pop(future)
                        yield number, self._outcome(future)
            finally:
                client.cancel(list(busy), reason="the build has ended")

    def _client(self) -> Any:
        # The things that are sent are packed shards, which Dask takes for graphs of an unusual size.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        try:
            return distributed.Client(self.address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as fault:
            raise Unavailable(
                f"No Dask scheduler answers at {self.address} (KG_BUILD_CLUSTER).",
                hint="Start 'dask scheduler' there, or leave the setting empty to build on this machine.",
            ) from fault

    def _await_workers(self, client: Any) -> int:
        """Return how many workers there are, once there are any.

        Raises:
            Unavailable: nobody came, or the scheduler is gone.
        """
        until = time.monotonic() + PATIENCE_S
        while True:
            if client.status != "running":
                raise self._lost()
            try:
                workers = len(client.nthreads())
            except (OSError, ValueError, RuntimeError) as fault:
                raise self._lost() from fault
            if workers:
                return workers
            if time.monotonic() > until:
                raise Unavailable(
                    f"The Dask cluster at {self.address} has had no worker for {PATIENCE_S:.0f} s.",
                    hint="Start 'dask worker' with its address and build again; what is done is kept.",
                )
            time.sleep(_LOOK_EVERY_S / 10)

    def _outcome(self, future: Any) -> Any:
        """Return what came of a finished thing.

        Raises:
            KgError: an error on purpose.
            Unavailable: the scheduler is gone, and with it what it knew.
        """
        if future.status in ("cancelled", "lost"):
            raise self._lost()
        fault = future.exception()
        if fault is None:
            return future.result()
        if isinstance(fault, KgError):
            raise fault
        if isinstance(fault, distributed.scheduler.KilledWorker):
            return Failed("every worker that tried ended; was there too little memory?")
        return Failed(f"{type(fault).__name__}: {fault}"[:300])

    def _lost(self) -> Unavailable:
        return Unavailable(
            f"The Dask scheduler at {self.address} is gone.",
            hint="Build again when it is back; what is done is kept.",
        )


def _finished(client: Any, busy: Iterable[Any]) -> list[Any]:
    """Return what has finished by now, or within a moment."""
    waiting = list(busy)
    try:
        with client.as_current():
            distributed.wait(waiting, timeout=_LOOK_EVERY_S, return_when="FIRST_COMPLETED")
    except (TimeoutError, distributed.TimeoutError):
        return []
    except distributed.client.FutureCancelledError:
        pass  # Its status tells.
    return [each for each in waiting if each.status != "pending"]


def _alone(do: Callable[[Any], Any], thing: Any) -> Any:
    with _ALONE:
        share(distributed.get_worker().state.nthreads)
        return attempt(do, thing)
