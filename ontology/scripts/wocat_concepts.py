"""Which concept a WOCAT keyword stands for, and what is broader than what."""

from __future__ import annotations

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
}
"""Land uses of the PRAIS template that are land uses of WOCAT, so that one search finds both."""


def concept_of(source: ws.Source, keyword: str) -> str:
    """Return the local name of the keyword's concept (one namespace for all schemes).

    A concept of the label catalogue that lists the keyword, else a shared concept or a hazard, else
    the keyword itself: no keyword of the questionnaires stands for two different answers.
    """
    return (
        source.labelled.get(keyword) or SHARED.get(keyword) or HAZARDS.get(keyword) or keyword
    )
