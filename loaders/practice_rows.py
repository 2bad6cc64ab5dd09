"""Reads practices from the project's own JSON Lines rows: what a WOCAT page says, coarsely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kg.errors import BadRecord
from kg.model import Fact, Practice, Text
from loaders.base import LoadReport, Source
from loaders.questionnaire import KINDS, questionnaire
from loaders.rows import Row, load_rows
from loaders.wocat_practice import CODE

FACETS: Final = {
    "purposes": ("tech_qg_6", "tech_main_purpose"),
    "land_use": ("tech_qg_9", "tech_landuse"),
    "measures": ("tech_qg_8", "tech_measures"),
    "degradation": ("tech_qg_27", "tech_degradation"),
}
"""Group and question of the technologies questionnaire (2015) that each list answers.

Approaches and PRAIS practices have no question of their own for them; their rows say the same things
in the same words, so they answer the same questions. ``basis`` tells that no questionnaire did.
"""

_CLAUSE = re.compile(r"\binferred:\s*([^;]*)")
_ASIDE = re.compile(r"\s*\([^)]*\)")
_INFERRED: Final = {
    "cropland": ("land_use", "cropland"),
    "grazing land": ("land_use", "grazing land"),
    "mixed": ("land_use", "mixed"),
    "mixed land use": ("land_use", "mixed"),
    "unproductive land": ("land_use", "unproductive land"),
    "structural": ("measures", "structural"),
    "vegetative": ("measures", "vegetative"),
    "agronomic": ("measures", "agronomic"),
    "management": ("measures", "management"),
    "water erosion": ("degradation", "soil erosion by water"),
    "erosion by water": ("degradation", "soil erosion by water"),
    "wind erosion": ("degradation", "soil erosion by wind"),
    "biological degradation": ("degradation", "biological degradation"),
    "water degradation": ("degradation", "water degradation"),
}
"""Words after "inferred:" in a row's evidence that can only mean one item of one list."""


def load(source: Source, report: LoadReport) -> Iterator[Practice]:
    """Yield one practice a row.

    Summaries are in English. The language of a name is not told: a page in one language often prints
    the name in another, so names have none; ``page_language`` is kept as the language of the page.
    """
    yield from load_rows(source, report, "code", _practice)


def _practice(row: Row) -> Practice:
    code = row.required("code")
    if not CODE.fullmatch(code):
        raise BadRecord("code", f"{code[:60]!r} is no code of a technology, approach or PRAIS practice")
    kind = row.required("kind")
    if kind != KINDS[code.rpartition("_")[0]]:
        raise BadRecord("kind", f"{kind[:40]!r} does not go with the code {code}")
    countries = row.country("country_iso3")
    named = row.line("country")
    if named and not countries:
        row.reading.mention("unmapped", "country", f"{named[:80]!r} comes without its code")
    language = row.language("page_language")
    row.note("evidence")
    return Practice(
        code=code,
        kind=KINDS[code.rpartition("_")[0]],
        names=(Text(row.required("name")),),
        local_names=row.texts("local_name", None, one=True),
        summaries=row.texts("summary", "en"),
        countries=countries,
        page_languages=(language,) if language else (),
        facts=_facts(row),
        hazards=_hazards(row),
        origin=row.origin(row.web("url")),
    )


def _facts(row: Row) -> tuple[Fact, ...]:
    form = questionnaire().forms["technologies"]
    inferred = _inferred(row.text("evidence") or "")
    found: dict[Fact, None] = {}
    for facet, (group, question) in FACETS.items():
        for word, keyword in _coded(row, facet):
            fact = Fact(
                group=group,
                question=question,
                value=keyword,
                property=form.questions[question].properties[group],
                basis="inferred" if (facet, word) in inferred else "stated",
            )
            if replace(fact, basis="stated") not in found:
                found[fact] = None
    return tuple(found)


def _coded(row: Row, facet: str) -> Iterator[tuple[str, str]]:
    """Yield (word, keyword) of a list; words without a keyword are reported."""
    coarse = questionnaire().coarse[facet]
    for word in row.strings(facet):
        if word in coarse:
            yield word, coarse[word]
        else:
            row.reading.mention("unmapped", facet, f"{word[:60]!r} is no concept of the schemes")


def _hazards(row: Row) -> tuple[str, ...]:
    concepts = questionnaire().hazards
    return tuple(dict.fromkeys(concepts.get(found, found) for _, found in _coded(row, "hazards")))


def _inferred(evidence: str) -> set[tuple[str, str]]:
    """Return the (list, word) pairs that the evidence says were inferred, where it is unmistakable."""
    clauses = _CLAUSE.findall(_ASIDE.sub("", evidence))
    words = [word.strip().rstrip(".") for clause in clauses for word in clause.split(",")]
    return {_INFERRED[word] for word in words if word in _INFERRED}
