"""Queries of the Reconciliation Service API 0.2 (section 4) as clients send them, read and bounded."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Final

from kg.errors import BadInput, TooLarge
from kg.link.matching import Wanted

BATCH_SIZE: Final = 50
BATCH_MOST: Final = 200
DEFAULT_LIMIT: Final = 10
DEFAULT_LIMIT_BY_PROPERTY: Final = 50
"""Candidates of a query without a name, which all score the same."""
LIMIT_MOST: Final = 100
_QUERY_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Query:
    """One reconciliation query, as the specification's section 4 has it."""

    text: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    limit: int = DEFAULT_LIMIT
    properties: tuple[tuple[str, tuple[Any, ...]], ...] = ()


def parse(text: str) -> Any:
    """Read JSON from a form field.

    Raises:
        BadInput: it is not JSON, or nested beyond reason.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("The parameter does not hold JSON.") from None


def read_batch(value: Any) -> dict[str, Query]:
    """Read a batch of queries by their keys.

    Raises:
        BadInput: it is no object of queries.
        TooLarge: there are more queries than one request may hold.
    """
    if not isinstance(value, dict):
        raise BadInput("'queries' must be an object that maps keys to queries.")
    if len(value) > BATCH_MOST:
        raise TooLarge(
            f"A batch holds at most {BATCH_MOST} queries.", hint=f"The manifest asks for {BATCH_SIZE}."
        )
    return {str(key): read_query(each) for key, each in value.items()}


def read_query(value: Any) -> Query:
    """Read one query.

    Raises:
        BadInput: it has neither a name nor properties.
    """
    if not isinstance(value, dict):
        raise BadInput("Each query must be an object with 'query' or 'properties'.")
    text = value.get("query")
    if text is not None and not isinstance(text, str):
        raise BadInput("'query' must be a text.")
    properties = _properties(value.get("properties"))
    if text is None and not properties:
        raise BadInput("Each query needs 'query' or 'properties'.")
    given = value.get("type")
    types = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    types = [each.get("id") if isinstance(each, dict) else each for each in types]
    strict = value.get("type_strict")
    return Query(
        (text or "")[:_QUERY_MOST],
        Wanted(
            tuple(each for each in types if isinstance(each, str) and each),
            strict if strict in ("any", "all", "should") else "any",
        ),
        _limit(value.get("limit"), DEFAULT_LIMIT if text else DEFAULT_LIMIT_BY_PROPERTY),
        properties,
    )


def _limit(value: Any, default: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or value < 1:
        return default
    return int(min(value, LIMIT_MOST))


def _properties(value: Any) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    found = []
    for each in value if isinstance(value, list) else []:
        if isinstance(each, dict) and isinstance(each.get("pid"), str):
            given = each.get("v")
            found.append((each["pid"], tuple(given) if isinstance(given, list) else (given,)))
    return tuple(found)
