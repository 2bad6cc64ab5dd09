"""Finds what a word of a partner's list stands for: a country, a concept, a number, a day, a place."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pycountry
from babel import Locale

from kg.errors import BadRecord
from kg.terms import is_web_address
from kg.vocab import LANGUAGES
from loaders.questionnaire import fold, questionnaire
from loaders.rows import THEMES

FACETS: Final = {
    "purpose": ("tech_qg_6", "tech_main_purpose", "purposes"),
    "landUse": ("tech_qg_9", "tech_landuse", "land_use"),
    "slmGroup": ("tech_qg_20", "tech_slm_group", ""),
    "measure": ("tech_qg_8", "tech_measures", "measures"),
    "degradation": ("tech_qg_27", "tech_degradation", "degradation"),
    "ldGoal": ("tech_qg_35", "tech_prevention", ""),
    "climateZone": ("tech_qg_55", "tech_agroclimatic_zone", ""),
    "rainfallClass": ("tech_qg_54", "tech_rainfall", ""),
    "slopeClass": ("tech_qg_56", "tech_slopes", ""),
}
"""Facet properties, and group, question and coarse list (of our own rows) that hold their words."""

_POINT: Final = re.compile(r"\s*POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)\s*", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?\d{1,15}([.,]\d{1,15})?")
_COMMON: Final = {"turkey": "TUR", "ivory coast": "CIV", "cape verde": "CPV", "swaziland": "SWZ"}


def country(word: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a code or name in one of the six languages."""
    key = fold(_name(word))
    return _countries().get(key) or questionnaire().countries.get(key)


def keyword(facet: str, word: str) -> str | None:
    """Return the questionnaire's keyword for a word of a facet, ``None`` where it is none."""
    _group, name, coarse = FACETS[facet]
    question = questionnaire().forms["technologies"].questions[name]
    found = _name(word)
    return question.keyword(found) or _coarse(coarse).get(fold(found))


def hazard(word: str) -> str | None:
    """Return the concept of a climate hazard."""
    found = _name(word)
    local = _coarse("hazards").get(fold(found), found)
    concept = questionnaire().hazards.get(local, local)
    known = set(questionnaire().hazards.values()) | set(_coarse("hazards").values())
    return concept if concept in known else None


def theme(word: str) -> str | None:
    """Return the concept of a theme, given by its name in our rows or by its own."""
    found = _name(word)
    return _themes().get(fold(found)) or (found if found in THEMES.values() else None)


def point(text: str, field: str) -> tuple[float, float]:
    """Return (longitude, latitude) of a WKT point.

    Raises:
        BadRecord: it is none.
    """
    found = _POINT.fullmatch(text)
    if not found:
        raise BadRecord(field, f"{text[:60]!r} is no point such as POINT(-1.52 12.37), longitude first")
    return number(found[1], field, 180), number(found[2], field, 90)


def number(text: str, field: str, most: float) -> float:
    """Return a number between ``-most`` and ``most``; a decimal comma is read as a point.

    Raises:
        BadRecord: it is none.
    """
    if not _NUMBER.fullmatch(text.strip()):
        raise BadRecord(field, f"{text[:40]!r} is not a number")
    found = float(text.strip().replace(",", "."))
    if abs(found) > most:
        raise BadRecord(field, f"{text[:40]!r} is not between -{most:g} and {most:g}")
    return found


def year(text: str, field: str) -> int:
    """Return a year.

    Raises:
        BadRecord: it is none between 1800 and 2100.
    """
    if not text.isdigit() or not 1800 <= int(text) <= 2100:
        raise BadRecord(field, f"{text[:40]!r} is not a year such as 2019")
    return int(text)


def _name(word: str) -> str:
    """Return a word, or the end of the address that stands for it."""
    return word.rpartition("/")[2] if is_web_address(word) else word


@cache
def _themes() -> dict[str, str]:
    return {fold(name): local for name, local in THEMES.items()}


@cache
def _coarse(name: str) -> dict[str, str]:
    return {fold(word): found for word, found in questionnaire().coarse.get(name, {}).items()}


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = dict(_COMMON)
    for each in pycountry.countries:
        for name in ("name", "common_name", "official_name", "alpha_2", "alpha_3"):
            if hasattr(each, name):
                found.setdefault(fold(getattr(each, name)), each.alpha_3)
        for language in LANGUAGES:
            label = Locale(language).territories.get(each.alpha_2)
            if label:
                found.setdefault(fold(label), each.alpha_3)
    return found
