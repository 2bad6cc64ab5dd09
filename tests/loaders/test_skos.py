"""SKOS: one file a phenomenon, every syntax alike, hostile XML refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading import DATA, PHENOMENA, load_text, run, told

from kg.model import Text

SOIL = DATA / "skos"
EX = "http://example.org/p/"
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PREFIX = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix ex: <http://example.org/p/> .\n"


def phenomenon(name: str) -> tuple[dict[str, Any], Any]:
    records, report = run("skos", PHENOMENA / f"{name}.ttl")
    return {record.iri.removeprefix(EX): record for record in records}, report


def test_concepts_when_loaded_then_have_all_that_the_model_holds() -> None:
    records, report = run("skos", SOIL / "soil.ttl")
    soil = next(r for r in records if r.iri.endswith("/soil"))
    assert soil.pref == (Text("soil", "en"), Text("suelo", "es"))
    assert soil.alt == (Text("earth", "en"),)
    assert soil.broader == ("http://example.org/soil/land",)
    assert soil.notations == ("S",)
    assert soil.mappings == (("exactMatch", "http://example.org/other/7156"),)
    assert soil.origin.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert soil.origin.updated == "2020-01-02"
    assert not report.quarantined


@pytest.mark.parametrize("syntax", ["nt", "nq", "trig", "rdf", "jsonld"])
def test_syntax_when_another_then_gives_the_same_concepts(syntax: str) -> None:
    expected = run("skos", SOIL / "soil.ttl")[0]
    found = run("skos", SOIL / f"soil.{syntax}")[0]
    assert [replace(r, origin=replace(r.origin, file="soil.ttl")) for r in found] == expected


def test_cycle_when_in_broader_then_told_and_its_links_left_out() -> None:
    found, report = phenomenon("cycle")
    assert {name for name, record in found.items() if not record.broader} == {"a", "b", "c", "self"}
    assert found["below"].broader == (EX + "a",)
    assert len(told(report, "dropped")) == 4


def test_label_when_without_language_then_none_and_told() -> None:
    found, report = phenomenon("nolang")
    assert found["a"].pref == (Text("terracing", None),)
    assert told(report, "note")[0][1] == "skos:prefLabel"


def test_language_when_with_subtags_then_kept_in_bcp47_case() -> None:
    assert [t.lang for t in phenomenon("subtag")[0]["a"].pref] == ["en", "en-GB", "en-US", "zh-Hans"]


def test_preferred_labels_when_several_in_a_language_then_one_stays() -> None:
    found, report = phenomenon("dup")
    assert found["a"].pref == (Text("gully", "en"),)
    assert found["a"].alt == (Text("ravine", "en"),)
    assert sorted(field for _, field in told(report, "note")) == ["skos:altLabel", "skos:prefLabel"]


def test_notation_when_twice_in_a_scheme_then_told_for_both() -> None:
    _, report = phenomenon("notation")
    assert told(report, "note") == [(EX + "a", "skos:notation"), (EX + "b", "skos:notation")]


def test_deprecation_when_stated_or_replaced_then_told() -> None:
    found, report = phenomenon("deprecated")
    assert {name for name, record in found.items() if record.deprecated} == {"old", "gone", "moved"}
    assert found["moved"].replaced_by == (EX + "new",)
    assert len(told(report, "note")) == 3


def test_labels_when_resources_then_read() -> None:
    found, _ = phenomenon("xl")
    assert found["a"].pref == (Text("half-moon", "en"),)
    assert found["a"].alt == (Text("demi-lune", "fr"),)
    assert found["a"].definitions == (Text("A half-circle of earth that catches runoff.", "en"),)


def test_preferred_label_when_missing_then_rdfs_label_or_quarantine() -> None:
    found, report = phenomenon("nolabel")
    assert list(found) == ["a"]
    assert told(report, "note") == [(EX + "a", "skos:prefLabel")]
    assert told(report, "quarantined") == [(EX + "b", "skos:prefLabel")]


def test_relation_when_to_unknown_concept_then_told() -> None:
    found, report = phenomenon("unknown")
    assert found["a"].broader == ("http://example.org/elsewhere",)
    assert told(report, "unmapped") == [(EX + "a", "skos:broader")]
    assert sorted(field for _, field in told(report, "dropped")) == ["skos:exactMatch", "skos:related"]


def test_hierarchy_when_told_from_above_then_inverted() -> None:
    found, _ = phenomenon("inverse")
    assert found["under"].broader == (EX + "top",)
    assert found["top"].scheme == EX + "s"


def test_concept_when_blank_node_then_quarantined_alike_each_time() -> None:
    found, report = phenomenon("blank")
    assert list(found) == ["a"]
    assert told(report, "quarantined") == [("blank node", "IRI")]
    assert ("http://example.org/p/col", "skos:Collection") in told(report, "unmodelled")
    assert report == phenomenon("blank")[1]


def test_scheme_when_several_or_none_then_told() -> None:
    found, report = phenomenon("schemes")
    assert found["a"].scheme == EX + "s"
    assert found["b"].scheme == "https://w3id.org/landkg/id/scheme/test"
    assert (EX + "a", "skos:inScheme") in told(report, "unmodelled")


def test_file_when_truncated_then_what_came_before_is_kept() -> None:
    found, report = phenomenon("truncated")
    assert list(found) == ["a"]
    assert told(report, "quarantined") == [("truncated.ttl", "file")]


def test_line_when_broken_in_ntriples_then_only_it_is_lost(tmp_path: Path) -> None:
    lines = (SOIL / "soil.nt").read_text(encoding="utf-8").splitlines()
    records, report = load_text("skos", tmp_path, "a.nt", "\n".join([*lines[:3], "<broken", *lines[3:]]))
    assert len(records) == 3
    assert told(report, "quarantined") == [("line 4", "statement")]


def test_hierarchy_when_very_deep_then_no_recursion(tmp_path: Path) -> None:
    chain = "".join(
        f'ex:c{n} a skos:Concept ; skos:prefLabel "c"@en ; skos:broader ex:c{(n + 1) % 5000} .\n'
        for n in range(5000)
    )
    records, report = load_text("skos", tmp_path, "a.ttl", PREFIX + chain)
    assert len(records) == 5000
    assert len(told(report, "dropped")) == 5000


BOMBS = {
    "nested": '<!ENTITY a "lol"><!ENTITY b "&a;&a;">',
    "by character": '<!ENTITY a "lol"><!ENTITY b "&#38;a;&#38;a;">',
    "external": '<!ENTITY a SYSTEM "file:///etc/hostname">',
    "external public": '<!ENTITY a PUBLIC "x" "http://example.org/x">',
    "parameter": '<!ENTITY % a "lol">',
    "long": f'<!ENTITY a "{"x" * 100_000}">',
    "odd": "<!ENTITY a>",
    "single quotes": "<!ENTITY a 'lol'><!ENTITY b '&a;&a;'>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_xml_when_entities_point_out_or_grow_then_refused(tmp_path: Path, bomb: str) -> None:
    content = (
        f'<?xml version="1.0"?><!DOCTYPE rdf [{BOMBS[bomb]}]><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
        f'<skos:Concept rdf:about="http://example.org/x"><skos:prefLabel>{"&a;" * 1000}</skos:prefLabel>'
        "</skos:Concept></rdf:RDF>"
    )
    records, report = load_text("skos", tmp_path, "a.rdf", content)
    assert records == []
    assert told(report, "quarantined") == [("a.rdf", "DOCTYPE")]


def test_xml_when_entities_abbreviate_namespaces_then_read(tmp_path: Path) -> None:
    content = (
        '<!DOCTYPE rdf:RDF [<!ENTITY ex "http://example.org/p/">]>'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:skos="http://www.w3.org/2004/02/skos/core#"><skos:Concept rdf:about="&ex;a">'
        '<skos:prefLabel xml:lang="en">a</skos:prefLabel></skos:Concept></rdf:RDF>'
    )
    assert [r.iri for r in load_text("skos", tmp_path, "a.owl", content)[0]] == [EX + "a"]


def test_jsonld_when_context_is_remote_then_not_fetched(tmp_path: Path) -> None:
    content = '{"@context": "http://example.org/context.jsonld", "@id": "http://example.org/x"}'
    _, report = load_text("skos", tmp_path, "a.jsonld", content)
    assert told(report, "quarantined") == [("a.jsonld", "file")]


@FUZZ
@given(
    name=st.sampled_from(["a.ttl", "a.nt", "a.rdf", "a.jsonld", "a.trig", "a"]),
    content=st.binary(max_size=120),
)
def test_random_bytes_when_loaded_then_never_raises(tmp_path: Path, name: str, content: bytes) -> None:
    load_text("skos", tmp_path, name, content)


@FUZZ
@given(name=st.sampled_from(["soil.ttl", "soil.rdf", "soil.jsonld", "soil.nq"]), data=st.data())
def test_truncated_file_when_loaded_then_reported(tmp_path: Path, name: str, data: st.DataObject) -> None:
    content = (SOIL / name).read_bytes()
    length = data.draw(st.integers(1, len(content)))
    records, report = load_text("skos", tmp_path, name, content[:length])
    assert len(records) <= 3
    assert report.read or report.issues


@FUZZ
@given(edges=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
def test_hierarchy_when_loaded_then_always_ends(tmp_path: Path, edges: set[tuple[int, int]]) -> None:
    concepts = "".join(f'ex:c{n} a skos:Concept ; skos:prefLabel "c"@en .\n' for n in range(8))
    links = "".join(f"ex:c{a} skos:broader ex:c{b} .\n" for a, b in sorted(edges))
    records, _ = load_text("skos", tmp_path, "a.ttl", PREFIX + concepts + links)
    above = {r.iri: set(r.broader) for r in records}
    while leaves := [iri for iri, targets in above.items() if not targets & set(above)]:
        for iri in leaves:
            del above[iri]
    assert not above
