"""Cuts SPARQL text into tokens, well enough to count and to look for keywords before any parser runs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Final, NamedTuple

from kg.errors import TooLarge
from kg.store.lexing import expression

TOKENS_MAX: Final = 200_000

_TOKEN: Final = expression(escapes=False)
_OPERANDS: Final = frozenset(("string", "iri", "var", "number", "name", "lang"))
_HIDES: Final = re.compile(r"[()\[\]!#']")


class Token(NamedTuple):
    """A token; ``kind`` is string, iri, var, number, name, lang, word or mark, ``start`` its position."""

    kind: str
    text: str
    start: int = 0


_SHARED_MAX: Final = 32_000
"""Characters of a text whose tokens are kept for the next reader; longer ones are cut anew each time."""
_last = threading.local()


class Reader:
    """Iterates over the tokens of a query, without white space and comments.

    ``?x<?a&&?b>?y`` reads as an IRI or as two comparisons, depending on what a parser expects at that
    place. With ``less_than`` such a ``<`` after an operand inside round brackets is the operator, else
    it begins an IRI. ``ambiguous`` tells afterwards whether the two readings could differ in anything
    that matters: what has to hold is then checked on both.
    """

    def __init__(self, text: str, *, less_than: bool = False) -> None:
        self.text = text
        self.less_than = less_than
        self.ambiguous = False
        self._brackets: list[str] = []

    @classmethod
    def shared(cls, text: str) -> Reader:
        """Return a reader whose tokens are cut once for all that read the same text, one after the other.

        The check, the plan and the columns each read a query in the thread that answers it.
        """
        if len(text) > _SHARED_MAX:
            return cls(text)
        if getattr(_last, "text", None) != text:
            reader = cls(text)
            tokens = tuple(reader)
            _last.text, _last.tokens, _last.ambiguous = text, tokens, reader.ambiguous
        return _Cut(text, _last.tokens, ambiguous=_last.ambiguous)

    def __iter__(self) -> Iterator[Token]:
        """Yield the tokens.

        Raises:
            TooLarge: the text has more tokens than any sensible query.
        """
        text, position, count = self.text, 0, 0
        before = Token("mark", "")
        match = _TOKEN.match
        while (found := match(text, position)) is not None:
            kind, piece = found.lastgroup or "mark", found[0]
            position = found.end()
            if kind == "space":
                continue
            if kind == "mark":
                self._nest(piece)
            elif kind == "iri" and self._may_be_operator(before):
                self.ambiguous = self.ambiguous or _HIDES.search(piece) is not None
                if self.less_than:
                    kind, position, piece = "mark", found.start() + 1, "<"
            count += 1
            if count > TOKENS_MAX:
                raise TooLarge(f"The query has more than {TOKENS_MAX} words and marks.")
            before = Token(kind, piece, found.start())
            yield before

    def _may_be_operator(self, before: Token) -> bool:
        if not self._brackets or self._brackets[-1] != "(":
            return False
        return before.kind in _OPERANDS or before.text in (")", "true", "false")

    def _nest(self, mark: str) -> None:
        if mark in ("(", "{", "["):
            self._brackets.append(mark)
        elif mark in (")", "}", "]") and self._brackets:
            self._brackets.pop()


class _Cut(Reader):
    """A reader of tokens that are there already."""

    def __init__(self, text: str, tokens: tuple[Token, ...], *, ambiguous: bool) -> None:
        super().__init__(text)
        self._tokens = tokens
        self.ambiguous = ambiguous

    def __iter__(self) -> Iterator[Token]:
        return iter(self._tokens)
