"""Walks over the tokens of a query and reads terms."""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as px

from kg.sparql.columns.algebra import Declined, Term
from kg.sparql.lexer import Token
from kg.vocab import RDF, XSD

ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
END: Final = Token("mark", "", -1)


class Tokens:
    """The tokens and a place among them."""

    def __init__(self, tokens: list[Token], prefixes: dict[str, str]) -> None:
        self.tokens = [*tokens, END]
        self.prefixes = prefixes
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def word(self) -> str:
        token = self.token
        return token.text.upper() if token.kind == "word" else ""

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token is END:
            raise Declined
        self.at += 1
        return token

    def is_mark(self, mark: str) -> bool:
        token = self.token
        return token.kind == "mark" and token.text == mark

    def accept(self, mark: str) -> bool:
        found = self.is_mark(mark)
        self.at += found
        return found

    def accept_word(self, *words: str) -> bool:
        found = self.word() in words
        self.at += found
        return found

    def expect(self, mark: str) -> None:
        if not self.accept(mark):
            raise Declined

    def variable(self) -> str:
        token = self.take()
        if token.kind != "var":
            raise Declined
        return token.text[1:]

    def number(self) -> int:
        token = self.take()
        if token.kind != "number" or not token.text.isdigit():
            raise Declined
        return int(token.text)

    def iri(self) -> str:
        token = self.take()
        if token.kind == "word" and token.text == "a":
            return f"{RDF}type"
        if token.kind == "iri" and ABSOLUTE.match(token.text):
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or "%" in local or prefix not in self.prefixes:
            raise Declined
        return self.prefixes[prefix] + local

    def constant(self) -> bytes:
        """Read an IRI, a string or a whole number."""
        token = self.token
        if token.kind in ("iri", "name"):
            return f"<{self.iri()}>".encode()
        self.take()
        if token.kind == "number" and token.text.isdigit():
            return f'"{int(token.text)}"^^<{XSD}integer>'.encode()
        if token.kind != "string" or token.text.startswith(('"""', "'''")) or self.is_mark("^^"):
            raise Declined
        language = self.take().text[1:].lower() if self.token.kind == "lang" else None
        try:
            return str(px.Literal(token.text[1:-1], language=language)).encode()
        except ValueError:
            raise Declined from None  # no language tag; the engine says so

    def term(self) -> Term:
        return self.variable() if self.token.kind == "var" else self.constant()
