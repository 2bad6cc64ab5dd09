"""Reads the queries that columns can answer; declines all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kg.sparql.columns.algebra import AGGREGATES, STEP, Call, Declined, Expression, Group, Select
from kg.sparql.columns.tokens import ABSOLUTE, END
from kg.sparql.columns.verbs import Verbs
from kg.sparql.lexer import Reader

FUNCTIONS: Final = {
    "STR": (1, 1), "LANG": (1, 1), "LCASE": (1, 1), "UCASE": (1, 1), "BOUND": (1, 1),
    "STRSTARTS": (2, 2), "STRENDS": (2, 2), "CONTAINS": (2, 2), "REGEX": (2, 3),
}  # fmt: skip
_COMPARE: Final = frozenset(("=", "!=", "<", ">", "<=", ">="))


def parse(text: str, prefixes: Mapping[str, str]) -> Select:
    """Read a query.

    Args:
        prefixes: those that need no declaration.

    Raises:
        Declined: it is not a SELECT of the kinds of pattern, filter and modifier known here.
    """
    reader = Reader.shared(text)
    tokens = list(reader)
    if reader.ambiguous or "\\" in text:
        raise Declined
    return _Parser(tokens, dict(prefixes)).query()


class _Expressions(Verbs):
    def expression(self) -> Expression:
        return self._chain("||", lambda: self._chain("&&", self._relation))

    def _chain(self, operator: str, read: Callable[[], Expression]) -> Expression:
        found = read()
        while self.accept(operator):
            found = Call(operator, (found, read()))
        return found

    def _relation(self) -> Expression:
        left = self._unary()
        if self.token.kind == "mark" and self.token.text in _COMPARE:
            return Call(self.take().text, (left, self._unary()))
        negated = self.word() == "NOT" and self.tokens[self.at + 1].text.upper() == "IN"
        if negated or self.word() == "IN":
            self.at += 1 + negated
            self.expect("(")
            members: list[Expression] = []
            while not self.accept(")"):
                members.append(self.constant())
                self.accept(",")
            found = Call("IN", (left, *members))
            return Call("!", (found,)) if negated else found
        return left

    def _unary(self) -> Expression:
        if self.accept("!"):
            return Call("!", (self._unary(),))
        if self.accept("("):
            found = self.expression()
            self.expect(")")
            return found
        if self.token.kind == "word":
            return self._call()
        return self.term()

    def _call(self) -> Call:
        name = self.take().text.upper()
        self.expect("(")
        distinct = name in AGGREGATES and self.accept_word("DISTINCT")
        arguments: list[Expression] = []
        if name == "COUNT" and self.accept("*"):
            self.expect(")")
            if distinct:
                raise Declined
            return Call(name, ())
        while not self.accept(")"):
            arguments.append(self.expression())
            if not self.accept(",") and not self.is_mark(")"):
                raise Declined
        least, most = (1, 1) if name in AGGREGATES else FUNCTIONS.get(name, (0, -1))
        if not least <= len(arguments) <= most:
            raise Declined
        if (name in AGGREGATES or name == "BOUND") and not isinstance(arguments[0], str):
            raise Declined
        return Call(name, tuple(arguments), distinct)


class _Parser(_Expressions):
    def query(self) -> Select:
        while (word := self.word()) in ("PREFIX", "BASE"):
            self.take()
            if word == "BASE":
                self.take()  # relative IRIs are not read, so it changes nothing here
                continue
            name, iri = self.take(), self.take()
            if name.kind != "name" or iri.kind != "iri" or not ABSOLUTE.match(iri.text):
                raise Declined
            self.prefixes[name.text.removesuffix(":")] = iri.text[1:-1]
        found = self.select()
        if self.token is not END:
            raise Declined
        return found

    def select(self) -> Select:
        if not self.accept_word("SELECT"):
            raise Declined
        distinct = self.accept_word("DISTINCT")
        everything = self.accept("*")
        columns: list[tuple[str, Expression | None]] = []
        while not self.is_mark("{") and not self.accept_word("WHERE"):
            columns.append(self._column())
        found = Select(columns, self.group(), distinct)
        self._modifiers(found)
        if everything:
            if columns or found.group_by is not None:
                raise Declined
            found.columns = [
                (name, None) for name in sorted(found.where.variables()) if not name.startswith(STEP)
            ]
        names = [name for name, _ in found.columns]
        if not names or len(set(names)) < len(names):
            raise Declined
        return found

    def _column(self) -> tuple[str, Expression | None]:
        if not self.accept("("):
            return self.variable(), None
        expression = self.expression()
        if not self.accept_word("AS") or isinstance(expression, str):
            raise Declined
        name = self.variable()
        self.expect(")")
        return name, expression

    def _modifiers(self, found: Select) -> None:
        if self.accept_word("GROUP"):
            self._by()
            found.group_by = []
            while self.token.kind == "var":
                found.group_by.append(self.variable())
            if not found.group_by:
                raise Declined
        if self.accept_word("HAVING"):
            while self.accept("("):
                found.having.append(self.expression())
                self.expect(")")
        if self.accept_word("ORDER"):
            self._by()
            while (word := self.word()) in ("ASC", "DESC") or self.token.kind == "var":
                self.at += bool(word)
                found.order.append((self._unary() if word else self.variable(), word == "DESC"))
            if not found.order:
                raise Declined
        while (word := self.word()) in ("LIMIT", "OFFSET"):
            self.take()
            if word == "LIMIT":
                found.limit = self.number()
            else:
                found.offset = self.number()
        if self.token is not END and not self.is_mark("}"):
            raise Declined

    def _by(self) -> None:
        if not self.accept_word("BY"):
            raise Declined

    def group(self) -> Group:
        self.expect("{")
        found = Group()
        if self.word() == "SELECT":
            found.selects.append(self.select())
            if any(isinstance(each, bytes) for _, each in found.selects[0].columns):
                raise Declined
            self.expect("}")
            return found
        while not self.accept("}"):
            word = self.word()
            if word == "FILTER":
                self.take()
                self._filter(found)
            elif word == "OPTIONAL":
                self.take()
                found.optionals.append(self.group())
            elif self.is_mark("."):
                self.take()
            elif found.optionals:
                raise Declined  # joined with what may be unbound
            elif word == "VALUES":
                self.take()
                found.values.append(self._values())
            elif self.is_mark("{"):
                self._nested(found)
            else:
                self._triples(found)
        return found

    def _filter(self, found: Group) -> None:
        keeps = not self.accept_word("NOT")
        if self.accept_word("EXISTS"):
            found.exists.append((keeps, self.group()))
            return
        if not keeps or (not self.is_mark("(") and self.word() not in FUNCTIONS):
            raise Declined
        found.filters.append(self._unary())

    def _nested(self, outer: Group) -> None:
        branches = [self.group()]
        while self.accept_word("UNION"):
            branches.append(self.group())
        if len(branches) > 1:
            outer.unions.append(branches)
            return
        only = branches[0]
        if only.filters or only.optionals or only.exists:
            raise Declined
        outer.patterns += only.patterns
        outer.values += only.values
        outer.unions += only.unions
        outer.alternatives += only.alternatives
        outer.selects += only.selects

    def _values(self) -> tuple[list[str], list[list[bytes]]]:
        names, rows = [], []
        several = self.accept("(")
        names.append(self.variable())
        while several and not self.accept(")"):
            names.append(self.variable())
        self.expect("{")
        while not self.accept("}"):
            if several:
                self.expect("(")
            rows.append([self.constant() for _ in names])
            if several:
                self.expect(")")
        return names, rows

    def _triples(self, found: Group) -> None:
        subject = self.term()
        while True:
            verb = self.verb()
            while True:
                self.add(found, subject, verb, self.term())
                if not self.accept(","):
                    break
            if not self.accept(";"):
                break
            while self.accept(";"):
                pass
            if self.is_mark(".") or self.is_mark("}"):
                break
        if not (self.is_mark(".") or self.is_mark("}") or self.is_mark("{") or self.token.kind == "word"):
            raise Declined
