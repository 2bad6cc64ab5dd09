"""Shapes: SHACL Core only, a plain message each, and the right word for each kind of faulty record."""

from __future__ import annotations

import pyshacl
import pytest
from ontology_files import BASE, KG, ONTOLOGY, RDF, RDFS, kinds
from rdflib import BNode, Graph, Namespace, URIRef

from kg.build import schema
from kg.validation import Validator, Violation
from kg.vocab import Iris

SH = Namespace("http://www.w3.org/ns/shacl#")
BEYOND_CORE = ("sparql", "js", "rule", "target", "expression", "SPARQLTarget", "JSConstraint")
CLASSES = (
    *("Technology", "Approach", "PraisPractice", "Exposure", "Decision", "Provision", "Document"),
    *("Publication", "Authorship", "Meeting", "Entity", "PartnerCase"),
    *("Assessment", "CriterionResult", "Evidence", "Framework", "Criterion"),
)
DCTERMS = "http://purl.org/dc/terms/"
PRACTICE = f"{BASE}id/practice/technologies_1182"
DECISION = f"{BASE}id/decision/unccd-19-cop13"
GRAPH = f"<{BASE}graph/wocat>"


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(ONTOLOGY / "shapes.ttl")


@pytest.fixture(scope="module")
def validator(iris: Iris) -> Validator:
    return Validator(iris, schema.lines(iris))


def line(subject: str, predicate: str, value: str) -> str:
    name = predicate.replace("kg:", KG).replace("dcterms:", DCTERMS).replace("rdfs:", RDFS)
    name = name.replace("rdf:", RDF).replace("foaf:", "http://xmlns.com/foaf/0.1/")
    name = name.replace("void:", "http://rdfs.org/ns/void#")
    return f"<{subject}> <{name}> {value} {GRAPH} ."


def practice(**changes: str) -> list[str]:
    """A technology without fault; ``changes`` replace the value of a property, ``""`` removes it."""
    stated = {
        "rdf:type": f"<{KG}Technology>",
        "rdfs:label": '"Zaï"@fr',
        "dcterms:identifier": '"technologies_1182"',
        "dcterms:source": "<https://qcat.wocat.net/en/wocat/technologies/view/technologies_1182/>",
        "dcterms:license": "<https://creativecommons.org/licenses/by-nc-sa/3.0/>",
        "void:inDataset": f"<{BASE}id/dataset/wocat>",
        "kg:country": f"<{BASE}id/country/BFA>",
        "kg:hazard": f"<{BASE}id/concept/drought>",
        "dcterms:abstract": '"Pits that hold rain and manure."@en',
    }
    stated |= {name.replace("_", ":"): value for name, value in changes.items()}
    return [line(PRACTICE, name, value) for name, value in stated.items() if value]


def said(found: list[Violation]) -> set[tuple[str, str]]:
    return {(each.severity, each.message) for each in found}


def test_shapes_when_read_use_shacl_core_only(shapes: Graph) -> None:
    used = {str(term).removeprefix(SH) for triple in shapes for term in triple if str(term).startswith(SH)}

    assert used.isdisjoint(BEYOND_CORE)


def test_shapes_when_checked_by_the_shapes_of_shapes_are_well_formed(shapes: Graph) -> None:
    data = Graph().add((URIRef(PRACTICE), URIRef(f"{RDF}type"), URIRef(f"{KG}Withdrawn")))

    conforms, _, words = pyshacl.validate(data, shacl_graph=shapes, meta_shacl=True)

    assert conforms, words


def test_shapes_when_listed_cover_every_class_of_record(shapes: Graph) -> None:
    targets = {str(each) for each in shapes.objects(None, SH.targetClass)}

    assert {f"{KG}{name}" for name in CLASSES} <= targets
    assert {each for each in targets if each.startswith(KG)} <= set(kinds())


def test_shapes_when_they_demand_something_say_so_in_words(shapes: Graph) -> None:
    for path in shapes.subjects(SH.path):
        if any(shapes.triples((None, SH["property"], path))) and not _inside_or(shapes, path):
            assert len(list(shapes.objects(path, SH.message))) == 1
            assert shapes.value(path, SH.severity) in (SH.Violation, SH.Warning)
    for message in shapes.objects(None, SH.message):
        assert str(message).endswith(".")
        assert message.language == "en"
        assert not any(jargon in str(message) for jargon in ("IRI", "sh:", "kg:", "literal", "datatype"))


