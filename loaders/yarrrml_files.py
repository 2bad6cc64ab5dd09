"""Opens the files that a mapping names: rows of CSV, objects of JSON, elements of XML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kg.errors import BadRecord
from kg.terms import clean_text
from loaders.base import MAX_TEXT
from loaders.reading import Reading, decode, file_bytes, json_document
from loaders.yarrrml import File
from loaders.yarrrml_terms import Record

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def records(
    file: File, wanted: tuple[str, ...], reading: Reading
) -> Iterator[tuple[str, Record | BadRecord]]:
    """Yield (place, record) of a file; one that cannot be read stands there as its fault.

    ``wanted`` are the references of the mapping, to tell a column that is not there from an empty one.
    A file that cannot be read at all is quarantined in the report.
    """
    content = file_bytes(file.path, reading)
    if content is None:
        return
    try:
        if file.form == "csv":
            yield from _rows(_decoded(content, file, reading), file, wanted, reading)
        elif file.form == "jsonpath":
            yield from _objects(content, file)
        else:
            yield from _elements(content, file)
    except BadRecord as fault:
        reading.quarantine(file.path.name, fault.field, fault.reason)


def _decoded(content: bytes, file: File, reading: Reading) -> str:
    if not file.encoding:
        return decode(content, reading)
    try:
        return content.decode(file.encoding)
    except (LookupError, UnicodeDecodeError) as fault:
        raise BadRecord("encoding", f"the file is not in {file.encoding}: {str(fault)[:120]}") from None


@dataclass(frozen=True, slots=True)
class _Row:
    cells: dict[str, str]

    def values(self, reference: str) -> list[str]:
        return _kept([self.cells[reference]], reference)


def _rows(
    text: str, file: File, wanted: tuple[str, ...], reading: Reading
) -> Iterator[tuple[str, Record | BadRecord]]:
    """Yield the rows below the header; empty lines are passed over.

    Raises:
        BadRecord: there is no header, it names a column twice, or a column of the mapping is missing.
    """
    table = csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter, strict=False)
    head = [clean_text(name) for name in _line(table) or []]
    if not any(head):
        raise BadRecord("header", "the file has no line with the names of its columns")
    twice = next((name for name in head if name and head.count(name) > 1), None)
    if twice:
        raise BadRecord("header", f"two columns are named {twice[:60]!r}")
    for name in wanted:
        if name not in head:
            known = ", ".join(filter(None, head))[:300]
            raise BadRecord(name, f"is no column of the file; its columns are {known}")
    unused = ", ".join(name for name in head if name and name not in wanted)[:300]
    if unused:
        reason = f"no rule of this mapping takes the columns {unused}"
        reading.report.mention("note", file.path.name, file.path.name, "columns", reason)
    number = 0
    while True:
        try:
            cells = _line(table)
        except BadRecord as fault:
            number += 1
            yield f"row {number}", fault
            continue
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if len(cells) != len(head):
            reason = f"has {len(cells)} cells, the header {len(head)}; is a quotation mark missing?"
            yield f"row {number}", BadRecord("row", reason)
        else:
            yield f"row {number}", _Row(dict(zip(head, cells, strict=True)))


def _line(table: Any) -> list[str] | None:
    try:
        found: list[str] | None = next(table, None)
    except csv.Error as fault:
        raise BadRecord("row", f"is not CSV: {fault}") from None
    return found


@dataclass(frozen=True, slots=True)
class _Object:
    value: Any

    def values(self, reference: str) -> list[str]:
        found: list[str] = []
        for match in _json_path(reference if reference.startswith("$") else f"$.{reference}").findall(
            self.value
        ):
            for each in match if isinstance(match, list) else [match]:
                if isinstance(each, dict):
                    raise BadRecord(reference, "should be a text or a list of texts, not an object")
                found.append(_written(each))
        return _kept(found, reference)


def _objects(content: bytes, file: File) -> Iterator[tuple[str, Record | BadRecord]]:
    document = json_document(content)
    try:
        found = _json_path(file.iterator).findall(document)
    except RecursionError:
        raise BadRecord("file", "is nested too deeply") from None
    for number, each in enumerate(found, 1):
        yield f"item {number}", _Object(each)


@cache
def _json_path(text: str) -> Any:
    """Return a compiled JSONPath (RFC 9535).

    Raises:
        BadRecord: it is none.
    """
    import jsonpath

    try:
        return jsonpath.compile(text)
    except jsonpath.JSONPathError as fault:
        raise BadRecord(text[:80], f"is no JSONPath: {str(fault).splitlines()[0][:120]}") from None


@dataclass(frozen=True, slots=True)
class _Element:
    element: Element
    namespaces: tuple[tuple[str, str], ...]

    def values(self, reference: str) -> list[str]:
        found = _x_path(self.element, reference, self.namespaces)
        return _kept([_content(each) for each in found], reference)


def _elements(content: bytes, file: File) -> Iterator[tuple[str, Record | BadRecord]]:
    from xml.etree.ElementTree import ParseError, iterparse

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(content, forbid_dtd=True)
    except ParseError as fault:
        raise BadRecord("file", f"is not XML: {fault}") from None
    except DefusedXmlException:
        raise BadRecord("file", "declares a document type or entities, which are not read") from None
    declared = iterparse(io.BytesIO(content), events=("start-ns",))  # noqa: S314 - parsed safely just above
    namespaces = tuple({prefix: uri for _, (prefix, uri) in declared if prefix}.items())
    for number, each in enumerate(_x_path(root, file.iterator, namespaces), 1):
        if not hasattr(each, "tag"):
            raise BadRecord("iterator", f"{file.iterator[:80]!r} names texts, not elements")
        yield f"element {number}", _Element(each, namespaces)


def _x_path(element: Element, path: str, namespaces: tuple[tuple[str, str], ...]) -> list[Any]:
    import elementpath

    try:
        found = elementpath.select(element, path, dict(namespaces), parser=elementpath.XPath2Parser)
    except elementpath.ElementPathError as fault:
        raise BadRecord(path[:80], f"is no XPath: {str(fault)[:120]}") from None
    return found if isinstance(found, list) else [found]


def _content(found: Any) -> str:
    return "".join(found.itertext()) if hasattr(found, "itertext") else _written(found)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _kept(values: list[str], reference: str) -> list[str]:
    """Return the texts that hold something, cleaned.

    Raises:
        BadRecord: one is longer than a text of a record can be.
    """
    for value in values:
        if len(value) > MAX_TEXT:
            raise BadRecord(reference, f"has {len(value):,} characters; more than {MAX_TEXT:,} is a mistake")
    return [cleaned for value in values if (cleaned := clean_text(value))]
