"""What follows from the ontology is written out, once, and never in place of what is asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.build import merge, work
from kg.inference import Closure
from kg.store import GraphStore
from kg.vocab import RDF, RDFS, SKOS, Iris

IRIS = Iris("https://x/")
ONTOLOGY = IRIS.graph("ontology")
INFERRED = f" <{IRIS.graph('inferred')}> ."


def _line(subject: str, predicate: str, value: str, graph: str = "https://x/graph/wocat") -> str:
    return f"{subject} {predicate} {value} <{graph}> ."


def _kg(name: str) -> str:
    return f"<{IRIS.term(name)}>"


SCHEMA = (
    _line(_kg("Technology"), f"<{RDFS}subClassOf>", _kg("Practice"), ONTOLOGY),
    _line(_kg("Practice"), f"<{RDFS}subClassOf>", _kg("Record"), ONTOLOGY),
    _line(_kg("Practice"), f"<{RDFS}subClassOf>", "<http://www.w3.org/ns/prov#Entity>", ONTOLOGY),
    _line(_kg("wocat/tech_a1"), f"<{RDFS}subPropertyOf>", _kg("wocat/tech_measures"), ONTOLOGY),
    _line(_kg("wocat/tech_measures"), f"<{RDFS}subPropertyOf>", _kg("measure"), ONTOLOGY),
    _line(_kg("loop1"), f"<{RDFS}subPropertyOf>", _kg("loop2"), ONTOLOGY),
    _line(_kg("loop2"), f"<{RDFS}subPropertyOf>", _kg("loop1"), ONTOLOGY),
)


def _infer(*asserted: str) -> set[str]:
    found = list(Closure(SCHEMA, IRIS).lines(asserted))
    assert all(line.endswith(INFERRED) for line in found)
    return {line.removesuffix(INFERRED) for line in found}


def test_lines_when_a_class_has_superclasses_then_all_of_ours() -> None:
    assert _infer(_line("<https://x/p>", f"<{RDF}type>", _kg("Technology"))) == {
        f"<https://x/p> <{RDF}type> {_kg('Practice')}",
        f"<https://x/p> <{RDF}type> {_kg('Record')}",
    }


def test_lines_when_a_property_has_superproperties_then_all_of_them() -> None:
    assert _infer(_line("<https://x/p>", _kg("wocat/tech_a1"), "<https://x/c>")) == {
        f"<https://x/p> {_kg('wocat/tech_measures')} <https://x/c>",
        f"<https://x/p> {_kg('measure')} <https://x/c>",
    }


def test_lines_when_the_value_stands_in_a_row_then_it_holds_for_the_practice() -> None:
    found = _infer(_line("<https://x/p/row/g/0>", _kg("wocat/tech_measures"), "<https://x/c>"))
    assert found == {
        f"<https://x/p/row/g/0> {_kg('measure')} <https://x/c>",
        f"<https://x/p> {_kg('measure')} <https://x/c>",
    }


def test_lines_when_a_preferred_label_has_awkward_text_then_it_is_a_label() -> None:
    value = '"a <b> \\"c\\" <d> ."@en'
    assert _infer(_line("<https://x/c>", f"<{SKOS}prefLabel>", value)) == {
        f"<https://x/c> <{RDFS}label> {value}"
    }


def test_lines_when_properties_form_a_circle_then_it_ends() -> None:
    assert _infer(_line("<https://x/p>", _kg("loop1"), '"v"')) == {f'<https://x/p> {_kg("loop2")} "v"'}


@pytest.mark.parametrize("order", [0, 1])
def test_merge_when_a_source_asserts_what_follows_then_only_its_statement_stays(
    tmp_path: Path, order: int
) -> None:
    asserted = _line("<https://x/p>", _kg("measure"), "<https://x/c>", "https://x/graph/wocat")
    inferred = _line("<https://x/p>", _kg("measure"), "<https://x/c>", IRIS.graph("inferred"))
    runs = [tmp_path / "a.nq", tmp_path / "b.nq"]
    for path, line in zip(runs, [asserted, inferred][:: 1 if order else -1], strict=True):
        work.write_run([line], path)
    merged = merge.merge(runs, tmp_path / "graph.nq", inferred=IRIS.graph("inferred"))
    assert (tmp_path / "graph.nq").read_text(encoding="utf-8") == f"{asserted}\n"
    assert merged.graphs == {"https://x/graph/wocat": 1}


def test_without_when_records_are_left_out_then_their_parts_go_and_neighbours_stay(tmp_path: Path) -> None:
    run = tmp_path / "run.nq"
    subjects = ["doi/10.1/a", "doi/10.1/a/author/0", "doi/10.1/a/b", "doi/10.1/ab"]
    work.write_run([_line(f"<https://x/id/{each}>", _kg("p"), '"v"') for each in subjects], run)
    merge.without(run, {"https://x/id/doi/10.1/a"})
    left = [line[1 : line.index(">")] for line in run.read_text(encoding="utf-8").splitlines()]
    assert left == ["https://x/id/doi/10.1/a/b", "https://x/id/doi/10.1/ab"]


def test_graph_when_built_then_every_technology_is_a_practice(tiny_store: GraphStore) -> None:
    kg = "PREFIX kg: <https://w3id.org/landkg/def/>"
    assert tiny_store.ask(f"{kg} ASK {{ ?s a kg:Technology, kg:Practice }}")
    assert not tiny_store.ask(f"{kg} ASK {{ ?s a kg:Technology FILTER NOT EXISTS {{ ?s a kg:Practice }} }}")
