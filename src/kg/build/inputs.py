"""What a build reads: the bundled datasets, and further files named as ``LOADER=PATH``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg import resources
from kg.errors import BadInput
from kg.model import Dataset
from loaders import datasets
from loaders.base import MAX_RECORD_BYTES
from loaders.reading import LINES

FILES_PER_CHUNK: Final = 250
BYTES_PER_CHUNK: Final = 32 * 1024 * 1024
FILES_STAND_ALONE: Final = frozenset({"wocat", "informea", "crossref", "datacite", "oai_dc", "feed"})
"""Loaders for which no file says anything that another needs."""
BY_PLACE: Final = frozenset({"mapping"})
"""Loaders whose files name each other by their places."""
BYTES_PER_SLICE: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Slice:
    """Some lines of a file: bytes from ``start`` to ``end``, the number of the first, SHA-256 of them."""

    start: int
    end: int
    line: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Files that are read together, or some lines of one."""

    files: tuple[Path, ...]
    slice: Slice | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One dataset and the files that hold it, in reading order."""

    dataset: Dataset
    files: tuple[Path, ...]
    bundled: bool
    addressed: bool = False
    """Whether each file is named by its SHA-256, so that none has to be read to know it."""

    @property
    def graph(self) -> str:
        """Local name of the named graph that its records go to."""
        return self.dataset.graph or self.dataset.name

    def chunks(self) -> Iterator[Chunk]:
        """Cut the files into parts of bounded number and size, so that memory stays flat."""
        part: list[Path] = []
        size = 0
        for file in self.files:
            if self.is_cut(file):
                if part:
                    yield Chunk(tuple(part))
                    part, size = [], 0
                yield from (Chunk((file,), each) for each in slices(file))
                continue
            part.append(file)
            size += file.stat().st_size
            if len(part) >= FILES_PER_CHUNK or size >= BYTES_PER_CHUNK:
                yield Chunk(tuple(part))
                part, size = [], 0
        if part:
            yield Chunk(tuple(part))

    def is_cut(self, file: Path) -> bool:
        """Tell whether a file is so large that its lines are read in parts."""
        by_line = file.suffix.lower() in LINES and self.dataset.loader not in BY_PLACE
        return by_line and file.stat().st_size > BYTES_PER_CHUNK

    @property
    def apart(self) -> bool:
        """Whether each file is read by itself, so that one can be read again without the others."""
        names = {file.name for file in self.files}
        return self.dataset.loader in FILES_STAND_ALONE and len(names) == len(self.files)

    def digests(self) -> list[str]:
        """Return the SHA-256 of each file."""
        if self.addressed:
            return [file.name.partition(".")[0] for file in self.files]
        found = []
        for file in self.files:
            with file.open("rb") as handle:
                found.append(hashlib.file_digest(handle, "sha256").hexdigest())
        return found

    def fingerprint(self, digests: list[str]) -> dict[str, Any]:
        """Return number, bytes and SHA-256 of the files; names count, folders do not."""
        whole = hashlib.sha256()
        size = 0
        for file, digest in zip(self.files, digests, strict=True):
            size += file.stat().st_size
            whole.update(f"{file.name}\0{digest}\n".encode())
        return {
            "dataset": self.dataset.name,
            "loader": self.dataset.loader,
            "files": len(self.files),
            "bytes": size,
            "sha256": whole.hexdigest(),
        }


def slices(file: Path) -> Iterator[Slice]:
    """Cut a file behind ends of lines; no more than a slice of it is held at a time."""
    start, line = 0, 1
    with file.open("rb") as handle:
        while block := handle.read(BYTES_PER_SLICE):
            block += handle.readline(MAX_RECORD_BYTES)
            yield Slice(start, start + len(block), line, hashlib.sha256(block).hexdigest())
            start += len(block)
            line += len(block.splitlines())


def bundled() -> list[Input]:
    """Return the datasets that come with LandKG."""
    start = resources.starter()
    return [
        Input(dataset, tuple(start / path for path in dataset.paths), bundled=True)
        for dataset in datasets.bundled()
    ]


def harvested(home: Path) -> list[Input]:
    """Return the datasets that ``kg harvest`` keeps in the data folder's snapshots.

    Raises:
        ConfigError: ``sources.toml`` cannot be used.
    """
    from kg.harvest import feeding

    found = []
    for dataset, files in feeding.datasets(home):
        beside = feeding.placed(dataset, home)
        if beside is None:
            found.append(Input(dataset, files, bundled=False, addressed=True))
        else:
            found += named([f"mapping:{dataset.name}={beside}"])
    return found


def named(inputs: Iterable[str]) -> list[Input]:
    """Return the datasets of ``LOADER[:NAME]=PATH`` arguments; PATH is a file or a folder of files.

    Raises:
        BadInput: the form, the loader or the path is wrong, or two inputs have one name.
    """
    found: dict[str, Input] = {}
    for text in inputs:
        dataset = datasets.for_input(text)
        if dataset.name in found:
            raise BadInput(f"Two inputs are named {dataset.name!r}.", hint="Name them as LOADER:NAME=PATH.")
        found[dataset.name] = Input(dataset, tuple(Path(path) for path in dataset.paths), bundled=False)
    return list(found.values())
