"""Puts the answers in several languages together, each text with the language that it really is in.

QCAT answers in the language that it is asked in, and falls back to the language in which a practice was
first written wherever there is no translation (apps/questionnaire/utils.py of github.com/CDE-UNIBE/qcat). An
answer in English may therefore hold French, and an answer in French a paragraph of Spanish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from loaders.questionnaire import Form
from loaders.wocat_tree import Answer, Answers
from loaders.wocat_values import Versions

_FREE: Final = frozenset({"char", "text"})
_SHORT: Final = 60
"""Characters up to which a text is taken for a name, which may be the same in several languages."""

Key = tuple[str, str]
Row = tuple[object, dict[str, object]]
"""What stands in the answer asked for, and the texts that stand there in other languages."""


def put_together(
    base: Answers,
    language: str,
    others: Mapping[str, Answers],
    listed: Sequence[str],
    original: str,
    form: Form,
) -> str:
    """Give each free text of ``base`` its versions by language; returns the language of its other texts.

    Args:
        language: that in which ``base`` was asked for; its labels and numbers are those that count.
        others: answers in other languages.
        listed: the languages in which there is a version, as the source's list has it.
        original: the language in which it was written, where the source tells it.
    """
    keyed = {
        lang: {(each.group, each.question): each for each in found.found} for lang, found in others.items()
    }
    free = [each for each in base.found if each.question in form.questions]
    free = [each for each in free if form.questions[each.question].type in _FREE]
    rows = [list(_rows(each, keyed)) for each in free]
    first = original or _original(language, [row for each in rows for row in each], listed)
    for answer, found in zip(free, rows, strict=True):
        answer.values = [
            _versions({language: value} | said, language, listed, first) if _is_text(value, said) else value
            for value, said in found
        ]
    return language if not listed or language in listed else first


def _is_text(value: object, said: Mapping[str, object]) -> bool:
    """Whether a value can have versions: raw answers have them already."""
    return isinstance(value, str) or (not value and bool(said))


def _rows(
    answer: Answer, others: Mapping[str, Mapping[Key, Answer]]
) -> Iterator[tuple[object, dict[str, object]]]:
    """Yield each repetition's value, and the texts that stand there in other languages."""
    found = {lang: each.get((answer.group, answer.question)) for lang, each in others.items()}
    for row, value in enumerate(answer.values):
        texts = {lang: each.values[row] for lang, each in found.items() if each and row < len(each.values)}
        yield value, {lang: text for lang, text in texts.items() if isinstance(text, str) and text.strip()}


def _original(language: str, rows: Sequence[tuple[object, dict[str, object]]], listed: Sequence[str]) -> str:
    """Return the language that the texts of ``base`` are in, if that is not the one it was asked for."""
    if not listed or language in listed:
        return ""
    if len(listed) == 1:
        return listed[0]
    alike = Counter(lang for value, said in rows for lang, text in said.items() if text == value)
    best = alike.most_common(2)
    # Names are alike in all languages; what was written first is alike throughout.
    return best[0][0] if len(best) == 1 or (best and best[0][1] > best[1][1]) else ""


def _versions(said: Mapping[str, object], language: str, listed: Sequence[str], original: str) -> Versions:
    """Return the different texts of one answer by language; ``""`` is one that nobody tells."""
    alike: dict[str, list[str]] = {}
    for lang, text in said.items():
        if isinstance(text, str) and text.strip():
            alike.setdefault(text, []).append(lang)
    found = Versions()
    for text, langs in alike.items():
        stated = [each for each in langs if not listed or each in listed]
        for lang in _languages(text, langs, stated, original, original in said, language):
            found.setdefault(lang, text)
    return found


def _languages(
    text: str, langs: Sequence[str], stated: Sequence[str], original: str, has_original: bool, asked: str
) -> Sequence[str]:
    """Return the languages that a text is in, of those in whose answers it stands (``langs``)."""
    if original and (original in langs or not stated or (len(langs) > 1 and not has_original)):
        return [original]  # Elsewhere it stands because there is no translation.
    if original and has_original:
        return stated  # Translations that are alike.
    if len(stated) == 1:
        return stated
    if stated and len(text) <= _SHORT:
        return [asked if asked in stated else stated[0]]
    return [""]
