"""Finds pairs of records that look like one, by Splink (the model of Fellegi and Sunter, in DuckDB).

The models stand in ``ontology/merging/``: settings of Splink, whose probabilities ``bench/merging.py``
counted on judged pairs. https://moj-analytical-services.github.io/splink/
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from kg import resources
from kg.merging.features import Features, features

if TYPE_CHECKING:
    from kg.search.service import SearchIndex

MODELS: Final = ("practice", "publication", "body")
LEAST: Final = 0.3
"""Pairs less probable than this are not reported."""
_MOST: Final = 20_000
"""Pairs reported of one model; the most probable stay."""
_MEMORY_MB: Final = 1024
_TYPES: Final = {
    "iri": "VARCHAR",
    "title": "VARCHAR",
    "names": "VARCHAR[]",
    "words": "VARCHAR[]",
    "languages": "VARCHAR[]",
    "keys": "VARCHAR[]",
    "concepts": "VARCHAR[]",
    "people": "VARCHAR[]",
    "year": "INTEGER",
    "doi": "VARCHAR",
    "sources": "VARCHAR[]",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison found, and how much it counts, in bits: for the pair above 0, against it below."""

    field: str
    found: str
    bits: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records (IRIs, in order) that may be one, how probably, and why."""

    left: str
    right: str
    probability: float
    left_title: str
    right_title: str
    model: str
    evidence: tuple[Evidence, ...]


def find(index: SearchIndex, *, least: float = LEAST) -> list[Candidate]:
    """Return the pairs of records that are the same with a probability of at least ``least``, best first."""
    found = [each for model in MODELS for each in compare(list(features(index, model)), model, least=least)]
    return sorted(found, key=lambda each: (-each.probability, each.left, each.right))


def settings(model: str) -> dict[str, Any]:
    """Return the settings of Splink for a kind of record."""
    path = resources.folder("ontology") / "merging" / f"{model}.json"
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def compare(records: Sequence[Features], model: str, *, least: float = LEAST) -> list[Candidate]:
    """Return the probable pairs among records of one kind."""
    used = settings(model)
    return [_candidate(pair, used, model) for pair in pairs(records, used, least=least)]


def pairs(records: Sequence[Features], used: dict[str, Any], *, least: float) -> Iterator[dict[str, Any]]:
    """Yield what Splink says of each pair: the columns of its predictions."""
    if len(records) < 2:
        return
    import duckdb
    from splink import Linker
    from splink import logging as told
    from splink.backends.duckdb import DuckDBAPI

    told.disable()
    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect(
        config={"memory_limit": f"{_MEMORY_MB}MB", "autoinstall_known_extensions": "false"}
    ) as db:
        _fill(db, records)
        linker = Linker(DuckDBAPI(db).register("records"), used, log_level=logging.ERROR)
        predicted = linker.inference.predict(threshold_match_probability=least)
        order = "order by match_probability desc, iri_l, iri_r"
        asked = f"select * from {predicted.physical_name} {order} limit {_MOST}"  # noqa: S608 -- their own name
        yield from predicted.query_sql(asked).as_record_list()


def _fill(db: Any, records: Sequence[Features]) -> None:
    vectors = {name: _vector(records, name) for name in ("meaning", "subjects")}
    columns = {each.name: _TYPES.get(each.name) or vectors[each.name] for each in fields(Features)}
    db.execute("create table records (" + ", ".join(f"{name} {kind}" for name, kind in columns.items()) + ")")
    marks = ", ".join("?" * len(columns))
    db.executemany(f"insert into records values ({marks})", [list(astuple(each)) for each in records])  # noqa: S608


def _vector(records: Sequence[Features], name: str) -> str:
    size = next((len(vector) for each in records if (vector := getattr(each, name))), 1)
    return f"FLOAT[{size}]"


def _candidate(pair: dict[str, Any], used: dict[str, Any], model: str) -> Candidate:
    turned = pair["iri_l"] > pair["iri_r"]
    first, second = ("r", "l") if turned else ("l", "r")
    return Candidate(
        pair[f"iri_{first}"],
        pair[f"iri_{second}"],
        round(pair["match_probability"], 4),
        pair[f"title_{first}"],
        pair[f"title_{second}"],
        model,
        tuple(_evidence(pair, used["comparisons"])),
    )


def _evidence(pair: dict[str, Any], comparisons: Iterable[dict[str, Any]]) -> Iterator[Evidence]:
    for each in comparisons:
        name = each["output_column_name"]
        level, levels = pair[f"gamma_{name}"], each["comparison_levels"]
        if level < 0:
            continue
        # Splink counts levels from the last (0) up; a level of nulls, which stands first, is -1.
        found = levels[len(levels) - 1 - level]
        yield Evidence(name, found["label_for_charts"], round(pair[f"mw_{name}"], 2))
