"""The engines over Milvus find what the embedded ones find, load as a whole or not at all, and come back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from databases import MilvusLite, milvus_lite, running
from search_records import LABELS, NARROWINGS, RECORDS, TEXTS
from started import free_port

from kg.build import stages
from kg.cli import keeping
from kg.cli.doctor import examine
from kg.config import Settings
from kg.errors import ConfigError, MissingExtra, Unavailable
from kg.locks import held
from kg.progress import silent
from kg.search import engine_choice, index, lexical, vectors
from kg.search.analysis import tokens
from kg.search.concepts import Concepts
from kg.search.embedding import Vectors, unit
from kg.search.engine_choice import Engines
from kg.search.engines import Alternative
from kg.search.index import Tables
from kg.search.milvus import collections, loading
from kg.search.milvus import server as connection
from kg.search.milvus.server import Server

GENERATION = "0123456789abcdef"
DIMENSIONS = 24


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    """An index folder with one space, and its tables."""
    folder = tmp_path_factory.mktemp("small") / GENERATION / "index"
    folder.mkdir(parents=True)
    lexical.write(folder / index.LEXICAL, RECORDS, [[] for _ in LABELS])
    held = [passage for record in RECORDS for passage in record.passages]
    counts = np.array([len(record.passages) for record in RECORDS], dtype=np.int32)
    points = np.random.default_rng(2).standard_normal((len(held), DIMENSIONS)).astype(np.float32)
    vectors.write(folder / "vectors-small.faiss", unit(points))
    described = [{"name": "small", "fingerprint": "f" * 32, "dimensions": DIMENSIONS}]
    owners = np.repeat(np.arange(len(RECORDS), dtype=np.int32), counts)
    firsts = (np.cumsum(counts) - counts).astype(np.int32)
    return folder, Tables({"encoders": described}, RECORDS, Concepts([]), held, owners, firsts)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusLite]:
    with running(milvus_lite(tmp_path_factory.mktemp("milvus"))) as started:
        assert isinstance(started, MilvusLite)
        yield started


@pytest.fixture(scope="module")
def settings(database: MilvusLite, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings.from_env({}, home=str(tmp_path_factory.mktemp("home")), **database.settings)


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[Server]:
    asked = Server(settings)
    yield asked
    asked.close()


def _opened(small: tuple[Path, Tables], settings: Settings, generation: str = GENERATION) -> Engines:
    return engine_choice.opened(*small, ["small"], settings, generation)


@pytest.fixture(scope="module")
def milvus(small: tuple[Path, Tables], settings: Settings) -> Iterator[Engines]:
    opened = _opened(small, settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def embedded(small: tuple[Path, Tables], settings: Settings) -> Iterator[Engines]:
    opened = _opened(small, replace(settings, vectors="faiss"))
    yield opened
    opened.close()


@pytest.fixture(params=[collections.LISTED, 0], ids=["listed", "described"])
def _conditions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that pass are named by number, or described by their facets."""
    monkeypatch.setattr(collections, "LISTED", request.param)


@pytest.mark.usefixtures("_conditions")
@pytest.mark.parametrize("name", NARROWINGS)
def test_vectors_when_narrowed_are_those_that_the_embedded_engine_finds(
    milvus: Engines, embedded: Engines, name: str
) -> None:
    asked = unit(np.random.default_rng(5).standard_normal((2, DIMENSIONS)).astype(np.float32))
    wanted = embedded.vectors["small"].search_all(list(asked), 8, NARROWINGS[name])
    found = milvus.vectors["small"].search_all(list(asked), 8, NARROWINGS[name])
    for mine, other in zip(found, wanted, strict=True):
        assert [number for number, _ in mine] == [number for number, _ in other]
        assert [score for _, score in mine] == pytest.approx([score for _, score in other], abs=1e-5)


