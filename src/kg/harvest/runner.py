"""Harvests one source: list, fetch what changed, withdraw what is gone; or go on where a run was stopped."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final

from kg import __version__
from kg.config import Settings
from kg.errors import ConfigError, KgError, NotFound, TooLarge, Unavailable
from kg.harvest import adapters, shapes
from kg.harvest.adapters.base import Adapter
from kg.harvest.client import Client, Manners
from kg.harvest.errors import Malformed
from kg.harvest.queue import Queue
from kg.harvest.snapshot import Run, Snapshot
from kg.harvest.sources import SourceSettings
from kg.moments import written
from kg.progress import Progress

_GIVE_UP: Final = 3
"""Records in a row that cannot be had, after all tries for each, before a run stops."""
_OVERLAP: Final = timedelta(days=1)
"""How far an incremental run looks back before the last: clocks differ, and dates have no hours."""


def client_for(source: SourceSettings, settings: Settings) -> Client:
    """Return a client with the manners of a source, or else those of the settings."""
    contact = f"; {settings.harvest_contact}" if settings.harvest_contact else ""
    return Client(
        Manners(
            agent=f"LandKG/{__version__} (+{settings.public_url}{contact})",
            rate=source.rate if source.rate is not None else settings.harvest_rate,
            timeout=source.timeout if source.timeout is not None else settings.harvest_timeout_s,
            most_bytes=settings.harvest_max_mb * 1024 * 1024,
            retries=settings.harvest_retries,
            longest_wait=settings.harvest_wait_s,
            robots=source.robots,
        )
    )


def token_of(source: SourceSettings) -> str:
    """Return the token of a source from the environment.

    Raises:
        ConfigError: the source needs one, and the variable is empty.
    """
    if not source.token_env:
        return ""
    found = os.environ.get(source.token_env, "").strip()
    if not found:
        raise ConfigError(
            f"The source [{source.name}] needs a token in the environment variable {source.token_env}.",
            hint="Its owner issues it; see docs/harvest.md.",
        )
    return found


def harvest(
    source: SourceSettings,
    settings: Settings,
    progress: Progress,
    *,
    whole: bool = False,
    client: Client | None = None,
) -> Run:
    """Bring the snapshot of a source up to date and return the run.

    A run that was interrupted, or failed on the way, is taken up where it was. Otherwise everything is
    listed if that is due or ``whole``, else what changed since the last good run.

    Raises:
        ConfigError: the source's settings cannot be used.
        Unavailable: the source does not answer well, or another process harvests it; what was fetched is
            kept.
        SourceRefused: the source does not let us in.
        Malformed: its answers are not of the form they had.
    """
    adapter = adapters.create(source, token_of(source))
    snapshot = Snapshot(settings.home_folder, source.name)
    with snapshot.writing() as free:
        if not free:
            raise Unavailable(f"Another process harvests {source.name}.", retry_after=600)
        own = client or client_for(source, settings)
        with closing(own), closing(snapshot.open()) as database:
            return _Harvest(source, adapter, snapshot, Queue(snapshot, database), own, progress).run(whole)


class _Harvest:
    def __init__(
        self,
        source: SourceSettings,
        adapter: Adapter,
        snapshot: Snapshot,
        queue: Queue,
        client: Client,
        progress: Progress,
    ) -> None:
        self.source, self.adapter, self.snapshot = source, adapter, snapshot
        self.queue, self.client, self.progress = queue, client, progress
        self.counted = 0

    def run(self, whole: bool) -> Run:
        asked = json.dumps([self.source.kind, self.source.address, dict(self.source.options)], sort_keys=True)
        held = self.queue.resume(asked)
        if held is None:
            last = None if whole or self._is_due() else self.snapshot.last_good()
            since = _before(last.began) if last else ""
            self.queue.begin(whole=not since, since=since, cursor=self.adapter.first(since), settings=asked)
        self.client.validators = shapes.validators(self.snapshot)
        try:
            self._list()
            self.queue.settle()
            self._fetch()
            message = self._withdraw()
        except KeyboardInterrupt:
            self.queue.add_requests(self._made())
            self.queue.end("stopped", "Interrupted; the next run goes on from here.")
            raise
        except KgError as fault:
            self.queue.add_requests(self._made())
            self.queue.end("failed", str(fault), _back_at(fault))
            raise
        shapes.remember(self.snapshot, self.client.validators)
        return self.queue.end("done", message)

    def _is_due(self) -> bool:
        """Whether everything has to be listed again, because it never was or long ago."""
        last = self.snapshot.last_good(whole=True)
        if last is None:
            return True
        age = datetime.now(UTC) - datetime.fromisoformat(last.began)
        return age > timedelta(days=self.source.full_every_days)

    def _list(self) -> None:
        with self.progress.stage(f"list {self.source.name}") as advance:
            while (cursor := self.snapshot.runs(1)[0].cursor) != "end":
                try:
                    page = self.adapter.page(self.client, cursor.removeprefix("at "))
                except Malformed:
                    if cursor.startswith("at token "):
                        self.queue.restart(self.adapter.first(self.snapshot.runs(1)[0].since))
                    raise
                self.queue.listed(page)
                self.queue.add_requests(self._made())
                advance(len(page.items))

    def _fetch(self) -> None:
        todo = self.queue.todo()
        in_a_row = 0
        with self.progress.stage(f"fetch {self.source.name}", len(todo)) as advance:
            for key, about, etag, modified in todo:
                try:
                    document = self.adapter.fetch(self.client, key, about, (etag, modified))
                except NotFound:
                    self.queue.gone(key, self._made())
                except (Unavailable, Malformed, TooLarge) as fault:
                    in_a_row += 1
                    if in_a_row >= _GIVE_UP or _asks_to_wait(fault, self.client):
                        raise
                    self.queue.failed(key, str(fault), self._made())
                else:
                    in_a_row = 0
                    self.queue.fetched(key, document, self._made())
                advance(1)

    def _made(self) -> int:
        """Return the number of requests since this was last asked."""
        made, self.counted = self.client.requests - self.counted, self.client.requests
        return made

    def _withdraw(self) -> str:
        run = self.snapshot.runs(1)[0]
        if not run.whole or not self.adapter.complete:
            return ""
        if run.expected is not None and run.listed < run.expected:
            # Pages shift while they are read; what a leaky list does not name may still be there.
            return f"The list named {run.listed:,} of {run.expected:,} records, so none was withdrawn."
        self.queue.withdraw_unseen()
        return ""


def _asks_to_wait(fault: KgError, client: Client) -> bool:
    return isinstance(fault, Unavailable) and fault.retry_after > client.manners.longest_wait


def _back_at(fault: KgError) -> str:
    """Return when a source may be asked again, ISO 8601 in UTC, or nothing where it does not say."""
    if not isinstance(fault, Unavailable):
        return ""
    at = datetime.now(UTC) + timedelta(seconds=fault.retry_after)
    return written(at)


def _before(began: str) -> str:
    at = datetime.fromisoformat(began) - _OVERLAP
    return written(at)
