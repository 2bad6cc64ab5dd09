"""Mapping files: a partner's CSV, JSON or XML becomes records without Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading import DATA

from kg.errors import BadInput
from kg.model import Entity, Practice, Publication, Text
from loaders import get
from loaders.base import LoadReport, Source
from loaders.datasets import for_input
from loaders.mapping import triples
from loaders.yarrrml_terms import template

MAPPING = DATA / "mapping"
HEAD = "Name,ID\n"


def load(path: Path) -> tuple[list[Any], LoadReport]:
    """Load a mapping file as ``kg build --input mapping=<path>`` does."""
    dataset = for_input(f"mapping={path}")
    report = LoadReport(dataset.name)
    source = Source(dataset, tuple(map(Path, dataset.paths)), "https://w3id.org/landkg/")
    records = list(get("mapping")(source, report))
    assert report.loaded == len(records)
    assert report.read == report.loaded + report.quarantined
    return records, report


def write(
    folder: Path, po: str, data: str, *, source: str = "[data.csv~csv]", s: str = "practice:x-$(ID)"
) -> Path:
    """Write a mapping file with these rules, and the data beside it."""
    (folder / source.strip("[").split("~")[0]).write_text(data, "utf-8")
    path = folder / "map.yml"
    path.write_text(f'mappings:\n  m:\n    sources:\n      - {source}\n    s: "{s}"\n    po:\n{po}', "utf-8")
    return path


def rules(*lines: str) -> str:
    return "".join(
        f"      - {line}\n" for line in ("[a, kg:Technology]", "[rdfs:label, $(Name), en~lang]", *lines)
    )


def issues(report: LoadReport, kind: str) -> list[tuple[str, str, str]]:
    return [(each.file, each.record, each.field) for each in report.issues if each.kind == kind]


def test_table_when_mapped_gives_practices_with_facts_texts_and_provenance() -> None:
    records, _ = load(MAPPING / "practices.yml")

    first = records[0]
    assert isinstance(first, Practice)
    assert first.code == "sahel-01"
    assert [text.lang for text in first.summaries] == ["en", "fr"]
    assert first.countries == ("NER",)
    assert first.points == ((2.1128, 13.5127),)
    assert {(fact.property, fact.value, fact.basis) for fact in first.facts} >= {
        ("tech_landuse", "tech_lu_grazingland", "stated"),
        ("tech_measures", "tech_measures_vegetative", "stated"),
        ("tech_main_purpose", "main_purpose_adaption", "stated"),
    }
    assert first.hazards == ("drought",)
    assert first.origin.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert first.origin.url == "https://example.org/practices/01"
    assert first.origin.retrieved == "2026-11-02"


def test_rows_when_faulty_are_left_out_by_row_and_column_and_the_rest_loads() -> None:
    records, report = load(MAPPING / "practices.yml")

    assert [record.code for record in records] == ["sahel-01", "sahel-02", "sahel-03", "sahel-06"]
    assert sorted(issues(report, "quarantined")) == [
        ("practices.csv", "row 4", "Practice"),
        ("practices.csv", "row 5", "Latitude"),
        ("practices.csv", "row 7", "ID"),
        ("practices.csv", "row 8", "row"),
    ]
    assert issues(report, "unmapped") == [("practices.csv", "row 3", "Country")]
    assert [each.reason for each in report.issues if each.field == "columns"] == [
        "no rule of this mapping takes the columns Year"
    ]


def test_word_when_the_mapping_file_explains_it_becomes_the_concept() -> None:
    records, _ = load(MAPPING / "practices.yml")

    assert "tech_lu_cropland" in {fact.value for fact in records[-1].facts}


@pytest.mark.parametrize("name", ["csv", "json", "xml"])
def test_statements_when_compared_with_another_engine_are_the_same(name: str) -> None:
    """The expected files were made by morph-kgc 2.10.0, see the README beside them."""
    import pyoxigraph as px

    found = set()
    for subject, each in triples(MAPPING / "engine" / f"{name}.yml"):
        value = (
            px.NamedNode(each.value)
            if each.is_iri
            else px.Literal(each.value, language=each.lang)
            if each.lang
            else px.Literal(each.value, datatype=px.NamedNode(each.datatype))
            if each.datatype
            else px.Literal(each.value)
        )
        found.add(px.Triple(px.NamedNode(subject), px.NamedNode(each.predicate), value))

    expected = (MAPPING / "engine" / f"{name}.nt").read_bytes()
    assert found == {quad.triple for quad in px.parse(input=expected, format=px.RdfFormat.N_TRIPLES)}


def test_json_when_nested_gives_lists_and_reports_the_item(tmp_path: Path) -> None:
    data = (
        '{"list": [{"id": 7, "title": {"en": "Zaï", "fr": "Zaï"}, "at": {"c": "BF"},'
        ' "lu": ["Cropland", "Moon"]},'
        ' {"id": 8, "title": {"en": {"x": 1}}}]}'
    )
    po = (
        '      - [a, kg:Technology]\n      - [rdfs:label, "$(title.en)", en~lang]\n'
        '      - [kg:country, "$(at.c)"]\n      - [kg:landUse, "$(lu)"]\n'
    )
    path = write(tmp_path, po, data, source='[data.json~jsonpath, "$.list[*]"]', s="practice:j-$(id)")

    (record,), report = load(path)

    assert (record.code, record.countries) == ("j-7", ("BFA",))
    assert [fact.value for fact in record.facts] == ["tech_lu_cropland"]
    assert issues(report, "unmapped") == [("data.json", "item 1", "lu")]
    assert issues(report, "quarantined") == [("data.json", "item 2", "title.en")]


def test_xml_when_it_has_namespaces_and_attributes_is_read(tmp_path: Path) -> None:
    data = (
        '<?xml version="1.0"?><l xmlns:d="urn:d"><d:p n="1"><d:t>Terraces</d:t><d:c>Peru</d:c></d:p>'
        '<d:p n="2"><d:c>Peru</d:c></d:p></l>'
    )
    po = '      - [a, kg:Technology]\n      - [rdfs:label, "$(d:t)", en~lang]\n'
    po += '      - [kg:country, "$(d:c)"]\n'
    path = write(tmp_path, po, data, source='[data.xml~xpath, "/l/d:p"]', s="practice:x-$(@n)")

    (record,), report = load(path)

    assert (record.code, record.names, record.countries) == ("x-1", (Text("Terraces", "en"),), ("PER",))
    assert issues(report, "quarantined") == [("data.xml", "element 2", "d:t")]


def test_xml_when_it_declares_entities_is_refused(tmp_path: Path) -> None:
    data = '<!DOCTYPE l [<!ENTITY a "x">]><l><p n="1"><t>&a;</t></p></l>'
    po = '      - [a, kg:Technology]\n      - [rdfs:label, "$(t)"]\n'
    path = write(tmp_path, po, data, source="[data.xml~xpath, /l/p]", s="practice:x-$(@n)")

    records, report = load(path)

    assert records == []
    assert issues(report, "quarantined") == [("data.xml", "data.xml", "file")]


def test_rows_when_they_share_an_identifier_make_one_record(tmp_path: Path) -> None:
    path = write(tmp_path, rules("[kg:landUse, $(Use)]"), "Name,ID,Use\nZai,1,Cropland\nZai,1,Grazing land\n")

    (record,), _ = load(path)

    assert [fact.value for fact in record.facts] == ["tech_lu_cropland", "tech_lu_grazingland"]


def test_row_when_it_takes_the_identifier_of_another_is_left_out(tmp_path: Path) -> None:
    records, report = load(write(tmp_path, rules(), "Name,ID\nZai,1\nBunds,1\n"))

    assert [record.names[0].value for record in records] == ["Zai"]
    assert issues(report, "quarantined") == [("data.csv", "row 2", "ID")]


def test_answers_when_given_as_questions_of_wocat_keep_their_kind(tmp_path: Path) -> None:
    po = rules("[wocat:tech_agroclimatic_zone, $(Zone)]", "[wocat:tech_impacts_cropproduction, $(Yield)]")
    path = write(tmp_path, po, "Name,ID,Zone,Yield\nZai,1,semi-arid,2\nBunds,2,cold,9\n")

    (record,), report = load(path)

    assert {(fact.property, fact.value, fact.basis) for fact in record.facts} == {
        ("tech_agroclimatic_zone", "tech_agroclimatic_zone_semiarid", "coded")
    }
    assert record.impacts == (("tech_impacts_cropproduction", 2),)
    assert issues(report, "quarantined") == [("data.csv", "row 2", "Yield")]


def test_publication_when_mapped_is_named_by_its_doi(tmp_path: Path) -> None:
    po = "      - [a, kg:Publication]\n      - [dcterms:title, $(Name)]\n"
    po += "      - [bibo:doi, $(D)]\n      - [kg:year, $(Y)]\n"
    path = write(
        tmp_path, po, "Name,ID,D,Y\nSoil,1,10.1016/j.jenvman.2016.09.044,2017\n", s="publication:$(ID)"
    )

    (record,), _ = load(path)

    assert isinstance(record, Publication)
    assert (record.id, record.year) == ("doi/10.1016/j.jenvman.2016.09.044", 2017)


def test_expert_when_without_consent_is_left_out(tmp_path: Path) -> None:
    po = "      - [a, kg:Expert]\n      - [rdfs:label, $(Name)]\n      - [kg:consent, $(C)]\n"
    path = write(tmp_path, po, "Name,ID,C\nA. Person,1,published\nB. Person,2,\n", s="entity:expert-$(ID)")

    (record,), report = load(path)

    assert isinstance(record, Entity)
    assert (record.kind, record.facts) == ("expert", (("consent", "published"),))
    assert issues(report, "quarantined") == [("data.csv", "row 2", "C")]


def test_subject_when_of_another_namespace_is_named_for_the_dataset(tmp_path: Path) -> None:
    (record,), _ = load(write(tmp_path, rules(), "Name,ID\nZai,1\n", s="https://example.org/p/$(ID)"))

    assert (record.code, record.origin.url) == ("mapping-map-1", "https://example.org/p/1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mappings: [", "is not YAML"),
        ("sorces: b", "has the field 'sorces'"),
        ("mappings:\n  m:\n    s: x\n    po: [[a, b]]", "has no sources"),
        ("mappings:\n  m:\n    sources: [[gone.csv~csv]]\n    s: x\n    po: [[a, b]]", "does not exist"),
        (
            "mappings:\n  m:\n    sources: [['https://a.org/x.csv~csv']]\n    s: x\n    po: [[a, b]]",
            "on the web",
        ),
        (
            "mappings:\n  m:\n    sources: [[d.csv~csv]]\n    s: x\n    po: [[q:x, b]]",
            "prefix is not declared",
        ),
        (
            "mappings:\n  m:\n    sources: [[d.csv~csv]]\n    s: x\n    po: [{p: a, o: {f: grel:zap}}]",
            "calls the function",
        ),
    ],
)
def test_mapping_file_when_faulty_says_which_entry(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "d.csv").write_text(HEAD)
    (tmp_path / "map.yml").write_text(text)

    with pytest.raises(BadInput, match=told):
        for_input(f"mapping={tmp_path / 'map.yml'}")


def test_column_when_it_is_not_in_the_table_names_those_that_are(tmp_path: Path) -> None:
    records, report = load(write(tmp_path, rules("[kg:country, $(Coutry)]"), "Name,ID,Country\nZai,1,Mali\n"))

    assert records == []
    (issue,) = [each for each in report.issues if each.kind == "quarantined"]
    assert issue.field == "Coutry"
    assert "Name, ID, Country" in issue.reason


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")))
def test_template_when_a_value_is_anything_keeps_it_as_it_is(value: str) -> None:
    class One:
        def values(self, reference: str) -> list[str]:
            return [value]

    assert template("a $(x) b").values(One()) == [f"a {value} b"]
    assert template("$(x)").values(One(), safe=True) == [value]