def _inside_or(shapes: Graph, path: object) -> bool:
    owners = list(shapes.subjects(SH["property"], path))
    return all(isinstance(each, BNode) for each in owners)


def test_shapes_when_they_name_a_property_of_ours_it_is_defined(shapes: Graph) -> None:
    paths = {str(each) for each in shapes.objects(None, SH.path) if isinstance(each, URIRef)}

    assert {each for each in paths if each.startswith(KG)} <= set(kinds())


def test_practice_when_complete_conforms(validator: Validator) -> None:
    assert validator.check([(PRACTICE, practice())]) == []


@pytest.mark.parametrize(
    ("changes", "severity", "words"),
    [
        ({"rdfs_label": ""}, "violation", "The technology has no name"),
        ({"dcterms_identifier": ""}, "violation", "needs exactly one identifier"),
        ({"dcterms_identifier": '"T_BRK010en"'}, "warning", "code in an unusual form"),
        ({"dcterms_source": ""}, "warning", "at which address it was found"),
        ({"dcterms_license": ""}, "warning", "has no licence"),
        ({"void_inDataset": ""}, "warning", "which dataset it comes from"),
        ({"kg_country": ""}, "warning", "no country of the ISO list"),
        ({"kg_country": f"<{BASE}id/country/XXX>"}, "warning", "no country of the ISO list"),
        ({"kg_hazard": f"<{BASE}id/concept/no_such_hazard>"}, "warning", "hazard (6.3) is not one"),
        ({"dcterms_abstract": ""}, "warning", "neither a summary nor a description"),
    ],
)
def test_practice_when_one_field_is_faulty_names_that_field(
    validator: Validator, changes: dict[str, str], severity: str, words: str
) -> None:
    found = said(validator.check([(PRACTICE, practice(**changes))]))

    assert len(found) == 1
    ((found_severity, message),) = found
    assert found_severity == severity
    assert words in message


def test_practice_when_linked_to_another_is_not_judged_by_it(validator: Validator) -> None:
    linked = line(PRACTICE, "kg:linkedPractice", f"<{BASE}id/practice/approaches_2498>")

    assert validator.check([(PRACTICE, [*practice(), linked])]) == []


def test_decision_when_without_body_is_unusable(validator: Validator) -> None:
    lines = [
        line(DECISION, "rdf:type", f"<{KG}Decision>"),
        line(DECISION, "rdfs:label", '"19/COP.13"'),
        line(DECISION, "dcterms:identifier", '"unccd-19-cop13"'),
    ]

    found = said(validator.check([(DECISION, lines)]))

    assert ("violation", "The decision must name the one body that adopted it.") in found
    assert [severity for severity, _ in found].count("violation") == 1


def test_author_when_without_family_name_is_a_fault_of_the_publication(validator: Validator) -> None:
    publication = f"{BASE}id/publication/seed-annex-01"
    author = f"{publication}/author/0"
    lines = [
        line(publication, "rdf:type", f"<{KG}Publication>"),
        line(publication, "rdfs:label", '"Unpacking the concept"'),
        line(publication, "dcterms:identifier", '"seed-annex-01"'),
        line(publication, "kg:authorship", f"<{author}>"),
        line(author, "rdf:type", f"<{KG}Authorship>"),
        line(author, "kg:ordinal", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ]

    found = validator.check([(publication, lines)])

    assert ("violation", "An author has no family name.") in said(found)
    assert {each.record for each in found} == {publication}


def test_criterion_result_when_it_judges_without_evidence_is_refused(validator: Validator) -> None:
    result = f"{BASE}id/assessment/technologies_1182/EBA-1"
    lines = [
        line(result, "rdf:type", f"<{KG}CriterionResult>"),
        line(result, "kg:criterion", f"<{BASE}id/criterion/EBA-1>"),
        line(result, "kg:result", f"<{BASE}id/concept/result_meets>"),
    ]
    open_result = [each.replace("result_meets", "result_not_shown") for each in lines]

    assert ("violation", "A criterion is judged without any evidence.") in said(
        validator.check([(result, lines)])
    )
    assert validator.check([(result, open_result)]) == []


def test_concepts_countries_and_frameworks_of_the_ontology_fit_the_shapes(shapes: Graph) -> None:
    data = Graph()
    for folder in ("frameworks", "schemes"):
        for path in sorted((ONTOLOGY / folder).glob("*.ttl")):
            data.parse(path)

    conforms, _, words = pyshacl.validate(data, shacl_graph=shapes, inplace=True)

    assert conforms, words[:2000]
