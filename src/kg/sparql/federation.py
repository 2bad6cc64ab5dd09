"""Finds the endpoints that a query's SERVICE clauses name, on the parsed query; fails closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kg.errors import Refused

PARSED_MAX: Final = 20_000
"""Characters of a federated query; the parser used here is slow and works in the web process."""


def targets(text: str) -> list[str]:
    """Return the IRI of each SERVICE clause of a query, '' for one that a variable names.

    Raises:
        Refused: the query cannot be read well enough to tell, or no SERVICE clause was found in it.
    """
    from rdflib.plugins.sparql import prepareQuery

    if len(text) > PARSED_MAX:
        raise Refused(f"A query with SERVICE may have at most {PARSED_MAX} characters.")
    try:
        algebra = prepareQuery(text).algebra
    except Exception:  # the parser raises its own, pyparsing's and recursion errors alike
        raise Refused("The SERVICE clauses of this query cannot be read, so it is not run.") from None
    found = [_name(node) for node in _walk(algebra) if node.name == "ServiceGraphPattern"]
    if not found:
        raise Refused("The SERVICE clauses of this query cannot be read, so it is not run.")
    return found


def _name(node: Any) -> str:
    from rdflib import URIRef

    term = node.get("term")
    return str(term) if isinstance(term, URIRef) else ""


def _walk(value: Any) -> Iterator[Any]:
    from rdflib.plugins.sparql.parserutils import CompValue

    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, CompValue):
            yield each
            stack.extend(each.values())
        elif isinstance(each, list | tuple | set):
            stack.extend(each)
        elif isinstance(each, dict):
            stack.extend(each.values())
