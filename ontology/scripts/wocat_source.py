"""Reads the WOCAT field catalogue: which questions count, which of their values are concepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

CONFIGURATIONS: Final = ("technologies", "approaches", "unccd")
"""The questionnaires that practices come from; climate and carbon modules hang on a technology
and are no practices of their own."""

PERSONAL: Final = (
    "person_address",
    "person_email_1",
    "person_email_2",
    "person_gender",
    "person_phone_1",
    "person_phone_2",
    "user_id",
)
"""Personal data of resource persons; names and institutions are kept, for credit."""

EXPOSURE: Final = ("tech_exposure_sensitivity", "tech_exposure_incrdecr", "tech_exposure_season")
"""Questions of section 6.3: they describe an exposure, the hazard being the question group."""

CODED: Final = ("select", "select_type", "radio", "checkbox", "image_checkbox", "multi_select", "measure")

FACETS: Final = {
    "purpose": ("tech_main_purpose",),
    "landUse": (
        "tech_landuse",
        "tech_landuse_2018",
        "tech_lu_mixed_select",
        "tech_lu_mixed_sub",
        "tech_lu_cropland_sub",
        "tech_lu_grazingland_extensive",
        "tech_lu_grazingland_intensive",
        "tech_lu_forest_type",
        "tech_lu_forest_natural",
        "tech_lu_forest_natural_type",
        "tech_lu_forest_plantation",
        "tech_lu_forest_plantation_type",
        "tech_lu_settlements_sub",
        "tech_lu_waterways_sub",
        "unccd_landuse",
    ),
    "slmGroup": ("tech_slm_group",),
    "measure": (
        "tech_measures",
        "tech_measures_agronomic_sub",
        "tech_measures_vegetative_sub",
        "tech_measures_structural_sub",
        "tech_measures_management_sub",
        "tech_agronomic_tillage",
        "tech_residue_management",
    ),
    "degradation": (
        "tech_degradation",
        "degradation_erosion_water_sub",
        "degradation_erosion_wind_sub",
        "degradation_chemical_sub",
        "degradation_physical_sub",
        "degradation_biological_sub",
        "degradation_water_sub",
    ),
    "ldGoal": ("tech_prevention",),
    "climateZone": ("tech_agroclimatic_zone",),
    "rainfallClass": ("tech_rainfall",),
    "slopeClass": ("tech_slopes",),
}
"""Properties that gather several questions (local name in ``kg:``) and the questions of each."""

FACET_OF: Final = {question: facet for facet, questions in FACETS.items() for question in questions}

Question = dict[str, Any]


class Source:
    """The catalogue of questions (``wocat_fields.json``) and the concepts that labels name.

    ``labels`` are the rows of the label catalogue; a row that lists a WOCAT keyword gives that
    keyword its concept.
    """

    def __init__(self, fields: Path, labels: Path) -> None:
        self.fields: dict[str, Any] = json.loads(fields.read_text("utf-8"))
        rows = labels.read_text("utf-8").splitlines()
        self.labels: dict[str, dict[str, Any]] = {
            row["concept"]: row for row in (json.loads(line) for line in rows if line.strip())
        }
        self.labelled = {
            keyword: concept for concept, row in self.labels.items() for keyword in row.get("wocat", ())
        }

    def questions(self, configuration: str) -> Iterator[tuple[str, Question]]:
        """Yield (keyword, question) of one questionnaire in the order of the catalogue."""
        yield from self.fields[configuration].items()

    def groups(self, configuration: str) -> dict[str, dict[str, Any]]:
        """Return the question groups of one questionnaire."""
        found: dict[str, dict[str, Any]] = self.fields[f"{configuration}_questiongroups"]
        return found


def is_scale(question: Question) -> bool:
    """Tell whether the question is an impact, answered on the scale from -3 to +3."""
    return question["type"] == "measure" and "tech_decrincr_1" in question.get("values", {})


def is_coded(question: Question) -> bool:
    """Tell whether answers are value keywords that stand for concepts."""
    values = question.get("values")
    return isinstance(values, dict) and question["type"] in CODED and not is_scale(question)


def values(question: Question) -> dict[str, str]:
    """Return value keyword to English label, in the order the questionnaire prints them."""
    return dict(question["values"]) if is_coded(question) else {}


def primary(question: Question) -> tuple[str, ...]:
    """Return the groups whose answers go to the question's own property.

    The first group of the newest edition, and the group that edition 2015 had instead of it.
    """
    first = question["questiongroups"][0]
    former = question.get("questiongroup_2015")
    return (first,) if former in (None, first) else (first, former)


def groups(question: Question) -> tuple[str, ...]:
    """Return every group the question stands in, in any edition, first the primary one."""
    rest = question["questiongroups"] + question.get("questiongroups_2015_only", [])
    return tuple(dict.fromkeys([*primary(question), *rest]))


def label(keyword: str, question: Question) -> str:
    """Return the question as printed, without line breaks; a keyword without a label in words."""
    text = question["label"] or question.get("label_view") or keyword.replace("_", " ")
    return " ".join(text.split())
