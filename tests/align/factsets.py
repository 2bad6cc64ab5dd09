"""Turns the normalised fact sets of the alignment rules (section 1.2) into records and stores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as px

from kg.mapping import Known, lines, map_record, settle
from kg.model import Exposure, Fact, Origin, Practice, Text
from kg.store.embedded import EmbeddedStore
from kg.vocab import Iris

IRIS = Iris()
PROPERTIES = {
    "tech_costbenefit_maint_long": ("tech_qg_182", "tech_qg_182.tech_costbenefit_est_long"),
    "weaknesses_overcome": ("qg_weaknesses_compiler", "qg_weaknesses_compiler.weaknesses_overcome"),
}
BOOLEANS = {
    "tech_sustainability",
    "tech_flooding",
    "tech_adaptation_yes",
    "app_monitoring",
    "app_documentation_systematic",
    "app_training",
    "app_research",
}


def practices(code: str, facts: dict[str, Any]) -> list[Practice]:
    """Return the practice of a fact set, and its approach if it has one."""
    approach = facts.get("approach")
    linked = (f"approaches_{code}",) if approach else ()
    prais = facts.get("prais") or {}
    answers = [*_answers(facts.get("q", {}))]
    answers += [Fact("unccd_qg_38", q, bool(v), q, coded=False) for q, v in sorted(prais.items())]
    for key, group, name in (
        ("current_forest", "tech_qg_12", "tech_lu_forest_type"),
        ("initial_forest", "tech_qg_243", "tech_qg_243.tech_lu_forest_type"),
    ):
        answers += [Fact(group, "tech_lu_forest_type", v, name) for v in facts.get(key) or ()]
    for question, text in (facts.get("text") or {}).items():
        group, name = PROPERTIES.get(question, ("tech_qg_1", question))
        if text:
            answers.append(Fact(group, question, text, name, coded=False, lang="en"))
    notes = (("climate_module", "filled"),) if facts.get("cca_module") else ()
    found = [
        Practice(
            code=f"technologies_{code}",
            kind="technology" if not prais else "prais",
            names=(Text(f"Practice {code}", "en"),),
            origin=Origin("test", code, "factsets", notes=notes),
            facts=tuple(answers),
            impacts=tuple((facts.get("impacts") or {}).items()),
            exposures=tuple(
                Exposure(group, e.get("incrdecr"), e.get("sensitivity"))
                for group, e in (facts.get("exposures") or {}).items()
            ),
            linked=linked,
        )
    ]
    if approach:
        found.append(_approach(code, approach))
    return found


def _approach(code: str, approach: dict[str, Any]) -> Practice:
    answers = [*_answers(approach.get("q", {}))]
    for kind in ("enabling", "hindering"):
        for group in approach.get(kind) or ():
            question = f"app_condition_{kind}"
            answers.append(Fact(group, question, question, f"{group}.{question}"))
    return Practice(
        code=f"approaches_{code}",
        kind="approach",
        names=(Text(f"Approach {code}", "en"),),
        origin=Origin("test", f"a{code}", "factsets"),
        facts=tuple(answers),
    )


def _answers(q: dict[str, Any]) -> Iterable[Fact]:
    for question, given in q.items():
        group, name = PROPERTIES.get(question, ("tech_qg_1", question))
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, str):
                yield Fact(group, question, value, name)
            elif question in BOOLEANS:
                yield Fact(group, question, bool(value), name, coded=False)
            else:
                yield Fact(group, question, value, name, coded=False)


def store(records: Iterable[Practice]) -> EmbeddedStore:
    """Map records as the build does and hold them in memory."""
    graph = IRIS.graph("wocat")
    text: list[str] = []
    known = Known()
    pending = []
    for record in records:
        mapped = map_record(record, IRIS, graph)
        text += mapped.lines
        known.add(mapped.keys, mapped.iri)
        pending += mapped.pending
    text += settle(pending, known)
    held = px.Store()
    held.bulk_load(input="\n".join(text).encode(), format=px.RdfFormat.N_QUADS)
    return EmbeddedStore(held, in_memory=True)


__all__ = ["IRIS", "lines", "practices", "store"]
