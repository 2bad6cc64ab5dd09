"""Builds a generation from the last one and the parts of the inputs that changed since.

What comes out is byte for byte the graph that a whole build would make (tests/harvest/test_build_renewed.py
compares them). Where that cannot be promised - other code, ontology, rules or settings, a changed concept, a
large change - :class:`Whole` is raised and everything is built.
"""

from __future__ import annotations

import json
import logging
import shutil
from typing import TYPE_CHECKING, Final

from kg import generation
from kg.build import joining, keeping, merge, reading, splicing, stages, touched, units, work
from kg.build.units import Kept, Key
from kg.errors import NoGeneration
from kg.sparql import counting
from kg.sparql.columns import renewing as columns
from kg.store import renewing as stores

if TYPE_CHECKING:
    from kg.build.job import Job

_LOG: Final = logging.getLogger("kg.build")
_MOST: Final = 0.2
"""Share of the parts of the inputs from which building everything is quicker."""
_FEWEST: Final = 20
"""Parts that may change whatever the share."""
_IN_A_ROW: Final = 30
"""Renewals after which everything is built again, which also puts the store in order."""


class Whole(Exception):
    """Everything has to be built; the text says why."""


def attempt(job: Job) -> bool:
    """Make a generation from the last one; False where everything has to be built, with an empty workshop."""
    try:
        last, kept = held(job)
        renew(job, last, kept)
    except Whole as why:
        _LOG.info("Everything is built: %s.", why)
        for path in job.workshop.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return False
    for stage in stages.AFTER_RENEWING:
        stage(job)
    return True


def held(job: Job) -> tuple[generation.Generation, Kept]:
    """Return the generation to start from and what it keeps.

    Raises:
        Whole: there is none, it was made otherwise, or too much changed.
    """
    try:
        last = generation.current(job.settings.home_folder)
    except NoGeneration:
        raise Whole("there is no generation yet") from None
    if units.state(last.folder).get("recipe") != keeping.recipe(job):
        raise Whole("code, ontology, rules or settings are others")
    if last.manifest.get("renewals", 0) >= _IN_A_ROW:
        raise Whole(f"{_IN_A_ROW} generations in a row were renewed")
    kept = units.read(last.folder)
    if kept is None:
        raise Whole("what the last generation keeps cannot be read")
    changed = _changed(job, kept)
    if len(changed) > max(_FEWEST, _MOST * len(job.parts)):
        raise Whole(f"{len(changed)} of {len(job.parts)} parts changed")
    return last, kept


def _changed(job: Job, kept: Kept) -> list[units.Part]:
    found = []
    for part in job.parts:
        known = kept.units.get(part.key)
        if known is None or known.digest != part.digest or not known.stands:
            found.append(part)
    return found


def renew(job: Job, last: generation.Generation, kept: Kept) -> None:
    """Read what changed and make the graph, the store and the columns from those of the last generation.

    Raises:
        Whole: a concept came, changed or went.
    """
    job.renewed, job.names = last, kept.names
    changed = [part.key for part in _changed(job, kept)]
    before = {key: set(unit.lost) for key, unit in kept.units.items()}
    _read(job, kept, changed)
    with job.progress.stage("connect"), job.timed("map"):
        job.loose, job.linked = joining.join(job), stages.accepted(job)
        what = _touched(job, kept, changed, before)
    _read_besides(job, changed, what)
    _records(job, what)
    stages.assess(job)
    with job.progress.stage("store"), job.timed("store"):
        splice = _spliced(job, kept, last, what)
        gone, come = job.changes = splice.changes()
    try:
        _take_over(job, last, b"".join(gone), b"".join(come))
    except (OSError, ValueError) as fault:
        raise Whole(f"the last generation is not whole ({fault})") from fault


def _take_over(job: Job, last: generation.Generation, gone: bytes, come: bytes) -> None:
    """Make store and columns from those of the last generation and the lines that went and came."""
    with job.progress.stage("write"), job.timed("store"):
        stores.renew(last.store_folder, job.workshop / "store", gone, come)
    with job.progress.stage("count"), job.timed("count"):
        statistics = columns.renew(last.folder, job.workshop, gone, come, len(job.merged.graphs))
        counting.keep(job.workshop, json.dumps(statistics.to_json()).encode())


def _read(job: Job, kept: Kept, changed: list[Key]) -> None:
    fresh = set(changed)
    read = {
        unit.key: unit
        for unit in reading.read(job, [part for part in job.parts if part.key in fresh], "load")
    }
    here = {part.key for part in job.parts}
    old = [unit for key, unit in kept.units.items() if key in fresh or key not in here]
    if any(seen.is_concept for unit in (*old, *read.values()) for seen in unit.records):
        raise Whole("concepts changed")
    job.units = {part.key: read.get(part.key) or kept.units[part.key] for part in job.parts}


