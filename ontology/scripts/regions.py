"""Which countries the regions are made of, with the source of each grouping.

Regions and subregions are those of the M49 standard of the United Nations Statistics Division
(https://unstats.un.org/unsd/methodology/m49/); codes are ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from typing import Final

PARENTS: Final = {
    "002": "001", "019": "001", "142": "001", "150": "001", "009": "001",
    "015": "002", "202": "002", "011": "202", "014": "202", "017": "202", "018": "202",
    "021": "019", "419": "019", "005": "419", "013": "419", "029": "419",
    "030": "142", "034": "142", "035": "142", "143": "142", "145": "142",
    "039": "150", "151": "150", "154": "150", "155": "150",
    "053": "009", "054": "009", "057": "009", "061": "009",
}  # fmt: skip
"""M49 region to the region above it; 001 is the world."""

MEMBERS: Final = {
    "015": "DZ EG EH LY MA SD TN",
    "011": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "014": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "017": "AO CD CF CG CM GA GQ ST TD",
    "018": "BW LS NA SZ ZA",
    "021": "BM CA GL PM US",
    "013": "BZ CR GT HN MX NI PA SV",
    "029": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    "005": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "143": "KG KZ TJ TM UZ",
    "030": "CN HK JP KP KR MN MO",
    "034": "AF BD BT IN IR LK MV NP PK",
    "035": "BN ID KH LA MM MY PH SG TH TL VN",
    "145": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "039": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA",
    "151": "BG BY CZ HU MD PL RO RU SK UA",
    "154": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "155": "AT BE CH DE FR LI LU MC NL",
    "053": "AU CC CX HM NF NZ",
    "054": "FJ NC PG SB VU",
    "057": "FM GU KI MH MP NR PW UM",
    "061": "AS CK NU PF PN TK TO TV WF WS",
}
"""M49 subregion to its countries and areas. Antarctica has none; Taiwan has no code of its own."""

WITHOUT_REGION: Final = frozenset({"AQ", "TW"})

_NOT_PARTIES: Final = "EH IO RE SH TF YT AI AW BL BQ BV CW FK GF GP GS KY MF MQ MS PR SX TC VG VI"
"""Areas inside M49 regions that are no parties to the UNCCD of their own."""

ANNEXES: Final = {
    "1": ("011", "014", "015", "017", "018"),
    "2": ("034", "143"),
    "3": ("005", "013", "029"),
    "4": (),
    "5": ("151",),
}
"""UNCCD annex to the M49 subregions that lie within it as a whole."""

ANNEX_COUNTRIES: Final = {
    "2": "AE BH CN ID IQ JO KH KW LA LB MM MN MY OM PH QA SA SY TH VN YE",
    "4": "ES GR IT PT TR",
}
"""Further countries whose annex is beyond doubt; the others are left out on purpose."""

ANNEX_LABELS: Final = {
    "1": {
        "en": "Africa (UNCCD Annex I)",
        "fr": "Afrique (annexe I de la CNULCD)",
        "es": "África (anexo I de la CNULD)",
        "ru": "Африка (приложение I к КБОООН)",
        "zh": "非洲（《防治荒漠化公约》附件一）",
        "ar": "أفريقيا (المرفق الأول لاتفاقية مكافحة التصحر)",
    },
    "2": {
        "en": "Asia (UNCCD Annex II)",
        "fr": "Asie (annexe II de la CNULCD)",
        "es": "Asia (anexo II de la CNULD)",
        "ru": "Азия (приложение II к КБОООН)",
        "zh": "亚洲（《防治荒漠化公约》附件二）",
        "ar": "آسيا (المرفق الثاني لاتفاقية مكافحة التصحر)",
    },
    "3": {
        "en": "Latin America and the Caribbean (UNCCD Annex III)",
        "fr": "Amérique latine et Caraïbes (annexe III de la CNULCD)",
        "es": "América Latina y el Caribe (anexo III de la CNULD)",
        "ru": "Латинская Америка и Карибский бассейн (приложение III к КБОООН)",
        "zh": "拉丁美洲和加勒比（《防治荒漠化公约》附件三）",
        "ar": "أمريكا اللاتينية ومنطقة البحر الكاريبي (المرفق الثالث لاتفاقية مكافحة التصحر)",
    },
    "4": {
        "en": "Northern Mediterranean (UNCCD Annex IV)",
        "fr": "Méditerranée septentrionale (annexe IV de la CNULCD)",
        "es": "Mediterráneo Norte (anexo IV de la CNULD)",
        "ru": "Северное Средиземноморье (приложение IV к КБОООН)",
        "zh": "地中海北部（《防治荒漠化公约》附件四）",
        "ar": "شمال البحر الأبيض المتوسط (المرفق الرابع لاتفاقية مكافحة التصحر)",
    },
    "5": {
        "en": "Central and Eastern Europe (UNCCD Annex V)",
        "fr": "Europe centrale et orientale (annexe V de la CNULCD)",
        "es": "Europa Central y Oriental (anexo V de la CNULD)",
        "ru": "Центральная и Восточная Европа (приложение V к КБОООН)",
        "zh": "中欧和东欧（《防治荒漠化公约》附件五）",
        "ar": "أوروبا الوسطى والشرقية (المرفق الخامس لاتفاقية مكافحة التصحر)",
    },
}
ANNEX_SOURCE: Final = "https://www.unccd.int/convention/regions"

SAHEL: Final = "BF ML MR NE TD"
SAHEL_SOURCE: Final = "https://oses.unmissions.org/background"
"""Names these five as the countries of the United Nations Integrated Strategy for the Sahel."""
SAHEL_LABELS: Final = {
    "en": "Sahel",
    "fr": "Sahel",
    "es": "Sahel",
    "ru": "Сахель",
    "zh": "萨赫勒",
    "ar": "منطقة الساحل",
}


def annex_of(alpha2: str, subregion: str) -> str | None:
    """Return the number of the UNCCD annex of a country, None where it is not established."""
    if alpha2 in _NOT_PARTIES.split():
        return None
    for number, subregions in ANNEXES.items():
        if subregion in subregions or alpha2 in ANNEX_COUNTRIES.get(number, "").split():
            return number
    return None
