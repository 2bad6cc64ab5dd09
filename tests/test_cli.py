"""The command line as a person uses it: the real program, its output and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from started import command as kg

PITS = {
    "technologies_1614",  # half-moons, Niger
    "technologies_1176",  # stone lines with zaï and half-moons, Burkina Faso
    "technologies_1100",  # tassa planting pits with stone lines, Niger
    "technologies_959",  # zaï with compost, Burkina Faso
    "technologies_5860",  # micro-catchments by Vallerani plough, Jordan
    "unccd_105",  # technique du zaï, Burkina Faso
}


def kg_json(*arguments: str, home: Path) -> Any:
    done = kg(*arguments, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_help_when_asked_names_every_command(tmp_path: Path) -> None:
    done = kg("--help", home=tmp_path)
    assert done.returncode == 0
    for command in (
        "build",
        "serve",
        "search",
        "query",
        "show",
        "validate",
        "export",
        "sources",
        "generations",
        "doctor",
    ):
        assert command in done.stdout


def test_search_when_nothing_is_built_says_what_to_do(tmp_path: Path) -> None:
    done = kg("search", "mulch", home=tmp_path)
    assert done.returncode == 4
    assert "kg build" in done.stderr
    assert "Traceback" not in done.stderr


def test_query_when_name_is_unknown_lists_the_known_ones(tmp_path: Path) -> None:
    done = kg("query", "practices-of-mars", home=tmp_path)
    assert done.returncode == 4
    assert "practices-by-country" in done.stderr


def test_setting_when_wrong_stops_with_code_two(tmp_path: Path) -> None:
    done = kg("sources", home=tmp_path, KG_PORT="eighty")
    assert done.returncode == 2
    assert "KG_PORT" in done.stderr


def test_query_when_listed_shows_names_and_parameters(tmp_path: Path) -> None:
    done = kg("query", "list", home=tmp_path)
    assert "practices-by-country" in done.stdout
    assert "--country" in done.stdout


def test_query_when_named_with_parameter_answers_as_table(bundled_home: Path) -> None:
    done = kg("query", "practices-by-country", "--country", "BFA", home=bundled_home)
    assert done.returncode == 0, done.stderr
    assert "practice:" in done.stdout


def test_query_when_parameter_is_no_country_says_what_it_takes(bundled_home: Path) -> None:
    done = kg("query", "practices-by-country", "--country", "Burkina", home=bundled_home)
    assert done.returncode == 2
    assert "alpha-3" in done.stderr


@pytest.mark.parametrize(
    ("form", "start"), [("json", "{"), ("csv", "n\r\n"), ("tsv", "?n\n"), ("xml", "<?xml")]
)
def test_query_when_text_is_given_answers_in_the_format(bundled_home: Path, form: str, start: str) -> None:
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?practice a kg:Practice }"
    done = kg("query", text, "--format", form, home=bundled_home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("\r\n", "\n").startswith(start.replace("\r\n", "\n"))


def test_query_when_a_file_has_no_header_then_it_is_run_as_text(bundled_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text("# countries\nSELECT (COUNT(*) AS ?n) WHERE { ?c kg:iso3 ?code }")
    assert kg("query", str(file), "--format", "csv", home=bundled_home).stdout.split() == ["n", "249"]


def test_query_when_it_does_not_parse_names_line_and_column(bundled_home: Path) -> None:
    done = kg("query", "SELECT ?s WHERE {\n ?s ?p }", home=bundled_home)
    assert done.returncode == 2
    assert "ine 2" in done.stderr


def test_show_when_code_is_given_describes_the_practice(bundled_home: Path) -> None:
    done = kg("show", "technologies_1614", home=bundled_home)
    assert done.returncode == 0, done.stderr
    assert "Demi-lunes" in done.stdout
    assert "Niger" in done.stdout


def test_show_when_turtle_is_asked_gives_turtle(bundled_home: Path) -> None:
    done = kg("show", "technologies_1614", "--format", "ttl", home=bundled_home)
    assert "@prefix kg:" in done.stdout
    assert "practice:technologies_1614" in done.stdout


def test_show_when_record_is_unknown_exits_with_four(bundled_home: Path) -> None:
    assert kg("show", "technologies_0", home=bundled_home).returncode == 4


def test_sources_when_listed_add_up_to_the_bundled_rows(bundled_home: Path) -> None:
    rows = {row["name"]: row for row in kg_json("sources", home=bundled_home)}
    assert rows["wocat"]["records"] == 254
    assert rows["decisions"]["records"] == 120
    assert all(row["licence"] for row in rows.values())


def test_generations_when_listed_mark_the_current_one(bundled_home: Path) -> None:
    rows = kg_json("generations", "list", home=bundled_home)
    assert [row["current"] for row in rows].count(True) == 1


def test_validate_when_generation_is_sound_exits_with_zero(tiny_home: Path) -> None:
    done = kg("validate", home=tiny_home)
    assert done.returncode == 0, done.stdout + done.stderr


def test_validate_when_file_is_broken_names_file_record_and_field(tmp_path: Path) -> None:
    broken = tmp_path / "rows.jsonl"
    broken.write_text('{"code": "technologies_1", "kind": "technology", "country_iso3": 7}\n{"code":\n')
    done = kg("validate", f"practice_rows={broken}", "--json", home=tmp_path)
    assert done.returncode == 1
    issues = json.loads(done.stdout)["issues"]
    assert len([each for each in issues if each["kind"] == "quarantined"]) == 2
    assert all(each["file"] and each["reason"] for each in issues)


def test_export_when_one_graph_is_asked_writes_only_that(bundled_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "wocat.nq"
    done = kg("export", "--graph", "wocat", "--output", str(target), home=bundled_home)
    assert done.returncode == 0, done.stderr
    lines = target.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 2000
    assert all(line.endswith("/graph/wocat> .") for line in lines)


def test_export_when_json_is_asked_says_what_was_written(bundled_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "wocat.nq"
    told = kg_json("export", "--graph", "wocat", "-o", str(target), home=bundled_home)
    assert told["statements"] == len(target.read_bytes().splitlines()) > 0


def test_export_when_the_graph_is_unknown_leaves_an_earlier_file_alone(
    bundled_home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "graph.nq"
    target.write_text("earlier")
    done = kg("export", "--graph", "none", "-o", str(target), "--json", home=bundled_home)
    assert done.returncode == 4
    assert json.loads(done.stderr.splitlines()[-1])["exit_code"] == 4
    assert target.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("command", ["generations list", "rules check", "assess list", "links list", "serve"])
def test_command_when_its_help_is_asked_offers_json(command: str, tmp_path: Path) -> None:
    assert "--json" in kg(*command.split(), "--help", home=tmp_path).stdout


def test_doctor_when_all_is_well_exits_with_zero(bundled_home: Path) -> None:
    done = kg("doctor", home=bundled_home)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "need",
    [
        "restore crusted farmland to harvest rain",
        "在板结退化的农田上集雨恢复生产",
    ],
)
def test_search_when_asked_in_english_or_chinese_finds_planting_pits_first(
    bundled_home: Path, need: str
) -> None:
    hits = kg_json("search", need, "--limit", "5", home=bundled_home)["hits"]
    assert PITS & {hit["iri"].rsplit("/", 1)[-1] for hit in hits}


def test_support_when_the_bundled_questions_are_checked_finds_nothing(bundled_home: Path) -> None:
    assert kg_json("support", "check", home=bundled_home)["faults"] == []


def test_support_when_answers_are_given_prints_the_plan_and_the_next_question(bundled_home: Path) -> None:
    found = kg_json("support", "plan", "face=drought", "--lang", "fr", home=bundled_home)
    assert found["next"] == "hit"
    assert any(part["practices"] for part in found["plan"]["modules"])


def test_support_when_an_answer_is_none_is_wrong_use(bundled_home: Path) -> None:
    assert kg("support", "plan", "moon", home=bundled_home).returncode == 2
