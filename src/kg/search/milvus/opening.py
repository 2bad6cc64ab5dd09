"""Opens a generation in Milvus: loads what is not there, moves the aliases, forgets old generations."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from kg.config import Settings
from kg.errors import Unavailable
from kg.locks import held
from kg.search import concepts, index, terms
from kg.search.engine_choice import Engines
from kg.search.index import Tables
from kg.search.milvus.collections import WORDS, Names, plain
from kg.search.milvus.engines import MilvusVectors, MilvusWords
from kg.search.milvus.loading import Source, ensure
from kg.search.milvus.server import Server
from kg.search.terms import Terms
from kg.search.vectors import VectorIndex


def opened(
    folder: Path, tables: Tables, encoders: Sequence[str], settings: Settings, generation: str
) -> Engines:
    """Open the engines of a generation, and load it first if it is not there as a whole.

    Raises:
        MissingExtra: pymilvus is not installed.
        Unavailable: the server is away, or another process is filling it.
    """
    server = Server(settings)
    names = Names(settings.milvus_prefix, generation)
    described = {each["name"]: each for each in tables.manifest["encoders"]}
    spaces = {name: names.of(f"{name}_{described[name]['fingerprint'][:8]}") for name in encoders}
    collections = {**spaces, WORDS: names.of(WORDS)}
    known = _terms(tables, _kept(settings, generation))
    for name, collection in collections.items():
        if server.ask("has_collection", collection):
            server.work("load_collection", collection)
            continue
        with held(settings.home_folder / "milvus.lock") as free:
            if not free:
                raise Unavailable("The search engine (Milvus) is being filled.", retry_after=10)
            file = folder / f"vectors-{index.file_name(name)}.faiss"
            source = Source(
                tables, known if name == WORDS else None, None if name == WORDS else VectorIndex(file)
            )
            ensure(server, collection, source, settings.milvus_index)
    vectors = {
        name: MilvusVectors(
            server, collection, settings.milvus_index, len(tables.passages), described[name]["dimensions"]
        )
        for name, collection in spaces.items()
    }

    def announce() -> None:
        for name, collection in collections.items():
            _point(server, names.alias(name), collection)

    return Engines(vectors, MilvusWords(server, collections[WORDS], known, server.close), announce)


def _point(server: Server, alias: str, collection: str) -> None:
    """Let an alias name a collection: who asks by it sees the old or the new one, never none."""
    is_there = alias in server.ask("list_aliases")["aliases"]
    server.ask("alter_alias" if is_there else "create_alias", collection, alias)


def _kept(settings: Settings, generation: str) -> Path:
    return settings.home_folder / "cache" / "terms" / plain(generation)


def _terms(tables: Tables, folder: Path) -> Terms:
    """Return the terms of a generation, analysed once for each data folder."""
    if folder.is_dir():
        found = terms.read(folder)
        if found.passages == len(tables.passages):
            return found
        shutil.rmtree(folder, ignore_errors=True)
    labels = [concepts.english_words(tables.concepts, record) for record in tables.records]
    terms.write(folder, terms.made(tables.records, labels))
    return terms.read(folder)


def version(settings: Settings) -> str:
    """Return the version of the server.

    Raises:
        Unavailable: the server is away.
    """
    server = Server(settings)
    found = str(server.ask("get_server_version"))
    server.close()
    return found


def forget(generations: Sequence[str], settings: Settings) -> None:
    """Drop the collections of generations, whole or not.

    Raises:
        Unavailable: the server is away.
    """
    server = Server(settings)
    there = server.ask("list_collections")
    for generation in generations:
        names = Names(settings.milvus_prefix, generation)
        for collection in filter(names.are, there):
            for alias in server.ask("list_aliases", collection)["aliases"]:
                server.ask("drop_alias", alias)
            server.work("drop_collection", collection)
        shutil.rmtree(_kept(settings, generation), ignore_errors=True)
    server.close()
