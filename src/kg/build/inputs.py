"""What a build reads: the bundled datasets, and further files named as ``LOADER=PATH``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import loaders
from kg import resources
from kg.errors import BadInput
from kg.mapping.writing import slug
from kg.model import Dataset

GRAPHS: Final = {
    "wocat": "wocat",
    "practice_rows": "wocat",
    "decision_rows": "decisions",
    "document_rows": "documents",
    "informea": "decisions",
    "publication_rows": "publications",
    "csl_json": "publications",
    "bibtex": "publications",
    "ris": "publications",
    "crossref": "publications",
    "entity_rows": "entities",
    "case_rows": "cases",
    "skos": "concepts",
}
"""The named graph of each loader's records, unless the dataset names another."""

FILES_PER_CHUNK: Final = 250
BYTES_PER_CHUNK: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Input:
    """One dataset and the files that hold it, in reading order."""

    dataset: Dataset
    files: tuple[Path, ...]
    bundled: bool

    @property
    def graph(self) -> str:
        """Local name of the named graph that its records go to."""
        return self.dataset.graph or GRAPHS.get(self.dataset.loader, self.dataset.name)

    def chunks(self) -> Iterator[tuple[Path, ...]]:
        """Cut the files into parts of bounded number and size, so that memory stays flat."""
        part: list[Path] = []
        size = 0
        for file in self.files:
            part.append(file)
            size += file.stat().st_size
            if len(part) >= FILES_PER_CHUNK or size >= BYTES_PER_CHUNK:
                yield tuple(part)
                part, size = [], 0
        if part:
            yield tuple(part)

    def fingerprint(self) -> dict[str, Any]:
        """Return number, bytes and SHA-256 of the files; names count, folders do not."""
        whole = hashlib.sha256()
        size = 0
        for file in self.files:
            with file.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            size += file.stat().st_size
            whole.update(f"{file.name}\0{digest}\n".encode())
        return {
            "dataset": self.dataset.name,
            "loader": self.dataset.loader,
            "files": len(self.files),
            "bytes": size,
            "sha256": whole.hexdigest(),
        }


def bundled() -> list[Input]:
    """Return the datasets that come with LandKG."""
    from loaders import datasets

    start = resources.starter()
    return [
        Input(dataset, tuple(start / path for path in dataset.paths), bundled=True)
        for dataset in datasets.bundled()
    ]


def named(inputs: Iterable[str]) -> list[Input]:
    """Return the datasets of ``LOADER=PATH`` arguments, each a file or a folder of files.

    Raises:
        BadInput: the form, the loader or the path is wrong.
    """
    found: dict[str, Input] = {}
    for text in inputs:
        loader, equals, path = text.partition("=")
        if not equals or not path:
            raise BadInput(f"{text!r} is not LOADER=PATH.", hint="For example wocat=exports/.")
        loaders.get(loader)
        given = Path(path).expanduser()
        files = _files(given)
        name = slug(f"{loader} {given.stem}") or loader
        name = f"{name}-{len(found) + 1}" if name in found else name
        dataset = Dataset(
            name=name,
            title=f"{given.name} ({loader})",
            loader=loader,
            paths=(given.name,),
            licence="",
            publisher="",
            graph=GRAPHS.get(loader, loader),
        )
        found[name] = Input(dataset, files, bundled=False)
    return list(found.values())


def _files(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,)
    if not path.is_dir():
        raise BadInput(f"There is no file or folder {path}.")
    files = tuple(
        sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith("."))
    )
    if not files:
        raise BadInput(f"The folder {path} is empty.")
    return files
