"""Puts terms in place of variables in a query, so that it is planned and answered as any other.

The engine's own substitution gives variables their values only while it evaluates a plan that was made
without them. Here the text is cut into tokens, and each token of a bound variable that means this variable
(SPARQL 1.1, 18.2.1) becomes the one token of its term, as the engine writes it. A query where this could
change the answer, or whose term would need an escape, is left to the substitution.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

import pyoxigraph as px

from kg.store.lexing import Token, tokens_of

_LEFT: Final = frozenset(("DESCRIBE", "MINUS", "LATERAL", "SERVICE", "LET"))
"""Words of queries that are left alone; MINUS, for one, asks which variables two sides share."""
_MODIFIERS: Final = frozenset(("GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "VALUES"))
_SAMPLES: Final = {"<": "<urn:a>", '"': '"a"'}
_SYNTAX: Final = px.Store()
_PLAIN: Final = re.compile(r'<[^<>"{}|^`\\\s]+>|"[^"\\\r\n]*"(?:@[A-Za-z0-9-]+|\^\^<[^<>"{}|^`\\\s]+>)?')
"""Terms that are one and the same token to every reader: none with an escape."""
_Pieces = tuple[tuple[str, str], ...]
"""Text, and the name of the variable whose term stands after it, if one does."""


class _UnusualError(Exception):
    """The query is of a form that is not read here."""


def placed(text: str, written: Mapping[str, str]) -> str | None:
    """Return the query with terms in place of variables, or nothing where only the substitution will do.

    Args:
        written: the term of each variable in the engine's N-Triples notation; anything else is left alone.
    """
    if not all(map(_PLAIN.fullmatch, written.values())):
        return None
    pieces = _template(text, tuple((name, written[name][0]) for name in sorted(written)))
    return None if pieces is None else _filled(pieces, written)


def _filled(pieces: _Pieces, written: Mapping[str, str]) -> str:
    return "".join(before + written.get(name, "") for before, name in pieces)


@lru_cache(maxsize=512)
def _template(text: str, kinds: tuple[tuple[str, str], ...]) -> _Pieces | None:
    """Return the query in pieces, or nothing if it is left alone.

    Args:
        kinds: the name of each variable, and the first sign of its term: ``<`` of an IRI, ``"`` of a literal.
    """
    try:
        pieces = _Placer(tokens_of(text), frozenset(name for name, _ in kinds)).query()
        _SYNTAX.query(_filled(pieces, {name: _SAMPLES[sign] for name, sign in kinds}))
    except (_UnusualError, SyntaxError, ValueError, RuntimeError):
        return None  # what is wrong with the query itself, the engine says when it is asked in earnest
    return pieces


class _Placer:
    """One walk over the tokens of a query."""

    def __init__(self, tokens: list[Token], names: frozenset[str]) -> None:
        self.tokens = tokens
        self.names = names
        self.at = 0
        self.pieces: list[tuple[str, str]] = []
        plain = [each for each in tokens if each[0] != "space"]
        if any(one[1].upper() == "AS" and self.name_of(two) for one, two in pairwise(plain)):
            raise _UnusualError
        if _LEFT & {piece.upper() for kind, piece in plain if kind == "word"}:
            raise _UnusualError

    # Tokens

    def name_of(self, token: Token) -> str:
        """Return the name of a variable that has a value, or nothing."""
        kind, piece = token
        return piece[1:] if kind == "var" and piece[1:] in self.names else ""

    def ahead(self, count: int = 1) -> list[Token]:
        """Return the next tokens that are not white space."""
        found: list[Token] = []
        at = self.at
        while len(found) < count:
            token = self.tokens[at] if at < len(self.tokens) else ("end", "")
            if token[0] != "space":
                found.append(token)
            at += 1
        return found

    def piece(self) -> str:
        return self.ahead()[0][1]

    def word(self) -> str:
        kind, piece = self.ahead()[0]
        return piece.upper() if kind == "word" else ""

    def skip(self) -> Token:
        """Pass over a token; the white space before it stays."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token[0] != "space":
                return token
            self.pieces.append((token[1], ""))
        raise _UnusualError

    def copy(self, active: frozenset[str] = frozenset()) -> str:
        """Write a token, or the term in its place; return the token."""
        token = self.skip()
        name = self.name_of(token)
        self.pieces.append(("", name) if name in active else (token[1], ""))
        return token[1]

    # The parts of a query

    def query(self) -> _Pieces:
        while self.word() in ("PREFIX", "BASE"):
            for _ in range(3 if self.word() == "PREFIX" else 2):
                self.copy()
        form = self.word()
        if form == "SELECT":
            self.select(self.names, is_top=True)
        elif form in ("ASK", "CONSTRUCT"):
            self.copy()
            if form == "CONSTRUCT" and self.piece() == "{":
                self.group(self.names)
            self.rest(self.names)
        if self.ahead()[0][0] != "end":
            raise _UnusualError
        return tuple(self.pieces)

    def select(self, around: frozenset[str], *, is_top: bool) -> None:
        """Write a SELECT to the end of its modifiers.

        A sub-SELECT knows a value from around it only through the variables that it projects. It need not
        project these any more; the whole query still does.
        """
        projected, others = self.projected()
        if is_top and not self.names <= projected:
            raise _UnusualError
        active = around & projected
        depth = 0
        while depth or not (self.piece() == "{" or self.word() in ("WHERE", "FROM")):
            name = self.name_of(self.ahead()[0])
            if depth or name not in active:
                depth += {"(": 1, ")": -1}.get(self.copy(active), 0)
                continue
            self.skip()
            if is_top or not (others or projected - active):
                self.pieces += (("(", name), (f" AS ?{name})", ""))
        self.rest(active)

    def projected(self) -> tuple[frozenset[str], bool]:
        """Return the variables that the SELECT at this place lists, and whether it lists expressions."""
        found, depth, others = set(), 0, False
        for kind, piece in self.tokens[self.at :]:
            if not depth and (piece in ("{", "*") or piece.upper() in ("WHERE", "FROM")):
                break
            if kind == "mark" and piece in "()":
                depth += 1 if piece == "(" else -1
                others = True
            elif kind == "var" and not depth:
                found.add(piece[1:])
        if piece == "*":
            raise _UnusualError
        return frozenset(found), others

    def rest(self, active: frozenset[str]) -> None:
        """Write what follows the head of a query: its dataset, its WHERE, its modifiers."""
        while self.piece() != "{":
            self.copy()
        self.group(active)
        while self.piece() not in ("}", ""):
            if self.word() in ("GROUP", "ORDER"):
                self.keys(active)
            elif self.word() == "VALUES":
                raise _UnusualError
            else:
                self.expression(active)

    def keys(self, active: frozenset[str]) -> None:
        """Write GROUP BY or ORDER BY without the variables that have one value only."""
        start, kept, is_group = len(self.pieces), 0, self.word() == "GROUP"
        self.copy()
        self.copy()
        while self.word() not in _MODIFIERS and self.piece() not in ("}", ""):
            first, _, inside, last = given = self.ahead(4)
            directed = first[1].upper() in ("ASC", "DESC") and last[1] == ")"
            if self.name_of(first) in active:
                self.skip()
            elif directed and self.name_of(inside) in active:
                for _ in given:
                    self.skip()
            else:
                kept += 1
                if first[0] == "word":
                    self.copy()
                self.expression(active)
        if not kept and is_group:
            raise _UnusualError  # without keys there is a group even where nothing is found
        if not kept:
            del self.pieces[start:]

    def expression(self, active: frozenset[str]) -> None:
        """Write one token, or what stands in brackets from the next token on."""
        depth = 0
        while True:
            if self.word() == "BOUND" and self.name_of(self.ahead(3)[2]) in active:
                for _ in range(4):
                    self.skip()
                self.pieces.append(("true", ""))
            elif self.piece() == "{":
                self.group(active)
            else:
                depth += {"(": 1, ")": -1}.get(self.copy(active), 0)
            if depth <= 0:
                return

    def group(self, active: frozenset[str]) -> None:
        """Write a group, or a template, from its opening bracket to its closing one."""
        self.copy()
        if self.word() == "SELECT":
            self.select(active, is_top=False)
        while self.piece() != "}":
            if self.word() == "VALUES":
                while self.piece() != "{":
                    if self.name_of(self.ahead()[0]) in active:
                        raise _UnusualError
                    self.copy()
            self.expression(active)
        self.copy()
