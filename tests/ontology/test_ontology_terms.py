"""Classes and properties: defined, documented, within OWL 2 RL, and in one canonical form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import turtle_form
from ontology_files import (
    KG,
    KINDS,
    LANGUAGES,
    ONTOLOGY,
    OWL,
    PREFIX,
    RDF,
    RDFS,
    ROOT,
    SCHEMES,
    TERMS,
    TURTLE,
    XSD,
    kinds,
    name,
    of_all,
    quads,
)
from pyoxigraph import BlankNode, NamedNode

from kg.sparql.services.asking import ARGUMENTS, COLUMNS, FILTERS
from kg.sparql.services.searching import SERVICES

QUERIES = tuple(sorted((*ROOT.glob("queries/**/*.rq"), *ONTOLOGY.glob("rules/*.rq"))))
OWN_TERM = re.compile(r"(?<![\w:/<])(kg|wocat):([A-Za-z][\w.]*\w)")
CANONICAL = tuple(path for path in TERMS if path.parent == ONTOLOGY)
NOT_TERMS = (f"{KG}shapes/", f"{KG}0.")
RL_DATATYPES = {"string", "boolean", "integer", "decimal", "dateTime", "anyURI"}
"""Of the datatypes that OWL 2 RL allows (OWL 2 Profiles, section 4.2), those we use or may use."""
RL_VOCABULARY = {
    *KINDS,
    "Ontology",
    "versionIRI",
    "versionInfo",
    "deprecated",
    "sameAs",
    "inverseOf",
    "equivalentClass",
    "equivalentProperty",
    "disjointWith",
    "SymmetricProperty",
    "TransitiveProperty",
    "FunctionalProperty",
    "InverseFunctionalProperty",
    "AsymmetricProperty",
    "IrreflexiveProperty",
}
"""What OWL 2 RL allows between named classes and properties; no class expressions are used."""


@pytest.mark.parametrize("path", TURTLE, ids=name)
def test_file_when_parsed_uses_only_the_shared_prefixes(path: Path) -> None:
    shared = turtle_form.prefixes()

    quads(path)  # An undeclared prefix is a syntax error.

    declared = dict(PREFIX.findall(path.read_text("utf-8")))
    assert {each: shared.get(each) for each in declared} == declared


@pytest.mark.parametrize("path", TURTLE, ids=name)
def test_file_when_it_names_a_term_of_ours_the_term_is_defined(path: Path) -> None:
    used = {
        term.value
        for quad in quads(path)
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(KG) and term.value != KG
    }

    assert {each for each in used if not each.startswith(NOT_TERMS)} <= set(kinds())


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_query_when_it_names_a_term_of_ours_the_term_is_defined(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    spaces = {"kg": KG, "wocat": f"{KG}wocat/"}

    used = {f"{spaces[prefix]}{local}" for prefix, local in OWN_TERM.findall("\n".join(lines))}

    assert used <= set(kinds())


def test_terms_when_defined_are_defined_in_one_file() -> None:
    owners: dict[str, set[str]] = {}
    for path in TERMS:
        for quad in quads(path):
            if quad.predicate.value == f"{RDFS}isDefinedBy":
                owners.setdefault(quad.subject.value, set()).add(name(path))

    assert {term: files for term, files in owners.items() if len(files) > 1} == {}


def test_terms_when_listed_have_one_kind_each() -> None:
    assert {term: found for term, found in kinds().items() if len(found) != 1} == {}


def test_terms_when_listed_have_label_comment_and_origin() -> None:
    statements = of_all(TERMS)

    lacking = [
        (term, predicate)
        for term in kinds()
        for predicate in ("label", "comment", "isDefinedBy")
        if not statements[term].get(RDFS + predicate)
    ]
    english = [
        term
        for term in kinds()
        if [each.language for each in statements[term][f"{RDFS}label"]].count("en") != 1
    ]

    assert (lacking, english) == ([], [])


def test_terms_when_searches_inside_sparql_have_them_are_defined_in_six_languages() -> None:
    statements = of_all(TERMS)
    names = (*ARGUMENTS, *FILTERS, *COLUMNS, *SERVICES)

    lacking = {
        each
        for each in names
        if {label.language for label in statements[f"{KG}{each}"].get(f"{RDFS}label", ())} != set(LANGUAGES)
    }

    assert (lacking, {f"{KG}{each}" for each in names} - set(kinds())) == (set(), set())


def test_ontology_when_read_states_version_licence_and_change() -> None:
    header = of_all(TERMS)[KG]

    assert header[f"{RDF}type"] == {NamedNode(f"{OWL}Ontology")}
    assert {each.value for each in header[f"{OWL}versionIRI"]} == {f"{KG}0.1"}
    for predicate in ("http://purl.org/dc/terms/license", "http://www.w3.org/2004/02/skos/core#changeNote"):
        assert header[predicate]


@pytest.mark.parametrize("path", TERMS, ids=name)
def test_ontology_when_checked_stays_within_owl_2_rl(path: Path) -> None:
    outside = {
        term.value
        for quad in quads(path)
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode)
        and (term.value.startswith(OWL) and term.value.removeprefix(OWL) not in RL_VOCABULARY)
    }
    ranges = {
        quad.object.value.removeprefix(XSD)
        for quad in quads(path)
        if quad.predicate.value == f"{RDFS}range" and quad.object.value.startswith(XSD)
    }

    assert outside == set()
    assert ranges <= RL_DATATYPES


def test_properties_when_one_is_below_another_both_are_of_one_kind() -> None:
    statements = of_all(TERMS)
    mixed = [
        (term, above.value)
        for term, found in kinds().items()
        for above in statements[term].get(f"{RDFS}subPropertyOf", ())
        if above.value in kinds() and kinds()[above.value] != found
    ]

    assert mixed == []


def test_properties_when_they_have_domain_or_range_these_fit_their_kind() -> None:
    statements = of_all(TERMS)
    unfit = []
    for term, (kind,) in ((term, tuple(found)) for term, found in kinds().items()):
        domains = {each.value for each in statements[term].get(f"{RDFS}domain", ())}
        ranges = {each.value for each in statements[term].get(f"{RDFS}range", ())}
        of_data = {each for each in ranges if each.startswith(XSD)}
        if (kind == "ObjectProperty" and of_data) or (kind == "DatatypeProperty" and ranges != of_data):
            unfit.append(term)
        if any(each.startswith(KG) and kinds().get(each) != {"Class"} for each in domains | ranges - of_data):
            unfit.append(term)
        if kind in ("Class", "AnnotationProperty") and domains | ranges:
            unfit.append(term)

    assert unfit == []


def test_hierarchy_when_climbed_has_no_cycle() -> None:
    statements = of_all(TERMS)

    def above(term: str) -> set[str]:
        return {
            each.value
            for predicate in ("subClassOf", "subPropertyOf")
            for each in statements.get(term, {}).get(RDFS + predicate, ())
        }

    for term in kinds():
        reached: set[str] = set()
        ahead = above(term)
        while ahead:
            each = ahead.pop()
            assert each != term
            ahead |= above(each) - reached
            reached.add(each)


@pytest.mark.parametrize("path", [each for each in TURTLE if each.name != "shapes.ttl"], ids=name)
def test_file_when_it_enters_the_graph_has_no_blank_nodes(path: Path) -> None:
    assert not any(isinstance(quad.subject, BlankNode) for quad in quads(path))
    assert not any(isinstance(quad.object, BlankNode) for quad in quads(path))


@pytest.mark.parametrize("path", [*CANONICAL, *SCHEMES], ids=name)
def test_file_when_rewritten_stays_as_it_is(path: Path) -> None:
    text = path.read_text("utf-8")

    assert turtle_form.render(turtle_form.read(text), turtle_form.comments(text)) == text
