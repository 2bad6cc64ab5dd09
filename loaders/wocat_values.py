"""Turns single answers of QCAT into plain values: keywords, numbers, days, texts with language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Text
from kg.terms import clean_text, language_tag
from loaders.base import MAX_TEXT, kind_of
from loaders.markup import plain_text
from loaders.questionnaire import Question

HOST: Final = "https://qcat.wocat.net"
"""Addresses in QCAT's answers are relative to its host."""

MAX_NUMBER: Final = 1e15
"""Larger amounts are slips; the highest cost in a small currency is far below."""

_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PATH = re.compile(r"/[A-Za-z0-9._~/%+-]+")

_YES: Final = {
    **dict.fromkeys(("Yes", "Oui", "Sí", "Да", "نعم", "是", "Sim", 1, True), True),
    **dict.fromkeys(("No", "Non", "Нет", "لا", "否", "Não", 0, False), False),
}
"""QCAT prints yes and no in the language of the answer; the raw form has 1 and 0, or true and false."""


class Versions(dict[str, str]):
    """A text in several languages; ``""`` stands for a language that the source does not tell."""


def items(value: Any) -> list[Any]:
    """Return the single values of an answer: those of a list, or the one value."""
    return value if isinstance(value, list) else [value]


def keywords(question: Question, value: Any, name: str) -> Iterator[tuple[str | None, str]]:
    """Yield (keyword or ``None``, what was written) for each value chosen.

    Raises:
        BadRecord: a value is neither a label, a keyword, nor a list that ends in its keyword.
    """
    for item in items(value):
        if item is None or item == "":
            continue
        # image_checkbox: [label, pictogram, condition, keyword]; with_raw_values: [label, keyword].
        written = item[-1] if isinstance(item, list) and len(item) in (2, 4) else item
        if isinstance(written, int) and not isinstance(written, bool):
            written = str(written)
        if not isinstance(written, str):
            raise BadRecord(name, f"should be a label or keyword, not {kind_of(written)}")
        found = question.keyword(written)
        if found is None and isinstance(item, list) and isinstance(item[0], str):
            found = question.keyword(item[0])
        yield found, clean_text(written[:100])


def yes(value: Any, name: str) -> bool | None:
    """Return the truth of a yes or no, ``None`` if it is neither.

    Raises:
        BadRecord: it is no single word or number.
    """
    found = items(value)
    if len(found) != 1 or not isinstance(found[0], str | int | bool):
        raise BadRecord(name, "should be one yes or no")
    word = found[0].strip() if isinstance(found[0], str) else found[0]
    return _YES.get(word)


def number(value: Any, name: str) -> int | float | None:
    """Return a number, also of a text that is nothing else; ``None`` if it is another text.

    Raises:
        BadRecord: it has another type, is not finite, or is beyond ``MAX_NUMBER``.
    """
    if isinstance(value, str):
        written = value.strip()
        if not _NUMBER.fullmatch(written):
            return None
        value = float(written) if "." in written else int(written)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRecord(name, f"should be a number, not {kind_of(value)}")
    if not abs(value) <= MAX_NUMBER:
        raise BadRecord(name, f"is beyond {MAX_NUMBER:.0e}; no amount of the questionnaire is")
    return value


def day(value: Any, name: str) -> str:
    """Return the ISO 8601 day of a date as QCAT writes it, day first.

    Raises:
        BadRecord: it is no ``DD/MM/YYYY``, or there is no such day.
    """
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        try:
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        except ValueError:
            pass
    raise BadRecord(name, f"{clean_text(str(value)[:40])!r} is not a day written DD/MM/YYYY")


def texts(value: Any, language: str | None, name: str) -> tuple[list[Text], bool]:
    """Return the texts of an answer, and whether an e-mail address was taken out.

    The raw form has an object of texts by language; elsewhere the language is that of the answer.

    Raises:
        BadRecord: it is no text, or longer than ``MAX_TEXT``.
    """
    if value is None or value == "":
        return [], False
    pairs: list[tuple[Any, str | None]]
    if isinstance(value, Versions):
        pairs = [(value[key], language_tag(key, name) if key else None) for key in sorted(value)]
    elif isinstance(value, dict):
        pairs = [(value[key], language_tag(key, name)) for key in sorted(value)]
    else:
        pairs = [(value, language)]
    found: list[Text] = []
    cut = False
    for written, lang in pairs:
        if written is None or written == "":
            continue
        if isinstance(written, bool) or not isinstance(written, str | int | float):
            raise BadRecord(name, f"should be a text, not {kind_of(written)}")
        text = written if isinstance(written, str) else f"{written}"
        if len(text) > MAX_TEXT:
            raise BadRecord(name, f"has {len(text):,} characters; more than {MAX_TEXT:,} is a mistake")
        text = plain(text)
        if "@" in text:
            shorter = _EMAIL.sub("", text).strip()
            cut = cut or shorter != text
            text = shorter
        if text:
            found.append(Text(text, lang))
    return found, cut


def plain(text: str) -> str:
    """Return :func:`plain_text`, without its cost for the texts that are plain already."""
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text and "  " not in text:
        return text.strip()
    return plain_text(text)


def address(value: Any, name: str) -> str | None:
    """Return the full address of a file on QCAT, ``None`` if the value is no path or address of its.

    Raises:
        BadRecord: it is no text.
    """
    if not isinstance(value, str):
        raise BadRecord(name, f"should be a path, not {kind_of(value)}")
    path = value.strip().removeprefix(HOST)
    return HOST + path if len(path) <= 500 and _PATH.fullmatch(path) else None
