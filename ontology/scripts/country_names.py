"""Names of countries and regions that differ from, or add to, those of CLDR."""

from __future__ import annotations

from typing import Final

PREFERRED: Final = {
    "CD": {
        "en": "Democratic Republic of the Congo",
        "fr": "République démocratique du Congo",
        "es": "República Democrática del Congo",
        "ru": "Демократическая Республика Конго",
        "zh": "刚果民主共和国",
        "ar": "جمهورية الكونغو الديمقراطية",
    },
    "CG": {
        "en": "Congo",
        "fr": "Congo",
        "es": "Congo",
        "ru": "Конго",
        "zh": "刚果",
        "ar": "الكونغو",
    },
    "PS": {
        "en": "State of Palestine",
        "fr": "État de Palestine",
        "es": "Estado de Palestina",
        "ru": "Государство Палестина",
        "zh": "巴勒斯坦国",
        "ar": "دولة فلسطين",
    },
    "419": {
        "en": "Latin America and the Caribbean",
        "fr": "Amérique latine et Caraïbes",
        "es": "América Latina y el Caribe",
        "ru": "Латинская Америка и Карибский бассейн",
        "zh": "拉丁美洲和加勒比",
        "ar": "أمريكا اللاتينية ومنطقة البحر الكاريبي",
    },
}
"""Names in use at the United Nations, where CLDR's tell two countries apart by their capitals,
name a territory, or name less than the region holds."""

ALTERNATIVE: Final = {
    "BO": ("Bolivia",),
    "CD": ("DR Congo", "DRC"),
    "CG": ("Republic of the Congo",),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "FM": ("Micronesia",),
    "GB": ("UK", "Great Britain"),
    "IR": ("Iran",),
    "KP": ("North Korea",),
    "KR": ("South Korea", "Korea"),
    "LA": ("Laos", "Lao PDR"),
    "MD": ("Moldova",),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "PS": ("Palestine",),
    "RU": ("Russia",),
    "ST": ("Sao Tome and Principe",),
    "SY": ("Syria",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Turkey",),
    "TZ": ("Tanzania",),
    "US": ("USA", "United States of America"),
    "VE": ("Venezuela",),
    "VN": ("Viet Nam", "Vietnam"),
}
"""Other English names by which records and people call a country."""
