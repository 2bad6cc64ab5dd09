"""Records become canonical N-Quads, and references between records are settled."""

from __future__ import annotations

import math
from dataclasses import replace

import pyoxigraph as px
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import BadRecord
from kg.mapping import Known, lines, map_record, settle
from kg.mapping.writing import camel, day, number, record_of, slug
from kg.model import (
    Author,
    Case,
    Concept,
    Credit,
    Decision,
    Document,
    Entity,
    Exposure,
    Fact,
    Origin,
    Practice,
    Provision,
    Publication,
    Record,
    Text,
)
from kg.vocab import Iris

IRIS = Iris("https://example.org/kg/")
GRAPH = IRIS.graph("wocat")
ORIGIN = Origin(
    dataset="wocat",
    record="technologies_1182",
    file="t.json",
    licence="https://creativecommons.org/licenses/by-nc-sa/3.0/",
    url="https://qcat.wocat.net/en/wocat/technologies/view/technologies_1182/",
    updated="2019-05-17",
    notes=(("evidence", "stated"), ("url_kind", "official or publisher")),
)
PRACTICE = Practice(
    code="technologies_1182",
    kind="technology",
    names=(Text("Planting pits", "en"), Text("Zaï", "fr")),
    origin=ORIGIN,
    summaries=(Text('Pits "catch"\nrain', "en"),),
    countries=("BFA",),
    points=((-1.5, 12.0),),
    facts=(
        Fact("tech_qg_1", "tech_main_purpose", "main_purpose_production", "tech_main_purpose"),
        Fact("tech_qg_2", "tech_area", 2.50, "tech_area", coded=False),
        Fact("tech_qg_2", "tech_is_exact", True, "tech_is_exact", coded=False),
        Fact("tech_qg_36", "tech_input", "manure", "tech_input", coded=False, row=1, lang="en"),
    ),
    impacts=(("tech_impacts_cropproduction", 2),),
    exposures=(Exposure("drought", "increase", "cope_well", "dry season"),),
    linked=("approaches_2500", "approaches_9"),
    credits=(Credit("A. Person", "An Institute", "compiler"),),
)


def _quads(record: Record) -> set[tuple[str, str, str]]:
    text = "".join(f"{line}\n" for line in lines(record, IRIS, GRAPH))
    found = set()
    for quad in px.parse(input=text, format=px.RdfFormat.N_QUADS):
        assert quad.graph_name == px.NamedNode(GRAPH)
        short = [
            str(each).replace(IRIS.ns, "kg:").replace(f"{IRIS.base}id/", "id:")
            for each in (quad.subject, quad.predicate, quad.object)
        ]
        found.add((short[0], short[1], short[2]))
    return found


def _values(record: Record, predicate: str) -> set[str]:
    return {value for _, found, value in _quads(record) if found == predicate}


