"""Withdrawn and merged records: the curators' list, the build, and what their addresses answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as px
import pytest
from flask import Flask
from flask.testing import FlaskClient
from tiny import TINY, TINY_INPUTS
from typer.testing import CliRunner

from kg.build import BuildResult, build
from kg.cli.app import app as commands
from kg.config import Settings
from kg.errors import BadInput, ConfigError
from kg.link import journal, review
from kg.link.links import Link
from kg.mapping import retired
from kg.mapping.retired import Retired
from kg.vocab import Iris
from kg.web import create_app

CODES = [json.loads(line)["code"] for line in (TINY / "practices.jsonl").read_text("utf-8").splitlines()]
WITHDRAWN, MERGED, KEPT = (Iris().id("practice", code) for code in CODES[:3])
CASE = "https://panorama.solutions/en/solution/x"


@dataclass
class Site:
    """A service whose curators withdrew one practice and merged another."""

    client: FlaskClient
    app: Flask
    settings: Settings
    built: BuildResult


def _link(target: str) -> Link:
    return Link(CASE, "X", "skos:closeMatch", target, "Y", "practice", 0.9, "semapv:LexicalMatching")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("retired")
    settings = Settings.from_env({}, home=str(home), rate_per_minute=0)
    build(settings, inputs=TINY_INPUTS, bundled=False, index=False)
    common = ("--curator", "Ana", "--home", str(home))
    for words in (
        (WITHDRAWN, "--reason", "asked for"),
        (MERGED, "--into", KEPT, "--reason", "written twice"),
    ):
        done = CliRunner().invoke(commands, ["links", "retire", *words, *common])
        assert done.exit_code == 0, done.output
    journal.queue(home, "panorama", [_link(WITHDRAWN), _link(MERGED)], "test")
    for each in journal.listed(home):
        journal.decide(home, each.number, action="accept", curator="Ana", reason="")
    built = build(settings, inputs=TINY_INPUTS, bundled=False, index=False)
    app = create_app(settings)
    yield Site(app.test_client(), app, settings, built)
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def _path(iri: str) -> str:
    return iri.removeprefix(Iris().base)


def test_build_when_records_are_retired_counts_them_as_left_out(site: Site) -> None:
    row = next(each for each in site.built.table if each.dataset.startswith("practice"))
    assert (row.quarantined, row.loaded) == (2, row.read - 2)


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "zh", "ar"])
def test_page_when_withdrawn_is_a_tombstone_in_the_readers_language(site: Site, language: str) -> None:
    answer = site.client.get(f"/{language}/{_path(WITHDRAWN)}")
    assert answer.status_code == 410
    assert all(each in answer.text for each in ("asked for", WITHDRAWN, f'<html lang="{language}"'))


def test_data_when_withdrawn_is_a_tombstone_in_rdf(site: Site) -> None:
    for address in (f"/{_path(WITHDRAWN)}", f"/data/{_path(WITHDRAWN)}.ttl"):
        answer = site.client.get(address, headers={"Accept": "text/turtle"})
        assert (answer.status_code, answer.mimetype) == (410, "text/turtle")
        said = {str(each.predicate.value) for each in px.parse(input=answer.data, format=px.RdfFormat.TURTLE)}
        assert "http://www.w3.org/2002/07/owl#deprecated" in said
        assert "http://purl.org/dc/terms/abstract" not in said


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("en/", ""), ("data/", ".ttl"), ("data/", ".jsonld")]
)
def test_address_when_merged_leads_to_what_stands_for_it(site: Site, before: str, after: str) -> None:
    answer = site.client.get(f"/{before}{_path(MERGED)}{after}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/{before}{_path(KEPT)}{after}"


def test_record_when_another_was_merged_into_it_says_so(site: Site) -> None:
    body = site.client.get(f"/data/{_path(KEPT)}.nt").text
    assert f"<{KEPT}> <http://purl.org/dc/terms/replaces> <{MERGED}>" in body


def test_record_when_another_was_merged_into_it_keeps_what_both_sources_tell(site: Site) -> None:
    rows = [json.loads(line) for line in (TINY / "practices.jsonl").read_text("utf-8").splitlines()]
    kept, merged = rows[2], rows[1]
    body = site.client.get(f"/data/{_path(KEPT)}.nt").text
    for told in (kept, merged):
        assert told["summary"][:40] in body
        assert f'/identifier> "{told["code"]}"' in body
    assert f"/rdf-schema#label> {json.dumps(kept['name'], ensure_ascii=False)}" in body
    assert f"/core#altLabel> {json.dumps(merged['name'], ensure_ascii=False)}" in body


def test_merge_when_undone_brings_the_record_back_and_says_who(tmp_path: Path, iris: Iris) -> None:
    retired.add(tmp_path, Retired(MERGED, KEPT, "2026-01-02", "Ana", "twice"), iris)
    back = retired.undo(tmp_path, MERGED, iris, on="2026-01-03", by="Ben", reason="other valley")
    assert (back.iri, retired.read(tmp_path, iris)) == (MERGED, {})
    assert "# undone on 2026-01-03 by Ben: other valley" in (tmp_path / retired.FILE).read_text("utf-8")


def test_sitemap_and_lists_when_records_are_retired_leave_them_out(site: Site) -> None:
    body = site.client.get("/sitemap-1.xml").text
    assert KEPT in body
    assert WITHDRAWN not in body
    assert MERGED not in body
    assert _path(WITHDRAWN) not in site.client.get("/en/browse/practices").text


def test_changes_when_records_are_retired_name_them_as_deleted(site: Site) -> None:
    items = site.client.get("/changes.json").get_json()["orderedItems"]
    gone = {each["object"] for each in items if each["type"] == "Delete"}
    assert gone >= {WITHDRAWN, MERGED}


def test_links_when_their_record_is_retired_are_conflicts_and_follow_a_merge(site: Site) -> None:
    found = review.conflicts(site.settings.home_folder, None, Iris())
    assert {(each.kind, each.about) for each in found} == {
        ("withdrawn record", WITHDRAWN),
        ("merged record", MERGED),
    }
    graph = site.built.generation.graph_file.read_text("utf-8")
    assert f"<{KEPT}> <http://www.w3.org/2004/02/skos/core#closeMatch> <{CASE}>" in graph
    assert f"closeMatch> <{WITHDRAWN}>" not in graph


def test_reconciliation_when_a_record_is_withdrawn_never_matches_it(site: Site) -> None:
    asked = json.dumps({"q": {"query": CODES[0]}, "r": {"query": WITHDRAWN}})
    body = site.client.post("/reconcile", data={"queries": asked}).get_json()
    assert not any(each["match"] for key in "qr" for each in body[key]["result"])


def test_list_when_merges_go_in_a_circle_is_refused(tmp_path: Path, iris: Iris) -> None:
    retired.add(tmp_path, Retired(MERGED, KEPT, "2026-01-02", "Ana", "twice"), iris)
    with pytest.raises(ConfigError, match="circle"):
        retired.add(tmp_path, Retired(KEPT, MERGED, "2026-01-02", "Ana", "twice"), iris)
    assert list(retired.read(tmp_path, iris)) == [MERGED]


def test_list_when_merges_follow_each_other_leads_to_the_last(tmp_path: Path, iris: Iris) -> None:
    retired.add(tmp_path, Retired(WITHDRAWN, MERGED, "2026-01-02", "Ana", "twice"), iris)
    retired.add(tmp_path, Retired(MERGED, KEPT, "2026-01-02", "Ana", "twice"), iris)
    assert retired.read(tmp_path, iris)[WITHDRAWN].replaced_by == KEPT


@pytest.mark.parametrize(
    "row",
    [
        "https://elsewhere.example/id/x\t\t2026-01-02\tA\tr",
        f"{KEPT}\t\tyesterday\tA\tr",
        "\tx\t2026-01-02\tA\tr",
    ],
)
def test_list_when_a_line_cannot_be_used_names_it(tmp_path: Path, iris: Iris, row: str) -> None:
    (tmp_path / retired.FILE).write_text(f"# kept by hand\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        retired.read(tmp_path, iris)


def test_record_when_nobody_says_why_is_not_retired(tmp_path: Path, iris: Iris) -> None:
    with pytest.raises(BadInput, match="why"):
        retired.add(tmp_path, Retired(KEPT, "", "2026-01-02", "Ana", ""), iris)
