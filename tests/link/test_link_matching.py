"""How names find what they mean: figures the service promises, and what must not match."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as px
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.link import names as reading
from kg.link.labels import LabelIndex
from kg.link.matching import Candidate, Wanted, candidates, decide
from kg.link.names import Entry, Name
from kg.link.reconcile import Reconciler
from kg.link.reconcile_queries import Query
from kg.link.text import doi, fold, grams, singular
from kg.store.embedded import EmbeddedStore
from kg.vocab import Iris

ELSEWHERE = Path(__file__).with_name("data") / "names_elsewhere.txt"
ANY = Wanted()


def _labels(index: LabelIndex) -> Iterator[tuple[Entry, Name]]:
    for name in index.names:
        entry = index.entries[name.entry]
        if name.role in ("label", "alt") and entry.types == ("concept",):
            yield entry, name


def _first(index: LabelIndex, text: str, language: str = "en", wanted: Wanted = ANY) -> Candidate | None:
    found = candidates(index, text, wanted, language)
    decide(found, 98.0, 5.0)
    return found[0] if found else None


def _mistyped(text: str, chance: random.Random) -> str:
    """Leave out, double, swap or replace one letter."""
    at = chance.randrange(len(text))
    letter = chance.choice([each for each in text if each.isalnum()] or ["x"])
    way = chance.randrange(4)
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1:
        return text[:at] + letter + text[at + 1 :]
    if way == 2:
        return text[:at] + letter + text[at:]
    at = min(at, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def test_labels_of_concepts_when_reconciled_in_six_languages_come_first(index: LabelIndex) -> None:
    right = fair = total = 0
    for entry, name in _labels(index):
        first = _first(index, name.text)
        same = {index.names[each].entry for each in index.exact[name.key]}
        total += 1
        right += first is not None and first.entry is entry
        fair += first is not None and first.entry.number in same
    assert total > 6000
    # 87 labels belong to two concepts or more, of which one comes first.
    assert right / total >= 0.98
    assert fair / total >= 0.999


def test_labels_of_concepts_when_mistyped_once_still_come_first(index: LabelIndex) -> None:
    chance = random.Random(5)
    pairs = [pair for pair in _labels(index) if len(pair[1].text) >= 3]
    chance.shuffle(pairs)
    pairs = pairs[:1200]
    right = sum(
        (first := _first(index, _mistyped(name.text, chance))) is not None and first.entry is entry
        for entry, name in pairs
    )
    assert right / len(pairs) >= 0.95


def test_names_not_in_the_graph_when_reconciled_never_match(index: LabelIndex) -> None:
    names = ELSEWHERE.read_text(encoding="utf-8").splitlines()
    assert len(set(names)) == 500
    assert [name for name in names if (first := _first(index, name)) is not None and first.match] == []


def test_names_when_two_concepts_share_them_never_match(index: LabelIndex) -> None:
    concepts: dict[str, set[int]] = defaultdict(set)
    texts: dict[str, str] = {}
    for entry, name in _labels(index):
        if name.role == "label":
            concepts[name.key].add(entry.number)
            texts[name.key] = name.text
    shared = [texts[key] for key, entries in concepts.items() if len(entries) > 1]
    assert len(shared) > 50
    assert [text for text in shared if (first := _first(index, text)) and first.match] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("technologies_1413", "practice:technologies_1413"),
        ("practice:technologies_1413", "practice:technologies_1413"),
        ("https://w3id.org/landkg/id/concept/eba", "concept:eba"),
        ("BURKINA  FASO", "country:BFA"),
        ("Côte d'Ivoire", "country:CIV"),
        ("بوركينا فاسو", "country:BFA"),
        ("布基纳法索", "country:BFA"),
        ("A/RES/70/1", "decision:unga-70-1"),
        ("adaptation fondée sur les ecosystemes", "concept:eba"),
        ("EbA", "concept:eba"),
    ],
)
def test_names_when_equal_but_for_form_match(index: LabelIndex, text: str, expected: str) -> None:
    first = _first(index, text)
    assert first is not None
    assert (first.entry.id, first.match) == (expected, True)


@pytest.mark.parametrize("text", ["Burkina Fasso", "technologies_118", "eba", "NO", "854", "terrace"])
def test_names_when_only_similar_or_short_do_not_match(index: LabelIndex, text: str) -> None:
    first = _first(index, text)
    assert first is None or not first.match


def test_name_when_a_type_is_wanted_has_only_that_type(index: LabelIndex) -> None:
    found = candidates(index, "Burkina Faso", Wanted(("practice",)), "en")
    assert all("practice" in each.entry.types for each in found)


def test_name_when_a_type_should_be_is_lower_otherwise(index: LabelIndex) -> None:
    found = candidates(index, "Burkina Faso", Wanted(("practice",), "should"), "en")
    country = next(each for each in found if each.entry.id == "country:BFA")
    decide(found, 98.0, 5.0)
    assert country.score <= 85
    assert not country.match


def test_query_when_a_property_differs_scores_lower_and_does_not_match(reconciler: Reconciler) -> None:
    text = next(
        entry.labels[0].value
        for entry in reconciler.index.entries
        if entry.types[0] == "technology" and entry.countries == ("ETH",)
    )
    right = reconciler.candidates(Query(text, properties=(("country", ({"id": "country:ETH"},)),)), "en")[0]
    wrong = reconciler.candidates(Query(text, properties=(("country", ("Peru",)),)), "en")[0]
    assert (right.match, wrong.match) == (True, False)
    assert wrong.score < right.score


def test_query_when_it_names_values_alone_finds_what_has_them(reconciler: Reconciler) -> None:
    found = reconciler.candidates(Query(properties=(("country", ("Burkina Faso",)),), limit=50), "en")
    assert found
    assert all(each.entry.countries == ("BFA",) or "BFA" in each.entry.countries for each in found)
    assert not any(each.match for each in found)


def test_batch_of_ten_when_candidates_are_by_name_takes_little_work(reconciler: Reconciler) -> None:
    names = ELSEWHERE.read_text(encoding="utf-8").splitlines()[:10]
    # Work of the processor, not time, and far above what it takes.
    began = time.thread_time()
    for name in names:
        reconciler.candidates(Query(name), "en")
    assert time.thread_time() - began < 20


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_text_when_folded_is_folded_for_good(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == " ".join(once.split())


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_text_when_anything_gives_pieces_and_singulars_without_fault(text: str) -> None:
    assert isinstance(singular(fold(text)), str)
    assert all(1 <= len(piece) <= 3 for piece in grams(fold(text)))


def test_doi_when_written_in_any_manner_is_one(index: LabelIndex) -> None:
    forms = ("10.1016/J.Envsci.2018", "https://doi.org/10.1016/j.envsci.2018", "DOI: 10.1016/j.envsci.2018")
    assert {doi(form) for form in forms} == {"10.1016/j.envsci.2018"}
    assert doi("about 10.1016/x") is None


def test_record_when_withdrawn_is_found_by_its_identifier_alone_and_never_matches(iris: Iris) -> None:
    rows = (
        "<https://w3id.org/landkg/id/practice/technologies_9> a kg:Technology, kg:Withdrawn ; "
        'rdfs:label "Old wall"@en ; dcterms:identifier "technologies_9" .'
    )
    prefixes = (
        "@prefix kg: <https://w3id.org/landkg/def/> . @prefix dcterms: <http://purl.org/dc/terms/> . "
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    )
    store = px.Store()
    store.load(input=(prefixes + rows).encode(), format=px.RdfFormat.TURTLE)
    small = LabelIndex(reading.read(EmbeddedStore(store, in_memory=True), iris))
    assert _first(small, "Old wall") is None
    first = _first(small, "practice:technologies_9")
    assert first is not None
    assert not first.match
    assert small.beginning("Old", "en") == []
