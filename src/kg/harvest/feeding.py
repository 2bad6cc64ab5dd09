"""What a build reads from the snapshots: the datasets of the sources, and their active records' files."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from kg.errors import ConfigError
from kg.harvest import adapters
from kg.harvest.snapshot import Snapshot
from kg.harvest.sources import SourceSettings, read
from kg.model import Dataset


def datasets(home: Path) -> list[tuple[Dataset, tuple[Path, ...]]]:
    """Return a dataset and its files for every source that was harvested, in the order of their names.

    The files stand in the order of the records' keys, so the order of fetching leaves no trace. Withdrawn
    records stay in the snapshot and out of the graph.

    Raises:
        ConfigError: a source's settings cannot be used.
    """
    found = []
    for source in read(home).values():
        snapshot = Snapshot(home, source.name)
        files = tuple(snapshot.object(each.digest, each.suffix) for each in snapshot.records("active"))
        # Two records can hold the same bytes; a file is read once.
        if files:
            found.append((dataset(source, home), tuple(dict.fromkeys(files))))
    return found


def withdrawn(home: Path) -> list[tuple[Dataset, list[tuple[Path, str]]]]:
    """Return, for each source, the files of the records that it no longer has, and since which day.

    Raises:
        ConfigError: a source's settings cannot be used.
    """
    found = []
    for source in read(home).values():
        snapshot = Snapshot(home, source.name)
        gone = snapshot.records("withdrawn") if source.kind in adapters.KINDS and not source.mapping else []
        if gone:
            files = [(snapshot.object(each.digest, each.suffix), each.withdrawn[:10]) for each in gone]
            found.append((dataset(source, home), files))
    return found


def dataset(source: SourceSettings, home: Path) -> Dataset:
    """Return a source as ``kg sources`` lists it; its name does not clash with bundled datasets."""
    loader = adapters.KINDS[source.kind].loader if source.kind in adapters.KINDS else source.kind
    name = f"harvest-{source.name}"
    return Dataset(
        name=name,
        title=source.title or f"{source.name} ({source.address})",
        loader=loader,
        paths=(),
        licence=source.licence,
        publisher=source.publisher,
        homepage=source.homepage,
        note=f"Harvested from {source.address}.",
        graph=source.graph or name,
        attribution=source.attribution,
        extra=(("mapping", str(home / source.mapping)),) if source.mapping else (),
    )


def placed(dataset: Dataset, home: Path) -> Path | None:
    """Put what a partner's mapping file reads beside it, and return that file; ``None`` for other sources.

    A file gets the last name of its address (``https://example.org/lists/trials.csv``: ``trials.csv``),
    the name by which the mapping file calls it.

    Raises:
        ConfigError: the mapping file is not there, or two addresses end in one name.
    """
    mapping = dict(dataset.extra).get("mapping")
    if mapping is None:
        return None
    rules = Path(mapping)
    if not rules.is_file():
        raise ConfigError(f"The mapping file {rules} of {dataset.name} is not there.")
    snapshot = Snapshot(home, dataset.name.removeprefix("harvest-"))
    taken: set[str] = set()
    for each in snapshot.records("active"):
        name = PurePosixPath(urlsplit(each.key).path).name
        if not name or name in taken or name == rules.name:
            raise ConfigError(f"{each.key[:120]} has no file name of its own.")
        taken.add(name)
        part = rules.with_name(f".{name}.part")
        shutil.copyfile(snapshot.object(each.digest, each.suffix), part)
        part.replace(rules.with_name(name))
    return rules
