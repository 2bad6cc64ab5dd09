"""Reads the triple patterns of plain queries from their tokens; whatever is not plain is not read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kg.sparql.lexer import Reader, Token
from kg.sparql.patterns import Group, Pattern, Query, Term
from kg.vocab import RDF

_OPEN: Final = {"(": ")", "{": "}", "[": "]"}
_LITERAL_WORDS: Final = frozenset(("TRUE", "FALSE"))
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_AGGREGATES: Final = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_END: Final = Token("mark", "", -1)


class UnusualError(Exception):
    """The query holds something that this reader does not read."""


def read(text: str, prefixes: Mapping[str, str]) -> Query:
    """Read a query.

    Args:
        prefixes: those that need no declaration.

    Raises:
        UnusualError: it is not plain: blank nodes, property paths, collections, quoted triples, escapes.
    """
    return _Parser(text, prefixes).query()


def read_plain(text: str, prefixes: Mapping[str, str]) -> Query | None:
    """Read a query, or return nothing if it is not plain."""
    try:
        return read(text, prefixes)
    except UnusualError:
        return None


class _Parser:
    def __init__(self, text: str, prefixes: Mapping[str, str]) -> None:
        reader = Reader.shared(text)
        self.tokens = list(reader)
        if reader.ambiguous or "\\u" in text or "\\U" in text:
            raise UnusualError
        self.prefixes = dict(prefixes)
        self.at = 0
        self.groups: list[Group] = []

    # Tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def word(self) -> str:
        token = self.token
        return token.text.upper() if token.kind == "word" else ""

    def take(self) -> Token:
        token = self.token
        if token is _END:
            raise UnusualError
        self.at += 1
        return token

    def is_mark(self, mark: str) -> bool:
        return self.token.kind == "mark" and self.token.text == mark

    def expect(self, mark: str) -> Token:
        if not self.is_mark(mark):
            raise UnusualError
        return self.take()

    def skip(self) -> None:
        """Pass over a bracket and all that it holds."""
        closing = []
        while True:
            token = self.take()
            if token.kind == "mark":
                if token.text in _OPEN:
                    closing.append(_OPEN[token.text])
                elif closing and token.text == closing[-1]:
                    closing.pop()
                elif token.text in _OPEN.values():
                    raise UnusualError
            if not closing:
                return

    # The parts of a query

    def query(self) -> Query:
        while self.word() in ("PREFIX", "BASE"):
            if self.take().text.upper() == "BASE":
                self.take()  # relative IRIs are not read, so it changes nothing here
                continue
            name, iri = self.take(), self.take()
            if name.kind != "name" or iri.kind != "iri" or not _ABSOLUTE.match(iri.text):
                raise UnusualError
            self.prefixes[name.text.removesuffix(":")] = iri.text[1:-1]
        form = self.word()
        body = self.tokens[self.at :]
        if form == "CONSTRUCT":
            self.take()
            self.skip_template()
        elif form not in ("SELECT", "ASK"):
            raise UnusualError
        self.select(form)
        if self.token is not _END:
            raise UnusualError
        words = frozenset(each.text.upper() for each in body if each.kind == "word")
        marks = frozenset(each.text for each in body if each.kind == "mark")
        longest = max(len(each.text) for each in self.tokens)
        return Query(form, len(body), words, marks, self.groups, longest)

    def skip_template(self) -> None:
        if not self.is_mark("{"):
            raise UnusualError  # CONSTRUCT WHERE: its pattern is its template
        self.skip()

    def select(self, form: str) -> None:
        """Read from the form's word to the end of its modifiers, and keep its WHERE."""
        head = self.at
        while not self.is_mark("{"):
            if self.is_mark("("):
                self.skip()
            else:
                self.take()
        words = {each.text.upper() for each in self.tokens[head : self.at] if each.kind == "word"}
        group = self.group()
        modifiers = set()
        while self.token is not _END and not self.is_mark("}"):
            if self.word() == "VALUES":
                raise UnusualError  # joined with the WHERE
            modifiers.add(self.word())
            if self.is_mark("(") or self.is_mark("{"):
                self.skip()
            else:
                self.take()
        sliced = bool(modifiers & {"LIMIT", "OFFSET"}) and not modifiers & {"ORDER", "GROUP"}
        group.first_rows = form == "ASK" or (sliced and not words & _AGGREGATES)
        self.groups.append(group)

    def group(self) -> Group:
        """Read a group from its opening bracket to its closing one."""
        self.expect("{")
        group = Group()
        if self.word() == "SELECT":
            self.select("SELECT")
            self.expect("}")
            group.alone, group.others = False, True
            return group
        closed = False
        while not self.is_mark("}"):
            word = self.word()
            if word == "FILTER":
                self.filter()
                group.others = True
            elif word in ("OPTIONAL", "MINUS", "BIND"):
                closed = True
                self.after(group, word)
            elif word == "VALUES":
                self.values(group)
            elif word in ("GRAPH", "SERVICE", "LATERAL", "LET"):
                raise UnusualError
            elif word == "UNION":
                self.take()
            elif self.is_mark("{"):
                self.group()
                group.alone, group.others = False, True
            elif self.is_mark("."):
                self.take()
            else:
                group.alone = group.alone and not closed
                self.triples(group)
        self.take()
        return group

    def filter(self) -> None:
        self.take()
        while not (self.is_mark("(") or self.is_mark("{")):
            self.take()
        self.skip()

    def after(self, group: Group, word: str) -> None:
        """Read an OPTIONAL; pass over MINUS and BIND."""
        self.take()
        start = self.at
        if word == "OPTIONAL":
            # What it holds is evaluated row by row, so a sub-SELECT in it is not one of ours.
            kept = len(self.groups)
            try:
                inner = self.group()
            except UnusualError:
                inner = None
            del self.groups[kept:]
            if inner is not None and inner.patterns and not (inner.others or inner.values or inner.optionals):
                group.optionals.append(inner.patterns)
                return
            self.at = start
        self.skip()
        group.others = True

    def values(self, group: Group) -> None:
        self.take()
        variable = self.take()
        if variable.kind != "var":
            raise UnusualError
        self.expect("{")
        count = 0
        while not self.is_mark("}"):
            if self.take().kind == "mark":
                raise UnusualError
            count += 1
        self.take()
        group.values.append((frozenset((variable.text[1:],)), count))
        group.alone = False

    def triples(self, group: Group) -> None:
        """Read the patterns of one subject."""
        start = self.token.start
        subject = self.term()
        first = len(group.patterns)
        while True:
            verb = self.verb()
            while True:
                group.patterns.append(Pattern(subject, verb, self.term()))
                if not self.is_mark(","):
                    break
                self.take()
            if not self.is_mark(";"):
                break
            while self.is_mark(";"):
                self.take()
            if self.is_mark(".") or self.is_mark("}"):
                break
        before = self.tokens[self.at - 1]
        end = before.start + len(before.text)
        if self.is_mark("."):
            end = self.take().start + 1
        group.spans += [(start, end)] + [(end, end)] * (len(group.patterns) - first - 1)

    def verb(self) -> Term:
        if self.token.kind == "word" and self.token.text == "a":
            self.take()
            return Term("a", iri=f"{RDF}type")
        if self.token.kind not in ("iri", "name", "var"):
            raise UnusualError
        return self.term()

    def term(self) -> Term:
        token = self.take()
        if token.kind == "var":
            return Term(token.text, variable=token.text[1:])
        if token.kind in ("iri", "name"):
            return Term(token.text, iri=self.resolve(token))
        if token.kind == "number" or (token.kind == "word" and token.text.upper() in _LITERAL_WORDS):
            return Term(token.text)
        if token.kind != "string":
            raise UnusualError
        if self.token.kind == "lang":
            return Term(token.text + self.take().text)
        if self.is_mark("^^"):
            self.take()
            datatype = self.take()
            if datatype.kind not in ("iri", "name"):
                raise UnusualError
            return Term(f"{token.text}^^{datatype.text}")
        return Term(token.text)

    def resolve(self, token: Token) -> str:
        """Return the IRI of a token; a relative or escaped one is not read."""
        if token.kind == "iri":
            if not _ABSOLUTE.match(token.text):
                raise UnusualError
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        namespace = self.prefixes.get(prefix)
        if namespace is None or "\\" in local or "%" in local:
            raise UnusualError
        return namespace + local
