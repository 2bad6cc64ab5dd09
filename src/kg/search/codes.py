"""Finds codes of records in a query, in the ways in which people write them in six languages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.search.analysis import normalise
from kg.search.matching import WORD
from kg.search.passages import SearchRecord, code_key

_CODE: Final = re.compile(r"10\.\d{4,9}/[^\s，。；]+|[A-Za-z0-9][A-Za-z0-9_./()-]*[A-Za-z0-9)]")
_ADDRESS: Final = re.compile(r"https?://[^\s，。；、]+", re.IGNORECASE)
_DOI: Final = re.compile(r"10\.\d{4,9}/[^\s?#，。；]*[^\s?#，。；.,;)]")
_PRACTICE: Final = re.compile(
    r"(?<![A-Za-z0-9])(technologies|technology|approaches|approach|unccd)[\s_-]*(\d{2,6})(?!\d)",
    re.IGNORECASE,
)
_PLURAL: Final = {"technology": "technologies", "approach": "approaches"}
_SYMBOL: Final = re.compile(r"(?<![A-Za-z])(?:ICCD|FCCC|CBD|UNEP)/[A-Za-z0-9()./-]*\d\)?", re.IGNORECASE)
_DECIDED: Final = (
    r"(?:decisions?|décisions?|decisi[óo]n(?:es)?|решени\w*|决定|المقررات|المقرر|مقرر"
    r"|resolutions?|résolutions?|resoluci[óo]n(?:es)?|резолюци\w*|决议|قرار|القرار|dec\.|res\.)"
)
_NUMBER: Final = re.compile(
    rf"{_DECIDED}\s*(?:no\.?|n[°º]|№|رقم)?\s*(\d{{1,3}})(?![\d/])"
    rf"|第?(\d{{1,3}})号?决定|(?<!\d)(\d{{1,3}})-?(?:th|st|nd|rd|e|ª|a|е|ое)\s+{_DECIDED}|(?<!\d)(\d{{1,3}})/",
    re.IGNORECASE,
)
_SESSION: Final = re.compile(
    r"(?<![A-Za-z])(?:(COP|CP|CMP|CMA|CST|CRIC)|(КС|缔约方会议|缔约方大会|موتمر الاطراف|م\s?ا))"
    r"[\s.()-]{0,2}(\d{1,2}|[IVX]{1,6}(?![A-Za-z]))",
    re.IGNORECASE,
)
_SESSION_FIRST: Final = re.compile(
    r"(?:第\s*(\d{1,2})\s*(?:届|次)\s*(?:缔约方会议|缔约方大会|会议)"
    r"|الدورة\s*(?:ال)?(\d{1,2})\s*لموتمر الاطراف|(\d{1,2})-?[йяе]*\s*(?:сесси\w*\s*)?КС(?!\w))",
)
_RULED: Final = re.compile(r"(?<![\w/.])([IVXLC]{1,5}|\d{1,2})/(\d{1,3})(?![\w/])")
_RESOLVED: Final = re.compile(r"(?:UNEP/)?EA\.?\s?(\d)/Res\.?\s?(\d{1,3})", re.IGNORECASE)
_BODIES: Final = (
    ("unea", re.compile(r"UNEA|UNEP|ЮНЕА|ЮНЕП|环境大会|جمعية الامم المتحدة للبيية", re.IGNORECASE)),
    ("cbd", re.compile(r"CBD|CDB|biodivers|КБР|биоразнообраз|生物多样性|التنوع البيولوجي", re.IGNORECASE)),
    ("unfccc", re.compile(r"UNFCCC|FCCC|CCNUCC|CMNUCC|climat|РКИК|клима|气候|المناخ", re.IGNORECASE)),
)
_ROMAN: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_MOST_RECORDS: Final = 3
_SHORTEST: Final = 3
_FARTHEST: Final = 80
"""Longest stretch, in characters, in which a number and a session are read as one decision."""


@dataclass(frozen=True, slots=True)
class Named:
    """Records that a text names by code or title.

    ``codes`` are as the text has them, ``missing`` those that no record has; ``rest`` is the text with
    blanks in place of both, as long as before.
    """

    records: tuple[int, ...]
    codes: tuple[str, ...]
    missing: tuple[str, ...]
    rest: str


class Codes:
    """The codes and whole titles of the records of an index."""

    def __init__(self, records: Sequence[SearchRecord]) -> None:
        self._codes = _code_table(records)
        self._titles = _title_table(records)
        self._iris = {record.iri.lower(): number for number, record in enumerate(records)}

    def find(self, text: str) -> Named:
        """Find what a normalised text names."""
        found: dict[int, None] = {}
        codes: dict[str, None] = {}
        missing: dict[str, None] = {}
        found.update(
            dict.fromkeys(self._codes.get(code_key(text), ()) or self._titles.get(title_key(text), ()))
        )
        for span, written, keys in self._said(text):
            hits: tuple[int, ...] = next((held for key in keys if (held := self._hits(key))), ())
            found.update(dict.fromkeys(hits))
            (codes if hits else missing)[written] = None
            text = _blanked(text, span)
        for match in list(_CODE.finditer(text)):
            key = code_key(match.group())
            coded = len(key) > _SHORTEST and any(each.isdigit() for each in key)
            if coded and key in self._codes:
                found.update(dict.fromkeys(self._codes[key]))
                codes[match.group()] = None
                text = _blanked(text, match.span())
        return Named(tuple(found), tuple(codes), tuple(missing), text)

    def _hits(self, key: str) -> tuple[int, ...]:
        number = self._iris.get(key)
        return self._codes.get(code_key(key), ()) if number is None else (number,)

    def _said(self, text: str) -> Iterator[tuple[tuple[int, int], str, list[str]]]:
        """Yield (span, as written, keys to try) of everything that has the form of a code."""
        taken: list[tuple[int, int]] = []
        for span, written, keys in (*_addresses(text), *_plain(text), *_decisions(text)):
            if not any(start < span[1] and span[0] < end for start, end in taken):
                taken.append(span)
                yield span, written, keys


Said = tuple[tuple[int, int], str, list[str]]


def _addresses(text: str) -> Iterator[Said]:
    for match in _ADDRESS.finditer(text):
        address = match.group()
        inner = _DOI.search(address) or _PRACTICE.search(address)
        if inner is not None:
            yield match.span(), inner.group(), [inner.group()]
        elif "/id/" in address:
            yield match.span(), address, [address.lower()]


def _plain(text: str) -> Iterator[Said]:
    for match in _DOI.finditer(text):
        yield match.span(), match.group(), [match.group()]
    for match in _PRACTICE.finditer(text):
        kind = match[1].lower()
        yield match.span(), match.group(), [f"{_PLURAL.get(kind, kind)}_{match[2]}"]
    for match in _RESOLVED.finditer(text):
        yield match.span(), match.group(), [f"unea-{match[1]}-{match[2]}"]
    for match in _SYMBOL.finditer(text):
        ruled = re.search(r"/DEC/([IVXLC]+|\d{1,2})/(\d{1,3})$", match.group(), re.IGNORECASE)
        keys = _of_cbd(ruled[1], ruled[2]) if ruled else [match.group()]
        yield match.span(), match.group(), keys


def _decisions(text: str) -> Iterator[Said]:
    """Yield the decision that a number and a session name together, wherever they stand; at most one."""
    body = next((name for name, pattern in _BODIES if pattern.search(text)), "")
    session = _SESSION.search(text) or _SESSION_FIRST.search(text)
    if session is not None:
        around = _blanked(text, session.span())
        for match in _NUMBER.finditer(around):
            number = next(part for part in match.groups() if part)
            kind = (session[1] or "").upper() if session.re is _SESSION else ""
            of_session = (
                session[3] if session.re is _SESSION else next(part for part in session.groups() if part)
            )
            span = (min(match.start(), session.start()), max(match.end(), session.end()))
            if span[1] - span[0] <= _FARTHEST:
                yield span, text[slice(*span)].strip(), _keys(number, kind, str(arabic(of_session)), body)
                return
    for match in _RULED.finditer(text):
        decided = re.search(rf"{_DECIDED}\s*$", text[: match.start()], re.IGNORECASE)
        if body == "unea":
            yield match.span(), match.group(), [f"unea-{match[1]}-{match[2]}"]
        elif body == "cbd" or decided or text.strip() == match.group():
            keys = _of_cbd(match[1], match[2])
            yield match.span(), match.group(), [*keys, f"unea-{match[1]}-{match[2]}"]


def _keys(number: str, kind: str, session: str, body: str) -> list[str]:
    """Return the codes that a decision may have; without a convention, that to Combat Desertification's."""
    if kind in ("CMA", "CMP"):
        return [f"unfccc-{number}-{kind.lower()}{session}"]
    keys = {
        "": [f"unccd-{number}-cop{session}"],
        "unfccc": [f"unfccc-{number}-cp{session}"],
        "cbd": _of_cbd(session, number),
    }
    first = "unfccc" if kind == "CP" and not body else body
    return [*keys.get(first, ()), *(key for name in keys if name != first for key in keys[name] if not body)]


