"""Generations: immutable folders of graph, store and index, and the pointer to the one that serves.

Layout of a data folder::

    <home>/generations/<id>/{graph.nq, store/, index/, manifest.json, reports/}
    <home>/current             the id that serves, a text file replaced atomically
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from kg.errors import BadInput, BuildFailed, NoGeneration, NotFound
from kg.locks import held

POINTER: Final = "current"
_FOLDER: Final = "generations"
_TEMPORARY: Final = "tmp-"
_REMOVED: Final = "old-"
_ID: Final = re.compile(r"^[0-9a-f]{16}$")


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation; nothing in its folder ever changes."""

    id: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def graph_file(self) -> Path:
        return self.folder / "graph.nq"

    @property
    def store_folder(self) -> Path:
        return self.folder / "store"

    @property
    def index_folder(self) -> Path:
        return self.folder / "index"

    @property
    def reports_folder(self) -> Path:
        return self.folder / "reports"


def current(home: Path) -> Generation:
    """Return the generation that serves.

    Raises:
        NoGeneration: none has been published in this data folder, or the pointed one is gone.
    """
    return load(home, pointed(home))


def pointed(home: Path) -> str:
    """Return the id that the pointer names, without looking into the generation.

    Raises:
        NoGeneration: there is no pointer.
    """
    try:
        return (home / POINTER).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoGeneration(f"Nothing has been built in {home} yet.", hint="Run 'kg build'.") from None


def load(home: Path, generation_id: str) -> Generation:
    """Return one generation by its id.

    Raises:
        NoGeneration: it is not there, or not whole.
    """
    folder = home / _FOLDER / generation_id
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        raise NoGeneration(
            f"The generation {generation_id!r} in {home} is missing or damaged.",
            hint="'kg generations rollback' goes back to another one.",
        ) from None
    return Generation(generation_id, folder, manifest)


def list_all(home: Path) -> list[Generation]:
    """Return the whole generations of a data folder, newest first."""
    folder = home / _FOLDER
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _ID.match(path.name):
            try:
                found.append(load(home, path.name))
            except NoGeneration:
                continue  # A damaged one is not offered; 'prune' removes it.
    return sorted(found, key=lambda each: (str(each.manifest.get("built", "")), each.id), reverse=True)


@contextmanager
def building(home: Path) -> Iterator[Path]:
    """Give an empty folder to build in, for one builder at a time; remove it unless published.

    Leftovers of builds that were killed are removed first.

    Raises:
        BuildFailed: another build is running in this data folder.
    """
    folder = home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with held(home / "build.lock") as free:
        if not free:
            raise BuildFailed(f"Another build is running in {home}.", hint="Wait for it to end.")
        for leftover in folder.iterdir():
            if leftover.name.startswith((_TEMPORARY, _REMOVED)):
                shutil.rmtree(leftover, ignore_errors=True)
        workshop = folder / f"{_TEMPORARY}{uuid4().hex[:12]}"
        workshop.mkdir()
        try:
            yield workshop
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def publish(home: Path, workshop: Path) -> Generation:
    """Move a finished folder into place under the id of its manifest, and point to it.

    The same id built again is the same generation: only the pointer moves.

    Raises:
        BuildFailed: the manifest names no proper id.
    """
    manifest = json.loads((workshop / "manifest.json").read_text(encoding="utf-8"))
    generation_id = str(manifest.get("id", ""))
    if not _ID.match(generation_id):
        raise BuildFailed(f"{generation_id!r} cannot name a generation.")
    place = home / _FOLDER / generation_id
    if not _is_whole(place):
        _discard(place)
        _sync_tree(workshop)
        workshop.rename(place)
        _sync(place.parent)
    _point(home, generation_id)
    return load(home, generation_id)


def rollback(home: Path, generation_id: str | None = None) -> Generation:
    """Point to another generation: the one named, else the one built before the current.

    Raises:
        NotFound: there is no such generation.
    """
    known = list_all(home)
    if generation_id is None:
        now = pointed(home)
        ids = [each.id for each in known]
        older = ids[ids.index(now) + 1 :] if now in ids else ids
        if not older:
            raise NotFound("There is no generation before the current one.")
        generation_id = older[0]
    elif generation_id not in {each.id for each in known}:
        raise NotFound(
            f"There is no generation {generation_id[:40]!r}.", hint="'kg generations list' shows them."
        )
    _point(home, generation_id)
    return load(home, generation_id)


def prune(home: Path, keep: int) -> list[str]:
    """Remove all but the newest ``keep`` generations and return the ids removed.

    The current one always stays and counts among those kept; one that a running service still holds
    open goes on working, since its files are let go only when closed.

    Raises:
        BadInput: ``keep`` is less than 1.
    """
    if keep < 1:
        raise BadInput("At least one generation must be kept.")
    try:
        now = pointed(home)
    except NoGeneration:
        now = ""
    known = [each.id for each in list_all(home)]
    kept = {now, *[each for each in known if each != now][: keep - (now in known)]}
    removed = []
    folder = home / _FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _ID.match(path.name) and path.name not in kept:
            _discard(path)
            removed.append(path.name)
    return removed


def _is_whole(place: Path) -> bool:
    return (place / "manifest.json").is_file() and (place / "graph.nq").is_file()


def _discard(place: Path) -> None:
    """Take a folder out of sight in one step, then delete it."""
    if place.exists():
        away = place.with_name(f"{_REMOVED}{uuid4().hex[:12]}")
        place.rename(away)
        shutil.rmtree(away, ignore_errors=True)


def _point(home: Path, generation_id: str) -> None:
    new = home / f"{POINTER}.{uuid4().hex[:8]}"
    with new.open("w", encoding="ascii") as file:
        file.write(f"{generation_id}\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(home / POINTER)
    _sync(home)


def _sync_tree(folder: Path) -> None:
    """Force files and folders to the disk, so that a published generation survives a power cut."""
    for root, _, files in os.walk(folder):
        for name in files:
            _sync(Path(root) / name)
        _sync(Path(root))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