def test_lines_when_a_practice_then_its_facts_are_typed_and_coded() -> None:
    s = "<id:practice/technologies_1182>"
    assert {
        (s, "<kg:wocat/tech_main_purpose>", "<id:concept/main_purpose_production>"),
        (s, "<kg:wocat/tech_area>", '"2.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        (s, "<kg:wocat/tech_is_exact>", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (s, "<kg:wocat/tech_impacts_cropproduction>", '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (s, "<kg:country>", "<id:country/BFA>"),
        (s, "<kg:evidenceNote>", '"stated"'),
        (s, "<kg:urlKind>", '"official or publisher"'),
        (s, "<http://www.w3.org/2000/01/rdf-schema#label>", '"Zaï"@fr'),
        (s, "<http://purl.org/dc/terms/abstract>", '"Pits \\"catch\\"\\nrain"@en'),
    } <= _quads(PRACTICE)


def test_lines_when_facts_stand_in_a_table_then_each_row_is_a_node() -> None:
    row = "<id:practice/technologies_1182/row/tech_qg_36/1>"
    assert {
        ("<id:practice/technologies_1182>", "<kg:hasRow>", row),
        (row, "<kg:group>", '"tech_qg_36"'),
        (row, "<kg:wocat/tech_input>", '"manure"@en'),
    } <= _quads(PRACTICE)


def test_lines_when_exposed_to_a_hazard_then_node_and_shortcut() -> None:
    node = "<id:practice/technologies_1182/exposure/drought>"
    assert {
        ("<id:practice/technologies_1182>", "<kg:hazard>", "<id:concept/drought>"),
        (node, "<kg:hazard>", "<id:concept/drought>"),
        (node, "<kg:change>", '"increase"'),
        (node, "<kg:sensitivity>", "<id:concept/cope_well>"),
    } <= _quads(PRACTICE)


def test_lines_when_a_point_is_given_then_well_known_text_in_lon_lat_order() -> None:
    assert _values(PRACTICE, "<http://www.opengis.net/ont/geosparql#asWKT>") == {
        '"POINT(-1.5 12)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    }


def test_lines_when_people_are_credited_then_name_institution_and_role() -> None:
    node = "<id:practice/technologies_1182/credit/0>"
    assert {
        (node, "<http://xmlns.com/foaf/0.1/name>", '"A. Person"'),
        (node, "<kg:creditRole>", '"compiler"'),
    } <= _quads(PRACTICE)


DECISION = Decision(
    id="unccd-19-cop13",
    body="UNCCD COP",
    convention="UNCCD",
    session="COP13",
    origin=replace(ORIGIN, dataset="decisions", record="unccd-19-cop13", url=None),
    symbol="19/COP.13",
    year=2017,
    session_start="2017-09-06",
    session_end="2017-09-16",
    place="Ordos, China",
    topic=Text("the Science-Policy Interface", "en"),
    operative=(Provision("requests", "secretariat", "report back"),),
    themes=("spi",),
    cites=("23/COP.11", "unccd-1-cop1"),
    paragraphs=("3",),
)


def test_lines_when_a_decision_has_no_title_then_symbol_and_topic_label_it() -> None:
    assert _values(DECISION, "<http://www.w3.org/2000/01/rdf-schema#label>") == {
        '"19/COP.13: the Science-Policy Interface"@en'
    }
    assert _values(DECISION, "<http://purl.org/dc/terms/title>") == set()


def test_lines_when_a_decision_then_provisions_are_numbered_from_one() -> None:
    node = "<id:decision/unccd-19-cop13/provision/0>"
    assert {
        (node, "<kg:ordinal>", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (node, "<kg:verb>", '"requests"'),
        ("<id:decision/unccd-19-cop13>", "<kg:body>", "<id:entity/unccd-cop>"),
        ("<id:decision/unccd-19-cop13>", "<kg:meeting>", "<id:entity/unccd-cop13>"),
    } <= _quads(DECISION)


def _settled(*records: Record) -> set[str]:
    known = Known()
    mapped = [map_record(record, IRIS, GRAPH) for record in records]
    for each in mapped:
        known.add(each.keys, each.iri)
    found = [line for each in mapped for line in settle(each.pending, known)]
    assert list(px.parse(input="\n".join(found), format=px.RdfFormat.N_QUADS))
    return {
        line.replace(IRIS.ns, "kg:").replace(f"{IRIS.base}id/", "id:").rsplit(" <", 1)[0] for line in found
    }


def test_settle_when_a_symbol_is_loaded_then_the_citation_links_else_stays_text() -> None:
    cited = replace(DECISION, id="unccd-23-cop11", symbol="23/COP. 11", cites=())
    found = _settled(DECISION, cited)
    s = "<id:decision/unccd-19-cop13>"
    assert f"{s} <kg:cites> <id:decision/unccd-23-cop11>" in found
    assert f'{s} <kg:citesText> "unccd-1-cop1"' in found


def test_settle_when_two_records_claim_a_symbol_then_neither_is_cited() -> None:
    twins = [replace(DECISION, id=f"twin-{n}", symbol="23/COP.11", cites=()) for n in (1, 2)]
    assert '<id:decision/unccd-19-cop13> <kg:citesText> "23/COP.11"' in _settled(DECISION, *twins)


def test_settle_when_no_record_describes_a_body_then_the_decision_does() -> None:
    body = Entity("unccd-cop", "body", (Text("Conference of the Parties", "en"),), ORIGIN)
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    assert f'<id:entity/unccd-cop> {label} "UNCCD COP"' in _settled(DECISION)
    assert not any(line.startswith("<id:entity/unccd-cop> ") for line in _settled(DECISION, body))


def test_settle_when_a_linked_practice_is_not_loaded_then_its_code_stays() -> None:
    other = replace(PRACTICE, code="approaches_2500", kind="approach", linked=())
    found = _settled(PRACTICE, other)
    s = "<id:practice/technologies_1182>"
    assert f"{s} <kg:linkedPractice> <id:practice/approaches_2500>" in found
    assert f'{s} <kg:linkedPracticeCode> "approaches_9"' in found


def test_settle_when_an_entity_relates_to_a_document_then_it_links() -> None:
    document = Document("iccd-cop14-cst-5", (Text("Note", "en"),), ORIGIN, symbol="ICCD/COP(14)/CST/5")
    entity = Entity(
        "spi", "body", (Text("SPI", "en"),), ORIGIN, relations=(("proposed_in", "iccd-cop14-cst-5"),)
    )
    assert "<id:entity/spi> <kg:proposedIn> <id:document/iccd-cop14-cst-5>" in _settled(document, entity)


def test_lines_when_a_publication_then_authors_keep_their_order() -> None:
    record = Publication(
        id="doi/10.1016/j.jenvman.2016.09.044",
        kind="journal article",
        titles=(Text("Unpacking", "en"),),
        origin=ORIGIN,
        authors=(Author("First", "A.", True), Author("Second")),
    )
    head = "<id:publication/doi/10.1016/j.jenvman.2016.09.044/author"
    assert {
        (f"{head}/0>", "<kg:spiMember>", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (f"{head}/1>", "<kg:ordinal>", '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    } <= _quads(record)
    assert "<http://purl.org/ontology/bibo/AcademicArticle>" in {value for _, _, value in _quads(record)}


def test_lines_when_an_entity_has_figures_then_whole_numbers_are_numbers() -> None:
    record = Entity(
        "fig", "platform component", (Text("F", "en"),), ORIGIN, facts=(("value", "1969"), ("as_of", "x"))
    )
    assert _values(record, "<kg:value>") == {'"1969"^^<http://www.w3.org/2001/XMLSchema#integer>'}
    assert _values(record, "<kg:asOf>") == {'"x"'}
    assert "<kg:PlatformComponent>" in {value for _, _, value in _quads(record)}


def test_lines_when_a_meeting_then_its_days_and_place_are_those_of_decisions() -> None:
    facts = (("start", "2018-11"), ("end", "2018-11-29"), ("place", "Sharm El Sheikh"))
    record = Entity("cbd-cop14", "meeting", (Text("COP 14", "en"),), ORIGIN, facts=facts)
    assert _values(record, "<kg:startDate>") == {'"2018-11"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'}
    assert _values(record, "<kg:endDate>") == {'"2018-11-29"^^<http://www.w3.org/2001/XMLSchema#date>'}
    assert _values(record, "<kg:placeName>") == {'"Sharm El Sheikh"'}


def test_lines_when_an_entity_has_no_address_then_the_founding_document_is_its_source() -> None:
    record = Entity("spi", "body", (Text("SPI", "en"),), replace(ORIGIN, url=None), paragraphs=("6",))
    assert _values(record, "<http://purl.org/dc/terms/source>") == {"<id:document/iccd-cop14-cst-5>"}


def test_lines_when_a_meeting_begins_on_no_day_then_refused() -> None:
    record = Entity("m", "meeting", (Text("M", "en"),), ORIGIN, facts=(("start", "2018-02-30"),))
    with pytest.raises(BadRecord, match=r"facts\.start"):
        list(_quads(record))


def test_lines_when_a_case_is_labelled_by_its_source_then_theme_and_words() -> None:
    labels = ("EbA", "coastal")
    record = Case("p-1", "PANORAMA", (Text("T", "en"),), ORIGIN, labelled_by_source=labels, themes=("eba",))
    assert _values(record, "<kg:theme>") == {"<id:concept/eba>"}
    assert _values(record, "<kg:labelledBySource>") == {'"EbA"', '"coastal"'}


def test_lines_when_a_concept_then_skos() -> None:
    record = Concept(
        "http://aims.fao.org/aos/agrovoc/c_1", "http://aims.fao.org/aos/agrovoc", (Text("sol", "fr"),), ORIGIN
    )
    assert _values(record, "<http://www.w3.org/2004/02/skos/core#prefLabel>") == {'"sol"@fr'}


@pytest.mark.parametrize(
    "broken",
    [
        replace(PRACTICE, code=" "),
        replace(PRACTICE, countries=("B F",)),
        replace(PRACTICE, points=((200.0, 1.0),)),
        replace(PRACTICE, points=((math.nan, 1.0),)),
        replace(PRACTICE, names=(Text("x", "not a tag"),)),
        replace(PRACTICE, names=(Text("half \ud83d pair", "en"),)),
        replace(PRACTICE, documented="2019-02-30"),
        replace(PRACTICE, images=("not an iri",)),
        replace(PRACTICE, facts=(Fact("g", "q", "a b", "q"),)),
        replace(PRACTICE, facts=(Fact("g", "q", math.inf, "q"),)),
        replace(PRACTICE, facts=(Fact("g", "q", 10**30, "q"),)),
        replace(PRACTICE, facts=(Fact("g", "q", 1, "no property>"),)),
        replace(PRACTICE, facts=(Fact("g/../x", "q", 1, "q", row=0),)),
        replace(PRACTICE, origin=replace(ORIGIN, url="javascript alert")),
        replace(PRACTICE, origin=replace(ORIGIN, notes=(("", "x"),))),
        Concept("javascript:alert(1)", "http://x/", (), ORIGIN),
    ],
)
def test_map_record_when_a_value_is_no_rdf_then_bad_record(broken: Record) -> None:
    with pytest.raises(BadRecord):
        map_record(broken, IRIS, GRAPH)


@given(st.text(), st.sampled_from(["en", "zh-Hans", None]), st.text(min_size=1, max_size=30))
def test_lines_when_any_text_then_the_engine_reads_it_back_canonically(
    value: str, lang: str | None, code: str
) -> None:
    record = replace(PRACTICE, code=code, names=(Text(value, lang),), summaries=())
    try:
        found = list(lines(record, IRIS, GRAPH))
    except BadRecord:
        return
    store = px.Store()
    store.load(input="".join(f"{line}\n" for line in found).encode(), format=px.RdfFormat.N_QUADS)
    written = (store.dump(format=px.RdfFormat.N_QUADS) or b"").decode()
    assert sorted(written.split("\n")[:-1]) == sorted(set(found))


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_number_when_any_number_then_the_engine_would_not_rewrite_it(value: float) -> None:
    try:
        term = number(value)
    except BadRecord:
        assert abs(value) >= 10**18
        return
    line = f"<http://x/s> <http://x/p> {term} <http://x/g> ."
    store = px.Store()
    store.load(input=line.encode(), format=px.RdfFormat.N_QUADS)
    assert (store.dump(format=px.RdfFormat.N_QUADS) or b"").decode() == f"{line}\n"


def test_day_when_only_month_or_year_is_known_then_its_own_type() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert day("2019", "d") == f'"2019"^^<{xsd}gYear>'
    assert day("2019-06", "d") == f'"2019-06"^^<{xsd}gYearMonth>'


@pytest.mark.parametrize(
    ("name", "local"), [("doi_basis", "doiBasis"), ("one_of", "oneOf"), ("asOf", "asOf"), ("x", "x")]
)
def test_camel_when_a_field_name_then_a_local_name(name: str, local: str) -> None:
    assert camel(name) == local


def test_slug_when_a_body_is_named_then_words_with_hyphens() -> None:
    assert slug("Third UN World Conference") == "third-un-world-conference"


@pytest.mark.parametrize("part", ["", "/row/tech_qg_1/0", "/author/3", "/exposure/tech_qg_202"])
def test_record_of_when_a_part_then_its_record(part: str) -> None:
    assert record_of(f"https://x/id/publication/doi/10.1/ab{part}") == "https://x/id/publication/doi/10.1/ab"