def _of_cbd(session: str, number: str) -> list[str]:
    """Decisions of this convention have Roman numbers of sessions up to the thirteenth."""
    value = arabic(session)
    return [f"cbd-{value}-{number}", f"cbd-{roman(value)}-{number}"]


def arabic(written: str) -> int:
    """Return the value of a number in Arabic or Roman digits."""
    if written.isdigit():
        return int(written)
    values = [_ROMAN[each] for each in written.upper()]
    return sum(
        -value if any(later > value for later in values[at + 1 : at + 2]) else value
        for at, value in enumerate(values)
    )


def roman(value: int) -> str:
    """Return a number below 40 in small Roman digits."""
    units = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    return "x" * min(value // 10, 3) + units[value % 10]


def _blanked(text: str, span: tuple[int, int]) -> str:
    return f"{text[: span[0]]}{' ' * (span[1] - span[0])}{text[span[1] :]}"


def _code_table(records: Sequence[SearchRecord]) -> dict[str, tuple[int, ...]]:
    """Codes that name few records; a session such as COP13 names many and is left to the word index."""
    table: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for code in {code_key(each) for each in record.codes}:
            if code:
                table[code].append(number)
    return {code: tuple(numbers) for code, numbers in table.items() if len(numbers) <= _MOST_RECORDS}


def title_key(text: str) -> str:
    return " ".join(WORD.findall(normalise(text).lower()))


def _title_table(records: Iterable[SearchRecord]) -> dict[str, tuple[int, ...]]:
    table: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for title in {title_key(each) for titles in record.titles.values() for each in titles}:
            if title:
                table[title].append(number)
    return {title: tuple(numbers[:5]) for title, numbers in table.items()}
