"""Query text, the engine's complaints about it, and the forms of its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

import pyoxigraph as px

from kg.errors import BadInput, NotAcceptable, QuerySyntaxError
from kg.store import Row
from kg.store.lexing import tokens_of

_POSITION: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_CHARACTER_CLASS: Final = re.compile(r"\['.*?'\]", re.DOTALL)
_SENTENCE: Final = re.compile(r"^(?:expected )?[A-Z][a-z]* [a-zA-Z]")
"""Faults of meaning (an unbound variable, a repeated name) stand among the expected tokens."""
_WORD: Final = re.compile(r'^[A-Za-z]+$|^"[^"\\]+"$')


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn what the engine raises for a bad query into our errors; I/O faults stay what they are."""
    try:
        yield
    except SyntaxError as fault:
        raise syntax_error(str(fault)) from None
    except (ValueError, RuntimeError) as fault:
        raise BadInput(f"The query cannot be run: {fault}.") from None


def names_dataset(text: str) -> bool:
    """Tell whether a query has FROM or FROM NAMED clauses."""
    if "from" not in text.lower():
        return False  # as most queries, and looking for it is quick
    plain = [each for each in tokens_of(text) if each[0] != "space"]
    froms = [after for (kind, word), after in pairwise(plain) if kind == "word" and word.upper() == "FROM"]
    return any(kind in ("iri", "name") or word.upper() == "NAMED" for kind, word in froms)


def syntax_error(message: str) -> QuerySyntaxError:
    """Return the engine's complaint with its position and without its character tables."""
    found = _POSITION.match(message)
    if found is None:
        return QuerySyntaxError(f"The query is not SPARQL: {message}")
    line, column, detail = int(found[1]), int(found[2]), found[3]
    listed = _CHARACTER_CLASS.sub("", detail.removeprefix("expected one of ")).split(", ")
    listed = [word.strip() for word in listed]
    words = [word for word in listed if _WORD.match(word)]
    sentences = [word.removeprefix("expected ") for word in listed if _SENTENCE.match(word)]
    if "Prefix not found" in sentences:
        reason = "this prefix is not declared"
    elif sentences:
        reason = sentences[0][0].lower() + sentences[0][1:]
    elif words:
        reason = f"expected {', '.join(words)}"
    else:
        reason = "the query cannot go on so"
    return QuerySyntaxError(f"Line {line}, column {column}: {reason}.", line=line, column=column)


def solutions(answer: px.QuerySolutions) -> list[Row]:
    """Return the rows of a SELECT; unbound variables are absent."""
    names = [variable.value for variable in answer.variables]
    return [
        {name: value for name, value in zip(names, solution, strict=True) if value is not None}
        for solution in answer
    ]


def results_format(media_type: str) -> px.QueryResultsFormat:
    """Return the engine's format for the answer of a SELECT or ASK.

    Raises:
        NotAcceptable: it has none.
    """
    found = px.QueryResultsFormat.from_media_type(media_type)
    if found is None:
        raise NotAcceptable(f"The answer of a SELECT or ASK cannot be written as {media_type}.")
    return found


def graph_format(media_type: str) -> px.RdfFormat:
    """Return the engine's format for the answer of a CONSTRUCT or DESCRIBE.

    Raises:
        NotAcceptable: it has none.
    """
    found = px.RdfFormat.from_media_type(media_type)
    if found is None:
        raise NotAcceptable(f"The answer of a CONSTRUCT or DESCRIBE cannot be written as {media_type}.")
    return found
