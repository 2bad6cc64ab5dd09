"""What queries leave out in six languages, and what only sounds as if they did."""

from __future__ import annotations

import pytest

from kg.search import lexicon
from kg.search.analysis import normalise
from kg.search.concepts import ConceptEntry, Concepts
from kg.search.matching import Labels
from kg.search.unwanted import Unwanted
from kg.vocab import LANGUAGES

KENYA = ConceptEntry(
    "https://w3id.org/landkg/id/country/KEN",
    {"en": ["Kenya"], "fr": ["Kenya"], "es": ["Kenia"], "ru": ["Кения"], "zh": ["肯尼亚"], "ar": ["كينيا"]},
    facets=["country"],
)
CROPLAND = ConceptEntry(
    "https://w3id.org/landkg/id/concept/cropland",
    {"en": ["cropland"], "fr": ["terres cultivées"], "es": ["tierras de cultivo"], "zh": ["耕地"]},
    facets=["landUse"],
)
DROUGHT = ConceptEntry(
    "https://w3id.org/landkg/id/concept/drought", {"en": ["drought"], "ru": ["засуха"]}, facets=["hazard"]
)

LEFT_OUT = {
    "en": {
        "improve poor sandy soil without buying fertiliser": ["fertilizer"],
        "control weeds without herbicides or heavy machinery": ["herbicides", "machinery"],
        "clear fields without burning": ["burning"],
        "erosion control without having to build expensive terraces": ["terraces"],
        "agroforestry in Africa except Kenya": ["KEN"],
        "water harvesting, but not in Kenya": ["KEN"],
        "grass strips, excluding cropland": ["cropland"],
        "I cannot afford fertiliser, how do I feed my soil": ["fertilizer"],
        "we do not want eucalyptus on our hillside": ["eucalyptus"],
        "we have no machines to build ponds": ["machinery"],
    },
    "fr": {
        "améliorer un sol sableux sans engrais acheté": ["fertilizer"],
        "améliorer le sol sans acheter d'engrais": ["fertilizer"],
        "désherber sans herbicides ni machines": ["herbicides", "machinery"],
        "défricher sans brûler": ["burning"],
        "lutter contre les ravines sans béton": ["concrete"],
        "agroforesterie en Afrique sauf au Kenya": ["KEN"],
        "je n'ai pas d'engrais pour mon champ": ["fertilizer"],
        "nous ne voulons pas d'eucalyptus sur nos pentes": ["eucalyptus"],
    },
    "es": {
        "mejorar un suelo pobre sin fertilizantes": ["fertilizer"],
        "mejorar un suelo pobre sin tener que comprar fertilizantes": ["fertilizer"],
        "controlar malezas sin herbicidas ni maquinaria": ["herbicides", "machinery"],
        "controlar cárcavas sin cemento": ["cement"],
        "limpiar el terreno sin quemar": ["burning"],
        "agroforestería en África excepto Kenia": ["KEN"],
        "no tengo tractor, cómo preparar la tierra": ["machinery"],
        "no queremos eucaliptos en la ladera": ["eucalyptus"],
    },
    "ru": {
        "улучшить бедную почву без удобрений": ["fertilizer"],
        "улучшить бедную почву без покупки удобрений": ["fertilizer"],
        "бороться с сорняками без гербицидов и техники": ["herbicides", "machinery"],
        "остановить овраги без бетона": ["concrete"],
        "расчистить поле без выжигания": ["burning"],
        "агролесоводство в Африке, кроме Кении": ["KEN"],
        "у меня нет трактора, как обработать землю": ["machinery"],
        "мы не хотим эвкалиптов на склоне": ["eucalyptus"],
    },
    "zh": {
        "不用化肥改良贫瘠的沙土": ["fertilizer"],
        "不买化肥改良贫瘠的沙土": ["fertilizer"],
        "除草不使用除草剂和机械": ["herbicides", "machinery"],
        "无需水泥治理冲沟": ["cement"],
        "不焚烧秸秆的还田方法": ["burning"],
        "非洲的农林复合，除了肯尼亚": ["KEN"],
        "除肯尼亚以外的集雨做法": ["KEN"],
        "我没有拖拉机，怎么整地": ["machinery"],
        "买不起化肥，怎样养地": ["fertilizer"],
    },
    "ar": {
        "تحسين تربة فقيرة بدون أسمدة": ["fertilizer"],
        "تحسين تربة رملية دون شراء أسمدة": ["fertilizer"],
        "مكافحة الأعشاب بدون مبيدات ولا آلات": ["pesticides", "machinery"],
        "وقف الأخاديد بدون إسمنت": ["cement"],
        "تنظيف الحقل من دون حرق": ["burning"],
        "الزراعة الحراجية في أفريقيا باستثناء كينيا": ["KEN"],
        "ليس عندي جرار كيف أحرث الأرض": ["machinery"],
        "لا نستطيع شراء أسمدة": ["fertilizer"],
    },
}
WANTED = {
    "en": (
        "compost instead of chemical fertilizer",
        "growing maize without irrigation",
        "areas without water",
        "farmers without land or money",
        "how to use less fertiliser",
        "soil without vegetation cover",
        "planting without ploughing",
        "not enough fertiliser",
        "there is no water and no rain",
        "bare slopes without trees",
        "outside help during drought",
        "except in drought",
    ),
    "fr": (
        "du compost au lieu d'engrais chimiques",
        "cultiver du mil sans irrigation",
        "zones sans eau",
        "paysans sans terre",
        "semis sans labour",
        "sol sans couverture végétale",
        "trop d'engrais dans la rivière",
        "il n'y a pas d'eau ici",
        "village sans arbres",
    ),
    "es": (
        "compost en lugar de abono químico",
        "cultivar maíz sin riego",
        "zonas sin agua",
        "campesinos sin tierra",
        "siembra sin labranza",
        "suelo sin cobertura vegetal",
        "demasiado fertilizante",
        "no tenemos agua ni tierra",
        "laderas sin árboles",
    ),
    "ru": (
        "компост вместо минеральных удобрений",
        "выращивать кукурузу без орошения",
        "районы без воды",
        "крестьяне без земли",
        "посев без вспашки",
        "склоны без деревьев",
        "слишком много удобрений",
        "у нас нет воды",
        "кроме того, засуха усиливается",
    ),
    "zh": (
        "用堆肥代替化肥",
        "不灌溉种玉米",
        "没有水的地区",
        "没有土地的农民",
        "免耕播种",
        "没有植被的土壤",
        "除草技术",
        "化肥用得太多",
        "我们没有水",
    ),
    "ar": (
        "الكومبوست بدلا من الأسمدة الكيماوية",
        "زراعة الذرة بدون ري",
        "مناطق بدون مياه",
        "مزارعون بدون أرض",
        "الزراعة بدون حرث",
        "تربة بدون غطاء نباتي",
        "كثرة استخدام الأسمدة",
        "ليس لدينا ماء",
        "منحدرات بدون أشجار",
    ),
}


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(Concepts([KENYA, CROPLAND, DROUGHT]), lexicon.load())


