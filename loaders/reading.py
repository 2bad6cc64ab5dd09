"""What the loaders of JSON and bibliographic files share: files read, records attempted, one report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from kg.errors import BadRecord
from kg.model import Case, Dataset, Decision, Document, Entity, Origin, Practice, Publication
from kg.terms import clean_text, is_web_address
from loaders.base import MAX_RECORD_BYTES, MAX_TEXT, LoadReport, Source, kind_of

Loaded = TypeVar("Loaded", bound=Case | Decision | Document | Entity | Practice | Publication)
Raw = TypeVar("Raw")
Kind = Literal["unmapped", "unmodelled", "dropped", "note"]
LINES: Final = (".jsonl", ".ndjson")
"""Files in which each line is a document, so that they can be read in parts."""


@dataclass(slots=True)
class Reading:
    """One pass over the files of a source: counts, duplicates and what has been told already."""

    source: Source
    report: LoadReport
    file: str = ""
    seen: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    pending: list[tuple[Kind, str, str, bool]] = field(default_factory=list)

    def files(self) -> Iterator[Path]:
        """Yield the source's files in turn; one that turns out to hold no record is reported."""
        for path in self.source.paths:
            self.file, before = path.name, self.report.read
            yield path
            if self.report.read == before:
                self.report.mention("note", path.name, path.name, "file", "holds no record of this format")

    def mention(self, kind: Kind, name: str, reason: str, *, once: bool = False) -> None:
        """Say something about the record being read; kept only if the record is.

        With ``once`` it is kept for the first record of the dataset that it is true of.
        """
        self.pending.append((kind, name, reason, once))

    def unmodelled(self, raw: Mapping[str, Any], known: frozenset[str], prefix: str = "") -> None:
        """Report each non-empty field that has no place in the model, once a dataset."""
        for name, value in raw.items():
            if name not in known and value not in (None, "", [], {}):
                self.mention(
                    "unmodelled",
                    f"{prefix}{name}"[:80],
                    "no place in the model; told once a dataset",
                    once=True,
                )

    def quarantine(self, record: str, name: str, reason: str) -> None:
        """Leave out a record, or a whole file where ``record`` is the file's name."""
        self.report.quarantine(
            self.file, clean_text(record[:200]) or "?", clean_text(name) or "?", clean_text(reason)
        )

    def attempt(
        self, record: str, build: Callable[[Raw, str, Reading], Loaded], raw: Raw, place: str = ""
    ) -> Iterator[Loaded]:
        """Yield ``build(raw, record, self)``, or quarantine it: broken, or with an identifier read before.

        ``place`` is where in the file it stands, for the message about a second record of its name.
        """
        self.pending.clear()
        try:
            built = build(raw, record, self)
            key = "code" if isinstance(built, Practice) else "id"
            identity = f"{type(built).__name__} {getattr(built, key)}"
            first = self.seen.get(identity)
            if first is not None:
                raise BadRecord(key, f"'{getattr(built, key)[:120]}' was already read from {first}")
        except BadRecord as fault:
            self.quarantine(record, fault.field, fault.reason)
            return
        where = clean_text(place or record[:200])
        self.seen[identity] = self.file if where == self.file else f"{self.file}, {where}"
        for kind, name, reason, once in self.pending:
            if once:
                if f"{kind} {name}" in self.told:
                    continue
                self.told.add(f"{kind} {name}")
            self.report.mention(
                kind, self.file, clean_text(record[:200]) or "?", clean_text(name) or "?", clean_text(reason)
            )
        self.report.keep()
        yield built


def origin(
    reading: Reading,
    record: str,
    *,
    url: str | None = None,
    licence: str | None = None,
    updated: str | None = None,
) -> Origin:
    """Return the provenance of a record: the work's own licence if stated, else the dataset's."""
    dataset: Dataset = reading.source.dataset
    return Origin(
        dataset=dataset.name,
        record=record,
        file=reading.file,
        licence=licence or (dataset.licence if is_web_address(dataset.licence) else None),
        url=url,
        retrieved=dataset.retrieved,
        updated=updated,
    )


def text(value: object, name: str) -> str | None:
    """Return a cleaned text, or ``None`` for an absent or empty one; numbers are written out.

    Raises:
        BadRecord: the value is of another type, or longer than ``MAX_TEXT``.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRecord(name, f"should be a text, not {kind_of(value)}")
    if not isinstance(value, str):
        return f"{value}"
    if len(value) > MAX_TEXT:
        raise BadRecord(name, f"has {len(value):,} characters; more than {MAX_TEXT:,} is a mistake")
    return clean_text(value) or None


def texts(value: object, name: str) -> list[str]:
    """Return the texts of a list, or of a single text, without the empty ones."""
    items = value if isinstance(value, list) else [value]
    return [found for item in items if (found := text(item, name))]


def file_bytes(path: Path, reading: Reading) -> bytes | None:
    """Return the content of a file, or ``None`` after having quarantined it."""
    try:
        if path.stat().st_size <= MAX_RECORD_BYTES:
            return path.read_bytes()
        reason = f"the file is larger than {MAX_RECORD_BYTES // 2**20} MiB; split it"
    except OSError as fault:
        reason = f"the file cannot be read: {fault.strerror}"
    reading.quarantine(path.name, "file", reason)
    return None


def decode(content: bytes, reading: Reading) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or Windows-1252 (reported)."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        reason = f"byte {fault.start} is not UTF-8; the file was read as Windows-1252"
        reading.report.mention("note", reading.file, reading.file, "encoding", reason)
        return content.decode("cp1252", "replace")


def json_document(content: bytes) -> Any:
    """Return the value of a JSON document.

    Raises:
        BadRecord: it is not JSON; the reason names line and column.
    """
    try:
        coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return json.loads(content.decode(coding), parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        raise BadRecord("file", _no_json(fault)) from None
    except UnicodeDecodeError as fault:
        raise BadRecord(
            "file", f"not in UTF-8: byte {fault.start} is no part of a character; save it as UTF-8"
        ) from None
    except RecursionError:
        raise BadRecord("file", "not usable JSON: nested too deeply") from None
    except ValueError as fault:
        raise BadRecord("file", f"not usable JSON: {str(fault)[:80]}") from None


def _no_json(fault: json.JSONDecodeError) -> str:
    """Return what its sender should know: nothing there, a page instead of data, cut off, or the place."""
    content = fault.doc.strip()
    if not content:
        return "is empty"
    if content.startswith("<"):
        return "not JSON: it begins with '<', like a page of HTML or XML"
    if fault.pos >= len(fault.doc.rstrip()) or fault.msg.startswith("Unterminated string"):
        return f"not whole JSON: it breaks off in line {fault.doc.count(chr(10)) + 1}; was it cut short?"
    return f"not JSON: line {fault.lineno}, column {fault.colno}: {fault.msg}"


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON number")


def json_records(path: Path, reading: Reading) -> Iterator[tuple[str, Any]]:
    """Yield the documents of a file, (its name for the report, value): one, or one a line (JSONL)."""
    content = file_bytes(path, reading)
    if content is None:
        return
    if path.suffix.lower() not in LINES:
        try:
            yield path.name, json_document(content)
        except BadRecord as fault:
            reading.quarantine(path.name, fault.field, fault.reason)
        return
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    for number, line in enumerate(lines, reading.source.first_line):
        if line.strip():
            try:
                yield f"line {number}", json_document(line)
            except BadRecord as fault:
                reading.quarantine(f"line {number}", "line", fault.reason)
