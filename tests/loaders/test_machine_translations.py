"""What a machine translated stands apart in the graph and on pages, and nothing quotes or finds it."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient

from kg import generation, queries
from kg.build import build
from kg.config import Settings
from kg.search import passages
from kg.store import GraphStore
from kg.store.embedded import open_store
from kg.vocab import DCTERMS, RDFS, SKOS, Iris
from kg.web import create_app

NAME, TEXT = "Titre fait par une machine", "Un texte fait par une machine, que la source ne dit pas."
RECORDS = {
    "practice/m-1": ("practice", "kg:Technology", "rdfs:label"),
    "publication/m-1": ("publication", "kg:Publication", "dcterms:title"),
    "document/m-1": ("document", "kg:Document", "dcterms:title"),
    "case/m-1": ("case", "kg:PartnerCase", "dcterms:title"),
    "entity/m-1": ("entity", "kg:CapacityOffer", "rdfs:label"),
}
HEAD = """
landkg: {name: machine, title: Machine, publisher: not stated, licence: not stated}
sources: {table: {access: one.csv, referenceFormulation: csv}}
mappings:
"""
SECTION = """
  {prefix}:
    sources: table
    s: {prefix}:m-$(ID)
    po:
      - [a, {type}]
      - [{label}, $(Name), en~lang]
      - [{label}, $(Name by machine), fr-t-en-t0-und~lang]
      - [dcterms:abstract, $(Text), en~lang]
      - [dcterms:abstract, $(Text by machine), fr-t-en-t0-und~lang]
      - [kg:provider, $(Provider)]
      - [kg:year, $(Year)]
      - [dcterms:creator, $(Author)]
"""
CONCEPTS = f"""
@prefix skos: <{SKOS}> .
<https://example.org/c/1> a skos:Concept ; skos:inScheme <https://example.org/c/> ;
  skos:prefLabel "gully"@en, "{NAME}"@fr-t-en-t0-und ;
  skos:definition "A channel."@en, "{TEXT}"@fr-t-en-t0-und .
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("machine")
    (folder / "one.csv").write_text(
        f"ID,Name,Name by machine,Text,Text by machine,Provider,Year,Author\n1,Half-moons,{NAME},"
        f'"Basins of earth that hold rain on bare land.","{TEXT}",Example Institute,2020,"Example, Ana"\n'
    )
    sections = [SECTION.format(prefix=p, type=t, label=label) for p, t, label in RECORDS.values()]
    (folder / "one.yml").write_text(HEAD + "".join(sections))
    (folder / "concepts.ttl").write_text(CONCEPTS)
    made = Settings.from_env({}, home=str(folder / "home"), rate_per_minute=0)
    inputs = [f"mapping={folder / 'one.yml'}", f"skos={folder / 'concepts.ttl'}"]
    build(made, inputs=inputs, bundled=False, index=False)
    return made


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[GraphStore]:
    opened = open_store(generation.current(settings.home_folder).folder, settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings)
    yield app.test_client()
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def properties(settings: Settings, text: str) -> set[str]:
    lines = generation.current(settings.home_folder).graph_file.read_text("utf-8").splitlines()
    return {line.split(" ")[1].strip("<>") for line in lines if text in line}


def test_statements_when_a_machine_made_the_text_have_a_property_of_their_own(settings: Settings) -> None:
    iris = Iris()
    assert properties(settings, NAME) == {iris.term("machineTranslatedName")}
    assert properties(settings, TEXT) == {iris.term("machineTranslatedText")}
    assert properties(settings, "-t0-") == properties(settings, NAME) | properties(settings, TEXT)
    assert {f"{RDFS}label", f"{DCTERMS}title"} == properties(settings, '"Half-moons"@en')


@pytest.mark.parametrize("record", RECORDS)
def test_page_when_opened_in_that_language_marks_the_translation(client: FlaskClient, record: str) -> None:
    page = unescape(client.get(f"/fr/id/{record}").get_data(as_text=True))
    own, _, rest = page.partition('class="machine"')
    section = rest.partition("</section>")[0]
    has_text = record != "document/m-1"  # Documents keep one summary, that of the source.
    assert section.count("Traduction automatique<") == 1 + has_text
    assert (NAME in section, TEXT in section) == (True, has_text)
    assert "Original : anglais" in section
    # Title, summary, description for crawlers and schema.org are the source's words.
    assert NAME not in own + rest.partition("</section>")[2]
    assert TEXT not in own + rest.partition("</section>")[2]


def test_search_when_it_reads_the_graph_takes_no_translation_of_a_machine(store: GraphStore) -> None:
    read = {each.iri: each for each in passages.read(store, Iris())}
    mine = [each for iri, each in read.items() if "/m-1" in iri]
    assert len(mine) == len(RECORDS)
    for each in mine:
        assert NAME not in str(each.titles)
        assert "machine" not in " ".join(passage.text for passage in each.passages)
        assert "fr" not in each.facets["language"]


def test_rules_when_they_read_texts_are_given_no_translation_of_a_machine(store: GraphStore) -> None:
    text, bound = queries.bind(queries.get("align", "texts"), {}, Iris())
    said = [row["text"].value for row in store.select(text, bound)]
    assert "Half-moons" in said
    assert not [each for each in said if "machine" in each]


@pytest.mark.parametrize("form", ["ris", "bib", "json", "txt"])
def test_citation_when_given_has_the_titles_of_the_source(client: FlaskClient, form: str) -> None:
    answer = client.get(f"/cite/id/publication/m-1.{form}")
    assert answer.status_code == 200
    assert "Half-moons" in answer.text
    assert "machine" not in answer.text
