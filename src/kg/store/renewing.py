"""Makes a store from another one and what changed: its files are shared where nothing changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pyoxigraph as px

_NOT_TAKEN: Final = frozenset({"LOCK", "LOG"})


def renew(old: Path, new: Path, gone: bytes, come: bytes) -> None:
    """Make the store ``new`` from the closed store ``old``; statements are given as N-Quads lines.

    RocksDB never changes its tables (``.sst``) once written, so they are linked, as its own checkpoints do.
    """
    new.mkdir()
    for file in old.iterdir():
        if file.suffix == ".sst":
            _link(file, new / file.name)
        elif file.name not in _NOT_TAKEN:
            shutil.copyfile(file, new / file.name)
    store = px.Store(str(new))
    for quad in px.parse(input=gone, format=px.RdfFormat.N_QUADS):
        store.remove(quad)
    if come:
        store.bulk_load(input=come, format=px.RdfFormat.N_QUADS)
    store.flush()
    del store


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError:  # another file system, or one without links
        shutil.copyfile(file, place)
