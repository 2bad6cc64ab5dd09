"""Shards: what is read at a time, by whatever process of whatever machine, and what came of it.

A shard and its outcome are bytes and small facts. Outcomes lie under ``<home>/cache/shards``, named by what
they are made from, until a generation is published: a build that was stopped goes on behind them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

import zstandard

from kg.build import keeping, work
from kg.build.inputs import BY_PLACE, BYTES_PER_CHUNK, FILES_PER_CHUNK, Slice
from kg.build.units import FAILED, Key, Part, Unit, divide
from kg.errors import BuildFailed
from kg.model import Dataset
from kg.vocab import Iris
from loaders.base import MAX_RECORD_BYTES, Issue, LoadReport
from loaders.reading import LINES

_UNITS, _SECONDS = "units.jsonl.zst", "seconds.json"


@dataclass(frozen=True, slots=True)
class Shard:
    """Units (key, digest) of one dataset that are read together, or a piece of them.

    ``piece`` says which: "0" is the first half, "01" the second half of that. ``contents`` are the files,
    compressed, for a worker that may have none of them.
    """

    dataset: Dataset
    graph: str
    base: str
    recipe: str
    units: tuple[tuple[Key, str], ...]
    alone: bool
    """Whether each unit is a file."""
    files: tuple[Path, ...]
    slice: Slice | None = None
    piece: str = ""
    contents: tuple[bytes, ...] | None = None

    @property
    def key(self) -> str:
        """Digest of all that the outcome is made from."""
        facts = [self.recipe, self.base, self.graph, self.units, self.piece]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    @property
    def moves(self) -> bool:
        """Whether it can be read where the files are not: its contents have to fit into memory."""
        if self.dataset.loader in BY_PLACE:
            return False
        return bool(self.slice) or all(file.stat().st_size <= MAX_RECORD_BYTES for file in self.files)

    @property
    def first_line(self) -> int:
        return self.slice.line if self.slice else 1

    def packed(self) -> Shard:
        """Return the shard with the contents of its files."""
        squeeze = zstandard.ZstdCompressor().compress
        contents = tuple(squeeze(each) for each in self._contents())
        return replace(self, files=tuple(Path(file.name) for file in self.files), contents=contents)

    def _contents(self) -> Iterator[bytes]:
        for number, file in enumerate(self.files):
            if self.contents is not None:
                yield zstandard.ZstdDecompressor().decompress(self.contents[number])
            elif self.slice:
                with file.open("rb") as handle:
                    handle.seek(self.slice.start)
                    yield handle.read(self.slice.end - self.slice.start)
            else:
                yield file.read_bytes()

    @contextmanager
    def unpacked(self) -> Iterator[work.Task]:
        """Give the task, whose files are there as long as the context is."""
        if self.contents is None and self.slice is None:
            yield self._task(self.files)
            return
        with TemporaryDirectory(prefix="kg-shard-") as folder:
            files = []
            for number, (file, content) in enumerate(zip(self.files, self._contents(), strict=True)):
                place = Path(folder) / str(number) / file.name  # Files of several folders may have one name.
                place.parent.mkdir()
                place.write_bytes(content)
                files.append(place)
            yield self._task(tuple(files))

    def _task(self, files: tuple[Path, ...]) -> work.Task:
        return work.Task(self.dataset, files, self.graph, self.base, self.first_line)

    def halves(self) -> list[Shard]:
        """Return two parts of it, or nothing where there is a single record, as far as one can tell."""
        if len(self.files) > 1:
            middle = len(self.files) // 2
            ways = (slice(None, middle), slice(middle, None))
            return [
                replace(
                    self, files=self.files[way], piece=f"{self.piece}{n}",
                    units=self.units[way] if self.alone else self.units,
                )
                for n, way in enumerate(ways)
            ]  # fmt: skip
        if self.files[0].suffix.lower() not in LINES or self.dataset.loader in BY_PLACE:
            return []
        return [replace(self, slice=each, piece=f"{self.piece}{n}") for n, each in enumerate(self._two())]

    def _two(self) -> list[Slice]:
        content = next(self._contents())
        lines = content.splitlines(keepends=True)
        if len(lines) < 2:
            return []
        middle = len(lines) // 2
        start, cut = self.slice.start if self.slice else 0, len(b"".join(lines[:middle]))
        return [
            Slice(start, start + cut, self.first_line, ""),
            Slice(start + cut, start + len(content), self.first_line + middle, ""),
        ]

    def refused(self, reason: str) -> bytes:
        """Return the outcome of a shard that failed for good: one record that stays out."""
        file = self.files[0].name
        line = f"line {self.first_line}" if self.files[0].suffix.lower() in LINES else file
        issue = Issue("quarantined", file, line, "record", f"{FAILED}: {reason}")
        return pack(self, work.Done(LoadReport(self.dataset.name, 1, 0, [issue])))


def cut(parts: Iterable[Part], base: str, recipe: str) -> Iterator[tuple[Shard, list[Part]]]:
    """Cut parts into shards: one dataset each, of bounded number and size, so that memory stays flat."""
    for group in _grouped(parts):
        given, first = group[0].given, group[0]
        yield (
            Shard(
                dataset=replace(given.dataset, paths=()),
                graph=Iris(base).graph(given.graph),
                base=base,
                recipe=recipe,
                units=tuple((part.key, part.digest) for part in group),
                alone=first.alone,
                files=tuple(file for part in group for file in part.files),
                slice=first.slice,
            ),
            group,
        )


def _grouped(parts: Iterable[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    size = 0
    for part in parts:
        alike = group and group[0].given is part.given and group[0].alone and part.alone
        if group and not (alike and len(group) < FILES_PER_CHUNK and size < BYTES_PER_CHUNK):
            yield group
            group, size = [], 0
        group.append(part)
        size += part.size
    if group:
        yield group


def read(shard: Shard) -> bytes:
    """Read a shard; this is what runs on workers.

    Raises:
        BuildFailed: this worker has other code, ontology or rules than the build.
    """
    if shard.contents is not None and keeping.reading(shard.base) != shard.recipe:
        raise BuildFailed(
            f"The worker on {socket.gethostname()} has another release of LandKG than the build.",
            hint="Install the same release on all machines, in the same way.",
        )
    with shard.unpacked() as task:
        return pack(shard, work.run(task))


def pack(shard: Shard, done: work.Done) -> bytes:
    """Return an outcome as a zip of its units and runs, each compressed by Zstandard already."""
    units = divide(done, shard.units, alone=shard.alone)
    rows = "".join(f"{json.dumps(unit.to_json(), ensure_ascii=False)}\n" for unit in units)
    out = io.BytesIO()
    with ZipFile(out, "w") as packed:
        packed.writestr(_UNITS, zstandard.ZstdCompressor().compress(rows.encode()))
        packed.writestr(_SECONDS, json.dumps(done.seconds))
        for number, run in enumerate(done.runs):
            packed.writestr(f"{number}.nq.zst", run)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a shard; the runs are files."""

    units: list[Unit]
    runs: list[Path]
    seconds: dict[str, float]


