"""Names of graphs in a database that holds several generations, and how queries are written for them.

A graph ``g`` of generation ``id`` is kept as ``urn:kg:<id>:g``. The name is replaced wherever it stands in
the data and in queries, and put back in answers, so that the renaming cannot be seen from outside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urljoin

from pyoxigraph import Literal, NamedNode

from kg.store import Binding
from kg.store.lexing import Token, tokens_of

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Names:
    """The names of the graphs of one generation."""

    def __init__(self, generation_id: str, graphs: Collection[str]) -> None:
        self.generation_id = generation_id
        self.graphs = tuple(sorted(graphs))
        self._known = frozenset(graphs)
        self._prefix = f"urn:kg:{generation_id}:"
        written = "|".join(re.escape(f"<{graph}>") for graph in sorted(graphs))
        self._in_data = re.compile((written or r"(?!)").encode())

    def of(self, graph: str) -> str:
        """Return the name that the database knows a graph by."""
        return f"{self._prefix}{graph}"

    def into(self, lines: bytes) -> bytes:
        """Rename the graphs in whole lines of N-Quads."""
        inside = f"<{self._prefix}".encode()
        return self._in_data.sub(lambda found: inside + found[0][1:], lines)

    def out_of(self, answer: bytes) -> bytes:
        """Put the names back in an answer."""
        return answer.replace(self._prefix.encode(), b"")

    def query(self, text: str) -> tuple[str, list[str]]:
        """Return a query with its graphs renamed, and those of them that this generation does not have.

        A FROM or GRAPH names one of this generation or none at all.
        """
        tokens = tokens_of(text)
        resolve = _resolver(tokens)
        written: list[str] = []
        strangers: list[str] = []
        before = ("", "")
        for kind, written_so in tokens:
            piece = written_so
            if kind in ("iri", "name") and before[1] != "PREFIX":
                named = resolve(kind, piece)
                # Whatever stands for a graph becomes one of ours: others' are out of reach.
                is_graph = before[1] in ("FROM", "GRAPH") or before == ("FROM", "NAMED")
                if named is not None and (is_graph or named in self._known):
                    piece = f"<{self.of(named)}>"
                    if named not in self._known:
                        strangers.append(self.of(named))
            if kind != "space":
                before = (before[1], piece.upper() if kind == "word" else kind)
            written.append(piece)
        return "".join(written), strangers


def _resolver(tokens: list[Token]) -> Callable[[str, str], str | None]:
    """Return a function from a token to the IRI it stands for, by the query's own BASE and PREFIX."""
    prefixes: dict[str, str] = {}
    base = ""
    plain = [each for each in tokens if each[0] != "space"]

    def iri(piece: str) -> str:
        text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), piece[1:-1])
        return text if _ABSOLUTE.match(text) else urljoin(base, text)

    for at, (kind, piece) in enumerate(plain[:-1]):
        word = piece.upper() if kind == "word" else ""
        following = plain[at + 1]
        if word == "BASE" and following[0] == "iri":
            base = iri(following[1])
        elif word == "PREFIX" and following[0] == "name" and at + 2 < len(plain):
            prefixes.setdefault(following[1].rstrip(":"), iri(plain[at + 2][1]))

    def resolve(kind: str, piece: str) -> str | None:
        if kind == "iri":
            return iri(piece)
        prefix, _, local = piece.partition(":")
        namespace = prefixes.get(prefix)
        return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)

    return resolve


def bound(text: str, bind: Binding) -> str:
    """Return a query in which variables have values, for engines that know no substitution.

    Each group in which a variable stands begins with its value, as ``VALUES ?v { <value> }``: a join with
    what the substitution would have left. A sub-SELECT has the value too, whether it projects the
    variable or not. A query without such a group, ``CONSTRUCT WHERE`` or ``DESCRIBE ?v``, ends in them.
    """
    tokens = tokens_of(text)
    groups = _groups(tokens)
    values = {name: f" VALUES ?{name} {{ {term} }}" for name, term in bind.items()}
    if not groups:
        return text + "\n" + "".join(values.values())
    first = min(groups)
    written = [piece for _, piece in tokens]
    for opening, inside in groups.items():
        names = [name for name in bind if opening == first or name in inside]
        written[opening] += "".join(values[name] for name in names)
    return "".join(written)


def _groups(tokens: list[Token]) -> dict[int, set[str]]:
    """Return the place of the bracket of each group that may hold VALUES, and the variables right inside.

    CONSTRUCT templates, VALUES and groups that are a sub-SELECT as a whole are none.
    """
    found: dict[int, set[str]] = {}
    stack: list[int] = []
    before, is_values = "", False
    for at, (kind, piece) in enumerate(tokens):
        if kind == "space":
            continue
        word = piece.upper() if kind == "word" else ""
        if word == "WHERE" and before == "CONSTRUCT":
            return {}
        is_values = is_values or word == "VALUES"
        if kind == "mark" and piece == "{":
            stack.append(at)
            if not is_values and before != "CONSTRUCT":
                found[at] = set()
            is_values = False
        elif kind == "mark" and piece == "}" and stack:
            stack.pop()
        elif kind == "var" and stack and stack[-1] in found:
            found[stack[-1]].add(piece[1:])
        elif word == "SELECT" and before == "{" and stack:
            found.pop(stack[-1], None)
        before = word or piece
    return found


def substituted(text: str, bind: Binding) -> str:
    """Return a query with terms in place of variables, for engines that join VALUES wrongly.

    A variable stays where only one can stand: in the list of a SELECT, GROUP BY or ORDER BY. It has no
    value there, so that who asked fills it in afterwards (:func:`filled`).
    """
    values = {f"{mark}{name}": str(term) for name, term in bind.items() for mark in "?$"}
    written: list[str] = []
    listing, depth = False, 0
    for kind, piece in tokens_of(text):
        word = piece.upper() if kind == "word" else ""
        if word in ("SELECT", "BY"):
            listing, depth = True, 0
        elif piece in ("{", "}") or word in ("WHERE", "FROM", "LIMIT", "OFFSET", "HAVING", "ORDER"):
            listing = False
        elif kind == "mark" and piece in "()":
            depth += 1 if piece == "(" else -1
        stays = listing and depth == 0
        written.append(values.get(piece, piece) if kind == "var" and not stays else piece)
    return "".join(written)


def filled(answer: bytes, bind: Binding) -> bytes:
    """Return SPARQL results in JSON in which the variables that were substituted have their values."""
    found = json.loads(answer)
    names = [name for name in bind if name in found.get("head", {}).get("vars", ())]
    for row in found.get("results", {}).get("bindings", ()) if names else ():
        for name in names:
            row.setdefault(name, _as_json(bind[name]))
    return json.dumps(found, ensure_ascii=False).encode()


def _as_json(term: NamedNode | Literal) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
