"""The hub's other records: every kind loads, is queried and shown; persons can go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loading import DATA, load_text, run, told

from kg import generation, queries
from kg.build import build
from kg.config import Settings
from kg.store.embedded import open_store
from kg.vocab import Iris
from kg.web import create_app
from loaders.hub_kinds import KINDS

ROWS = DATA / "hub" / "rows.jsonl"
QUERIES = (
    "blog-posts",
    "capacity-offers",
    "country-profiles",
    "drought-toolbox-tools",
    "experts",
    "knowledge-sharing-systems",
    "land-outlook-parts",
    "ldn-commitments",
    "ldn-targets",
    "library-items",
    "news",
    "spi-members",
    "spi-objectives",
    "spi-products",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("hub")
    rows = folder / "more.jsonl"
    rows.write_text(json.dumps({"id": "expert-2", "type": "expert", "removed": True, "title": "E. Gone"}))
    made = Settings.from_env({}, home=str(folder))
    build(made, inputs=[f"hub_rows={ROWS},{rows}"], bundled=False, index=False)
    return made


def row(**fields: object) -> str:
    return json.dumps({"id": "x", "title": "X", **fields}) + "\n"


def test_kinds_when_loaded_are_all_there_without_complaint() -> None:
    records, report = run("hub_rows", ROWS)

    assert {record.kind for record in records} == set(KINDS)
    assert report.issues == []


@pytest.mark.parametrize("name", QUERIES)
def test_query_of_a_kind_when_run_names_its_record(settings: Settings, name: str) -> None:
    store = open_store(generation.current(settings.home_folder).folder, settings)
    text, bound = queries.bind(queries.get("examples", name), {}, Iris())
    rows = store.select(text, bound)
    store.close()

    assert len({row["record"].value for row in rows}) == 1


def test_page_of_a_target_when_opened_shows_year_and_area(settings: Settings) -> None:
    page = create_app(settings).test_client().get("/en/id/entity/target-1").get_data(as_text=True)

    assert "Restore pasture by 2030" in page
    assert "LDN target" in page


def test_person_when_removed_answers_gone_and_leaves_no_name(settings: Settings) -> None:
    answer = create_app(settings).test_client().get("/en/id/entity/expert-2")

    assert answer.status_code == 410
    assert "E. Gone" not in answer.get_data(as_text=True)
    assert "E. Gone" not in generation.current(settings.home_folder).graph_file.read_text("utf-8")


def test_translation_when_made_by_a_machine_is_no_label(settings: Settings) -> None:
    lines = generation.current(settings.home_folder).graph_file.read_text("utf-8").splitlines()
    (line,) = [each for each in lines if "Ce que coûte la restauration" in each]

    assert "/def/machineTranslatedName>" in line
    assert '"@fr-t-en-t0-und' in line


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"type": "expert"}, "consent"),
        ({"type": "expert", "consent": "asked"}, "consent"),
        ({"type": "expert", "consent": "published", "expertise": "soil, a.b@example.org"}, "expertise"),
        ({"type": "spi membership", "role": "member", "summary": "Call +41 22 123 45 67"}, "summary"),
        ({"type": "ldn target", "target_year": "soon"}, "target_year"),
        ({"type": "ldn target", "countries": ["ATL"]}, "countries"),
        ({"type": "capacity offer"}, "provider"),
        ({"type": "castle"}, "type"),
    ],
)
def test_row_when_it_cannot_be_kept_names_the_field(
    tmp_path: Path, fields: dict[str, object], field: str
) -> None:
    records, report = load_text("hub_rows", tmp_path, "rows.jsonl", row(**fields))

    assert records == []
    assert told(report, "quarantined") == [("x", field)]
