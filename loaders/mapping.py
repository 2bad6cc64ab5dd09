"""Reads any CSV, JSON or XML through a mapping file (YARRRML), so that a partner's list needs no Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from kg.errors import BadInput, BadRecord
from kg.model import Dataset, Record
from loaders import yarrrml
from loaders.base import LoadReport, Source
from loaders.mapping_records import Built, build
from loaders.mapping_subject import Statement, Subject
from loaders.reading import Reading
from loaders.yarrrml_files import records
from loaders.yarrrml_terms import Record as Given

SUFFIXES = (".yml", ".yaml")


_NOWHERE: Final = Dataset("triples", "triples", "mapping", (), "", "")


def load(source: Source, report: LoadReport) -> Iterator[Record]:
    """Yield a record for each subject that the mapping files among the paths describe.

    Several rows about one subject make one record, as RML has it; a row that gives it another name or
    class is left out and reported.
    """
    reading = Reading(source, report)
    for path in source.paths:
        if path.suffix.lower() not in SUFFIXES:
            continue  # A file of data; the mapping file names it.
        reading.file = path.name
        try:
            document = yarrrml.read(path)
        except BadInput as fault:
            reading.quarantine(path.name, "mapping file", str(fault))
            continue
        before = report.read
        for subject in _gather(document, reading).values():
            reading.file = subject.file
            yield from reading.attempt(
                subject.place, partial(_build, words=document.words), subject, subject.place
            )
        if report.read == before:
            report.mention("note", path.name, path.name, "file", "its sources hold no record")


def _build(subject: Subject, _place: str, reading: Reading, words: Mapping[str, Mapping[str, str]]) -> Built:
    return build(subject, reading, words)


def triples(path: Path) -> Iterator[tuple[str, Statement]]:
    """Yield (subject, statement) of every record that can be read, as an RML engine would."""
    document = yarrrml.read(path)
    reading = Reading(Source(_NOWHERE, (path,), ""), LoadReport("triples"))
    for subject in _gather(document, reading).values():
        for statement in subject.statements:
            yield subject.iri, statement


def _gather(document: yarrrml.Document, reading: Reading) -> dict[str, Subject]:
    """Return the subjects by IRI, in the order in which the files name them."""
    gathered: dict[str, Subject] = {}
    for section in document.sections:
        terms = [*section.subjects, *(each for rule in section.rules for each in rule.objects)]
        wanted = tuple(dict.fromkeys(name for each in terms for name in each.references))
        for file in section.files:
            reading.file = file.path.name
            for place, given in records(file, wanted, reading):
                try:
                    if isinstance(given, BadRecord):
                        raise given
                    _take(section, given, file.path.name, place, gathered)
                except BadRecord as fault:
                    reading.quarantine(place, fault.field, fault.reason)
    return gathered


def _take(section: yarrrml.Section, given: Given, file: str, place: str, known: dict[str, Subject]) -> None:
    """Add what one record says.

    Raises:
        BadRecord: it has no identifier, or contradicts an earlier row of the same identifier.
    """
    named = [each for subject in section.subjects for each in subject.made(given)]
    if not named:
        references = ", ".join(dict.fromkeys(n for each in section.subjects for n in each.references))
        raise BadRecord(references or "subject", "is missing or empty, so the record has no identifier")
    said: list[Statement] = []
    empty: dict[str, str] = {}
    for rule in section.rules:
        for term in rule.objects:
            made = list(term.made(given))
            if not made:
                empty |= dict.fromkeys(rule.predicates, term.value.field)
            said += [
                Statement(name, value.text, term.is_iri, term.tag(given), value.field, term.datatype)
                for value in made
                for name in rule.predicates
            ]
    for each in named:
        subject = known.get(each.text)
        if subject is None:
            subject = known[each.text] = Subject(each.text, each.field, file, place, section.name)
        else:
            subject.check(said, section.name, each.field)
        subject.add(said)
        subject.empty |= empty