def left_out(labels: Labels, text: str, language: str) -> list[str]:
    clean = normalise(text)
    matches = list(labels.find(clean, language))
    found = Unwanted().find(clean, language, matches, language)
    assert all(each.matched == clean[each.start : each.end].strip() and each.label for each in found)
    return [each.value for each in found]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in LEFT_OUT.items() for text in texts]
)
def test_find_when_a_query_leaves_something_out_then_names_it(
    labels: Labels, language: str, text: str
) -> None:
    assert left_out(labels, text, language) == LEFT_OUT[language][text]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in WANTED.items() for text in texts]
)
def test_find_when_a_lack_is_the_need_itself_then_leaves_nothing_out(
    labels: Labels, language: str, text: str
) -> None:
    assert left_out(labels, text, language) == []


def test_sentences_when_counted_are_six_and_more_of_each_kind_in_every_language() -> None:
    assert set(LEFT_OUT) == set(WANTED) == set(LANGUAGES)
    assert min(len(texts) for table in (LEFT_OUT, WANTED) for texts in table.values()) >= 6


def test_about_when_a_title_does_without_the_thing_then_is_not_about_it() -> None:
    unwanted = Unwanted()
    assert unwanted.about("herbicides", {"en": ["Herbicides in zero tillage"]})
    assert not unwanted.about("herbicides", {"en": ["Zero tillage without herbicides"]})
    assert not unwanted.about("fertilizer", {"": ["Du compost au lieu d'engrais chimiques"]})
    assert unwanted.about("fertilizer", {"zh": ["化肥深施"]})
    assert not unwanted.about("fertilizer", {"zh": ["不用化肥的种植"]})
