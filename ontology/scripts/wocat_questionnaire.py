"""Writes ``loaders/wocat_questionnaire.json``: what a loader must know to read a WOCAT answer."""

from __future__ import annotations

import json
from typing import Any, Final

import wocat_source as ws
from wocat_concepts import HAZARDS, concept_of

COARSE: Final[dict[str, dict[str, str]]] = {
    "purposes": {
        "improve production": "main_purpose_production",
        "reduce, prevent, restore land degradation": "main_purpose_degradation",
        "conserve ecosystem": "main_purpose_conserve_ecosystem",
        "protect watershed/downstream areas": "main_purpose_protect_watershed",
        "preserve/improve biodiversity": "main_purpose_biodiversity",
        "reduce risk of disasters": "main_purpose_disasters",
        "adapt to climate change/extremes": "main_purpose_adaption",
        "mitigate climate change": "main_purpose_mitigation",
        "create beneficial economic impact": "main_purpose_economic",
        "create beneficial social impact": "main_purpose_social",
    },
    "land_use": {
        "cropland": "tech_lu_cropland",
        "grazing land": "tech_lu_grazingland",
        "forest/woodlands": "tech_lu_forest",
        "mixed": "tech_lu_mixed",
        "settlements, infrastructure": "tech_lu_settlements",
        "waterways, waterbodies, wetlands": "tech_lu_waterways",
        "mines, extractive industries": "tech_lu_mines",
        "unproductive land": "tech_lu_unproductive",
        "other": "tech_lu_other",
    },
    "measures": {
        "agronomic": "tech_measures_agronomic",
        "vegetative": "tech_measures_vegetative",
        "structural": "tech_measures_structural",
        "management": "tech_measures_management",
        "other": "tech_measures_indirect",
    },
    "degradation": {
        "soil erosion by water": "degradation_erosion_water",
        "soil erosion by wind": "degradation_erosion_wind",
        "chemical soil deterioration": "degradation_chemical",
        "physical soil deterioration": "degradation_physical",
        "biological degradation": "degradation_biological",
        "water degradation": "degradation_water",
        "other": "degradation_other",
    },
    "hazards": {
        "drought": "tech_qg_202",
        "flood": "tech_qg_205",
        "landslide": "tech_qg_208",
        "sandstorm": "tech_qg_196",
        "intense rainfall": "intense_rainfall",
        "wildfire": "wildfire",
        "frost": "frost",
    },
}
"""Words of catalogue rows to value keywords; three hazards have no question group of their own
and go by the concept's name."""


def build(source: ws.Source) -> dict[str, Any]:
    """Return the table that loaders read.

    ``configurations`` holds, for each questionnaire, ``questions`` by keyword (type, section, groups with
    the primary one first, ``primary`` where two groups are, editions, label, ``values`` as keyword to
    label, ``labels_2015`` where edition 2015 prints another label, ``scale`` for impacts, ``facet``) and
    ``questiongroups`` (section, whether it is a table, label, paths in a detail answer). The rest:
    ``hazards`` question group to concept, ``impacts`` poles, ``countries`` keyword to ISO 3166-1 alpha-3,
    ``country_labels`` label to keyword, ``concepts`` keyword to local name, ``personal`` questions to
    drop, ``coarse`` words of catalogue rows to keywords.
    """
    concepts: dict[str, str] = {}
    configurations: dict[str, Any] = {}
    for name in ws.CONFIGURATIONS:
        questions = {keyword: _question(keyword, q) for keyword, q in source.questions(name)}
        configurations[name] = {
            "questions": questions,
            "questiongroups": {keyword: _group(g) for keyword, g in source.groups(name).items()},
        }
        for _, question in source.questions(name):
            for keyword in ws.values(question):
                concepts[keyword] = concept_of(source, keyword)
    for group in HAZARDS:
        concepts[group] = concept_of(source, group)
    countries: dict[str, str] = source.fields["countries"]
    return {
        "configurations": configurations,
        "hazards": {group: concepts[group] for group in HAZARDS},
        "impacts": {
            keyword: {"left": each["left"], "right": each["right"]}
            for keyword, each in source.fields["impacts"].items()
        },
        "countries": {keyword: keyword.removeprefix("country_") for keyword in countries},
        "country_labels": {label: keyword for keyword, label in countries.items()},
        "concepts": dict(sorted(concepts.items())),
        "personal": list(ws.PERSONAL),
        "coarse": COARSE,
    }


def _question(keyword: str, question: ws.Question) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": question["type"],
        "section": question["section"],
        "groups": list(ws.groups(question)),
        "editions": question["editions"],
        "label": ws.label(keyword, question),
    }
    if len(ws.primary(question)) > 1:
        row["primary"] = list(ws.primary(question))
    if ws.is_scale(question):
        row["scale"] = [-3, 3]
    elif ws.is_coded(question):
        row["values"] = ws.values(question)
        if question.get("value_labels_2015"):
            row["labels_2015"] = question["value_labels_2015"]
    if keyword in ws.FACET_OF:
        row["facet"] = ws.FACET_OF[keyword]
    return row


def _group(group: dict[str, Any]) -> dict[str, Any]:
    paths = [group["path"], *group.get("other_paths", [])]
    row: dict[str, Any] = {"section": group["section"], "table": "max_repeats" in group}
    if group["label"]:
        row["label"] = " ".join(group["label"].split())
    row["paths"] = ["/".join(path) for path in paths]
    return row


def text(table: dict[str, Any]) -> str:
    """Return the table as JSON, one question, group or family a line so that a change is readable."""
    lines: list[str] = []
    for name, configuration in table["configurations"].items():
        parts = [f" {_json(part)}: {_entries(rows, 4)}" for part, rows in configuration.items()]
        lines.append(f"  {_json(name)}: {{\n  " + ",\n  ".join(parts) + "\n  }")
    out = ['{\n "configurations": {\n' + ",\n".join(lines) + "\n }"]
    for key, part in table.items():
        if key != "configurations":
            out.append(f" {_json(key)}: {_entries(part, 2) if isinstance(part, dict) else _json(part)}")
    return ",\n".join(out) + "\n}\n"


def _entries(rows: dict[str, Any], indent: int) -> str:
    pad = " " * indent
    inner = ",\n".join(f"{pad}{_json(key)}: {_json(row)}" for key, row in rows.items())
    return f"{{\n{inner}\n{pad[:-1]}}}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