def _groups(language: str) -> list[list[Alternative]]:
    found = tokens(TEXTS[language], language)
    return [[Alternative((token,), language)] for token in found] + [
        [Alternative(tuple(found[:2]), language)]
    ]


@pytest.mark.usefixtures("_conditions")
@pytest.mark.parametrize("name", NARROWINGS)
def test_words_when_narrowed_are_those_that_the_embedded_engine_finds(
    milvus: Engines, embedded: Engines, name: str
) -> None:
    for language in ("en", "zh", "ar"):
        wanted = embedded.words.search(_groups(language), narrowing=NARROWINGS[name], limit=50)[:6]
        found = milvus.words.search(_groups(language), narrowing=NARROWINGS[name], limit=6)
        assert [score for _, score in found] == pytest.approx([score for _, score in wanted], rel=1e-4)


def test_words_when_counted_are_said_where_the_embedded_engine_says(
    milvus: Engines, embedded: Engines
) -> None:
    found, wanted = milvus.words.said(_groups("fr")), embedded.words.said(_groups("fr"))
    assert dict(zip(*found, strict=True)) == dict(zip(*wanted, strict=True))


def test_vectors_when_fetched_come_in_the_order_asked(milvus: Engines, embedded: Engines) -> None:
    wanted = embedded.vectors["small"].vectors([9, 2, 2, 30])
    assert milvus.vectors["small"].vectors([9, 2, 2, 30]) == pytest.approx(wanted)


def _numbers(engines: Engines, query: Vectors) -> list[int]:
    return [number for number, _ in engines.vectors["small"].search(query, 5)]


class Killed(Exception):
    """Stands for the end of the loading process."""


@pytest.mark.parametrize(
    ("step", "goes_on"),
    [
        ("insert", False),
        ("create_index", True),
        ("rename_collection", True),
    ],
)
def test_load_when_killed_is_never_served_and_goes_on(
    small: tuple[Path, Tables],
    settings: Settings,
    embedded: Engines,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    goes_on: bool,
) -> None:
    generation = f"killed{step}".replace("_", "")
    monkeypatch.setattr(loading, "BATCH", 40)
    work = Server.work

    def dying(self: Server, what: str, *arguments: Any, **options: Any) -> Any:
        if what == step:
            raise Killed
        return work(self, what, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Server, "work", dying)
        with pytest.raises(Killed):
            _opened(small, settings, generation)
    mine = [name for name in server.ask("list_collections") if f"_{generation}_" in name]
    assert mine
    assert all(name.endswith(collections.LOADING) for name in mine)
    began = []
    monkeypatch.setattr(
        loading.Source,
        "rows",
        lambda self, start, rows=loading.Source.rows: began.append(start) or rows(self, start),
    )
    opened = _opened(small, settings, generation)
    assert began[0] == (len(small[1].passages) if goes_on else 0)
    query = embedded.vectors["small"].vectors([3])[0]
    assert _numbers(opened, query) == _numbers(embedded, query)
    opened.close()
    engine_choice.forget([generation], settings)


