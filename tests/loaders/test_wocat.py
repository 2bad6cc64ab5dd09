"""QCAT answers: both forms, both editions, all three questionnaires, and nothing left unsaid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compliance import check, check_one_broken
from loading import DATA, load_text, run, told

from kg.model import Credit, Dataset, Exposure, Fact, Practice, Text
from loaders.base import LoadReport, Source
from loaders.questionnaire import questionnaire
from loaders.reading import Reading
from loaders.wocat_practice import Assembly
from loaders.wocat_tree import read_detail

FOLDER = DATA / "wocat"
DETAIL = FOLDER / "technologies_900001.detail-v2.en.json"
SAMPLE = Path(__file__).parents[3] / "shared/samples/wocat/technologies_4092.detail-v2.en.json"


def detail() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DETAIL.read_text("utf-8"))
    return found


def node(tree: dict[str, Any], group: str, question: str) -> dict[str, Any]:
    """Return the node of a question, wherever it stands."""
    for key, value in tree.items():
        children = value.get("children")
        if key == group:
            found: dict[str, Any] = children[question]
            return found
        if children:
            try:
                return node(children, group, question)
            except KeyError:
                continue
    raise KeyError(question)


def changed(tmp_path: Path, group: str, question: str, value: Any) -> tuple[list[Any], LoadReport]:
    """Load the detail answer with another value for one question."""
    tree = detail()
    node(tree, group, question)["value"] = value
    return load_text("wocat", tmp_path, DETAIL.name, json.dumps(tree))


def practice(name: str) -> Practice:
    records, _ = check("wocat", FOLDER / name)
    assert len(records) == 1
    found: Practice = records[0]
    return found


def values(found: Practice, property_: str) -> list[Any]:
    return [fact.value for fact in found.facts if fact.property == property_]


def test_files_when_all_loaded_then_each_is_one_practice() -> None:
    records, report = check("wocat", *sorted(FOLDER.glob("*.json")))
    assert [record.kind for record in records] == [
        "approach",
        "technology",
        "technology",
        "prais",
        "technology",
    ]
    assert (report.read, report.quarantined) == (5, 0)
    assert told(report, "unmapped") == []


def test_detail_when_bare_then_code_language_and_edition_are_found() -> None:
    found = practice(DETAIL.name)
    assert (found.code, found.edition, found.documented) == ("technologies_900001", "2015", "2018-10-03")
    assert found.names == (Text("Invented stone lines", "en"),)
    assert found.origin.url == "https://qcat.wocat.net/en/wocat/technologies/view/technologies_900001/"
    assert (found.countries, found.places) == (("BFA",), (Text("Invented province", "en"),))
    assert found.points == ((-1.5, 12.4), (-1.25, 12.5))
    assert found.linked == ("approaches_900003",)


def test_detail_when_labels_are_printed_then_facts_hold_keywords() -> None:
    found = practice(DETAIL.name)
    assert values(found, "tech_main_purpose") == ["main_purpose_production", "main_purpose_adaption"]
    assert values(found, "tech_landuse") == ["tech_lu_cropland"]
    assert values(found, "tech_measures_structural_sub") == ["measures_structural_s2"]
    assert values(found, "degradation_erosion_water_sub") == ["degradation_wt"]
    assert values(found, "tech_rainfall_annual") == [521.0]
    assert values(found, "tech_flooding") == [False]


def test_table_when_read_then_rows_keep_their_entries_together() -> None:
    rows = {
        row: {fact.question: fact.value for fact in practice(DETAIL.name).facts if fact.row == row}
        for row in (0, 1)
    }
    assert rows[0]["tech_input_est_specify"] == "Labour"
    assert (rows[1]["tech_input_est_specify"], rows[1]["tech_input_est_quantity"]) == ("Supervision", 4.5)
    assert "tech_input_est_costs" not in rows[1]


def test_impacts_when_printed_as_text_then_are_scores() -> None:
    assert practice(DETAIL.name).impacts == (
        ("tech_impacts_cropproduction", 2),
        ("tech_impacts_firerisk", -2),
    )


def test_exposures_when_read_then_the_group_is_the_hazard() -> None:
    assert practice(DETAIL.name).exposures == (
        Exposure("tech_qg_169", "increase", "cope_not_well", "season_winter"),
        Exposure("tech_qg_169", "decrease", "cope_well", "season_summer"),
        Exposure("tech_qg_202", None, "cope_very_well", None),
        Exposure("tech_qg_204", None, None, None),
    )


def test_persons_when_read_then_only_names_and_institutions_stay() -> None:
    found, report = run("wocat", DETAIL)
    assert found[0].credits == (
        Credit("Ada Example", "Institute of Examples", "slmspecialist"),
        Credit("Ben Sample", None, "landuser"),
        Credit("Carla Camera", None, "photographer"),
    )
    everything = repr(found)
    for personal in ("Example Road", "+00 000", "@", "Switzerland", "female"):
        assert personal not in everything
    dropped = {field for _, field in told(report, "dropped")}
    assert {
        "tech_qg_184/person_address",
        "tech_qg_184/person_phone_1",
        "tech_qg_184/person_email_1",
    } <= dropped
    assert "tech_qg_2/tech_description" in dropped


def test_images_when_relative_then_get_the_host() -> None:
    assert practice(DETAIL.name).images == (
        "https://qcat.wocat.net/upload/aa/b/aab00000.jpg",
        "https://qcat.wocat.net/upload/cc/d/ccd00000.jpg",
        "https://qcat.wocat.net/upload/ee/f/eef00000.jpg",
    )


def test_envelope_when_the_list_lacks_the_edition_then_the_tree_tells_it() -> None:
    found = practice("edition_2018.json")
    assert (found.edition, found.documented) == ("2018", "2020-02-01")
    assert found.page_languages == ("en", "fr")
    assert found.origin.updated == "2019-05-28"
    assert values(found, "tech_qg_239.tech_landuse_2018") == ["tech_lu_unproductive"]


def test_approach_when_only_the_map_names_it_then_its_code_is_found() -> None:
    found = practice("approach.json")
    assert (found.code, found.kind) == ("approaches_900003", "approach")
    assert values(found, "app_impacts_empower_local") == ["app_impacts_yesmoderate"]
    assert found.linked == ("technologies_900001",)


def test_prais_when_loaded_then_needs_no_consent() -> None:
    found = practice("unccd.json")
    assert (found.code, found.kind, found.countries) == ("unccd_900004", "prais", ("TUN",))
    assert found.summaries == (Text("Short description."),)


def test_raw_when_loaded_then_keeps_all_languages_and_same_facts() -> None:
    raw, printed = practice("v1.json"), practice(DETAIL.name)
    assert [name.lang for name in raw.names] == ["en", "fr"]
    for name in ("tech_main_purpose", "tech_landuse", "tech_measures_structural_sub", "tech_flooding"):
        assert values(raw, name) == values(printed, name)
    assert raw.impacts == (("tech_impacts_cropproduction", 2),)
    assert raw.exposures == (Exposure("tech_qg_169", "increase", "cope_well", "season_winter"),)
    assert raw.countries == ("NPL",)
    assert Credit("Cora Compiler", None, "compiler") in raw.credits


def test_label_when_the_questionnaire_does_not_know_it_then_reported_not_guessed(tmp_path: Path) -> None:
    records, report = changed(
        tmp_path, "tech_qg_6", "tech_main_purpose", [{"values": ["improve productions"]}]
    )
    assert values(records[0], "tech_main_purpose") == []
    assert told(report, "unmapped") == [("technologies_900001", "tech_qg_6/tech_main_purpose")]


def test_question_when_the_questionnaire_does_not_know_it_then_reported(tmp_path: Path) -> None:
    tree = detail()
    tree["section_specifications"]["children"]["tech__9"] = {
        "label": "",
        "children": {
            "tech_qg_999": {"label": "", "children": {"tech_new": {"label": "", "value": [{"value": 1}]}}}
        },
    }
    records, report = load_text("wocat", tmp_path, DETAIL.name, json.dumps(tree))
    assert len(records) == 1
    assert told(report, "unmodelled") == [("technologies_900001", "tech_qg_999/tech_new")]


@pytest.mark.parametrize(
    ("coordinates", "said"),
    [([12.4, 120.5], "swapped"), ([200.0, 95.0], "not a longitude"), ([], "no coordinates")],
)
def test_point_when_it_is_nowhere_then_reported(tmp_path: Path, coordinates: list[float], said: str) -> None:
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}}
    collection = json.dumps({"type": "FeatureCollection", "features": [feature]})
    records, report = changed(tmp_path, "qg_location_map", "location_map", [{"value": collection}])
    assert records[0].points == ()
    assert [said in issue.reason for issue in report.issues if issue.kind == "unmapped"] == [True]


@pytest.mark.parametrize(
    ("group", "question", "value"),
    [
        ("qg_accept_conditions", "accept_conditions", [{"value": "No"}]),
        ("qg_accept_conditions", "accept_conditions", ""),
        ("qg_accept_conditions", "date_documentation", [{"value": "2018-10-03"}]),
        ("qg_accept_conditions", "date_documentation", [{"value": "31/02/2018"}]),
        ("qg_accept_conditions", "date_documentation", [{"value": 20181003}]),
        ("qg_name", "name", [{"value": None}]),
        ("qg_name", "name", "a text"),
        ("qg_name", "name", [7]),
        ("qg_name", "name", [{"value": ["a", "list"]}]),
        ("qg_location", "country", [{"value": {"code": "BFA"}}]),
        ("qg_location_map", "location_map", [{"value": "{"}]),
        ("qg_location_map", "location_map", [{"value": "[1]"}]),
        ("tech_qg_2", "tech_description", [{"value": "x" * 10_000_000}]),
        ("tech_qg_6", "tech_main_purpose", [{"values": [{"a": 1}]}]),
        ("tech_qg_222", "tech_input_est_total_costs", [{"value": 10**300}]),
        ("tech_qg_222", "tech_input_est_total_costs", [{"value": True}]),
        ("tech_qg_63", "tech_flooding", [{"value": {"yes": 1}}]),
        ("tech_qg_36", "tech_input_est_specify", [{"value": "a"}] * 1001),
    ],
)
def test_answer_when_it_cannot_be_one_then_only_its_practice_is_lost(
    tmp_path: Path, group: str, question: str, value: Any
) -> None:
    tree = detail()
    node(tree, group, question)["value"] = value
    path = tmp_path / "many.json"
    path.write_text(
        json.dumps({"technologies_1": detail(), "technologies_2": tree, "technologies_3": detail()})
    )
    check_one_broken("wocat", [path], "technologies_2", f"{group}/{question}", others=2)


def test_practice_when_read_before_then_the_second_names_the_first(tmp_path: Path) -> None:
    again = tmp_path / DETAIL.name.replace("detail", "again")
    again.write_bytes(DETAIL.read_bytes())
    _, report = run("wocat", DETAIL, again)
    issue = next(issue for issue in report.issues if issue.kind == "quarantined")
    assert (issue.file, issue.record, issue.field) == (again.name, "technologies_900001", "code")
    assert DETAIL.name in issue.reason


def test_code_when_nothing_tells_it_then_quarantined(tmp_path: Path) -> None:
    tree = detail()
    del node(tree, "qg_location_map", "location_map")["value"][0]["map_url"]
    records, report = load_text("wocat", tmp_path, "some.json", json.dumps(tree))
    assert records == []
    assert told(report, "quarantined") == [("some.json", "code")]


@pytest.mark.parametrize("code", ["approaches_7", "cca_7", "technologies_", "technologies_7/../x"])
def test_code_when_it_does_not_go_with_the_answers_then_quarantined(tmp_path: Path, code: str) -> None:
    content = json.dumps({"list": {"code": code}, "detail": detail()})
    _, report = load_text("wocat", tmp_path, "a.json", content)
    assert [field for _, field in told(report, "quarantined")] == ["code"]


def test_language_when_only_the_address_tells_it_then_it_is_that_of_the_texts(tmp_path: Path) -> None:
    listed = {"code": "technologies_7", "url": "/fr/wocat/technologies/view/technologies_7/"}
    records, _ = load_text("wocat", tmp_path, "a.json", json.dumps({"list": listed, "detail": detail()}))
    assert records[0].names[0].lang == "fr"
    assert records[0].origin.url == "https://qcat.wocat.net/fr/wocat/technologies/view/technologies_7/"


def test_markup_when_in_a_text_then_only_the_words_stay(tmp_path: Path) -> None:
    records, _ = changed(
        tmp_path, "tech_qg_1", "tech_definition", [{"value": "<b>Stones</b> &amp; <i>grass</i>"}]
    )
    assert records[0].summaries == (Text("Stones & grass", "en"),)


def test_every_label_of_the_questionnaire_when_looked_up_then_is_its_keyword() -> None:
    table = json.loads((Path(__file__).parents[2] / "loaders/wocat_questionnaire.json").read_text("utf-8"))
    for kind, form in questionnaire().forms.items():
        for name, raw in table["configurations"][kind]["questions"].items():
            for keyword, label in (*raw.get("values", {}).items(), *raw.get("labels_2015", {}).items()):
                assert form.questions[name].keyword(label) == keyword, (kind, name, label)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the recorded QCAT answer is not part of the repository")
def test_recorded_answer_when_loaded_then_every_question_is_accounted_for() -> None:
    records, report = check("wocat", SAMPLE)
    assert told(report, "unmapped") == []
    assert told(report, "unmodelled") == []
    found = records[0]
    assert (found.code, found.countries, found.edition) == ("technologies_4092", ("ARM",), "2015")
    assert found.linked == ("approaches_745",)
    dataset = Dataset("x", "x", "wocat", (), "none", "x")
    reading = Reading(Source(dataset, (), "https://w3id.org/landkg/"), LoadReport("x"))
    assembly = Assembly(questionnaire().forms["technologies"], questionnaire(), reading, "en")
    assembly.take(read_detail(json.loads(SAMPLE.read_text("utf-8"))))
    assert sum(assembly.tally.values()) == 693
    assert assembly.tally["reported"] == 0
    assert assembly.tally["dropped"] == len(told(report, "dropped"))


@pytest.mark.skipif(not SAMPLE.exists(), reason="the recorded QCAT answer is not part of the repository")
def test_recorded_answer_when_loaded_then_no_text_of_its_persons_addresses_stays() -> None:
    records, _ = run("wocat", SAMPLE)
    assert "[removed]" not in repr(records)
    assert Fact("tech_qg_8", "tech_measures", "tech_measures_structural", "tech_measures") in records[0].facts
