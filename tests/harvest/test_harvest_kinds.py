"""Every kind of source, from a local server that speaks its protocol to records in hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import servers
from harvesters import Clock, patient

import loaders
from kg.config import Settings
from kg.errors import TooLarge, Unavailable
from kg.harvest import Snapshot, SourceSettings, feeding, harvest
from kg.harvest.errors import Malformed, SourceRefused
from kg.progress import silent
from loaders.base import LoadReport, Source

OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<ListRecords>{records}{token}</ListRecords></OAI-PMH>"""
OAI_RECORD = """<record><header{status}><identifier>oai:example.org:{n}</identifier>
<datestamp>2024-05-0{n}</datestamp></header>{body}</record>"""
DC = """<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Title {n}</dc:title><dc:creator>Doe, Jane</dc:creator>
<dc:date>2019-03-01</dc:date><dc:language>fr</dc:language><dc:type>Text</dc:type>
<dc:identifier>https://example.org/{n}</dc:identifier></oai_dc:dc></metadata>"""
RSS = """<rss version="2.0"><channel><title>Land news</title><language>en</language>
<item><guid>https://example.org/a</guid><link>https://example.org/a</link>
<title>Rain at last</title>
<description>&lt;p&gt;It rained.&lt;/p&gt;</description>
<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate></item>
</channel></rss>"""
TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://example.org/c/soil> a skos:Concept ; skos:prefLabel "soil"@en ;
  skos:inScheme <https://example.org/c> ."""


METADATA = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices>
<Schema Namespace="informea" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
<EntityType Name="Document"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String"/>
<Property Name="treaty" Type="Edm.String"/><Property Name="updated" Type="Edm.DateTime"/>
<NavigationProperty Name="titles" Relationship="informea.a" FromRole="Document" ToRole="DocumentTitle"/>
<NavigationProperty Name="files" Relationship="informea.b" FromRole="Document" ToRole="DocumentFile"/>
<NavigationProperty Name="identifiers" Relationship="informea.c" FromRole="Document" ToRole="Identifier"/>
</EntityType><EntityType Name="Treaty"><Property Name="id" Type="Edm.String"/>
<NavigationProperty Name="title" Relationship="informea.d" FromRole="Treaty" ToRole="TreatyTitle"/>
</EntityType>
<EntityContainer Name="all"><EntitySet Name="Documents" EntityType="informea.Document"/>
<EntitySet Name="Treaties" EntityType="informea.Treaty"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"""
ENTITIES = {
    "Documents": {
        "__metadata": {"type": "informea.Document"},
        "id": "d1",
        "treaty": "unccd",
        "published": "/Date(1561334400000)/",
        "updated": "/Date(1561334400000)/",
        "titles": {"results": [{"language": "en", "value": "Follow-up on the Knowledge Hub"}]},
        "identifiers": {"results": [{"name": "symbol", "value": "ICCD/COP(14)/CST/5"}]},
        "files": {
            "results": [
                {"language": "fr", "url": "https://example.org/d1-fr.pdf"},
                {"language": "en", "url": "https://example.org/d1-en.pdf"},
            ]
        },
        "authors": {"__deferred": {"uri": "Documents('d1')/authors"}},
    },
    "Treaties": {
        "__metadata": {"type": "informea.Treaty"},
        "id": "unccd",
        "titleEnglish": "UNCCD",
        "treatyWebsiteURL": "https://www.unccd.int",
        "title": {"results": [{"language": "fr", "value": "Convention sur la désertification"}]},
    },
}
"""As the entity classes of InforMEA's open provider have them."""


def taken(
    server: servers.Server, settings: Settings, kind: str, path: str = "", **options: Any
) -> tuple[Snapshot, list[Any]]:
    """Harvest a source and load what was fetched, as a build does."""
    source = SourceSettings(kind, kind, server.address + path, options=options)
    harvest(source, settings, silent())
    snapshot = Snapshot(settings.home_folder, kind)
    dataset = feeding.dataset(source, settings.home_folder)
    report = LoadReport(dataset.name)
    files = tuple(snapshot.object(each.digest, each.suffix) for each in snapshot.records("active"))
    records = list(loaders.get(dataset.loader)(Source(dataset, files, settings.base), report))
    assert report.quarantined == 0, report.issues
    return snapshot, records


