"""Checks records without publishing them, or the generation that serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg import generation
from kg.build import inputs as given
from kg.build import schema, shards, units, work
from kg.build.result import CheckReport
from kg.config import Settings
from kg.errors import BadInput
from kg.generation import Generation
from kg.mapping.writing import record_of
from kg.progress import Progress
from kg.store.embedded import open_store
from kg.validation import Validator, Violation, check_graph
from loaders.base import Issue


def check_inputs(settings: Settings, inputs: Iterable[str], *, progress: Progress) -> CheckReport:
    """Read, map and check the datasets named as ``LOADER=PATH``, and keep nothing.

    Raises:
        BadInput: no input is named, or one is malformed.
    """
    chosen = given.named(inputs)
    if not chosen:
        raise BadInput("Name what to check as LOADER=PATH.")
    read = loaded = 0
    issues: list[Issue] = []
    warnings: list[Violation] = []
    cut = [shard for shard, _ in shards.cut(_parts(chosen), settings.base, "")]
    with progress.stage("check", sum(len(shard.files) for shard in cut)) as go:
        for shard in cut:
            with shard.unpacked() as task:
                done = work.run(task)
                read += done.report.read
                loaded += done.report.loaded
                issues += done.report.issues
                warnings += done.warnings
                go(len(shard.files))
    return CheckReport(read, loaded, tuple(issues), tuple(warnings))


def _parts(chosen: Iterable[given.Input]) -> Iterator[units.Part]:
    for each in chosen:
        # Nothing is kept of a check, so no file is read for its digest.
        yield from units.parts(each, [""] * len(each.files))


def check_current(settings: Settings, *, progress: Progress) -> CheckReport:
    """Check the generation that serves, record by record and as a whole.

    Raises:
        NoGeneration: nothing has been built yet.
    """
    serving = generation.current(settings.home_folder)
    base = serving.manifest.get("base", settings.base)
    settings = Settings.from_env(None, home=settings.home, base=base)
    iris = settings.iris
    validator = Validator(iris, schema.lines(iris))
    records = int(serving.manifest.get("records", 0))
    issues: list[Issue] = []
    warnings: list[Violation] = []
    with progress.stage("validate") as advance:
        for batch in _batches(serving):
            for found in validator.check(batch):
                if found.severity == "violation":
                    issues.append(Issue("quarantined", "graph.nq", found.record, found.field, found.message))
                else:
                    warnings.append(found)
            advance(len(batch))
    store = open_store(serving.folder, settings)
    try:
        checks = check_graph(store, iris)
    finally:
        store.close()
    bad = len({each.record for each in issues})
    return CheckReport(records, records - bad, tuple(issues), tuple(warnings), tuple(checks))


def _batches(serving: Generation) -> Iterator[list[tuple[str, list[str]]]]:
    """Yield records with all their lines; a record's parts do not stand beside it in the sorted file."""
    records: dict[str, list[str]] = {}
    with serving.graph_file.open(encoding="utf-8") as lines:
        for line in lines:
            records.setdefault(record_of(line[1 : line.index(">")]), []).append(line.rstrip("\n"))
    names = list(records)
    for start in range(0, len(names), work.BATCH):
        yield [(name, records.pop(name)) for name in names[start : start + work.BATCH]]
