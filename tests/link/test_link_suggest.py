"""Suggested links: judged by hand, resumable as jobs, written by the standards, decided by people."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyoxigraph as px
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from kg import database
from kg.database import JOURNAL
from kg.database.tables import DECISIONS
from kg.errors import BadInput, NotFound, Refused
from kg.link import accounts, jobs, journal, linksets, partners, review, sssom, thesaurus
from kg.link.accounts import Account
from kg.link.labels import LabelIndex
from kg.link.links import ACCEPT, CLOSE, EXACT, RELATED, Link
from kg.link.properties import PropertyTable
from kg.link.records import PartnerRecord, from_row, read
from kg.link.suggest import Suggester
from kg.store import GraphStore
from kg.vocab import Iris

HERE = Path(__file__).resolve().parent
CASES = HERE.parents[1] / "loaders" / "starter" / "partners" / "sample_cases.jsonl"
CURATOR = Account("Ana", "curator")


@pytest.fixture(scope="session")
def suggester(index: LabelIndex, bundled_store: GraphStore, iris: Iris) -> Suggester:
    """A suggester by names and words alone; meaning is measured by bench/link_fit.py."""
    return Suggester(index, PropertyTable(index, bundled_store, iris), bundled_store, iris)


@pytest.fixture
def panorama(tmp_path: Path) -> partners.Partner:
    return partners.get(tmp_path, "panorama")


def _judged() -> dict[tuple[str, str], bool]:
    lines = (HERE / "judged.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    assert all(row[4] for row in rows)
    return {(row[0], row[2]): row[3] == "1" for row in rows}


def _link(object_: str, subject: str = "https://panorama.solutions/en/solution/a", **put: object) -> Link:
    values: dict[str, object] = {
        "subject": subject, "subject_label": "A", "predicate": RELATED, "object": object_,
        "object_label": "B", "object_kind": "practice", "confidence": 0.8,
        "justification": "semapv:CompositeMatching",
    }  # fmt: skip
    return Link(**(values | put))  # type: ignore[arg-type]


def test_links_of_real_cases_when_above_accept_are_right_nine_times_in_ten(
    suggester: Suggester, iris: Iris
) -> None:
    ids = [json.loads(line)["id"] for line in CASES.read_text(encoding="utf-8").splitlines()]
    judged = _judged()
    assert len(judged) >= 60
    taken = [
        judged[case, link.object.removeprefix(f"{iris.base}id/")]
        for case, links in zip(ids, suggester.suggest(list(read(CASES))), strict=True)
        for link in links
        if link.confidence >= ACCEPT and (case, link.object.removeprefix(f"{iris.base}id/")) in judged
    ]
    assert len(taken) >= 25
    assert sum(taken) / len(taken) >= 0.9


def test_frameworks_that_sources_name_in_title_or_text_when_linked_are_found(
    suggester: Suggester, iris: Iris
) -> None:
    record = PartnerRecord(
        "https://x.example/1", "Adaptation fondée sur les écosystèmes au Sahel", language="fr"
    )
    found = {each.object: each for each in suggester.suggest([record])[0]}
    assert found[iris.id("framework", "eba")].confidence >= ACCEPT
    assert found[iris.id("framework", "eba")].justification == "semapv:LexicalMatching"


def test_record_when_it_names_our_code_is_linked_as_the_same(suggester: Suggester, iris: Iris) -> None:
    record = PartnerRecord("https://x.example/1", "Some other title", identifiers=("technologies_1413",))
    first = suggester.suggest([record])[0][0]
    assert (first.object, first.predicate) == (iris.id("practice", "technologies_1413"), EXACT)


def test_record_when_it_has_nothing_of_ours_gets_no_sure_link(suggester: Suggester) -> None:
    record = PartnerRecord(
        "https://x.example/1", "Minutes of the harbour board", "Cranes, berths and tariffs."
    )
    assert [each for each in suggester.suggest([record])[0] if each.confidence >= ACCEPT] == []


# -- jobs ---------------------------------------------------------------------------------------------


class KilledError(Exception):
    pass


def test_job_when_killed_and_resumed_loses_none_and_repeats_none(
    suggester: Suggester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = list(read(CASES))
    monkeypatch.setattr(jobs, "BATCH", 10)
    job = jobs.create(tmp_path, records)

    def die(count: int) -> None:
        if jobs.get(tmp_path, job.id).done >= 20:
            raise KilledError

    with pytest.raises(KilledError):
        jobs.run(tmp_path, job.id, suggester, die)
    assert jobs.get(tmp_path, job.id).done == 20
    assert jobs.run(tmp_path, job.id, suggester).state == "done"
    whole = [link for links in suggester.suggest(records) for link in links]
    found = list(jobs.links(tmp_path, job.id))
    assert [(each.subject, each.object) for each in found] == [(each.subject, each.object) for each in whole]


def test_job_when_cancelled_stops_after_its_batch(
    suggester: Suggester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 10)
    job = jobs.create(tmp_path, read(CASES))
    seen = []

    def stop(count: int) -> None:
        seen.append(count)
        if sum(seen) == 10:
            jobs.cancel(tmp_path, job.id)

    assert jobs.run(tmp_path, job.id, suggester, stop).state == "cancelled"
    assert jobs.get(tmp_path, job.id).done == 10


def test_job_when_unknown_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        jobs.get(tmp_path, "nothing")


# -- files --------------------------------------------------------------------------------------------


def test_records_when_read_as_csv_jsonl_and_rdf_are_the_same(tmp_path: Path) -> None:
    row = {"url": "https://p.example/1", "title": "Sand dam", "summary": "A wall.", "country": "Kenya"}
    table, lines, graph = tmp_path / "a.csv", tmp_path / "a.jsonl", tmp_path / "a.ttl"
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow(row)
    lines.write_text(json.dumps(row) + "\n", encoding="utf-8")
    graph.write_text(
        "@prefix dct: <http://purl.org/dc/terms/> .\n"
        '<https://p.example/1> dct:title "Sand dam" ; dct:description "A wall." ; dct:spatial "Kenya" .\n',
        encoding="utf-8",
    )
    expected = [PartnerRecord("https://p.example/1", "Sand dam", "A wall.", ("KEN",))]
    assert [list(read(each)) for each in (table, lines, graph)] == [expected] * 3


@given(st.dictionaries(st.sampled_from(["id", "title", "text", "country", "keywords"]), st.text(max_size=30)))
@settings(max_examples=200, deadline=None)
def test_row_when_anything_is_a_record_or_refused(row: dict[str, str]) -> None:
    try:
        record = from_row(row, "row 1")
    except BadInput:
        return
    assert record.iri
    assert record.title


def test_mapping_set_when_written_is_valid_and_reads_back(panorama: partners.Partner, iris: Iris) -> None:
    import sssom_pydantic

    links = [
        _link(iris.id("practice", "technologies_1413")),
        _link(
            iris.id("concept", "eba"), subject="https://other.example/x?id=1&y", subject_label='a "b"\tc\nd'
        ),
    ]
    text = sssom.write(links, panorama, iris)
    assert len(sssom_pydantic.read(io.StringIO(text)).mappings) == 2
    assert [(row.link.subject, row.link.object, row.action) for row in sssom.read(text, iris)] == [
        (each.subject, each.object, None) for each in links
    ]


@pytest.mark.parametrize("text", ["", "no header", "#curie_map:\n#  a: b\nsubject_id\tobject_id\nx\ty\n"])
def test_mapping_set_when_malformed_is_refused(text: str, iris: Iris) -> None:
    with pytest.raises(BadInput):
        rows = sssom.read(text, iris)
        assert rows, "an empty set"
        raise AssertionError(rows)


def test_linkset_when_not_reviewed_never_says_exact_match(panorama: partners.Partner, iris: Iris) -> None:
    body = linksets.turtle([_link(iris.id("concept", "eba"), predicate=EXACT)], panorama, iris)
    predicates = {str(quad.predicate.value) for quad in px.parse(input=body, format=px.RdfFormat.TURTLE)}
    assert "http://www.w3.org/2004/02/skos/core#closeMatch" in predicates
    assert "http://www.w3.org/2004/02/skos/core#exactMatch" not in predicates


# -- review -------------------------------------------------------------------------------------------


def test_decision_when_taken_is_kept_with_who_when_and_why_and_survives_new_suggestions(
    tmp_path: Path, iris: Iris
) -> None:
    link = _link(iris.id("practice", "technologies_1413"))
    assert journal.queue(tmp_path, "panorama", [link], "test") == 1
    now = journal.decide(tmp_path, 1, action="accept", curator="Ana", reason="same", predicate=EXACT)
    assert journal.queue(tmp_path, "panorama", [_link(link.object, confidence=0.3)], "test") == 0
    held = journal.get(tmp_path, 1)
    assert (held.state, held.predicate, held.link.confidence) == ("accept", EXACT, 0.3)
    assert now.decision is not None
    assert (now.decision.curator, now.decision.reason) == ("Ana", "same")


def test_decisions_when_written_cannot_be_changed(tmp_path: Path, iris: Iris) -> None:
    journal.queue(tmp_path, "panorama", [_link(iris.id("concept", "eba"))], "test")
    journal.decide(tmp_path, 1, action="accept", curator="Ana", reason="")
    for change in (DECISIONS.delete(), DECISIONS.update().values(reason="")):
        with pytest.raises(IntegrityError, match="append-only"), database.writing(tmp_path, JOURNAL) as db:
            db.execute(change)
    journal.decide(tmp_path, 1, action="reject", curator="Ben", reason="another place")
    history = journal.history(tmp_path, "panorama", _link("x:y").subject, iris.id("concept", "eba"))
    assert [each.action for each in history] == ["accept", "reject"]


def test_rejection_when_without_reason_is_refused(tmp_path: Path, iris: Iris) -> None:
    journal.queue(tmp_path, "panorama", [_link(iris.id("concept", "eba"))], "test")
    with pytest.raises(BadInput, match="reason"):
        journal.decide(tmp_path, 1, action="reject", curator="Ana", reason=" ")


def test_mapping_set_when_edited_and_loaded_back_decides_once(
    tmp_path: Path, panorama: partners.Partner, iris: Iris
) -> None:
    links = [_link(iris.id("concept", name)) for name in ("eba", "slm", "ldn")]
    journal.queue(tmp_path, "panorama", links, "test")
    text = sssom.write(journal.listed(tmp_path), panorama, iris)
    lines = text.splitlines()
    manual = "semapv:ManualMappingCuration"
    head = next(at for at, line in enumerate(lines) if line.startswith("subject_id"))
    lines[head + 1] = lines[head + 1].replace("semapv:CompositeMatching", manual)
    lines[head + 2] = lines[head + 2].replace(RELATED, EXACT).replace("semapv:CompositeMatching", manual)
    edited = "\n".join(lines) + "\n"
    first = review.take(tmp_path, review.read(edited, iris), panorama, CURATOR, iris)
    again = review.take(tmp_path, review.read(edited, iris), panorama, CURATOR, iris)
    assert (first.queued, first.decided, again.decided) == (0, 2, 0)
    assert sorted((each.state, each.predicate) for each in journal.listed(tmp_path)) == [
        ("accept", EXACT), ("accept", RELATED), ("open", RELATED),
    ]  # fmt: skip


def test_mapping_set_when_from_a_partner_only_suggests(
    tmp_path: Path, panorama: partners.Partner, iris: Iris
) -> None:
    link = _link(iris.id("concept", "eba"), justification="semapv:ManualMappingCuration")
    text = sssom.write([link], panorama, iris)
    taken = review.take(tmp_path, review.read(text, iris), panorama, Account("panorama", "partner"), iris)
    assert (taken.queued, taken.decided) == (1, 0)
    with pytest.raises(Refused):
        review.take(tmp_path, review.read(text, iris), panorama, Account("weadapt", "partner"), iris)


def test_mapping_set_when_about_others_records_is_refused(
    tmp_path: Path, panorama: partners.Partner, iris: Iris
) -> None:
    text = sssom.write([_link(iris.id("concept", "eba"), subject="https://evil.example/1")], panorama, iris)
    with pytest.raises(BadInput, match="no record of PANORAMA"):
        review.take(tmp_path, review.read(text, iris), panorama, CURATOR, iris)


def test_conflicts_when_two_records_are_the_same_or_gone_are_shown(
    tmp_path: Path, index: LabelIndex, iris: Iris
) -> None:
    links = [
        _link(iris.id("practice", each)) for each in ("technologies_1413", "technologies_1614", "nowhere")
    ]
    journal.queue(tmp_path, "panorama", links, "test")
    for each in journal.listed(tmp_path):
        journal.decide(tmp_path, each.number, action="accept", curator="Ana", reason="", predicate=EXACT)
    kinds = sorted(each.kind for each in review.conflicts(tmp_path, index, iris))
    assert kinds == ["two exact matches", "unknown record"]


def test_accepted_links_when_built_are_statements_of_the_partners_graph_in_both_directions(
    tmp_path: Path, iris: Iris
) -> None:
    link = _link(iris.id("concept", "eba"))
    journal.queue(tmp_path, "panorama", [link, _link(iris.id("concept", "slm"))], "test")
    journal.decide(tmp_path, 1, action="accept", curator="Ana", reason="")
    body = "\n".join(linksets.accepted_lines(tmp_path, iris)).encode()
    quads = list(px.parse(input=body, format=px.RdfFormat.N_QUADS))
    graph = px.NamedNode(iris.graph("links/panorama"))
    pairs = {(q.subject, q.object) for q in quads if q.graph_name == graph and "skos" in q.predicate.value}
    ends = px.NamedNode(link.subject), px.NamedNode(link.object)
    assert pairs == {ends, ends[::-1]}


@pytest.mark.parametrize(
    ("relation", "local"), [(EXACT, "exactMatch"), (CLOSE, "closeMatch"), (RELATED, "relatedMatch")]
)
def test_practices_when_linked_with_practices_are_in_every_build_under_the_relation_decided(
    tmp_path: Path, iris: Iris, relation: str, local: str
) -> None:
    link = _link(iris.id("practice", "technologies_1413"))
    journal.queue(tmp_path, "panorama", [link], "test")
    journal.decide(tmp_path, 1, action="accept", curator="Ana", reason="", predicate=relation)
    first = list(linksets.accepted_lines(tmp_path, iris))
    journal.queue(tmp_path, "panorama", [_link(link.object, confidence=0.1, predicate=CLOSE)], "again")
    again = list(linksets.accepted_lines(tmp_path, iris))
    assert [line.replace("0.1000", "0.8000") for line in again] == first
    ends = (link.subject, link.object)
    graph = iris.graph("links/panorama")
    for one, other in (ends, ends[::-1]):
        assert f"<{one}> <http://www.w3.org/2004/02/skos/core#{local}> <{other}> <{graph}> ." in again


def test_tokens_when_kept_are_hashes_and_can_be_revoked(tmp_path: Path) -> None:
    token = accounts.create(tmp_path, "Ana")
    assert accounts.of_token(tmp_path, token) == Account("Ana", "curator")
    assert token.encode() not in (tmp_path / "journal.sqlite").read_bytes()
    secret = accounts.open_session(tmp_path, token)
    accounts.revoke(tmp_path, "Ana")
    assert accounts.of_session(tmp_path, secret) is None
    with pytest.raises(Refused):
        accounts.of_token(tmp_path, token)


# -- thesaurus and registry ---------------------------------------------------------------------------


def test_thesaurus_when_labels_agree_in_several_languages_is_proposed_but_never_as_exact(
    index: LabelIndex, iris: Iris, tmp_path: Path
) -> None:
    file = tmp_path / "other.ttl"
    file.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<https://t.example/1> skos:prefLabel "Agroforestry"@en, "агролесоводство"@ru .\n'
        '<https://t.example/2> skos:prefLabel "Shipping"@en .\n',
        encoding="utf-8",
    )
    found = thesaurus.propose(thesaurus.read(file), index)
    assert [each.object for each in found if each.subject.endswith("1")][:1] == [iris.concept("agroforestry")]
    assert {each.subject for each in found} == {"https://t.example/1"}
    assert EXACT not in {each.predicate for each in found}


def test_partners_when_bundled_have_only_hosts_of_their_own(tmp_path: Path) -> None:
    found = partners.load(tmp_path)
    hosts = [host for each in found.values() for host in each.hosts]
    assert len(hosts) == len(set(hosts))
    assert found["panorama"].owns("https://panorama.solutions/en/solution/x")
    assert not found["panorama"].owns("https://panorama.solutions.evil.example/")


@pytest.mark.parametrize(
    "text",
    [
        'name = "X"',
        'name = "X"\nhomepage = "ftp://x"\nhosts = ["x"]\nrecord_prefixes = ["https://x/"]',
        'name = "X"\nhomepage = "https://x"\nhosts = ["x"]\nrecord_prefixes = ["https://y/"]',
        'name = "X"\nhomepage = "https://x"\nhosts = ["x"]\nrecord_prefixes = ["https://x/"]\nsecret = 1',
        "= =",
    ],
)
def test_partner_when_its_file_is_wrong_is_refused(text: str, tmp_path: Path) -> None:
    from kg.errors import ConfigError

    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        partners.read(tmp_path / "x.toml")