def test_oai_when_paged_follows_tokens_and_withdraws_deleted(settings: Settings) -> None:
    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        page = int(query.get("resumptionToken", "1"))
        body = DC.format(n=page) if page < 3 else ""
        status = "" if page < 3 else ' status="deleted"'
        record = OAI_RECORD.format(n=page, status=status, body=body)
        token = f"<resumptionToken>{page + 1}</resumptionToken>" if page < 3 else ""
        return servers.Reply(200, OAI.format(records=record, token=token).encode())

    with servers.serving(answer) as server:
        snapshot, records = taken(server, settings, "oai_pmh", "/oai")
    assert [each.titles[0].value for each in records] == ["Title 1", "Title 2"]
    assert (records[0].titles[0].lang, records[0].year, records[0].authors[0].family) == ("fr", 2019, "Doe")
    assert snapshot.count() == 2


def test_oai_when_refused_says_the_repository_s_words(settings: Settings) -> None:
    error = '<error code="badArgument">no</error>'
    body = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{error}</OAI-PMH>'.encode()
    with servers.serving(lambda *_: servers.Reply(200, body)) as server:
        source = SourceSettings("x", "oai_pmh", server.address)
        with pytest.raises(SourceRefused, match="badArgument no"):
            harvest(source, settings, silent())


def test_feed_when_unchanged_is_not_sent_again(settings: Settings) -> None:
    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        if headers.get("If-None-Match") == '"1"':
            return servers.Reply(304)
        return servers.Reply(200, RSS.encode(), {"ETag": '"1"', "Content-Type": "application/rss+xml"})

    with servers.serving(answer) as server:
        snapshot, records = taken(server, settings, "feed")
        again = harvest(SourceSettings("feed", "feed", server.address), settings, silent())
    assert [(each.titles[0].value, each.abstracts[0].value) for each in records] == [
        ("Rain at last", "It rained.")
    ]
    assert (again.listed, snapshot.count()) == (0, 1)


@pytest.mark.parametrize("kind", ["blog post", "news item"])
def test_feed_when_its_source_says_so_holds_posts_or_news_of_the_hub(settings: Settings, kind: str) -> None:
    with servers.serving(lambda *_: servers.Reply(200, RSS.encode())) as server:
        _, (found,) = taken(server, settings, "feed", **{"as": kind})
    assert (found.kind, found.names[0].value) == (kind, "Rain at last")
    assert found.summaries[0].value == "It rained."
    assert dict(found.facts) == {"date": "2024-01-01", "publisher_name": "Land news"}


def test_rdf_when_unchanged_answers_304_and_stays(settings: Settings) -> None:
    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        assert "text/turtle" in headers["Accept"]
        if headers.get("If-None-Match") == '"v1"':
            return servers.Reply(304)
        return servers.Reply(200, TURTLE.encode(), {"ETag": '"v1"', "Content-Type": "text/turtle"})

    with servers.serving(answer) as server:
        snapshot, records = taken(server, settings, "rdf", "/scheme")
        run = harvest(SourceSettings("rdf", "rdf", f"{server.address}/scheme"), settings, silent())
    assert [each.iri for each in records] == ["https://example.org/c/soil"]
    assert (run.changed, snapshot.count()) == (0, 1)


def test_informea_when_paged_asks_by_skip(settings: Settings) -> None:
    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        if path.endswith("$metadata"):
            return servers.Reply(404)
        skip = int(query.get("$skip", "0"))
        entity = {
            "__metadata": {"type": "informea.Decision"},
            "id": f"d{skip}",
            "number": f"{skip + 1}/COP.13",
            "treaty": "unccd",
            "published": "/Date(1505260800000)/",
            "title": {"results": [{"language": "en", "value": f"Decision {skip}"}]},
        }
        return servers.as_json({"d": {"results": [entity], "__count": "3"}})

    with servers.serving(answer) as server:
        _, records = taken(server, settings, "informea", sets=["Decisions"], page_size=1)
    assert [each.id for each in records] == ["unccd-1-cop13", "unccd-2-cop13", "unccd-3-cop13"]


