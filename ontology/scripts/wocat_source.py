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

_ACCESS: Final = "tech_access_"

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

SHORT: Final = {
    "tech_main_purpose": "Main purposes",
    "tech_landuse": "Land use type (edition 2015)",
    "tech_landuse_2018": "Land use type",
    "tech_lu_mixed_select": "Mixed land use",
    "tech_lu_mixed_sub": "Mixed land use (edition 2015)",
    "tech_lu_cropland_sub": "Cropland: kind",
    "tech_lu_forest_type": "Forest/ woodlands: kind",
    "tech_lu_forest_natural": "(Semi-)natural forests/ woodlands: management",
    "tech_lu_forest_natural_type": "(Semi-)natural forests/ woodlands: type of forest",
    "tech_lu_forest_plantation": "Tree plantation, afforestation: origin and composition",
    "tech_lu_forest_plantation_type": "Tree plantation, afforestation: type of forest",
    "tech_lu_settlements_sub": "Settlements, infrastructure: kind",
    "tech_lu_waterways_sub": "Waterways, waterbodies, wetlands: kind",
    "tech_initial_landuse_changed": "Change of land use by the Technology",
    "tech_watersupply": "Water supply",
    "tech_slm_group": "SLM group",
    "tech_measures": "SLM measures",
    "tech_measures_agronomic_sub": "Agronomic measures: kind",
    "tech_measures_vegetative_sub": "Vegetative measures: kind",
    "tech_measures_structural_sub": "Structural measures: kind",
    "tech_measures_management_sub": "Management measures: kind",
    "tech_agronomic_tillage": "Tillage system",
    "tech_residue_management": "Residue management",
    "tech_degradation": "Land degradation type",
    "degradation_erosion_water_sub": "Soil erosion by water: kind",
    "degradation_erosion_wind_sub": "Soil erosion by wind: kind",
    "degradation_chemical_sub": "Chemical soil deterioration: kind",
    "degradation_physical_sub": "Physical soil deterioration: kind",
    "degradation_biological_sub": "Biological degradation: kind",
    "degradation_water_sub": "Water degradation: kind",
    "tech_prevention": "Goal with regard to land degradation",
    "tech_sites_considered": "Number of sites considered",
    "tech_spread_tech": "Spread of the Technology",
    "tech_spread_area": "Area covered",
    "tech_implementation_decades": "Time since implementation",
    "tech_who_implemented": "Introduction of the Technology",
    "tech_convex_concave": "Convex or concave situations",
    "tech_land_size": "Land size per household or farm",
    "tech_land_size_relative": "Scale of land use",
    "tech_cost_calculation_base": "Basis of cost calculation",
    "tech_input_dollar": "Currency: US dollar",
    "tech_adoption_percentage": "Share of land users who adopted the Technology",
    "tech_adoption_spontaneously": "Share of spontaneous adoption",
    "tech_adaptation_modification": "Changing conditions that the Technology was adapted to",
    "sources_used": "Sources of information",
    "app_initiation": "Time since initiation",
    "app_stakeholders": "Stakeholders and implementing bodies",
    "app_decisions_by": "Who decided on the Technology",
    "app_decisions_based": "Basis of decisions",
    "app_training_who": "Who was trained",
    "app_advisory_service": "Advisory service",
    "app_institutions": "Strengthening of institutions",
    "app_institutions_level": "Levels of institutions",
    "app_institutions_support": "Support to institutions",
    "app_research_topics": "Research topics",
    "app_annual_budget_range": "Annual budget (range)",
    "app_subsidies_inputs": "Subsidised inputs",
    "app_subsidies_labour_type": "Reward of labour",
    "app_motivation": "Main motivating factors",
    "app_can_lu_sustain": "Sustainability of Approach activities",
}
"""Short names of questions that are printed as a request ("Select category(ies) / code(s)")."""

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
    """Return the question in a line: its short name, else as printed, else its keyword in words."""
    text = SHORT.get(keyword) or question["label"] or question.get("label_view")
    line = " ".join((text or keyword.replace("_", " ")).split())
    return f"Access to services and infrastructure: {line}" if keyword.startswith(_ACCESS) else line