class Shelf:
    """The folder of outcomes."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "cache" / "shards"

    def has(self, shard: Shard) -> bool:
        """Tell whether the outcome is there and whole."""
        try:
            with ZipFile(self._place(shard)) as packed:
                return packed.testzip() is None
        except (OSError, BadZipFile):
            return False

    def put(self, shard: Shard, outcome: bytes) -> None:
        """Keep an outcome; no other build sees half of it."""
        place = self._place(shard)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_bytes(outcome)
        beside.replace(place)

    def take(self, shard: Shard, runs: Path) -> Outcome:
        """Return an outcome, its runs written to files; ``runs`` is a path without suffix."""
        unpack = zstandard.ZstdDecompressor()
        files = []
        with ZipFile(self._place(shard)) as packed:
            rows = unpack.decompress(packed.read(_UNITS)).decode().split("\n")[:-1]
            seconds = json.loads(packed.read(_SECONDS))
            for number, name in enumerate(packed.namelist()[2:]):
                files.append(runs.with_suffix(f".{number}.nq"))
                with packed.open(name) as source, files[-1].open("wb") as target:
                    unpack.copy_stream(source, target)
        return Outcome([Unit.from_json(json.loads(row)) for row in rows], files, seconds)

    def clear(self) -> None:
        """Throw all away, once a generation is made of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _place(self, shard: Shard) -> Path:
        return self.folder / f"{shard.key}.zip"