def _touched(job: Job, kept: Kept, changed: list[Key], before: dict[Key, set[str]]) -> touched.Touched:
    fresh = set(changed)
    old = [unit for key, unit in kept.units.items() if key in fresh or key not in job.units]
    new = [unit for key, unit in job.units.items() if key in fresh or unit.lost != before.get(key)]
    moved = {seen.iri for unit in (*old, *new) for seen in unit.records}
    was, now = kept.reviews, keeping.reviews(job)
    reviewed = {code for code in was.keys() | now.keys() if was.get(code) != now.get(code)}
    moved |= {job.iris.id("practice", code) for code in reviewed}
    differing = set(job.loose) ^ set(kept.loose) | set(job.linked) ^ set(kept.linked)
    links = [*kept.loose, *job.loose]
    return touched.find(
        moved, differing, links, touched.Owners(job.units.values()), f"<{job.iris.term('linkedPractice')}>"
    )


def _read_besides(job: Job, changed: list[Key], what: touched.Touched) -> None:
    """Read the parts that did not change and whose records are needed; what is known of them stays."""
    wanted = what.records | what.around
    merges = [(iri, each.replaced_by) for iri, each in job.retired.items() if each.replaced_by]
    if any(wanted.intersection(pair) for pair in merges):
        raise Whole("records that were merged changed")
    known = set(changed)
    parts = [
        part
        for part in job.parts
        if part.key not in known and any(seen.iri in wanted for seen in job.units[part.key].records)
    ]
    for _ in reading.read(job, parts, "read besides"):
        pass


def _records(job: Job, what: touched.Touched) -> None:
    """Write the graph of the records made anew, of those around them, and of all that spans records."""
    wanted = what.records | what.around
    lines = list(job.loose)
    for runs, parts in job.taken:
        here = {seen.iri for part in parts for seen in job.units[part.key].records} & wanted
        here -= set().union(*(job.units[part.key].lost for part in parts))
        for run in runs:
            with run.open(encoding="utf-8", newline="\n") as file:
                lines += (line.rstrip("\n") for line in file if _belongs(line, here))
    folder = job.scratch / "records"
    folder.mkdir()
    work.write_run(lines, job.scratch / "renewed.nq")
    merge.merge([job.scratch / "renewed.nq"], folder / "graph.nq", inferred=job.iris.graph("inferred"))


def _belongs(line: str, records: set[str]) -> bool:
    iri = line[1 : line.index(">")]
    while iri not in records:
        iri, _, last = iri.rpartition("/")
        if not last:
            return False
    return True


def _spliced(job: Job, kept: Kept, last: generation.Generation, what: touched.Touched) -> splicing.Splice:
    """Write the new graph; counts come first, because the graph says how large it is."""
    linked, anew = job.scratch / "linked.nq", job.scratch / "anew" / "graph.nq"
    anew.parent.mkdir()
    work.write_run(list(job.linked), linked)
    whole = [job.scratch / "records" / "graph.nq", *job.assessed, linked]
    merge.merge(whole, anew, inferred=job.iris.graph("inferred"))
    lines = anew.read_bytes().splitlines(keepends=True)
    job.anew = tuple(_prefixes(job, what))
    splice = splicing.Splice(last.graph_file)
    splice.replace(job.anew, lines)
    job.counted = splicing.grown(kept.counted, splice.edits)
    described = [f"{line}\n".encode() for line in sorted(stages.described_by(job))]
    try:
        put = splice.exchange((f"{line}\n".encode() for line in kept.provenance), described)
    except ValueError:
        raise Whole("statements on datasets changed") from None
    job.provenance = [line.decode().rstrip("\n") for line in put]
    sha256 = splice.write(job.workshop / "graph.nq")
    counts = splicing.grown(last_counts(last, job), splice.edits)
    job.merged = splicing.merged(counts, sha256)
    return splice


def last_counts(last: generation.Generation, job: Job) -> dict[str, int]:
    """Return the statements by graph IRI of a generation."""
    return {job.iris.graph(name): count for name, count in last.manifest["graphs"].items()}


def _prefixes(job: Job, what: touched.Touched) -> list[bytes]:
    practices = job.iris.id("practice", "")
    found = []
    for iri in what.records:
        found += [f"<{iri}> ", f"<{iri}/"]
        if iri.startswith(practices):
            found.append(f"<{job.iris.id('assessment', iri.removeprefix(practices))}/")
    for iri in what.subjects:
        found += [f"<{iri}> ", f"<{iri}/suggestion/"]
    return [each.encode() for each in found]
