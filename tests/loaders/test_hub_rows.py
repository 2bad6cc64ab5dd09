"""The hub's other records: every kind loads, is queried and shown; persons can go."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from loading import DATA, load_text, run, told
from typer.testing import CliRunner

from kg import generation, quality, queries
from kg.build import build
from kg.cli.app import app as command
from kg.config import Settings
from kg.entities import hub
from kg.errors import BadInput
from kg.mapping.things import class_of
from kg.store.embedded import open_store
from kg.vocab import Iris
from kg.web import create_app
from loaders import hub_template
from loaders.hub_kinds import KINDS

ROWS = DATA / "hub" / "rows.jsonl"
GIVEN = [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("hub")
    rows = folder / "more.jsonl"
    rows.write_text(json.dumps({"id": "expert-2", "type": "expert", "removed": True, "title": "E. Gone"}))
    made = Settings.from_env({}, home=str(folder))
    build(made, inputs=[f"hub_rows={ROWS},{rows}"], bundled=False, index=False)
    return made


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings)
    yield app.test_client()
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def row(**fields: object) -> str:
    return json.dumps({"id": "x", "title": "X", **fields}) + "\n"


def test_kinds_when_loaded_are_all_there_without_complaint() -> None:
    records, report = run("hub_rows", ROWS)

    assert {record.kind for record in records} == set(KINDS)
    assert report.issues == []


@pytest.mark.parametrize("name", hub.LISTS)
def test_query_of_a_kind_when_run_names_its_record(settings: Settings, name: str) -> None:
    store = open_store(generation.current(settings.home_folder).folder, settings)
    text, bound = queries.bind(queries.get("examples", name), {}, Iris())
    rows = store.select(text, bound)
    store.close()

    assert len({row["record"].value for row in rows}) == 1


def test_page_of_a_target_when_opened_shows_year_and_area(client: FlaskClient) -> None:
    page = client.get("/en/id/entity/target-1").get_data(as_text=True)

    assert "Restore pasture by 2030" in page
    assert "LDN target" in page


def test_person_when_removed_answers_gone_and_leaves_no_name(client: FlaskClient, settings: Settings) -> None:
    answer = client.get("/en/id/entity/expert-2")

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


def test_kinds_when_compared_have_each_a_list_a_query_a_template_a_class_and_a_shape() -> None:
    assert {name: class_of(kind) for name, kind in hub_template.NAMES.items()} == dict(hub.LISTS)
    assert set(hub_template.NAMES.values()) == set(KINDS)
    shapes = (Path(__file__).resolve().parents[2] / "ontology" / "shapes.ttl").read_text("utf-8")
    for name, made in hub.LISTS.items():
        assert queries.get("examples", name).title
        assert f"sh:targetClass kg:{made} " in shapes


def test_lists_when_started_from_the_home_page_are_two_clicks_away(client: FlaskClient) -> None:
    home = client.get("/fr/").text.partition("<main")[2].partition("</main")[0]
    assert 'href="/fr/browse"' in home
    found = set(re.findall(r'href="/fr/browse/([^"]+)"', client.get("/fr/browse").text))
    assert found >= set(hub.LISTS)
    assert {client.get(f"/fr/browse/{name}").status_code for name in found} == {200}


@pytest.mark.parametrize("name", hub.LISTS)
def test_list_of_a_kind_when_opened_has_its_record_and_a_template(client: FlaskClient, name: str) -> None:
    page = client.get(f"/en/browse/{name}").text
    (record,) = re.findall(r'<li><a href="(/en/id/entity/[^"]+)"', page)
    assert f'href="/en/browse/{name}"' in client.get(record).text
    assert f'href="/templates/{name}.csv"' in page


def test_list_of_news_when_opened_says_the_day(client: FlaskClient) -> None:
    (day,) = [each["date"] for each in GIVEN if each["type"] == "news item"]
    assert day in client.get("/en/browse/news").text


@pytest.mark.parametrize("name", hub.LISTS)
def test_template_when_filled_in_loads_what_a_row_does(
    client: FlaskClient, tmp_path: Path, name: str
) -> None:
    table = client.get(f"/templates/{name}.csv").text
    (columns,) = csv.reader(io.StringIO(table))
    kind = hub_template.NAMES[name]
    (given,) = [each for each in GIVEN if each["type"] == kind]
    cells = {
        "ID": "1",
        "Name": given["title"],
        "Summary": given["summary"],
        "Country": "|".join(given.get("countries", [given.get("country_iso3", "")])),
        "Theme": "|".join(given["themes"]),
        "Web page": given.get("url", ""),
    }
    named = {each.name.replace("_", " ").capitalize(): each.name for each in KINDS[kind]}
    cells |= {column: str(given.get(field, "")) for column, field in named.items()}
    with (tmp_path / f"{name}.csv").open("w", newline="") as file:
        file.write(table)
        csv.writer(file).writerow([cells.get(column, "") for column in columns])
    (tmp_path / f"{name}.yml").write_text(client.get(f"/templates/{name}.yml").text)
    (record,), report = run("mapping", tmp_path / f"{name}.yml")
    (usual,) = [each for each in run("hub_rows", ROWS)[0] if each.kind == kind]

    assert report.issues == []
    assert (record.kind, record.facts, record.relations) == (kind, usual.facts, usual.relations)
    assert (record.countries, record.themes) == (usual.countries, usual.themes)


def test_template_when_written_from_the_command_line_overwrites_nothing(tmp_path: Path) -> None:
    first, again = [CliRunner().invoke(command, ["template", "experts", "--to", str(tmp_path)]) for _ in "12"]
    assert first.exit_code == 0
    assert isinstance(again.exception, BadInput)
    assert (tmp_path / "experts.csv").read_text("utf-8").strip() == hub_template.table("experts").strip()
    assert "ldn-targets" in CliRunner().invoke(command, ["template", "--json"]).stdout


def test_template_when_there_is_none_is_404(client: FlaskClient) -> None:
    assert client.get("/templates/castles.csv").status_code == 404


def test_quality_report_when_written_counts_the_fields_of_each_kind(settings: Settings) -> None:
    report = quality.load(generation.current(settings.home_folder))
    assert report is not None
    assert {each.kind for each in report.completeness} >= set(hub.LISTS.values())
