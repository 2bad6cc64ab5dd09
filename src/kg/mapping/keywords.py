"""WOCAT's value keywords and the concepts they stand for, as ``ontology/schemes`` says."""

from __future__ import annotations

import re
from functools import cache

from kg import resources
from kg.vocab import DEFAULT_BASE

_STATEMENT = f"<{DEFAULT_BASE}def/wocatKeyword>"


@cache
def table() -> dict[str, str]:
    """Return keyword to local name of its concept, for keywords whose concept is named otherwise.

    Read from the ``kg:wocatKeyword`` statements of the schemes.
    """
    from pyoxigraph import RdfFormat, parse

    head = f"{DEFAULT_BASE}id/concept/"
    found: dict[str, str] = {}
    for path in sorted((resources.ontology() / "schemes").glob("*.ttl")):
        text = path.read_bytes()
        if re.search(rb"wocatKeyword", text) is None:
            continue
        for quad in parse(input=text, format=RdfFormat.TURTLE):
            subject = str(quad.subject)[1:-1]
            if str(quad.predicate) == _STATEMENT and subject.startswith(head):
                found.setdefault(quad.object.value, subject.removeprefix(head))
    return found


@cache
def concept_of(keyword: str) -> str:
    """Return the local name of a keyword's concept; most concepts are named for their keyword."""
    return table().get(keyword, keyword)
