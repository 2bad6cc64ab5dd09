"""Codes of records as people write them."""

from __future__ import annotations

import pytest

from kg.search.analysis import normalise
from kg.search.codes import Codes, arabic, roman
from kg.search.passages import SearchRecord

BASE = "https://w3id.org/landkg/id/"
RECORDS = [
    SearchRecord(BASE + "practice/technologies_1614", "technology", codes=["technologies_1614"]),
    SearchRecord(
        BASE + "decision/unccd-19-cop13", "decision", codes=["19/COP.13", "COP13", "unccd-19-cop13"]
    ),
    SearchRecord(BASE + "decision/unfccc-1-cp27", "decision", codes=["1/CP.27", "unfccc-1-cp27"]),
    SearchRecord(BASE + "decision/unfccc-1-cma3", "decision", codes=["1/CMA.3", "unfccc-1-cma3"]),
    SearchRecord(BASE + "decision/cbd-14-5", "decision", codes=["14/5", "cbd-14-5"]),
    SearchRecord(BASE + "decision/cbd-xiii-4", "decision", codes=["XIII/4", "cbd-xiii-4"]),
    SearchRecord(BASE + "decision/unea-5-5", "decision", codes=["5/5", "unea-5-5"]),
    SearchRecord(BASE + "document/iccd-cop14-cst-5", "document", codes=["ICCD/COP(14)/CST/5"]),
    SearchRecord(
        BASE + "publication/doi/10.1016/j.jenvman.2016.09.044",
        "publication",
        codes=["10.1016/j.jenvman.2016.09.044"],
    ),
]


@pytest.fixture(scope="module")
def codes() -> Codes:
    return Codes(RECORDS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("practices like technologies_1614 but for grazing land", "technologies_1614"),
        ("类似technologies_1614但用于牧场的做法", "technologies_1614"),
        ("technology 1614", "technologies_1614"),
        ("https://qcat.wocat.net/en/wocat/technologies/view/technologies_1614/", "technologies_1614"),
        ("https://w3id.org/landkg/id/practice/technologies_1614", "technologies_1614"),
        ("19/COP.13", "unccd-19-cop13"),
        ("COP13 decision 19", "unccd-19-cop13"),
        ("what does decision 19 of COP 13 say", "unccd-19-cop13"),
        ("UNCCD decision 19 (COP13)", "unccd-19-cop13"),
        ("décision n° 19 de la COP-13", "unccd-19-cop13"),
        ("decisión 19 de la COP13", "unccd-19-cop13"),
        ("решение 19/КС.13", "unccd-19-cop13"),
        ("решение 19 КС-13", "unccd-19-cop13"),
        ("решение 19 13-й сессии КС", "unccd-19-cop13"),
        ("第19/COP.13号决定", "unccd-19-cop13"),
        ("第13届缔约方会议第19号决定", "unccd-19-cop13"),
        ("المقرر 19/م أ-13", "unccd-19-cop13"),
        ("المقرر ١٩/م أ-١٣", "unccd-19-cop13"),
        ("المقرر 19 الدورة 13 لمؤتمر الأطراف", "unccd-19-cop13"),
        ("1/CP.27", "unfccc-1-cp27"),
        ("UNFCCC COP27 decision 1", "unfccc-1-cp27"),
        ("décision 1/CMA.3", "unfccc-1-cma3"),
        ("CBD decision XIV/5", "cbd-14-5"),
        ("CBD/COP/DEC/14/5", "cbd-14-5"),
        ("14/5", "cbd-14-5"),
        ("CBD decision 13/4", "cbd-xiii-4"),
        ("UNEP/EA.5/Res.5", "unea-5-5"),
        ("UNEA resolution 5/5", "unea-5-5"),
        ("ICCD/COP(14)/CST/5", "iccd-cop14-cst-5"),
        ("iccd cop14 cst 5", "iccd-cop14-cst-5"),
        ("https://doi.org/10.1016/j.jenvman.2016.09.044", "j.jenvman.2016.09.044"),
        ("doi:10.1016/j.jenvman.2016.09.044.", "j.jenvman.2016.09.044"),
    ],
)
def test_find_when_a_record_is_named_then_gives_it(codes: Codes, text: str, name: str) -> None:
    found = codes.find(normalise(text))
    assert [RECORDS[number].iri.rpartition("/")[2] for number in found.records] == [name]
    assert len(found.rest) == len(normalise(text))
    assert not found.missing


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("practices like technologies_1182 but for grazing land", "technologies_1182"),
        ("ICCD/COP(14)/CST/7", "ICCD/COP(14)/CST/7"),
        ("see 10.1016/j.nowhere.2000.1", "10.1016/j.nowhere.2000.1"),
        ("99/COP.13", "99/COP.13"),
    ],
)
def test_find_when_no_record_has_the_code_then_says_so(codes: Codes, text: str, missing: str) -> None:
    found = codes.find(text)
    assert (found.records, found.missing) == ((), (missing,))
    assert missing not in found.rest


@pytest.mark.parametrize(
    "text",
    [
        "what did COP14 decide about gender",
        "drought 2010-2015",
        "50/50 cropping",
        "12 decisions of COP 13 about land",
        "road km 5/10",
        "restauration en 2016/17",
    ],
)
def test_find_when_numbers_are_no_codes_then_leaves_the_text_alone(codes: Codes, text: str) -> None:
    found = codes.find(text)
    assert (found.records, found.missing, found.rest) == ((), (), text)


def test_numbers_when_roman_are_read_and_written() -> None:
    assert [arabic(each) for each in ("IX", "XIV", "xiii", "7")] == [9, 14, 13, 7]
    assert [roman(each) for each in (9, 13, 14)] == ["ix", "xiii", "xiv"]
