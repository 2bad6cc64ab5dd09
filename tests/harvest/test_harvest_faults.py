"""Every kind of source meets the same faults: storms, refusals, cut-off and slow answers, changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import servers
from harvesters import Clock, patient

import loaders
from kg.config import Settings
from kg.harvest import Run, Snapshot, SourceSettings, feeding, harvest
from kg.harvest.errors import SourceRefused
from kg.progress import silent
from loaders.base import LoadReport, Source

OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>
<identifier>oai:x:1</identifier><datestamp>{day}</datestamp></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>{title}</dc:title><dc:identifier>https://example.org/1</dc:identifier><dc:date>2019</dc:date>
</oai_dc:dc></metadata></record></ListRecords></OAI-PMH>"""
RSS = """<rss version="2.0"><channel><title>Land blog</title><item><guid>1</guid><title>{title}</title>
<link>https://example.org/1</link><pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""
TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/c/soil> a skos:Concept ; skos:inScheme <https://example.org/c/> ;
skos:prefLabel "{title}"@en ."""
MAPPING = """
landkg: {name: list, title: List, publisher: not stated, licence: not stated}
sources: {table: {access: list.csv, referenceFormulation: csv}}
mappings:
  practice: {sources: table, s: practice:x-$(ID), po: [[a, kg:Technology], [rdfs:label, $(Name), en~lang]]}
"""


def decision(title: str, day: str) -> dict[str, Any]:
    texts = {"results": [{"language": "en", "value": title}]}
    stamp = {"updated": f"{day}T00:00:00", "__metadata": {"type": "informea.Decision"}}
    entity = {"id": "d1", "number": "1/COP.13", "treaty": "unccd", "title": texts, **stamp}
    return {"d": {"results": [entity], "__count": "1"}}


def dataset(title: str, _day: str) -> dict[str, Any]:
    about = {"doi": "10.5555/a", "titles": [{"title": title}], "publicationYear": 2020}
    return {"data": [{"id": "10.5555/a", "type": "dois", "attributes": about}], "links": {}}


def article(title: str, _day: str) -> dict[str, Any]:
    return {
        "message": {"items": [{"DOI": "10.5555/a", "title": [title], "type": "report"}], "next-cursor": ""}
    }


def plain(template: str, media_type: str) -> Callable[[str, str], servers.Reply]:
    def reply(title: str, day: str) -> servers.Reply:
        return servers.Reply(
            200, template.format(title=title, day=day).encode(), {"Content-Type": media_type}
        )

    return reply


def as_json(made: Callable[[str, str], Any]) -> Callable[[str, str], servers.Reply]:
    return lambda title, day: servers.as_json(made(title, day))


KINDS: dict[str, tuple[dict[str, Any], Callable[[str, str], servers.Reply]]] = {
    "informea": ({"sets": ["Decisions"]}, as_json(decision)),
    "crossref": ({"queries": ["land"]}, as_json(article)),
    "datacite": ({"queries": ["land"]}, as_json(dataset)),
    "oai_pmh": ({}, plain(OAI, "text/xml")),
    "feed": ({"as": "blog post"}, plain(RSS, "application/rss+xml")),
    "rdf": ({}, plain(TURTLE, "text/turtle")),
    "mapping": ({"format": "csv"}, plain("ID,Name\n1,{title}\n", "text/csv")),
}


@dataclass
class Place:
    """A source of one kind on a server of its own: what it says now, and how it is harvested."""

    server: servers.Server
    source: SourceSettings
    settings: Settings
    title: str = "Half-moons"
    day: str = "2026-11-01"

    def harvest(self, clock: Clock, **manners: object) -> Run:
        client = patient(clock, robots=False, rate=0.0, retries=5, **manners)
        return harvest(self.source, self.settings, silent(), client=client)

    def titles(self) -> list[str]:
        """Return the name of each record that a build would make of what was fetched."""
        home = self.settings.home_folder
        made = feeding.dataset(self.source, home)
        snapshot = Snapshot(home, self.source.name)
        files = [snapshot.object(each.digest, each.suffix) for each in snapshot.records("active")]
        if self.source.mapping:
            (table,) = files
            (home / "list.csv").write_bytes(table.read_bytes())
            files = [home / "list.yml"]
        report = LoadReport(made.name)
        records = list(loaders.get(made.loader)(Source(made, tuple(files), self.settings.base), report))
        found = [getattr(e, "names", ()) or getattr(e, "titles", ()) or e.pref for e in records]
        return [texts[0].value for texts in found]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Place]:
    options, reply = KINDS[request.param]
    (settings.home_folder).mkdir()
    (settings.home_folder / "list.yml").write_text(MAPPING)
    mapping = "list.yml" if request.param == "mapping" else ""

    def answer(path: str, _query: dict[str, str], _headers: Any) -> servers.Reply:
        if path.endswith("$metadata"):
            return servers.Reply(404)
        return reply(held.title, held.day)

    with servers.serving(answer) as server:
        source = SourceSettings("one", request.param, f"{server.address}/x", mapping=mapping, options=options)
        held = Place(server, source, settings)
        yield held


def test_source_when_it_fails_in_every_way_is_harvested_whole_and_not_hammered(place: Place) -> None:
    clock = Clock()
    cut = servers.Reply(200, b"half", cut=True)
    slow_down = servers.Reply(429, headers={"Retry-After": "7"})
    place.server.faults = [slow_down, servers.Reply(500), cut, servers.Reply(503)]
    run = place.harvest(clock)
    assert (run.outcome, place.titles()) == ("done", ["Half-moons"])
    assert 7.0 in clock.slept
    assert all(pause > 0 for pause in clock.slept)
    asked = place.server.counts()
    assert max(asked.values()) == 5


def test_source_when_it_does_not_let_us_in_is_asked_once(place: Place) -> None:
    place.server.always = servers.Reply(401)
    with pytest.raises(SourceRefused, match="401"):
        place.harvest(Clock())
    assert len(place.server.seen) == 1


def test_source_when_its_answer_does_not_come_is_asked_again(place: Place) -> None:
    """The first answer waits until the second request is there, so only a client that gives up gets on."""
    again, usual = threading.Event(), place.server.answer

    def hang(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        if len(place.server.seen) == 1:
            again.wait(20)
        else:
            again.set()
        return usual(path, query, headers)

    place.server.answer = hang
    run = place.harvest(Clock(), timeout=0.5)
    assert again.is_set()
    assert (run.outcome, place.titles()) == ("done", ["Half-moons"])


def test_source_when_a_record_changes_takes_the_new_one(place: Place) -> None:
    first = place.harvest(Clock())
    same = place.harvest(Clock())
    place.title, place.day = "Zaï pits", "2026-11-28"
    changed = place.harvest(Clock())
    assert (first.changed, same.changed, changed.changed) == (1, 0, 1)
    assert place.titles() == ["Zaï pits"]
