"""The steps of a run as transactions on the index: pages listed, records kept, the end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kg.harvest.adapters.base import Document, Item, Page
from kg.harvest.snapshot import Run, Snapshot, shape_of
from kg.moments import now

_STALE: Final = timedelta(days=3)
"""Age of an interrupted run whose list is no longer worth going on with."""
_SHAPED: Final = (".json",)


class Queue:
    """What one run still has to do; every method that changes something is one transaction."""

    def __init__(self, snapshot: Snapshot, database: sqlite3.Connection) -> None:
        self._snapshot, self._db = snapshot, database
        self.number = 0

    def resume(self, settings: str) -> Run | None:
        """Take up the run that was interrupted, if its source was asked in the same way."""
        latest = next(iter(self._snapshot.runs(1)), None)
        if latest is None or latest.outcome == "done" or latest.settings != settings:
            return None
        if datetime.now(UTC) - datetime.fromisoformat(latest.began) > _STALE:
            return None
        self.number = latest.number
        with self._db:
            self._set(outcome="running", message="", ended="", retry_at="")
        return latest

    def begin(self, *, whole: bool, since: str, cursor: str, settings: str) -> None:
        """Start a new run; an earlier one that never ended is over."""
        with self._db:
            self._db.execute("UPDATE runs SET outcome = 'abandoned' WHERE outcome = 'running'")
            self._db.execute("DELETE FROM queue")
            done = self._db.execute(
                "INSERT INTO runs (began, whole, since, cursor, settings) VALUES (?, ?, ?, ?, ?)",
                (now(), int(whole), since, f"at {cursor}", settings),
            )
            self.number = int(done.lastrowid or 0)

    def listed(self, page: Page) -> None:
        """Put a page's items in the queue, and remember where the next page is."""
        rows = [self._row(item) for item in page.items]
        with self._db:
            self._db.executemany(
                "INSERT INTO queue (key, place, version, about, digest, suffix, shape, gone) "
                "VALUES (?, (SELECT COALESCE(MAX(place), 0) + 1 FROM queue), ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET version = excluded.version, about = excluded.about, "
                "digest = excluded.digest, suffix = excluded.suffix, shape = excluded.shape, "
                "gone = excluded.gone, done = 0",
                rows,
            )
            self._set(
                cursor=f"at {page.next}" if page.next else "end",
                stage="list" if page.next else "fetch",
                listed=self._db.execute("SELECT COUNT(*) FROM queue").fetchone()[0],
            )
            if page.expected is not None:
                self._db.execute(
                    "UPDATE runs SET expected = COALESCE(expected, 0) + ? WHERE number = ?",
                    (page.expected, self.number),
                )

    def _row(self, item: Item) -> tuple[Any, ...]:
        digest = shape = ""
        if item.body is not None:
            digest = self._snapshot.keep(item.body, item.suffix)
            shape = shape_of(item.body) if item.suffix in _SHAPED else ""
        about = json.dumps(dict(item.about), ensure_ascii=False)
        return item.key, item.version, about, digest, item.suffix, shape, int(item.gone)

    def settle(self) -> None:
        """Finish, at once, what needs no request: unchanged versions, deletions, and records listed whole."""
        at, run = now(), self.number
        with self._db:
            # The source tells a version and it is ours; one that failed last time is asked again.
            self._db.execute(
                "UPDATE records SET seen_in = ?, state = 'active', withdrawn = '' WHERE error = '' AND "
                "key IN (SELECT q.key FROM queue q JOIN records r ON r.key = q.key WHERE NOT q.done "
                "AND NOT q.gone AND q.digest = '' AND q.version != '' AND q.version = r.version)",
                (run,),
            )
            self._db.execute(
                "UPDATE queue SET done = 1 WHERE NOT done AND NOT gone AND digest = '' AND version != '' AND "
                "EXISTS (SELECT 1 FROM records r WHERE r.key = queue.key AND r.version = queue.version "
                "AND r.error = '')"
            )
            gone = self._db.execute(
                "UPDATE records SET state = 'withdrawn', withdrawn = ?, seen_in = ? WHERE state = 'active' "
                "AND key IN (SELECT key FROM queue WHERE gone AND NOT done)",
                (at, run),
            ).rowcount
            self._db.execute("UPDATE queue SET done = 1 WHERE gone")
            self._add(withdrawn=gone)
            inline = self._db.execute(
                "SELECT key, version, digest, suffix, shape FROM queue WHERE NOT done AND digest != '' "
                "ORDER BY place"
            ).fetchall()
            for key, version, digest, suffix, shape in inline:
                self._keep(key, version, digest, suffix, shape, Document(b""))
            self._db.execute("UPDATE queue SET done = 1 WHERE digest != ''")

    def todo(self) -> list[tuple[str, Mapping[str, Any], str, str]]:
        """Return key, what the listing says, entity tag and date of each record to fetch, in order."""
        rows = self._db.execute(
            "SELECT q.key, q.about, COALESCE(r.etag, ''), COALESCE(r.modified, '') FROM queue q "
            "LEFT JOIN records r ON r.key = q.key WHERE NOT q.done ORDER BY q.place"
        )
        return [(key, json.loads(about), etag, modified) for key, about, etag, modified in rows]

    def fetched(self, key: str, document: Document, requests: int) -> None:
        """Keep a record that was fetched, or note that it is as we have it."""
        digest = shape = ""
        if document.body is not None:
            digest = self._snapshot.keep(document.body, document.suffix)
            shape = shape_of(document.body) if document.suffix in _SHAPED else ""
        with self._db:
            (version,) = self._db.execute("SELECT version FROM queue WHERE key = ?", (key,)).fetchone()
            if digest:
                self._keep(key, version, digest, document.suffix, shape, document)
            else:
                self._db.execute(
                    "UPDATE records SET seen_in = ?, version = ?, state = 'active', withdrawn = '', "
                    "error = '' WHERE key = ?",
                    (self.number, version, key),
                )
            self._db.execute("UPDATE queue SET done = 1 WHERE key = ?", (key,))
            self._add(requests=requests)

    def _keep(self, key: str, version: str, digest: str, suffix: str, shape: str, document: Document) -> None:
        at = now()
        held = self._db.execute("SELECT digest, state FROM records WHERE key = ?", (key,)).fetchone()
        self._db.execute(
            "INSERT INTO records (key, version, digest, suffix, etag, modified, shape, address, first_seen, "
            "fetched, fetched_in, seen_in) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET version = excluded.version, digest = excluded.digest, "
            "suffix = excluded.suffix, etag = excluded.etag, modified = excluded.modified, "
            "shape = excluded.shape, address = excluded.address, fetched = excluded.fetched, "
            "fetched_in = excluded.fetched_in, seen_in = excluded.seen_in, state = 'active', withdrawn = '', "
            "error = ''",
            (
                *(key, version, digest, suffix, document.etag, document.modified, shape, document.address),
                *(at, at, self.number, self.number),
            ),
        )
        self._add(fetched=1, changed=int(held is None or tuple(held) != (digest, "active")))

    def gone(self, key: str, requests: int) -> None:
        """Note that the source has the record no longer, though its listing names it."""
        with self._db:
            found = self._db.execute(
                "UPDATE records SET state = 'withdrawn', withdrawn = ?, seen_in = ? "
                "WHERE key = ? AND state = 'active'",
                (now(), self.number, key),
            ).rowcount
            self._db.execute("UPDATE queue SET done = 1 WHERE key = ?", (key,))
            self._add(withdrawn=found, requests=requests)

    def failed(self, key: str, reason: str, requests: int) -> None:
        """Note that a record could not be had; the version at hand stays, and the next run asks again."""
        with self._db:
            self._db.execute(
                "UPDATE records SET error = ?, seen_in = ? WHERE key = ?", (reason, self.number, key)
            )
            self._db.execute("UPDATE queue SET done = 2 WHERE key = ?", (key,))
            self._add(failed=1, requests=requests)

    def add_requests(self, requests: int) -> None:
        with self._db:
            self._add(requests=requests)

    def withdraw_unseen(self) -> int:
        """Mark what a whole listing does not name any more; nothing is deleted. Returns how many."""
        with self._db:
            found = self._db.execute(
                "UPDATE records SET state = 'withdrawn', withdrawn = ? "
                "WHERE state = 'active' AND seen_in < ?",
                (now(), self.number),
            ).rowcount
            self._add(withdrawn=found)
        return int(found)

    def end(self, outcome: str, message: str = "", retry_at: str = "") -> Run:
        """Close the run: ``done``, or ``failed`` or ``stopped`` so that the next one takes it up."""
        with self._db:
            self._set(outcome=outcome, message=message, ended=now(), retry_at=retry_at)
            if outcome == "done":
                self._db.execute("DELETE FROM queue")
        return self._snapshot.runs(1)[0]

    def restart(self, cursor: str) -> None:
        """Let the listing begin anew, as where a resumption token has died; what was fetched stays."""
        with self._db:
            self._db.execute("DELETE FROM queue WHERE NOT done AND digest = ''")
            self._set(cursor=f"at {cursor}", stage="list", expected=None)

    def _set(self, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"UPDATE runs SET {names} WHERE number = ?",  # noqa: S608 - our own names
            (*values.values(), self.number),
        )

    def _add(self, **values: int) -> None:
        names = ", ".join(f"{name} = {name} + ?" for name in values)
        self._db.execute(
            f"UPDATE runs SET {names} WHERE number = ?",  # noqa: S608 - our own names
            (*values.values(), self.number),
        )
