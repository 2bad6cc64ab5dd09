"""Concept schemes: labels in six languages, sound hierarchies, mappings that come from the dossiers."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import countries
import pycountry
import pytest
import regions
import themes
from ontology_files import BASE, KG, LANGUAGES, RDF, ROOT, SCHEMES, SKOS, name, of_all, quads
from pyoxigraph import NamedNode

LABELS = ROOT / "loaders" / "starter" / "labels.jsonl"
MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
SAME_LABEL = {("en", "fodder crops - grasses")}
"""WOCAT gives an annual and a perennial crop the same English label."""
CONCEPT = NamedNode(f"{SKOS}Concept")


@cache
def concepts() -> dict[str, dict[str, set[object]]]:
    """Every concept of every scheme with its statements from all files."""
    return {s: found for s, found in of_all(SCHEMES).items() if CONCEPT in found.get(f"{RDF}type", ())}


def values(concept: str, predicate: str) -> set[str]:
    return {each.value for each in concepts()[concept].get(SKOS + predicate, ())}


def above(concept: str) -> set[str]:
    """Every concept broader than this one, however far up."""
    found: set[str] = set()
    ahead = values(concept, "broader")
    while ahead:
        each = ahead.pop()
        ahead |= values(each, "broader") - found
        found.add(each)
    return found


@pytest.mark.parametrize("path", SCHEMES, ids=name)
def test_concepts_when_labelled_have_one_preferred_label_in_each_language(path: Path) -> None:
    labels = of_all(SCHEMES)
    named = {quad.subject.value for quad in quads(path)}

    for each in sorted(named):
        tags = Counter(label.language for label in labels[each].get(f"{SKOS}prefLabel", ()))
        assert tags == Counter(LANGUAGES), each


@pytest.mark.parametrize("path", SCHEMES, ids=name)
def test_concepts_when_listed_are_in_a_scheme_that_exists(path: Path) -> None:
    everything = of_all(SCHEMES)
    scheme = NamedNode(f"{SKOS}ConceptScheme")

    for quad in quads(path):
        if quad.predicate.value == f"{SKOS}inScheme":
            assert scheme in everything[quad.object.value][f"{RDF}type"]
        if quad.predicate.value == f"{RDF}type" and quad.object == CONCEPT:
            assert values(quad.subject.value, "inScheme"), quad.subject.value


def test_relations_when_followed_lead_to_concepts() -> None:
    for concept in concepts():
        for predicate in ("broader", "narrower", "related"):
            assert values(concept, predicate) <= set(concepts()), concept


def test_hierarchy_when_climbed_never_returns() -> None:
    assert [each for each in concepts() if each in above(each)] == []


def test_related_when_stated_is_mutual_and_across_the_hierarchy() -> None:
    for concept in concepts():
        for other in values(concept, "related"):
            assert other != concept
            assert concept in values(other, "related"), (concept, other)
            assert other not in above(concept), (concept, other)


def test_labels_when_compared_name_one_concept_of_a_scheme() -> None:
    shared: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for concept, statements in concepts().items():
        for scheme in values(concept, "inScheme"):
            for label in statements[f"{SKOS}prefLabel"]:
                shared[scheme, label.language, label.value.casefold()].add(concept)

    found = {key[1:] for key, owners in shared.items() if len(owners) > 1}

    assert found <= SAME_LABEL


def test_labels_when_alternative_differ_from_the_preferred_one() -> None:
    for concept, statements in concepts().items():
        preferred = {(each.language, each.value) for each in statements[f"{SKOS}prefLabel"]}
        other = {(each.language, each.value) for each in statements.get(f"{SKOS}altLabel", ())}
        assert not preferred & other, concept


def test_mappings_when_compared_are_those_of_the_label_catalogue() -> None:
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    expected = {
        (
            f"{BASE}id/concept/{row['concept']}",
            "closeMatch" if "closeMatch" in row["agrovoc_match"] else "exactMatch",
            row["agrovoc"],
        )
        for row in rows
        if row.get("agrovoc")
    }

    found = {
        (concept, match, target)
        for concept in concepts()
        for match in MATCHES
        for target in values(concept, match)
        if not target.startswith(BASE)
    }

    assert found == expected
    assert len(found) == 74
    assert all(target.startswith("http://aims.fao.org/aos/agrovoc/c_") for _, _, target in found)


def test_keywords_when_listed_stand_for_one_concept_each() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for concept, statements in concepts().items():
        for keyword in statements.get(f"{KG}wocatKeyword", ()):
            owners[keyword.value].add(concept)

    assert {keyword: found for keyword, found in owners.items() if len(found) > 1} == {}


def test_themes_when_generated_again_are_what_the_file_holds() -> None:
    assert themes.build(LABELS) == themes.OUTPUT.read_text("utf-8")


def test_themes_when_counted_are_the_202_of_the_catalogue() -> None:
    scheme = f"{BASE}id/scheme/themes"

    assert sum(scheme in values(concept, "inScheme") for concept in concepts()) == 202


def test_themes_when_a_relation_leads_nowhere_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "labels.jsonl"
    broken.write_text('{"concept": "a", "broader": "b"}\n', "utf-8")

    with pytest.raises(ValueError, match="a refers to b"):
        themes.rows(broken)


def test_themes_when_two_are_above_each_other_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "labels.jsonl"
    broken.write_text('{"concept": "a", "broader": "b"}\n{"concept": "b", "broader": "a"}\n', "utf-8")

    with pytest.raises(ValueError, match="broader than itself"):
        themes.rows(broken)


def test_countries_when_generated_again_are_what_the_file_holds() -> None:
    assert countries.build() == countries.OUTPUT.read_text("utf-8")


def test_countries_when_counted_are_those_of_iso_3166() -> None:
    codes = {each.alpha_3 for each in pycountry.countries}

    found = {
        concept.removeprefix(f"{BASE}id/country/")
        for concept, statements in concepts().items()
        if NamedNode(f"{KG}Country") in statements[f"{RDF}type"]
    }

    assert found == codes
    assert len(found) == 249


def test_subregions_when_added_up_hold_every_country_once() -> None:
    members = [code for codes in regions.MEMBERS.values() for code in codes.split()]

    assert len(members) == len(set(members))
    assert {each.alpha_2 for each in pycountry.countries} - set(members) == regions.WITHOUT_REGION


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("BFA", {"011", "sahel", "unccd-annex-1"}),
        ("CHN", {"030", "unccd-annex-2"}),
        ("PER", {"005", "unccd-annex-3"}),
        ("TUR", {"145", "unccd-annex-4"}),
        ("HUN", {"151", "unccd-annex-5"}),
        ("ARM", {"145"}),  # Between two annexes: left open.
        ("REU", {"014"}),  # No party of its own.
        ("ATA", set()),
    ],
)
def test_country_when_asked_for_its_regions_gives_those_established(country: str, expected: set[str]) -> None:
    statements = concepts()[f"{BASE}id/country/{country}"]

    found = {each.value.removeprefix(f"{BASE}id/region/") for each in statements.get(f"{KG}region", ())}

    assert found == expected


def test_country_when_climbed_reaches_the_world() -> None:
    reached = above(f"{BASE}id/country/NER")

    assert {each.removeprefix(f"{BASE}id/region/") for each in reached} == {"011", "202", "002", "001"}


def test_regions_when_listed_name_a_source() -> None:
    region = NamedNode(f"{KG}Region")

    for concept, statements in concepts().items():
        if region in statements[f"{RDF}type"]:
            assert statements["http://purl.org/dc/terms/source"], concept