def test_informea_when_it_describes_itself_is_asked_for_what_it_has(settings: Settings) -> None:
    asked: dict[str, dict[str, str]] = {}

    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        name = path.rpartition("/")[2]
        if name == "$metadata":
            return servers.Reply(200, METADATA.encode(), {"Content-Type": "application/xml"})
        asked[name] = query
        return servers.as_json({"d": {"results": [ENTITIES[name]], "__count": "1"}})

    with servers.serving(answer) as server:
        _, records = taken(server, settings, "informea", treaty="unccd")
        source = SourceSettings("informea", "informea", server.address, options={"treaty": "unccd"})
        harvest(source, settings, silent())  # The second time, only what changed.
    assert set(asked) == {"Treaties", "Documents"}
    assert asked["Documents"]["$expand"] == "titles,identifiers,files"
    assert asked["Documents"]["$filter"].startswith("treaty eq 'unccd' and updated ge datetime'")
    assert (asked["Treaties"]["$expand"], asked["Treaties"]["$filter"]) == ("title", "id eq 'unccd'")
    document, treaty = sorted(records, key=lambda each: type(each).__name__)
    assert (document.id, document.symbol, document.convention) == (
        "informea-d1",
        "ICCD/COP(14)/CST/5",
        "UNCCD",
    )
    assert document.origin.url == "https://example.org/d1-en.pdf"
    assert (treaty.id, treaty.kind) == ("informea-unccd", "convention")


def test_crossref_when_queried_follows_cursors(settings: Settings) -> None:
    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        first = query["cursor"] == "*"
        items = [{"DOI": f"10.5555/{'a' if first else 'b'}", "title": ["T"], "type": "journal-article"}]
        return servers.as_json({"message": {"items": items, "next-cursor": "n" if first else ""}})

    with servers.serving(answer) as server:
        _, records = taken(server, settings, "crossref", queries=["land degradation"])
    assert [each.doi for each in records] == ["10.5555/a", "10.5555/b"]


def test_crossref_when_doi_is_unknown_takes_the_others(settings: Settings) -> None:
    def answer(path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        if path == "/works/10.5555/a":
            return servers.as_json({"message": {"DOI": "10.5555/a", "title": ["T"], "type": "report"}})
        return servers.Reply(404)

    with servers.serving(answer) as server:
        _, records = taken(server, settings, "crossref", dois=["10.5555/a", "https://doi.org/10.5555/B"])
    assert [each.kind for each in records] == ["report"]


def test_datacite_when_queried_reads_creators_and_types(settings: Settings) -> None:
    work = {
        "id": "10.5555/d",
        "type": "dois",
        "attributes": {
            "doi": "10.5555/d",
            "titles": [{"title": "Soil maps"}],
            "creators": [{"familyName": "Doe", "givenName": "Jane", "name": "Doe, Jane"}],
            "publicationYear": 2020,
            "publisher": "Example",
            "types": {"resourceTypeGeneral": "Dataset"},
        },
    }
    with servers.serving(lambda *_: servers.as_json({"data": [work], "links": {}})) as server:
        _, records = taken(server, settings, "datacite", queries=["soil"])
    (found,) = records
    assert (found.kind, found.year, found.authors[0].given) == ("dataset", 2020, "Jane")


def test_client_when_redirected_elsewhere_keeps_the_token_at_home(settings: Settings) -> None:
    with servers.serving(lambda *_: servers.as_json({})) as other:
        moved = servers.Reply(302, headers={"Location": f"{other.address}/x"})
        with servers.serving(lambda *_: moved) as server:
            client = patient(Clock(), robots=False)
            client.get(server.address, bytes, accept="*/*", headers={"Authorization": "Token secret"})
            client.close()
    assert "authorization" in server.headers[0]
    assert "authorization" not in other.headers[0]


def test_client_when_answer_is_too_large_stops() -> None:
    with servers.serving(lambda *_: servers.Reply(200, b"x" * 300_000)) as server:
        client = patient(Clock(), robots=False, most_bytes=100_000)
        with pytest.raises(TooLarge):
            client.get(server.address, bytes, accept="*/*")
        client.close()


def test_client_when_answer_is_always_cut_off_gives_up() -> None:
    with servers.serving(lambda *_: servers.Reply(200, b"half", cut=True)) as server:
        client = patient(Clock(), robots=False)
        with pytest.raises((Malformed, Unavailable)):
            client.get(server.address, bytes, accept="*/*")
        client.close()
    assert len(server.seen) == 4


def test_client_when_asked_often_keeps_to_its_rate() -> None:
    with servers.serving(lambda *_: servers.Reply(200, b"x")) as server:
        clock = Clock()
        client = patient(clock, robots=False, rate=0.5)
        for _ in range(4):
            client.get(server.address, bytes, accept="*/*")
        client.close()
    assert clock.now == pytest.approx(6.0)


def test_sources_when_a_section_is_wrong_name_it(tmp_path: Path) -> None:
    from kg.errors import ConfigError
    from kg.harvest import read

    (tmp_path / "sources.toml").write_text('[mine]\nkind = "feed"\naddress = "ftp://x"\n')
    with pytest.raises(ConfigError, match="mine"):
        read(tmp_path)
