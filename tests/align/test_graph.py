"""What the assessments look like in the graph, and what people get to read of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as px
import pytest
from align.factsets import IRIS, practices, store

from kg import database, queries
from kg.align import assess, journal
from kg.align.explain import explain, messages
from kg.align.overlap import overlap
from kg.align.upset import draw
from kg.build import schema
from kg.config import Settings
from kg.errors import BadInput, NotFound
from kg.inference import Closure
from kg.progress import silent
from kg.store.embedded import EmbeddedStore
from kg.vocab import LANGUAGES

ZAI: dict[str, Any] = {
    "q": {
        "tech_main_purpose": ["main_purpose_production", "main_purpose_degradation", "main_purpose_adaption"],
        "tech_measures": ["tech_measures_agronomic", "tech_measures_structural"],
        "tech_degradation": ["degradation_physical"],
        "tech_prevention": ["intervention_rehabilitate"],
        "tech_landuse_2018": ["tech_lu_cropland"],
    },
    "impacts": {"tech_impacts_cropproduction": 3, "tech_impacts_soilmoisture": 2, "tech_impacts_vegcover": 1},
    "exposures": {"tech_qg_202": {"sensitivity": "cope_well"}},
    "approach": {"q": {"app_monitoring": 1}, "enabling": ["app_qg_11"], "hindering": []},
}
DRIP: dict[str, Any] = {
    "q": {
        "tech_measures": ["tech_measures_structural"],
        "tech_measures_structural_sub": ["measures_structural_s7"],
        "tech_main_purpose": ["main_purpose_production"],
    },
    "text": {"tech_definition": "Tanks of concrete feed the pipes."},
}


def built(home: Path, *sets: dict[str, Any]) -> EmbeddedStore:
    """Return records, ontology and assessments in one store."""
    records = store([p for n, each in enumerate(sets) for p in practices(str(n), each)])
    settings = Settings.from_env({}, home=str(home))
    graph = IRIS.graph("wocat")
    written = records.answer("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples").decode()
    lines = [f"{line[:-2]} <{graph}> ." for line in written.splitlines()]
    lines += [*assess(records, settings, silent()), *schema.lines(IRIS)]
    lines += Closure(schema.lines(IRIS), IRIS).lines(list(lines))
    held = px.Store()
    held.bulk_load(input="\n".join(lines).encode(), format=px.RdfFormat.N_QUADS)
    return EmbeddedStore(held, in_memory=True)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    return built(tmp_path_factory.mktemp("none"), ZAI, DRIP, {})


def ask(graph: EmbeddedStore, text: str) -> list[dict[str, Any]]:
    return graph.select(queries.with_prefixes(text, IRIS))


CHECKS = [name for name in queries.load_folder("checks") if name.startswith(("assessment-", "evidence-"))]


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_check_of_assessments_finds_nothing(graph: EmbeddedStore, name: str) -> None:
    text, bound = queries.get("checks", name).bind({}, IRIS)
    assert graph.select(text, bound) == []


def test_every_practice_has_six_assessments_and_every_criterion_a_result(graph: EmbeddedStore) -> None:
    found = ask(graph, "SELECT (COUNT(*) AS ?n) { ?a a kg:Assessment }")
    assert int(found[0]["n"].value) == 3 * 6
    found = ask(graph, "SELECT (COUNT(*) AS ?n) { ?a kg:criterionResult ?r . ?r kg:result ?x }")
    assert int(found[0]["n"].value) == 3 * 37


def test_approach_is_not_assessed_but_its_facts_are_evidence(graph: EmbeddedStore) -> None:
    assert not ask(graph, "SELECT ?a { ?a kg:assesses <https://w3id.org/landkg/id/practice/approaches_0> }")
    rows = ask(
        graph,
        "SELECT ?p { ?e a kg:Evidence ; kg:factSubject ?s ; kg:factProperty ?p . ?s a kg:Approach }",
    )
    assert {str(row["p"])[1:-1].rpartition("/")[2] for row in rows} >= {"app_monitoring"}


def test_assessment_answers_which_facts_which_rule_which_source(graph: EmbeddedStore) -> None:
    rows = ask(
        graph,
        """SELECT ?p ?v ?version ?source WHERE {
          ?a kg:assesses practice:technologies_0 ; kg:framework framework:drought ;
            kg:criterionResult ?r ; prov:wasGeneratedBy ?activity .
          ?r kg:criterion criterion:DSL-3 ; kg:evidence ?e ; kg:appliedRule ?rule .
          ?e kg:factProperty ?p ; kg:factValue ?v .
          ?activity prov:used ?rule . ?rule kg:ruleVersion ?version .
          criterion:DSL-3 dcterms:source ?source
        }""",
    )
    assert [str(row["p"])[1:-1].rpartition("/")[2] for row in rows] == ["sensitivity"]
    assert rows[0]["version"].value == "1"


def test_text_of_concrete_is_marked_to_be_confirmed(graph: EmbeddedStore) -> None:
    rows = ask(graph, "SELECT ?v { ?e kg:toConfirm true ; kg:factValue ?v FILTER(isLiteral(?v)) }")
    assert "concrete" in rows[0]["v"].value


def test_direct_statements_say_what_the_assessments_say(graph: EmbeddedStore) -> None:
    for verdict, name in (("qualifies", "qualifiesAs"), ("candidate", "candidateFor")):
        deep = ask(
            graph,
            "SELECT ?p ?f { ?a a kg:Assessment ; kg:assesses ?p ; kg:framework ?f ;"
            f" kg:verdict concept:verdict_{verdict} }}",
        )
        simple = ask(graph, f"SELECT ?p ?f {{ ?p kg:{name} ?f }}")
        key = lambda row: (str(row["p"]), str(row["f"]))  # noqa: E731
        assert sorted(map(key, deep)) == sorted(map(key, simple))


@pytest.mark.parametrize("language", LANGUAGES)
def test_explanation_is_in_the_readers_language(graph: EmbeddedStore, language: str) -> None:
    found = explain(graph, "technologies_0", IRIS, framework="drought", language=language)
    [part] = found["assessments"]
    assert part["verdict"]["id"] == "candidate" or part["sentence"]
    assert "{" not in str([part["sentence"], *(c["sentence"] for c in part["criteria"])])
    drought = {
        "en": "drought",
        "fr": "sécheresse",
        "es": "sequía",
        "ru": "засуха",
        "zh": "干旱",
        "ar": "الجفاف",
    }
    assert drought[language] in str(part["criteria"][2]["evidence"][0]["sentence"])


def test_explanation_of_a_refusal_names_the_fact_and_asks_for_confirmation(graph: EmbeddedStore) -> None:
    [part] = explain(graph, "technologies_1", IRIS, framework="eba")["assessments"]
    assert part["verdict"]["id"] == "not_qualified"
    assert [each["id"] for each in part["contradicted"]] == ["EBA-4"]
    facts = next(each for each in part["criteria"] if each["id"] == "EBA-4")["evidence"]
    assert any(fact["confirm"] for fact in facts)


def test_every_language_has_every_message() -> None:
    assert set(messages()) == set(LANGUAGES)
    assert len({frozenset(each) for each in messages().values()}) == 1


def test_explanation_of_what_is_not_assessed_is_not_found(graph: EmbeddedStore) -> None:
    with pytest.raises(NotFound):
        explain(graph, "approaches_0", IRIS)
    with pytest.raises(BadInput):
        explain(graph, "technologies_0", IRIS, framework="x")


def test_human_assessment_wins_and_both_stay_visible(tmp_path: Path) -> None:
    more = {
        "framework": "eba",
        "reviewer": "A. Expert",
        "reason": "Seen in the field.",
        "day": date(2020, 5, 4),
    }
    journal.add(tmp_path, practice="technologies_0", verdict="not_qualified", **more)
    journal.add(tmp_path, practice="technologies_0", verdict="qualifies", **more)
    graph = built(tmp_path, ZAI)
    direct = ask(graph, "SELECT ?f { practice:technologies_0 kg:qualifiesAs ?f }")
    assert f"<{IRIS.id('framework', 'eba')}>" in {str(row["f"]) for row in direct}
    rows = ask(
        graph,
        """SELECT ?rule ?human WHERE { ?a kg:overruledBy ?h ; kg:verdict ?rule .
          GRAPH graph:review-assessments { ?h kg:verdict ?human ; kg:reason ?why } }""",
    )
    assert [str(row["human"]).rpartition("_")[2] for row in rows] == ["qualifies>"]
    assert str(rows[0]["rule"]) != str(rows[0]["human"])
    [part] = explain(graph, "technologies_0", IRIS, framework="eba")["assessments"]
    assert "A. Expert" in part["human"][0]["sentence"]


def test_journal_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    journal.add(
        tmp_path,
        practice="unccd_1",
        framework="nbs",
        verdict="candidate",
        reviewer="B",
        reason="r",
        day=date(2020, 1, 1),
    )
    file = tmp_path / database.JOURNAL.file
    with closing(sqlite3.connect(file)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("DELETE FROM human_assessments")
    with pytest.raises(BadInput):
        journal.add(
            tmp_path,
            practice="approaches_1",
            framework="nbs",
            verdict="candidate",
            reviewer="B",
            reason="r",
            day=date(2020, 1, 1),
        )


def test_assessments_do_not_depend_on_the_run(tmp_path: Path) -> None:
    records = store(practices("0", ZAI))
    settings = Settings.from_env({}, home=str(tmp_path))
    assert list(assess(records, settings, silent())) == list(assess(records, settings, silent()))


def test_plot_of_the_overlap_links_each_column_and_escapes_labels(graph: EmbeddedStore) -> None:
    found = overlap(graph, IRIS)
    picture = draw(
        found,
        labels={name: f"<{name}> & co" for name in ("slm", "ldn", "eba", "ecodrr", "nbs", "drought")},
        title="T",
        description="D",
        cell=lambda names, count: f"{names}: {count}",
        link=lambda names: "/en/overlap?frameworks=" + ",".join(names) + "&level=candidate",
        whole=lambda name: f"/en/search?framework={name}",
    )
    assert picture.count('href="/en/overlap') == len(found.columns)
    assert "&lt;eba&gt; &amp; co" in picture
    assert "<title" in picture
    assert "<desc" in picture


def test_overlap_of_a_land_use_counts_only_its_practices(graph: EmbeddedStore) -> None:
    whole = overlap(graph, IRIS).to_json()
    part = overlap(graph, IRIS, facet="landUse", value="cropland").to_json()
    assert 0 < part["practices"] <= whole["practices"]
    with pytest.raises(BadInput):
        overlap(graph, IRIS, facet="colour", value="red")
