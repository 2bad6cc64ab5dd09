"""What the loaders of publications share: identifiers checked, dates read, one way to a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import unquote

from kg.errors import BadRecord
from kg.model import Author, Origin, Publication, Text
from kg.terms import is_web_address, language_tag
from loaders.markup import one_line, plain_text
from loaders.reading import Reading, origin, text

YEARS: Final = range(1400, 2200)
"""Years that a publication can be of; others are slips of the pen."""

LANGUAGE_NAMES: Final = {
    name: tag
    for tag, names in {
        "en": "en eng english",
        "en-US": "american usenglish",
        "en-GB": "british ukenglish",
        "fr": "fr fre fra french français francais",
        "es": "es spa spanish español espanol",
        "ru": "ru rus russian русский",
        "zh": "zh chi zho chinese 中文",
        "ar": "ar ara arabic العربية",
        "de": "de ger deu german ngerman deutsch",
        "pt": "pt por portuguese português",
        "it": "it ita italian italiano",
    }.items()
    for name in names.split()
}
"""Names and three-letter codes that BibTeX (babel) and RIS files give instead of a BCP 47 tag."""

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_DOI_PREFIX = re.compile(r"\s*(?:doi\s*:\s*|(?:https?://)?(?:dx\.|www\.)?doi\.org/|info:doi/)", re.I)
_ORCID = re.compile(r"(?:https?://orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])/?", re.I)
_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")
_DATE = re.compile(r"([0-9]{4})(?:[-/]([0-9]{1,2})?)?(?:[-/]([0-9]{1,2})?)?(?:[/T ].*)?", re.DOTALL)


@dataclass(slots=True)
class Work:
    """A publication on its way from any format; texts are as the source has them."""

    record: str
    kind: str = "publication"
    key: str | None = None
    titles: list[str] = field(default_factory=list)
    language: str | None = None
    authors: tuple[Author, ...] = ()
    editors: tuple[Author, ...] = ()
    year: int | None = None
    container: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    publisher: str | None = None
    doi: str | None = None
    isbn: list[str] = field(default_factory=list)
    abstracts: list[str] = field(default_factory=list)
    licence: str | None = None
    url: str | None = None
    updated: str | None = None

    def publication(self, reading: Reading, *, title: str, key: str) -> Publication:
        """Return the record; ``title`` and ``key`` are the source's names of these two fields.

        Raises:
            BadRecord: there is no title, or neither a DOI nor a key.
        """
        titles = tuple(dict.fromkeys(Text(line, self.language) for t in self.titles if (line := one_line(t))))
        if not titles:
            raise BadRecord(title, "has no title")
        if not self.doi and not self.key:
            raise BadRecord(key, "has neither a DOI nor a key of its own to make an address from")
        if self.authors and self.editors:
            reading.mention("unmodelled", "editor", "has authors; its editors have no place in the model")
        return Publication(
            id=f"doi/{self.doi}" if self.doi else str(self.key),
            kind=self.kind,
            titles=titles,
            origin=self._origin(reading),
            authors=self.authors or self.editors,
            year=self.year,
            container=one_line(self.container) or None if self.container else None,
            volume=self.volume,
            issue=self.issue,
            pages=re.sub(r"(?<=\w)\s*[-‐‑–—]+\s*(?=\w)", "-", self.pages) if self.pages else None,
            publisher=one_line(self.publisher) or None if self.publisher else None,
            doi=self.doi,
            isbn=isbns(self.isbn, reading),
            abstracts=tuple(Text(t, self.language) for a in self.abstracts if (t := plain_text(a))),
            editors=bool(self.editors and not self.authors),
        )

    def _origin(self, reading: Reading) -> Origin:
        url = f"https://doi.org/{self.doi}" if self.doi else self.url
        if url and not is_web_address(url):
            reading.mention("unmapped", "url", f"{url[:80]!r} is not a web address")
            url = None
        return origin(reading, self.record, url=url, licence=self.licence, updated=self.updated)


def doi(value: object, name: str) -> str | None:
    """Return a DOI in lower case without its resolver's address.

    Raises:
        BadRecord: it does not have the form of the DOI handbook (10.<registrant>/<suffix>).
    """
    written = text(value, name)
    if written is None:
        return None
    prefix = _DOI_PREFIX.match(written)
    bare = written[prefix.end() :] if prefix else written
    if prefix and "doi.org" in prefix[0].lower():
        bare = unquote(bare)
    if len(bare) > 1000 or not _DOI.fullmatch(bare) or not bare.isprintable():
        raise BadRecord(name, f"{written[:80]!r} is not a DOI")
    return bare.lower()


def isbns(values: list[str], reading: Reading) -> tuple[str, ...]:
    """Return the valid ISBNs as digits without hyphens; the others are reported."""
    found: dict[str, None] = {}
    for value in values:
        bare = re.sub(
            r"(?i)^(?:.*/isbn/|isbn[-:\s0-9]*?:?\s*(?=97[89]|[0-9]))|\(.*?\)|[\s‐–-]", "", value[:200]
        ).upper()
        if is_isbn(bare):
            found[bare] = None
        else:
            reading.mention("dropped", "ISBN", f"{value[:40]!r} is not an ISBN: its check digit is wrong")
    return tuple(found)


def is_isbn(digits: str) -> bool:
    """Tell whether the text is an ISBN-10 or ISBN-13 with the right check digit (ISO 2108)."""
    if re.fullmatch(r"97[89][0-9]{10}", digits):
        return sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(digits)) % 10 == 0
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        return sum((10 if d == "X" else int(d)) * (10 - n) for n, d in enumerate(digits)) % 11 == 0
    return False


def orcid(value: object, reading: Reading) -> str | None:
    """Return an ORCID iD with the right check character (ISO 7064, MOD 11-2); others are reported."""
    written = text(value, "ORCID")
    if not written:
        return None
    match = _ORCID.fullmatch(written)
    if match:
        bare = match[1].upper()
        total = 0
        for digit in bare.replace("-", "")[:-1]:
            total = (total + int(digit)) * 2
        if "0123456789X"[(12 - total % 11) % 11] == bare[-1]:
            return bare
    reading.mention("dropped", "ORCID", f"{written[:60]!r} is not an ORCID iD")
    return None


def year(value: object, name: str) -> int | None:
    """Return the year of a date written ``2017``, ``2017-03``, ``2017/03/15/`` or in words.

    Raises:
        BadRecord: it names a day or a year that does not exist, or none at all.
    """
    written = text(value, name)
    if written is None or written.strip("/- ") == "":
        return None
    match = _DATE.fullmatch(written)
    if match:
        parts = [int(part) for part in match.groups() if part]
        return year_of_parts(parts, name)
    years = {int(found) for found in _YEAR.findall(written[:200])}
    if len(years) != 1:
        raise BadRecord(name, f"{written[:60]!r} is not a date with one year")
    return year_of_parts([years.pop()], name)


def year_of_parts(parts: list[int], name: str) -> int:
    """Return the year of [year, month, day], of which the first is enough.

    Raises:
        BadRecord: there is no such day.
    """
    if not parts or parts[0] not in YEARS:
        raise BadRecord(name, f"{parts[:3]} has no year between {YEARS.start} and {YEARS.stop - 1}")
    try:
        date(parts[0], *[*parts[1:3], 1, 1][:2])
    except (ValueError, OverflowError):
        raise BadRecord(name, f"{parts[:3]} is not a day that exists") from None
    return parts[0]


def language(value: object, name: str, reading: Reading) -> str | None:
    """Return the BCP 47 tag of a tag or a language's name; what is neither is reported."""
    written = text(value, name)
    if not written:
        return None
    known = LANGUAGE_NAMES.get(written.lower())
    if known:
        return known
    tag = written.replace("_", "-")
    if len(tag.split("-")[0]) <= 3:
        try:
            return language_tag(tag, name)
        except BadRecord:
            pass
    reading.mention("unmapped", name, f"{written[:40]!r} is not a language tag (BCP 47)")
    return None


def kind(value: object, name: str, known: Mapping[str, str], reading: Reading) -> str:
    """Return our word for the source's type of publication; an unknown type is reported."""
    written = text(value, name)
    if not written:
        return "publication"
    found = known.get(written) or known.get(written.lower())
    if not found:
        reading.mention("unmapped", name, f"{written[:40]!r} is not a known type of publication")
    return found or "publication"
