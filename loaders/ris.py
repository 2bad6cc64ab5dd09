"""Reads publications from RIS files, as reference managers and publishers' sites export them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import rispy

from kg.errors import BadRecord
from kg.model import Author, Publication
from loaders.base import LoadReport, Source
from loaders.bibliographic import Work, doi, kind, language, year
from loaders.reading import Reading, decode, file_bytes, text, texts

KINDS: Final = {
    "ABST": "abstract",
    "AGGR": "dataset",
    "BLOG": "web page",
    "BOOK": "book",
    "CHAP": "book chapter",
    "COMP": "software",
    "CONF": "proceedings",
    "CPAPER": "conference paper",
    "DATA": "dataset",
    "DBASE": "dataset",
    "DICT": "encyclopedia article",
    "EBOOK": "book",
    "ECHAP": "book chapter",
    "EDBOOK": "book",
    "EJOUR": "journal article",
    "ELEC": "web page",
    "ENCYC": "encyclopedia article",
    "GEN": "publication",
    "GOVDOC": "report",
    "INPR": "journal article",
    "JFULL": "periodical",
    "JOUR": "journal article",
    "LEGAL": "legislation",
    "MANSCPT": "manuscript",
    "MAP": "map",
    "MGZN": "magazine article",
    "NEWS": "newspaper article",
    "PAMP": "pamphlet",
    "RPRT": "report",
    "SER": "book series",
    "SLIDE": "presentation",
    "STAND": "standard",
    "STAT": "legislation",
    "THES": "thesis",
    "UNPB": "manuscript",
}
"""Types of reference (TY) in our words; the tags are those of the RIS format specification of 2011."""

_START = re.compile(r"^TY  -", re.MULTILINE)
_END = re.compile(r"^ER  -.*$", re.MULTILINE)
_ISSN = re.compile(r"(?:ISSN:? ?)?[0-9]{4}-?[0-9]{3}[0-9Xx](?: \(.*\))?")
_CONTINUED = re.compile(r"\n(?![A-Z][A-Z0-9]  -)\s*")
_TITLES: Final = ("title", "primary_title")
_AUTHORS: Final = ("authors", "first_authors")
_CONTAINERS: Final = (
    "journal_name",
    "alternate_title3",
    "secondary_title",
    "alternate_title2",
    "alternate_title1",
)
_DATES: Final = ("year", "publication_year", "date")
_KEYS: Final = ("id", "accession_number", "label")
_TAGS: Final = {name: tag for tag, name in rispy.config.TAG_KEY_MAPPING.items()}
_KNOWN: Final = frozenset(
    (
        *_TITLES,
        *_AUTHORS,
        *_CONTAINERS,
        *_DATES,
        *_KEYS,
        *("type_of_reference", "secondary_authors", "abstract", "notes_abstract", "doi", "volume", "number"),
        *("start_page", "end_page", "publisher", "issn", "language", "urls", "unknown_tag"),
    )
)


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield the publications of RIS files in UTF-8, UTF-16 or Windows-1252."""
    reading = Reading(source, report)
    for path in reading.files():
        content = file_bytes(path, reading)
        if content is None:
            continue
        written = re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", decode(content, reading))
        starts = [match.start() for match in _START.finditer(written)]
        if written[: starts[0] if starts else None].strip():
            reading.quarantine("line 1", "TY", "text before the first line 'TY  - '")
        for number, start in enumerate(starts, 1):
            following = starts[number] if number < len(starts) else len(written)
            yield from reading.attempt(f"reference {number}", _publication, written[start:following])


def _publication(chunk: str, name: str, reading: Reading) -> Publication:
    end = _END.search(chunk)
    if not end:
        raise BadRecord("ER", "has no end line 'ER  - '; the file may be cut off")
    if chunk[end.end() :].strip():
        reading.mention("dropped", "ER", f"text after the end line: {chunk[end.end() :].strip()[:40]!r}")
    ris = _parse(chunk[: end.end()])
    reading.unmodelled({_TAGS.get(tag, tag): v for tag, v in ris.items() if tag not in _KNOWN}, frozenset())
    reading.unmodelled(dict(ris.get("unknown_tag", {})), frozenset())
    numbers = re.split(r"[,;]|\s+(?=97[89]|[0-9]{4}-)", _of(ris, "issn") or "")
    isbn, issn = _isbn_or_issn(numbers)
    if issn:
        reading.mention("unmodelled", "SN", "ISSNs have no place in the model")
    key, written = _key(ris), doi(ris.get("doi"), "DO")
    return Work(
        record=key or written or name,
        kind=kind(ris.get("type_of_reference"), "TY", KINDS, reading),
        key=key,
        titles=[t for t in [_of(ris, *_TITLES)] if t],
        language=language(ris.get("language"), "LA", reading),
        authors=_names(ris, *_AUTHORS),
        editors=_names(ris, "secondary_authors"),
        year=next((y for date in _DATES if (y := year(ris.get(date), _TAGS[date]))), None),
        container=_of(ris, *_CONTAINERS),
        volume=_of(ris, "volume"),
        issue=_of(ris, "number"),
        pages="-".join(p for p in (_of(ris, "start_page"), _of(ris, "end_page")) if p) or None,
        publisher=_of(ris, "publisher"),
        doi=written,
        isbn=isbn,
        abstracts=[a for a in [_of(ris, "abstract", "notes_abstract")] if a],
        url=next(iter(texts(ris.get("urls"), "UR")), None),
    ).publication(reading, title="TI", key="ID")


def _parse(chunk: str) -> dict[str, Any]:
    # The parser takes quadratic time for continued lines, so they are joined before.
    lines = _CONTINUED.sub(" ", chunk)
    try:
        parsed = rispy.loads(lines, skip_unknown_tags=False)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        # What the parser raises on input it does not expect is not documented.
        raise BadRecord("reference", f"not readable as RIS ({type(fault).__name__})") from None
    if len(parsed) != 1:
        raise BadRecord("reference", "not readable as RIS: no tags between TY and ER")
    return dict(parsed[0])


def _of(ris: dict[str, Any], *names: str) -> str | None:
    """The first of the named fields that says something."""
    return next((found for name in names if (found := " ".join(texts(ris.get(name), _TAGS[name])))), None)


def _key(ris: dict[str, Any]) -> str | None:
    return next((found for name in _KEYS if (found := text(ris.get(name), _TAGS[name]))), None)


def _isbn_or_issn(numbers: list[str]) -> tuple[list[str], bool]:
    """SN holds either; eight digits are an ISSN, whatever else is given must be an ISBN."""
    given = [number.strip() for number in numbers if number.strip()]
    serial = [n for n in given if _ISSN.fullmatch(n)]
    return [n for n in given if n not in serial], bool(serial)


def _names(ris: dict[str, Any], *names: str) -> tuple[Author, ...]:
    """People as "Family, Given, Suffix"; a name without a comma is an organisation's or a single one."""
    people: list[Author] = []
    for name in names:
        for person in texts(ris.get(name), _TAGS[name]):
            family, _, given = (part.strip() for part in person.partition(","))
            if family:
                people.append(Author(family=family, given=given or None))
        if people:
            break
    return tuple(people)
