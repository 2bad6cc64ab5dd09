"""Refuses queries that would hang, crash or leave the machine, before the engine's parser sees them.

The engine's parser overflows its stack on deep nesting, its planner takes time that grows faster than
the square of the patterns and cannot be interrupted, and SERVICE would make it open connections. All
three are settled here on the text's tokens, in time linear in the text.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from kg.config import Settings
from kg.errors import NotSupported, Refused, TooLarge
from kg.sparql.federation import targets
from kg.sparql.lexer import Reader, Token

FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_PROLOGUE: Final = frozenset(("BASE", "PREFIX", "VERSION"))
_CLAUSES: Final = frozenset(
    ("UNION", "FILTER", "BIND", "EXISTS", "MINUS", "VALUES", "OPTIONAL", "GRAPH", "LET")
)
_CHAINED: Final = frozenset(("||", "&&", "|", "+", "-", "*", "/", "^", "!", "=", "!=", "<", ">", "<=", ">="))
_VOLATILE: Final = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
_TERMS: Final = frozenset(("string", "iri", "var", "number", "name"))
_OPENING: Final = {"(": ")", "{": "}", "[": "]", "<<": ">>", "<<(": ")>>"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a query may be; every number is a setting (``KG_SPARQL_*``)."""

    depth: int
    patterns: int
    chain: int
    values: int
    services: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        allowed = (each.strip() for each in settings.sparql_service_allow.split(","))
        return cls(
            settings.sparql_depth_max,
            settings.sparql_patterns_max,
            settings.sparql_chain_max,
            settings.sparql_values_max,
            frozenset(each for each in allowed if each),
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found out: the query's form ('' if none), and whether answers may be kept."""

    form: str
    volatile: bool
    reaches_out: bool


@dataclass(slots=True)
class _Frame:
    """An open bracket: what it holds and what it weighs for the planner."""

    mark: str
    kind: str
    joined: bool = True
    alternative: bool = False
    counted: int = 0
    pending: int = 0
    content: bool = False


@dataclass(slots=True)
class _Count:
    """Walks over the tokens and keeps the sums."""

    limits: Limits
    form: str = ""
    volatile: bool = False
    service: bool = False
    chain: int = 0
    values: int = 0
    run: int = 0
    frames: list[_Frame] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def check(text: str, limits: Limits) -> Checked:
    """Check a query's text; linear in its length.

    Raises:
        TooLarge: nesting, joined patterns, chained operators or VALUES are above a limit.
        NotSupported: the query calls other endpoints and the operator has allowed none.
        Refused: it calls one that the operator has not allowed.
    """
    reader = Reader.shared(text)
    count = _walk(reader, limits)
    service = count.service
    if reader.ambiguous:
        service = _walk(Reader(text, less_than=True), limits).service or service
    if service:
        _permit(text, limits.services)
    return Checked(count.form, count.volatile or service, service)


def _permit(text: str, allowed: Collection[str]) -> None:
    if not allowed:
        # SPARQL 1.1 Protocol, 2.1.7: a query that is legal and yet not run is a failure of the 5xx kind.
        raise NotSupported(
            "This service calls no other endpoints (SERVICE).",
            hint="Ask each endpoint for its part, or federate from a client such as Comunica.",
        )
    for target in targets(text):
        if target not in allowed:
            raise Refused(f"SERVICE may not call {target or 'a variable'} here.")


def _walk(reader: Reader, limits: Limits) -> _Count:
    count = _Count(limits)
    before = Token("mark", "")
    for token in reader:
        if token.kind == "mark":
            _mark(count, token, before)
        elif token.kind == "word":
            _word(count, token.text.upper())
        else:
            _term(count, token, before)
        if token.text != "!" and not (token.text in ("-", "+", "^") and before.kind == "mark"):
            count.run = 0
        before = token
    return count


def _word(count: _Count, word: str) -> None:
    if not count.form and word not in _PROLOGUE:
        count.form = word
    if word == "SERVICE":
        count.service = True
    elif word in _VOLATILE:
        count.volatile = True
    if word in _CLAUSES:
        _chain(count)
    if word == "A" and count.frames:
        count.frames[-1].content = True
    count.words.append(word)
    del count.words[:-3]


def _term(count: _Count, token: Token, before: Token) -> None:
    if not count.frames:
        return
    frame = count.frames[-1]
    if frame.kind in ("values", "list"):
        count.values += 1
        if count.values > count.limits.values:
            raise TooLarge(f"The query lists more than {count.limits.values} values.")
    elif frame.mark == "(":
        # Only collections put two terms side by side inside round brackets; each element is two triples.
        if before.kind in _TERMS and token.kind != "lang":
            _weigh(count, 2)
    elif not (before.kind == "word" and before.text.upper() in ("GRAPH", "SERVICE", "SILENT")):
        frame.content = True


def _mark(count: _Count, token: Token, before: Token) -> None:
    mark = token.text
    if mark in _OPENING:
        _open(count, mark, before)
    elif mark in (")", "}", "]", ">>", ")>>"):
        _close(count, mark)
    elif mark in (".", ";", ",") and count.frames and count.frames[-1].kind in ("group", "node"):
        _separate(count.frames[-1], count)
    elif mark in _CHAINED:
        _chain(count)
        if mark == "/" and count.frames and count.frames[-1].kind != "values":
            _weigh(count, 1)
        if mark in ("!", "-", "+", "^"):
            count.run += 1
            if count.run > count.limits.depth:
                raise TooLarge(f"More than {count.limits.depth} signs stand before one value.")


def _chain(count: _Count) -> None:
    count.chain += 1
    if count.chain > count.limits.chain:
        raise TooLarge(f"The query has more than {count.limits.chain} operators and clauses.")


def _weigh(count: _Count, patterns: int) -> None:
    """Add joined patterns to the innermost group."""
    for frame in reversed(count.frames):
        if frame.mark == "{":
            frame.counted += patterns
            _bound(frame.counted + frame.pending, count)
            return


def _bound(patterns: int, count: _Count) -> None:
    if patterns > count.limits.patterns:
        raise TooLarge(
            f"One group joins more than {count.limits.patterns} patterns.",
            hint="Split it into sub-SELECTs in several queries; property path steps and OPTIONALs count too.",
        )


def _separate(frame: _Frame, count: _Count) -> None:
    if frame.content:
        frame.content = False
        _weigh(count, 1)


def _open(count: _Count, mark: str, before: Token) -> None:
    word = before.text.upper() if before.kind == "word" else ""
    kind = "node" if mark == "[" else "other"
    outer = count.frames[-1] if count.frames else None
    if mark == "{":
        kind = "group"
        if outer is None and count.form == "CONSTRUCT" and word == "CONSTRUCT":
            kind = "template"
        elif "VALUES" in count.words[-1:] and (outer is None or before.kind in ("var", "mark", "word")):
            kind = "values"
        if outer is not None and outer.kind in ("group", "node") and word not in ("GRAPH", "SERVICE"):
            _separate(outer, count)
    elif mark == "(" and (word == "IN" or (outer is not None and outer.kind == "values")):
        kind = "list"
    joined = word not in ("OPTIONAL", "MINUS", "EXISTS")
    frame = _Frame(mark, kind, joined=joined, alternative=word == "UNION")
    if mark == "{" and word == "OPTIONAL":
        _weigh(count, 1)
    if mark == "[" and outer is not None:
        outer.content = True
    count.frames.append(frame)
    if len(count.frames) > count.limits.depth:
        raise TooLarge(f"The query nests brackets more than {count.limits.depth} deep.")


def _close(count: _Count, mark: str) -> None:
    if not count.frames or _OPENING[count.frames[-1].mark] != mark:
        return  # a fault that the parser will name with its line; closing less than it does is safe
    frame = count.frames[-1]
    if frame.kind in ("group", "node"):
        _separate(frame, count)
    count.frames.pop()
    outer = count.frames[-1] if count.frames else None
    if frame.mark == "{" and frame.kind == "group" and frame.joined:
        _join(frame, count)
    if frame.mark in ("[", "(") and outer is not None and outer.kind in ("group", "node"):
        outer.content = outer.content or frame.mark == "["


def _join(frame: _Frame, count: _Count) -> None:
    """Add a closed group to the one around it; branches of a UNION count as the largest of them."""
    weight = frame.counted + frame.pending
    for outer in reversed(count.frames):
        if outer.mark == "{":
            if frame.alternative:
                outer.pending = max(outer.pending, weight)
            else:
                outer.counted += outer.pending
                outer.pending = weight
            _bound(outer.counted + outer.pending, count)
            return
