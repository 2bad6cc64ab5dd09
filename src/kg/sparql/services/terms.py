"""Terms of SPARQL text: prefixed names resolved, literals unescaped, positions kept for messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import urljoin

from kg.errors import QuerySyntaxError
from kg.sparql.lexer import Token
from kg.vocab import RDF, XSD

_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_PLAIN: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_ABSOLUTE: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a pattern; ``kind`` is ``var``, ``iri``, ``literal`` or ``other`` (a blank node, a list)."""

    kind: str
    value: str
    start: int
    lang: str = ""
    datatype: str = ""


class Names:
    """The prefixes and the base that hold in a query."""

    def __init__(self, text: str, own: Mapping[str, str]) -> None:
        """``own`` are the graph's prefixes, which may be used without being declared."""
        self._text = text
        self._own = own
        self._declared: dict[str, str] = {}
        self._base = ""

    def prologue(self, tokens: Sequence[Token]) -> int:
        """Read PREFIX and BASE declarations; return the number of the first token behind them."""
        at = 0
        while at < len(tokens) and tokens[at].kind == "word":
            word = tokens[at].text.upper()
            if word == "BASE" and at + 1 < len(tokens) and tokens[at + 1].kind == "iri":
                self._base = self._iri(tokens[at + 1])
                at += 2
            elif word == "PREFIX" and at + 2 < len(tokens) and tokens[at + 2].kind == "iri":
                self._declared[tokens[at + 1].text.removesuffix(":")] = self._iri(tokens[at + 2])
                at += 3
            else:
                break
        return at

    def iri(self, token: Token) -> str | None:
        """Return the IRI that a token stands for, or nothing if it is none or has an unknown prefix."""
        if token.kind == "iri":
            return self._iri(token)
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            namespace = self._declared.get(prefix) or self._own.get(prefix)
            return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)
        if token.kind == "word" and token.text == "a":
            return f"{RDF}type"
        return None

    def _iri(self, token: Token) -> str:
        found = self.unescaped(token.text[1:-1], token.start)
        return found if _ABSOLUTE.match(found) or not self._base else urljoin(self._base, found)

    def term(self, tokens: Sequence[Token], at: int) -> tuple[Term, int]:
        """Return the term that begins at a token, and the number of the token behind it."""
        token = tokens[at]
        if token.kind == "var":
            return Term("var", token.text[1:], token.start), at + 1
        if token.kind == "string":
            return self._literal(tokens, at)
        signed = token.text in ("+", "-") and tokens[at + 1].kind == "number"
        if token.kind == "number" or signed:
            number = token.text + tokens[at + 1].text if signed else token.text
            kind = "double" if "e" in number.lower() else "decimal" if "." in number else "integer"
            return Term("literal", number, token.start, datatype=f"{XSD}{kind}"), at + 1 + signed
        if token.kind == "word" and token.text.lower() in ("true", "false"):
            return Term("literal", token.text.lower(), token.start, datatype=f"{XSD}boolean"), at + 1
        if token.kind in ("iri", "name") and not token.text.startswith("_:"):
            found = self.iri(token)
            if found is None:
                self.fault(f"the prefix of {token.text[:_SHOWN]} is not declared", token.start)
            return Term("iri", found, token.start), at + 1
        return Term("other", token.text, token.start), at + 1

    def _literal(self, tokens: Sequence[Token], at: int) -> tuple[Term, int]:
        token = tokens[at]
        quotes = 3 if token.text[:3] in ('"""', "'''") and len(token.text) >= 6 else 1
        value = self.unescaped(token.text[quotes:-quotes], token.start)
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is not None and following.kind == "lang":
            return Term("literal", value, token.start, lang=following.text[1:].lower()), at + 2
        if following is not None and following.text == "^^" and at + 2 < len(tokens):
            return Term("literal", value, token.start, datatype=self.iri(tokens[at + 2]) or ""), at + 3
        return Term("literal", value, token.start), at + 1

    def unescaped(self, text: str, start: int) -> str:
        def one(match: re.Match[str]) -> str:
            code = match[1]
            if len(code) == 1:
                return _PLAIN.get(code, code)
            number = int(code[1:], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                self.fault(f"{match[0]} is no character", start)
            return chr(number)

        return _ESCAPE.sub(one, text) if "\\" in text else text

    def fault(self, reason: str, start: int, hint: str | None = None) -> NoReturn:
        """Raise the error that says what is wrong at a position of the query's text."""
        line = self._text.count("\n", 0, start) + 1
        column = start - self._text.rfind("\n", 0, start)
        message = f"Line {line}, column {column}: {reason}."
        raise QuerySyntaxError(message, line=line, column=column, hint=hint)
