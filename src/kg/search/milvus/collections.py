"""The collections of a generation: one a space and one for words, each with what filters need."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from kg.errors import ConfigError
from kg.search.engines import Narrowing
from kg.search.milvus.server import client_class
from kg.search.vectors import EXACT_UP_TO

KEY: Final = "passage"
VECTOR: Final = "vector"
WORDS: Final = "words"
"""What comes after the generation in the name of the collection of words."""

LOADING: Final = "_loading"
"""Ends the name of a collection until it is whole; taking it away is one step of the server."""

KINDS: Final = ("HNSW", "IVF_FLAT", "AUTOINDEX")
LISTED: Final = 5000
"""Records up to which those that pass, or those that do not, are listed rather than described."""

MOST: Final = 16_384
"""Most results of one search of Milvus (its limit on offset + limit)."""

_FACETS_MOST: Final = 1024
_FACET_LONGEST: Final = 512
_HNSW: Final = {"M": 24, "efConstruction": 200}
_EF: Final = 256
_IVF_SHARE: Final = 16
"""The share of all lists that an unfiltered search looks into, as a divisor."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a generation's collections, and of the aliases that name those that serve."""

    prefix: str
    generation: str

    def of(self, space: str) -> str:
        """Return the collection of an encoder's space, or of :data:`WORDS`."""
        return f"{self.prefix}_{plain(self.generation)}_{plain(space)}"

    def alias(self, space: str) -> str:
        """Return the alias that always names the collection that serves."""
        return f"{self.prefix}_current_{plain(space)}"

    def are(self, collection: str) -> bool:
        """Tell whether a collection is one of this generation, whole or not."""
        return collection.startswith(f"{self.prefix}_{plain(self.generation)}_")


def plain(text: str) -> str:
    """Return a name with letters, digits and underscores only, as Milvus wants them."""
    return re.sub(r"\W", "_", text, flags=re.ASCII)


def schema(dimensions: int | None) -> Any:
    """Return the schema of a space, or of words without ``dimensions``: id, what filters need, the vector."""
    from pymilvus import DataType

    made = client_class().create_schema(auto_id=False, enable_dynamic_field=False)
    made.add_field(KEY, DataType.INT64, is_primary=True)
    made.add_field("record", DataType.INT64)
    made.add_field("year", DataType.INT32)
    made.add_field(
        "facets",
        DataType.ARRAY,
        element_type=DataType.VARCHAR,
        max_capacity=_FACETS_MOST,
        max_length=_FACET_LONGEST,
    )
    if dimensions is None:
        made.add_field(VECTOR, DataType.SPARSE_FLOAT_VECTOR)
    else:
        made.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimensions)
    return made


def scalars(record: int, year: int | None, facets: list[str]) -> dict[str, Any]:
    """Return the fields that filters need; a year of 0 is none."""
    held = [each for each in facets if len(each.encode()) <= _FACET_LONGEST]
    return {"record": record, "year": year or 0, "facets": held[:_FACETS_MOST]}


def indexes(kind: str, passages: int, *, sparse: bool, lists: bool) -> dict[str, dict[str, Any]]:
    """Return the index of each field; ``kind`` is that of many vectors, few are all compared.

    ``lists`` tells whether the server has indexes of lists, which Milvus Lite lacks.

    Raises:
        ConfigError: nobody knows this kind.
    """
    if kind not in KINDS:
        raise ConfigError(f"KG_MILVUS_INDEX is one of {', '.join(KINDS)}.")
    kind = "SPARSE_INVERTED_INDEX" if sparse else "FLAT" if passages <= EXACT_UP_TO else kind
    fields = ("record", "year", "facets") if lists else ("record", "year")
    vector = {"index_type": kind, "metric_type": "IP", "params": _built(kind, passages)}
    return {field: {"index_type": "INVERTED"} for field in fields} | {VECTOR: vector}


def _lists(passages: int) -> int:
    return int(2 ** round(math.log2(2.0 * math.sqrt(passages))))


def _built(kind: str, passages: int) -> dict[str, int]:
    return {"HNSW": dict(_HNSW), "IVF_FLAT": {"nlist": _lists(passages)}}.get(kind, {})


def searching(kind: str, passages: int, limit: int, share: float) -> dict[str, Any]:
    """Return how far a search looks: the smaller the share of passages that pass, the further."""
    share = max(share, 1 / passages)
    params: dict[str, int] = {}
    if passages > EXACT_UP_TO and kind == "HNSW":
        params = {"ef": int(min(32_768, max(_EF, 2 * limit) / min(1.0, max(share, 0.01))))}
    elif passages > EXACT_UP_TO and kind == "IVF_FLAT":
        lists = _lists(passages)
        params = {"nprobe": min(lists, math.ceil(lists / _IVF_SHARE / share))}
    return {"metric_type": "IP", "params": params}


def condition(narrowing: Narrowing | None) -> str:
    """Return a filter in Milvus' own language; empty when everything passes.

    Up to :data:`LISTED` records are named by number, which is looked up quickly; more are described
    by their facets and year.
    """
    if narrowing is None:
        return ""
    count = int(narrowing.records.sum())
    if count <= LISTED:
        return f"record in {narrowing.records.nonzero()[0].tolist()}"
    if len(narrowing.records) - count <= LISTED:
        return f"record not in {(~narrowing.records).nonzero()[0].tolist()}"
    parts = [_has(name, values) for name, values in narrowing.filters.items()]
    parts += [f"not {_has(name, values)}" for name, values in narrowing.exclude.items()]
    if narrowing.years is not None:
        first, last = narrowing.years
        parts.append(f"year >= {max(1, first or 1)} and year <= {last or 9999}")
    if narrowing.without:
        parts.append(f"record not in {list(narrowing.without)}")
    return " and ".join(parts)


def _has(name: str, values: Any) -> str:
    wanted = json.dumps([f"{name}={value}" for value in values], ensure_ascii=False)
    return f"array_contains_any(facets, {wanted})"
