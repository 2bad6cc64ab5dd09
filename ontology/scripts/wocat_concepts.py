"""Which concept a WOCAT keyword stands for, and what is broader than what."""

from __future__ import annotations

import re
from typing import Final

import wocat_source as ws

HAZARDS: Final = {
    "tech_qg_168": "temperature_change",
    "tech_qg_169": "seasonal_temperature_change",
    "tech_qg_170": "rainfall_change",
    "tech_qg_171": "seasonal_rainfall_change",
    "tech_qg_172": "other_gradual_change",
    "tech_qg_177": "tropical_storm",
    "tech_qg_178": "extratropical_cyclone",
    "tech_qg_179": "rainstorm",
    "tech_qg_193": "thunderstorm",
    "tech_qg_194": "hailstorm",
    "tech_qg_195": "snowstorm",
    "tech_qg_196": "sand_dust_storm",
    "tech_qg_197": "windstorm",
    "tech_qg_198": "tornado",
    "tech_qg_199": "heatwave",
    "tech_qg_200": "cold_wave",
    "tech_qg_201": "extreme_winter",
    "tech_qg_202": "drought",
    "tech_qg_203": "forest_fire",
    "tech_qg_204": "land_fire",
    "tech_qg_205": "flood",
    "tech_qg_206": "flash_flood",
    "tech_qg_207": "storm_surge",
    "tech_qg_208": "landslide",
    "tech_qg_209": "avalanche",
    "tech_qg_210": "epidemic",
    "tech_qg_211": "infestation",
    "tech_qg_212": "other_climate_extreme",
    "tech_qg_213": "extended_growing_period",
    "tech_qg_214": "reduced_growing_period",
    "tech_qg_215": "sea_level_rise",
    "tech_qg_216": "other_climate_consequence",
}
"""Question groups of section 6.3; a group's name is no name for a concept."""

SHARED: Final = {
    "unccd_landuse_cropland": "cropland",
    "unccd_landuse_grazing_land": "grazing_land",
    "unccd_landuse_woodland": "forest_woodland",
    "unccd_landuse_unproductive_land": "unproductive_land",
    "unccd_landuse_human_settlement": "settlements",
    "unccd_landuse_other": "tech_lu_other",
    "tech_est_type_a": "agronomic_measure",
    "tech_est_type_v": "vegetative_measure",
    "tech_est_type_s": "structural_measure",
    "tech_est_type_m": "management_measure",
    "tech_est_type_o": "other_measure",
}
"""Values that say in one question what a concept of another says: land uses of the PRAIS template and
the measure that an activity of edition 2015 belongs to."""

ROOTS: Final = {
    "land-use": "land_use_type",
    "slm-groups": "slm_group",
    "measures": "slm_measure",
    "degradation": "land_degradation",
    "hazards": "climate_hazard",
}
"""Concept of the label catalogue on top of a scheme."""

PARENTS: Final = {
    "tech_lu_mixed_select": "tech_lu_mixed",
    "tech_lu_mixed_sub": "tech_lu_mixed",
    "tech_lu_cropland_sub": "tech_lu_cropland",
    "tech_lu_grazingland_extensive": "tech_lu_grazingland",
    "tech_lu_grazingland_intensive": "tech_lu_grazingland",
    "tech_lu_forest_type": "tech_lu_forest",
    "tech_lu_forest_natural": "lu_forest_natural",
    "tech_lu_forest_natural_type": "lu_forest_natural",
    "tech_lu_forest_plantation": "lu_forest_plantation",
    "tech_lu_forest_plantation_type": "lu_forest_plantation",
    "tech_lu_settlements_sub": "tech_lu_settlements",
    "tech_lu_waterways_sub": "tech_lu_waterways",
    "tech_measures_agronomic_sub": "tech_measures_agronomic",
    "tech_measures_vegetative_sub": "tech_measures_vegetative",
    "tech_measures_structural_sub": "tech_measures_structural",
    "tech_measures_management_sub": "tech_measures_management",
    "tech_agronomic_tillage": "measures_agronomic_a3",
    "tech_residue_management": "measures_agronomic_a6_residue_management",
    "degradation_erosion_water_sub": "degradation_erosion_water",
    "degradation_erosion_wind_sub": "degradation_erosion_wind",
    "degradation_chemical_sub": "degradation_chemical",
    "degradation_physical_sub": "degradation_physical",
    "degradation_biological_sub": "degradation_biological",
    "degradation_water_sub": "degradation_water",
    "app_subs_eq_machinery": "app_subsidies_inputs_equipment",
    "app_subs_eq_tools": "app_subsidies_inputs_equipment",
    "app_subs_ag_seeds": "app_subsidies_inputs_agricultural",
    "app_subs_ag_fertilizers": "app_subsidies_inputs_agricultural",
    "app_subs_const_stone": "app_subsidies_inputs_construction",
    "app_subs_const_wood": "app_subsidies_inputs_construction",
    "app_subs_infr_roads": "app_subsidies_inputs_infrastructure",
    "app_subs_infr_schools": "app_subsidies_inputs_infrastructure",
}
"""The value keyword that every value of a question is a kind of."""

LETTERS: Final = {
    "tech_measures_agronomic": "A",
    "tech_measures_vegetative": "V",
    "tech_measures_structural": "S",
    "tech_measures_management": "M",
    "degradation_erosion_water": "W",
    "degradation_erosion_wind": "E",
    "degradation_chemical": "C",
    "degradation_physical": "P",
    "degradation_biological": "B",
    "degradation_water": "H",
}
"""Codes of main types: printed only as the first letter of their kinds' codes."""

FAMILIES: Final = {
    "tech__8__3__meteorological": "meteorological_hazard",
    "tech__8__3__climatological": "climatological_hazard",
    "tech__8__3__hydrological": "hydrological_hazard",
    "tech__8__3__biological": "biological_hazard",
}
"""Concept of each family of hazards; the rest are kinds of climate-related hazards."""

OWN_HAZARDS: Final = {
    "intense_rainfall": ("meteorological_hazard", "rainstorm"),
    "frost": ("climatological_hazard", "cold_wave"),
    "wildfire": ("climatological_hazard", None),
}
"""Hazards that catalogues name and the questionnaire does not: broader and related concept."""

FIRES: Final = ("forest_fire", "land_fire")
"""Hazards of the questionnaire that are kinds of wildfire."""

_CODE: Final = re.compile(r"([A-Z][a-z]?)\s?([0-9]+(?:\.[0-9]+)?)?:")


def concept_of(source: ws.Source, keyword: str) -> str:
    """Return the local name of the keyword's concept (one namespace for all schemes).

    A concept of the label catalogue that lists the keyword, else a shared concept or a hazard, else
    the keyword itself: no keyword of the questionnaires stands for two different answers.
    """
    return source.labelled.get(keyword) or SHARED.get(keyword) or HAZARDS.get(keyword) or keyword


def notation(keyword: str, label: str) -> str | None:
    """Return the code that the questionnaire prints before the label ("A 3.1: No tillage": "A3.1")."""
    found = _CODE.match(label)
    return f"{found[1]}{found[2] or ''}" if found else LETTERS.get(keyword)