def test_load_when_batches_are_missing_goes_on_behind_them(
    small: tuple[Path, Tables], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BATCH", 10)
    inserted: list[int] = []
    work = Server.work

    def watched(self: Server, what: str, *arguments: Any, **options: Any) -> Any:
        if what == "insert":
            if len(inserted) == 2:
                inserted.append(-1)
                raise Killed
            inserted.append(options["data"][0][collections.KEY])
        return work(self, what, *arguments, **options)

    monkeypatch.setattr(Server, "work", watched)
    with pytest.raises(Killed):
        _opened(small, settings, "halfway")
    opened = _opened(small, settings, "halfway")
    assert inserted[:6] == [0, 10, -1, 20, 30, 40]
    assert len(opened.vectors["small"].search(np.ones(DIMENSIONS, dtype=np.float32), 100)) == len(
        small[1].passages
    )
    opened.close()
    engine_choice.forget(["halfway"], settings)


def test_load_when_another_process_loads_is_not_available(
    small: tuple[Path, Tables], settings: Settings
) -> None:
    with held(settings.home_folder / "milvus.lock"), pytest.raises(Unavailable, match="filled"):
        _opened(small, settings, "locked")


def test_aliases_when_generations_change_follow_and_old_ones_are_pruned(
    small: tuple[Path, Tables], settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = ["a" * 16, "b" * 16]
    for number, each in enumerate(ids):
        folder = settings.home_folder / "generations" / each
        folder.mkdir(parents=True)
        (folder / "graph.nq").touch()
        (folder / "manifest.json").write_text(f'{{"id": "{each}", "built": "2026-01-0{number + 1}"}}')
        opened = _opened(small, settings, each)
        opened.announce()
        named = server.ask("describe_alias", "kg_current_words")["collection_name"]
        assert named == f"kg_{each}_words"
        opened.close()
    (settings.home_folder / "current").write_text(ids[1], encoding="ascii")
    for name in ("home", "vectors", "milvus_uri"):
        monkeypatch.setenv(f"KG_{name.upper()}", str(getattr(settings, name)))
    keeping.prune(keep=1, home="", as_json=True)
    there = server.ask("list_collections")
    assert not [name for name in there if ids[0] in name]
    assert len([name for name in there if ids[1] in name]) == 2


def test_build_when_it_ends_fills_the_server_or_leaves_that_to_the_service(
    small: tuple[Path, Tables], settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "read", lambda folder: small[1])
    job = Mock(settings=settings, workshop=small[0].parent, progress=silent())
    stages.fill(job, "built")
    there = server.ask("list_collections")
    assert {"kg_built_small_ffffffff", "kg_built_words"} <= set(there)
    engine_choice.forget(["built"], settings)
    job.settings = replace(settings, milvus_uri=f"http://127.0.0.1:{free_port()}", milvus_timeout_s=0.5)
    stages.fill(job, "built")
    assert server.ask("list_collections") == [name for name in there if "_built_" not in name]


def test_search_when_the_server_is_killed_is_not_available_and_comes_back(
    milvus: Engines, database: MilvusLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = np.ones(DIMENSIONS, dtype=np.float32)
    before = _numbers(milvus, query)
    monkeypatch.setattr(connection, "AWAY_S", 0.0)
    monkeypatch.setattr(milvus.words._server, "_timeout", 1.0)  # type: ignore[attr-defined]
    database.kill()
    with pytest.raises(Unavailable) as fault:
        milvus.vectors["small"].search(query, 5)
    assert fault.value.retry_after == 5
    with pytest.raises(Unavailable):
        milvus.words.search(_groups("en"))
    database.start()
    monkeypatch.setattr(milvus.words._server, "_timeout", 20.0)  # type: ignore[attr-defined]
    for _ in range(600):
        with suppress(Unavailable):
            assert _numbers(milvus, query) == before
            return
    raise AssertionError("the server is back, and search is not")


def test_doctor_when_it_looks_over_the_engine_tells_its_version_and_no_token(settings: Settings) -> None:
    checks = {each.name: each for each in examine(replace(settings, milvus_token="s3cret"))}
    assert "lite" in checks["search engine"].finding
    assert not [each for each in checks.values() if "s3cret" in each.finding]


def test_open_when_the_client_is_not_installed_names_the_extra(
    small: tuple[Path, Tables], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingExtra, match=r"landkg\[scale\]"):
        _opened(small, settings)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"vectors": "elastic"}, "KG_VECTORS"),
        ({"milvus_uri": ""}, "KG_MILVUS_URI"),
        ({"milvus_index": "GUESS"}, "KG_MILVUS_INDEX"),
    ],
)
def test_open_when_a_setting_cannot_be_used_names_it(
    small: tuple[Path, Tables], settings: Settings, given: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        _opened(small, replace(settings, **given), "misnamed")
