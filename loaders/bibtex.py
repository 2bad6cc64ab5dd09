"""Reads publications from BibTeX and biblatex files, with LaTeX accents, ``@string`` and ``crossref``."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import bibtexparser
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    Field,
    ParsingFailedBlock,
)

from kg.errors import BadRecord
from kg.model import Author, Publication
from kg.terms import is_web_address
from loaders.base import LoadReport, Source
from loaders.bibliographic import Work, doi, kind, language, year, year_of_parts
from loaders.reading import Reading, decode, file_bytes, text

# What the parser logs about broken blocks stands in our report.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())

KINDS: Final = {
    "article": "journal article",
    "book": "book",
    "booklet": "pamphlet",
    "bookinbook": "book chapter",
    "collection": "book",
    "conference": "conference paper",
    "dataset": "dataset",
    "electronic": "web page",
    "inbook": "book chapter",
    "incollection": "book chapter",
    "inproceedings": "conference paper",
    "inreference": "encyclopedia article",
    "manual": "handbook",
    "mastersthesis": "thesis",
    "misc": "publication",
    "mvbook": "book",
    "mvcollection": "book",
    "online": "web page",
    "periodical": "periodical",
    "phdthesis": "thesis",
    "proceedings": "proceedings",
    "reference": "book",
    "report": "report",
    "software": "software",
    "standard": "standard",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "www": "web page",
}
"""Entry types of BibTeX and biblatex (biblatex manual, 2.1) in our words."""

_KNOWN: Final = frozenset(
    (
        *("author", "editor", "title", "subtitle", "year", "date", "month", "day", "journal", "journaltitle"),
        *("booktitle", "volume", "number", "issue", "pages", "publisher", "institution", "school"),
        *("organization", "doi", "isbn", "url", "abstract", "language", "langid", "copyright", "license"),
        *("crossref", "eid"),
    )
)
_NOT_LATEX: Final = frozenset(("doi", "url", "isbn", "crossref", "copyright", "license", "author", "editor"))
_PUBLISHERS: Final = ("publisher", "institution", "school", "organization")
_LATEX = re.compile(r"[\\{}$~%&]|--|``|''")
_KEY = re.compile(r"@\s*\w+\s*[{(]\s*([^,\s{}\"]+)")
_PIECES = re.compile(r'"([^"]*)"|\{([^{}]*)\}|([^#\s"{}]+)')
_DECODER: Final = LatexDecodingMiddleware(keep_math_mode=False)


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry and what it may refer to: the file's entries by lower-case key, and its strings."""

    entry: Entry
    entries: Mapping[str, Entry]
    strings: Mapping[str, str]


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield the publications of BibTeX files; ``crossref`` reaches entries of the same file."""
    reading = Reading(source, report)
    for path in reading.files():
        content = file_bytes(path, reading)
        if content is None:
            continue
        try:
            library = bibtexparser.parse_string(decode(content, reading))
        except Exception as fault:  # the parser promises nothing about what it raises on wild input
            reading.quarantine(path.name, "file", f"not readable as BibTeX: {fault!s:.80}")
            continue
        for block in library.failed_blocks:
            _refuse(block, reading)
        entries = {entry.key.lower(): entry for entry in library.entries}
        strings = {key.lower(): str(string.value) for key, string in library.strings_dict.items()}
        for entry in library.entries:
            name = entry.key or f"line {(entry.start_line or 0) + 1}"
            yield from reading.attempt(name, _publication, _Item(entry, entries, strings))


def _refuse(block: ParsingFailedBlock, reading: Reading) -> None:
    line = (block.start_line or 0) + 1
    key = _KEY.search((block.raw or "")[:500])
    name = key[1] if key else f"line {line}"
    if isinstance(block, DuplicateFieldKeyBlock):
        fields = ", ".join(sorted(block.duplicate_keys))
        reading.quarantine(name, fields, f"stands twice in the entry of line {line}")
    elif isinstance(block, DuplicateBlockKeyBlock):
        reading.quarantine(name, "key", f"the entry of line {line} has the key of an earlier one")
    else:
        reading.quarantine(
            name, "entry", f"the entry of line {line} is broken: a brace, quote or comma is amiss"
        )


def _publication(item: _Item, name: str, reading: Reading) -> Publication:
    entry = item.entry
    own = _fields(entry, item.strings, reading)
    reading.unmodelled({k: v for k, v in own.items() if not k.startswith("bdsk-")}, _KNOWN)
    fields = _decoded(_inherited(own, item.entries, item.strings, reading))
    publisher = next(
        (fields[f] for f in ("publisher", "institution", "school", "organization") if fields.get(f)), None
    )
    licence = next((v for f in ("license", "copyright") if is_web_address(v := fields.get(f, ""))), None)
    title = fields.get("title", "")
    if fields.get("subtitle"):
        title = f"{title}: {fields['subtitle']}"
    return Work(
        record=name,
        kind=kind(entry.entry_type, "entry type", KINDS, reading),
        key=text(entry.key, "key"),
        titles=[title] if title.strip() else [],
        language=language(fields.get("langid") or fields.get("language"), "language", reading),
        authors=_names(fields.get("author", ""), "author"),
        editors=_names(fields.get("editor", ""), "editor"),
        year=_year(fields),
        container=fields.get("journaltitle") or fields.get("journal") or fields.get("booktitle"),
        volume=fields.get("volume") or None,
        issue=fields.get("issue") or fields.get("number") or None,
        pages=fields.get("pages") or fields.get("eid") or None,
        publisher=publisher,
        doi=doi(fields.get("doi", "").replace("\\", ""), "doi"),
        isbn=re.split(r"[,;]\s*|\s+(?=97[89]|[0-9]{9})", fields["isbn"]) if fields.get("isbn") else [],
        abstracts=[fields["abstract"]] if fields.get("abstract") else [],
        licence=licence,
        url=re.sub(r"^\\url\{(.*)\}$", r"\1", fields.get("url", "")).replace("\\", "") or None,
    ).publication(reading, title="title", key="key")


def _fields(entry: Entry, strings: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """Fields in lower case; a name that no ``@string`` defines is kept as it stands and reported."""
    enclosing: Mapping[str, Any] = entry.parser_metadata.get("removed_enclosing", {})
    found: dict[str, str] = {}
    for field in entry.fields:
        name, value = field.key.lower(), str(field.value)
        bare = enclosing.get(field.key) == "no-enclosing"
        if bare and "#" in value:
            pieces = [_piece(m, strings) for m in _PIECES.finditer(value)]
            value = "".join(pieces)
        elif bare and name != "month" and not value.isdecimal():
            reading.mention("unmapped", name, f"no @string defines {value[:40]!r}; it is kept as a text")
        found[name] = text(value, name) or ""
    return found


def _piece(match: re.Match[str], strings: Mapping[str, str]) -> str:
    quoted, braced, name = match.groups()
    if name is None:
        return quoted if quoted is not None else braced
    return strings.get(name.lower(), name).strip('"{}')


def _inherited(
    own: dict[str, str], entries: Mapping[str, Entry], strings: Mapping[str, str], reading: Reading
) -> dict[str, str]:
    """Fields with those of the ``crossref`` parents filled in; a parent's title is the child's booktitle."""
    fields, visited, parent = dict(own), set[str](), own.get("crossref", "").lower()
    while parent and parent not in visited:
        visited.add(parent)
        if parent not in entries:
            reading.mention("unmapped", "crossref", f"no entry of this file has the key {parent[:60]!r}")
            break
        above = _fields(entries[parent], strings, reading)
        if above.get("title"):
            fields.setdefault("booktitle", above["title"])
        for name, value in above.items():
            # DOI, ISBN of a volume are the volume's own; so is its abstract.
            if name not in ("title", "subtitle", "doi", "url", "abstract", "crossref"):
                fields.setdefault(name, value)
        parent = above.get("crossref", "").lower()
    return fields


def _decoded(fields: dict[str, str]) -> dict[str, str]:
    """Decode LaTeX where there is some; addresses and identifiers keep their ``%`` and ``_``."""
    latex = {n: v for n, v in fields.items() if n not in _NOT_LATEX and _LATEX.search(v)}
    return {**fields, **_latex_to_text(latex)}


def _latex_to_text(values: Mapping[str, str]) -> dict[str, str]:
    if not values:
        return {}
    # A '%' starts a comment in LaTeX, which nobody who types a title means.
    guarded = {n: re.sub(r"(?<!\\)%", r"\\%", v) for n, v in values.items()}
    block = _DECODER.transform_entry(Entry("misc", "k", [Field(n, v) for n, v in guarded.items()]), Library())
    if not isinstance(block, Entry):
        raise BadRecord(next(iter(values)), "LaTeX that cannot be decoded")
    return {field.key: " ".join(str(field.value).split()) for field in block.fields}


def _names(value: str, name: str) -> tuple[Author, ...]:
    """Authors in print order; ``{World Bank}`` in braces is an organisation, "and others" is left out."""
    people: list[Author] = []
    try:
        split = split_multiple_persons_names(" ".join(value.split())) if value else []
        for person in split:
            if person.strip().lower() == "others":
                continue
            parts = parse_single_name_into_parts(person, strict=False)
            texts = {
                "family": " ".join([*parts.von, *parts.last]),
                "given": " ".join(parts.first) + (f", {' '.join(parts.jr)}" if parts.jr else ""),
            }
            texts |= _latex_to_text({k: v for k, v in texts.items() if _LATEX.search(v)})
            family, given = texts["family"].strip(), texts["given"].strip(" ,")
            if family or given:
                people.append(Author(family=family or given, given=given if family and given else None))
    except (ValueError, IndexError, RecursionError) as fault:
        raise BadRecord(name, f"not a list of names: {fault!s:.80}") from None
    return tuple(people)


def _year(fields: Mapping[str, str]) -> int | None:
    """The year of ``date`` or ``year``; "in press" and the like tell none, a wrong month is an error."""
    if fields.get("date"):
        return year(fields["date"], "date")
    written = fields.get("year", "")
    if not written or not re.search(r"[0-9]", written):
        return None
    found = year(written, "year")
    month = fields.get("month", "").strip()
    if found and re.fullmatch(r"[0-9]{1,4}", month):
        year_of_parts([found, int(month)], "month")
    return found
