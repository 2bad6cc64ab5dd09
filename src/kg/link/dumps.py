"""Files of each named graph of a generation, packed, with their sizes and checksums.

They lie in ``<generation>/dumps``: ``index.json`` and one ``<graph>.<form>.gz`` a file, a slash in a graph's
name written as ``-``. A full build writes them; of a generation that has none they are made when first asked
for. What they say follows from ``graph.nq`` and, for who decided about a link, from the journal.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, cast
from uuid import uuid4

import pyoxigraph as px

from kg import queries
from kg.errors import Unavailable
from kg.generation import Generation
from kg.link import mappings, tabular
from kg.locks import held
from kg.vocab import Iris

FOLDER: Final = "dumps"
_INDEX: Final = "index.json"
MEDIA_TYPES: Final = {
    "nq": "application/n-quads",
    "trig": "application/trig",
    "jsonld": "application/ld+json",
    "csv": "text/csv",
    "csv-metadata.json": "application/csvm+json",
    "sssom.tsv": "text/tab-separated-values",
}
"""Media type of each form, by the suffix of its address; SSSOM only of graphs that hold mappings."""
_RDF: Final = {"trig": px.RdfFormat.TRIG, "jsonld": px.RdfFormat.JSON_LD}


@dataclass(frozen=True, slots=True)
class File:
    """One form of one graph: bytes and SHA-256 (hex) as served plain, and packed with gzip."""

    form: str
    bytes: int
    sha256: str
    packed_bytes: int
    packed_sha256: str


@dataclass(frozen=True, slots=True)
class Dump:
    """One named graph: its local name (``links/panorama``), its statements, its files."""

    graph: str
    triples: int
    files: tuple[File, ...]

    def file(self, form: str) -> File | None:
        return next((each for each in self.files if each.form == form), None)


class _Sink:
    """Packs what is written and reckons sizes and checksums of both sides."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("wb")
        # No name and no time: the same statements are the same bytes.
        self._packed = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, compresslevel=6, mtime=0)
        self._path, self._size, self._digest = path, 0, hashlib.sha256()

    def write(self, part: bytes) -> int:
        self._size += len(part)
        self._digest.update(part)
        return self._packed.write(part)

    def flush(self) -> None:
        """Nothing is written through before the end."""

    def close(self, form: str) -> File:
        self._packed.close()
        self._raw.close()
        with self._path.open("rb") as file:
            packed = hashlib.file_digest(file, "sha256").hexdigest()
        return File(form, self._size, self._digest.hexdigest(), self._path.stat().st_size, packed)


def stem(graph: str) -> str:
    """Return the name of a graph's files."""
    return graph.replace("/", "-")


def path(generation: Generation, graph: str, form: str) -> Path:
    return generation.folder / FOLDER / f"{stem(graph)}.{form}.gz"


def ensure(home: Path, generation: Generation, iris: Iris) -> list[Dump]:
    """Return the dumps of a generation, written first where it has none.

    Raises:
        Unavailable: another process is writing them, or they cannot be written.
    """
    index = generation.folder / FOLDER / _INDEX
    try:
        if not index.is_file():
            with held(home / f"{FOLDER}.lock") as free:
                if not free:
                    raise Unavailable("The dumps are being written.", retry_after=30)
                if not index.is_file():
                    write(home, generation.folder, iris)
        return read(index)
    except OSError as fault:
        raise Unavailable(f"The dumps cannot be written: {fault.strerror}.", retry_after=60) from None


def read(index: Path) -> list[Dump]:
    """Return what ``index.json`` lists."""
    rows = json.loads(index.read_text(encoding="utf-8"))
    return [Dump(row["graph"], row["triples"], tuple(File(**each) for each in row["files"])) for row in rows]


def write(home: Path, folder: Path, iris: Iris) -> None:
    """Write the dumps of the generation in a folder; they appear all at once."""
    workshop = folder / f"{FOLDER}-{uuid4().hex[:8]}"
    workshop.mkdir()
    try:
        counts = _split(folder / "graph.nq", workshop, iris)
        dumps = [_dump(home, workshop, name, count, iris) for name, count in sorted(counts.items())]
        text = json.dumps([asdict(each) for each in dumps], indent=1) + "\n"
        (workshop / _INDEX).write_text(text, encoding="utf-8")
        workshop.rename(folder / FOLDER)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _split(graph: Path, workshop: Path, iris: Iris) -> dict[str, int]:
    """Write the lines of each named graph to a file of its own; return their numbers."""
    head = f"<{iris.graph('')}".encode()
    outs: dict[bytes, IO[bytes]] = {}
    counts: dict[bytes, int] = {}
    with graph.open("rb") as file, ExitStack() as opened:
        for line in file:
            name = line[line.rindex(b" <") + 1 : -4]
            if not name.startswith(head):
                continue
            name = name[len(head) :]
            if name not in outs:
                outs[name] = opened.enter_context((workshop / f"{stem(name.decode())}.lines").open("wb"))
                counts[name] = 0
            outs[name].write(line)
            counts[name] += 1
    return {name.decode(): count for name, count in counts.items()}


def _dump(home: Path, workshop: Path, graph: str, count: int, iris: Iris) -> Dump:
    lines = workshop / f"{stem(graph)}.lines"
    files = []
    for form in MEDIA_TYPES:
        sink = _Sink(workshop / f"{stem(graph)}.{form}.gz")
        is_there = _form(home, sink, lines, graph, form, iris)
        file = sink.close(form)
        if is_there:
            files.append(file)
        else:
            (workshop / f"{stem(graph)}.{form}.gz").unlink()
    lines.unlink()
    return Dump(graph, count, tuple(files))


def _form(home: Path, sink: _Sink, lines: Path, graph: str, form: str, iris: Iris) -> bool:
    """Write one form; tell whether the graph has it."""
    quads = partial(tabular.read, partial(cast(Any, lines.open), "rb"))
    prefixes = queries.prefix_map(iris)
    if form == "nq":
        with lines.open("rb") as file:
            shutil.copyfileobj(file, cast(IO[bytes], sink))
    elif form in _RDF:
        px.serialize(
            quads(), cast(IO[bytes], sink), _RDF[form], prefixes=prefixes if form == "trig" else None
        )
    elif form.startswith("csv"):
        known = tabular.columns(quads())
        names = tabular.headings(known, partial(_shortened, prefixes))
        if form == "csv":
            tabular.write(quads(), known, names, cast(IO[bytes], sink))
        else:
            body = tabular.metadata(known, names, f"{graph.rpartition('/')[2]}.csv")
            sink.write(json.dumps(body, ensure_ascii=False, indent=1).encode())
    else:
        text = mappings.of_graph(home, lines, graph, iris)
        sink.write((text or "").encode())
        return text is not None
    return True


def _shortened(prefixes: dict[str, str], iri: str) -> str:
    """Return a property's name with its prefix; the longest namespace counts."""
    found = [
        (len(space), f"{name}:{iri[len(space) :]}")
        for name, space in prefixes.items()
        if iri.startswith(space)
    ]
    return max(found)[1] if found else iri


def plain(generation: Generation, graph: str, form: str) -> gzip.GzipFile:
    """Open one file unpacked; now, as a later moment may find the generation gone."""
    return gzip.open(path(generation, graph, form), "rb")


def pieces(file: gzip.GzipFile) -> Iterator[bytes]:
    """Yield what is in an open file."""
    while piece := file.read(65_536):
        yield piece
