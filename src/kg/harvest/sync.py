"""Harvest, build, check, switch: one command that is safe to run by the clock.

What looks wrong stops before the switch, is written down for the status page, and leaves the generation
that serves where it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kg import generation, textfiles
from kg.config import Settings
from kg.errors import KgError, NoGeneration, Unavailable
from kg.harvest import shapes
from kg.harvest.errors import SwitchStopped
from kg.harvest.runner import harvest
from kg.harvest.snapshot import Snapshot
from kg.harvest.sources import SourceSettings, read
from kg.locks import held
from kg.moments import now
from kg.progress import Progress

REPORT: Final = "sync.json"
_FEWEST: Final = 20
"""Records below which a share says nothing."""


@dataclass(slots=True)
class Outcome:
    """What a sync did: outcome by source, the generation that serves, whether it is new."""

    sources: dict[str, str] = field(default_factory=dict)
    generation: str = ""
    switched: bool = False
    stopped: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "at": now(),
            "sources": self.sources,
            "generation": self.generation,
            "switched": self.switched,
            "stopped": self.stopped,
        }


def sync(
    settings: Settings,
    progress: Progress,
    *,
    accept: Collection[str] = (),
    bundled: bool = True,
    index: bool = True,
) -> Outcome:
    """Harvest every enabled source that is due, and build and switch if anything changed.

    "Anything" is the records, what curators did, and the software: without a change nothing is built.

    A source that fails leaves its snapshot as it was and does not hold up the others.

    Args:
        accept: sources whose loss or changed shape a person has looked at and lets through.
        bundled: whether the records that come with LandKG take part in the build.

    Raises:
        Unavailable: another sync is running.
        SwitchStopped: a source shrank or changed its shape, or too many of its records were refused.
        BuildFailed: the build did not succeed.
    """
    home = settings.home_folder
    with _alone(home):
        done = Outcome()
        try:
            for source in read(home).values():
                if source.enabled:
                    done.sources[source.name] = _harvest(source, settings, progress)
            check_snapshots(settings, accept)
            _build(settings, progress, done, accept, bundled=bundled, index=index)
            for source in read(home).values():
                shapes.accept(Snapshot(home, source.name))
        except KgError as fault:
            done.stopped = str(fault)
            raise
        finally:
            _write(home / REPORT, done.to_json())
    return done


def _harvest(source: SourceSettings, settings: Settings, progress: Progress) -> str:
    snapshot = Snapshot(settings.home_folder, source.name)
    latest = next(iter(snapshot.runs(1)), None)
    moment = datetime.now(UTC)
    if latest and latest.retry_at and datetime.fromisoformat(latest.retry_at) > moment:
        return f"asked to be left alone until {latest.retry_at}"
    good = snapshot.last_good()
    is_open = latest is not None and latest.outcome != "done"
    if good and not is_open:
        hours = (moment - datetime.fromisoformat(good.began)).total_seconds() / 3600
        if hours < source.every_hours:
            return "not due"
    try:
        run = harvest(source, settings, progress)
    except KgError as fault:
        return f"failed: {fault}"
    return f"{run.changed} changed, {run.withdrawn} withdrawn" + (
        f", {run.failed} failed" if run.failed else ""
    )


def check_snapshots(settings: Settings, accept: Collection[str]) -> None:
    """Compare each source with what the serving generation has of it, and its answers with earlier ones.

    Raises:
        SwitchStopped: a source lost more than the share ``sync_shrink_max``, or fields that all had.
    """
    home = settings.home_folder
    before = _served(home)
    for source in read(home).values():
        snapshot = Snapshot(home, source.name)
        if source.name in accept or not snapshot.exists:
            continue
        had = int(before.get(f"harvest-{source.name}", {}).get("read", 0))
        has = snapshot.count()
        if had >= _FEWEST and has < had * (1 - settings.sync_shrink_max):
            raise SwitchStopped(
                f"{source.name} has {has:,} records where it had {had:,}.",
                hint=f"If that is right, run 'kg sync --accept {source.name}'.",
            )
        lost = shapes.lost_fields(snapshot)
        if lost:
            raise SwitchStopped(
                f"{source.name} changed its shape: its records have no {', '.join(lost[:5])} any more.",
                hint=f"If that is right, run 'kg sync --accept {source.name}'.",
            )


def _build(
    settings: Settings,
    progress: Progress,
    done: Outcome,
    accept: Collection[str],
    *,
    bundled: bool,
    index: bool,
) -> None:
    from kg.build import build, is_current

    home = settings.home_folder
    if is_current(settings, bundled=bundled, index=index):
        done.generation = generation.pointed(home)
        return
    before = _served(home)

    def look(manifest: dict[str, Any]) -> None:
        for row in manifest["datasets"]:
            source = row["name"].removeprefix("harvest-")
            share = row["quarantined"] / row["read"] if row["read"] else 0.0
            earlier = before.get(row["name"], {})
            usual = earlier.get("quarantined", 0) / earlier["read"] if earlier.get("read") else 0.0
            is_ours = row["name"].startswith("harvest-") and source not in accept
            if is_ours and row["read"] >= _FEWEST and share > max(settings.sync_refused_max, usual * 1.5):
                raise SwitchStopped(
                    f"{row['quarantined']:,} of {row['read']:,} records of {source} were refused.",
                    hint=f"'kg validate' tells why; 'kg sync --accept {source}' lets them go.",
                )

    try:
        serving = generation.pointed(home)
    except NoGeneration:
        serving = ""
    made = build(settings, bundled=bundled, index=index, progress=progress, before_switch=look)
    done.generation, done.switched = made.generation.id, made.generation.id != serving


def _served(home: Path) -> dict[str, dict[str, Any]]:
    try:
        return {row["name"]: row for row in generation.current(home).manifest["datasets"]}
    except NoGeneration:
        return {}


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with held(home / "sync.lock") as free:
        if not free:
            raise Unavailable(f"Another sync is running in {home}.", retry_after=600)
        yield


def _write(path: Path, value: dict[str, Any]) -> None:
    textfiles.replace(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
