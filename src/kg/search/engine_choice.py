"""Opens the engines of a generation's index where the settings have them: in this process, or in Milvus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.config import Settings
from kg.errors import ConfigError
from kg.search import index
from kg.search.engines import VectorEngine, WordEngine
from kg.search.lexical import LexicalIndex
from kg.search.vectors import VectorIndex

KINDS: Final = ("faiss", "milvus")


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Engines:
    """The vectors of each encoder by its name, and the words; ``announce`` tells other users of the engine
    that this generation serves from now on."""

    vectors: Mapping[str, VectorEngine]
    words: WordEngine
    announce: Callable[[], None] = _nothing

    def close(self) -> None:
        """Let go of the engines; searches that run finish first."""
        self.words.close()


def opened(
    folder: Path, tables: index.Tables, encoders: Sequence[str], settings: Settings, generation: str
) -> Engines:
    """Open the engines of an index folder; what is not yet in a server is loaded there first.

    Raises:
        ConfigError: the settings name no kind of engine.
        MissingExtra: the engine's client is not installed.
        Unavailable: the engine is away, or is being filled by another process.
    """
    if settings.vectors == "milvus":
        from kg.search.milvus import opening

        return opening.opened(folder, tables, encoders, settings, generation)
    if settings.vectors != "faiss":
        raise ConfigError(f"KG_VECTORS is one of {', '.join(KINDS)}.")
    held = {name: VectorIndex(folder / f"vectors-{index.file_name(name)}.faiss") for name in encoders}
    return Engines(held, LexicalIndex(folder / index.LEXICAL))


def is_elsewhere(settings: Settings) -> bool:
    """Tell whether the engine is outside the data folder, and has to be filled with each generation."""
    return settings.vectors == "milvus"


def fill(folder: Path, settings: Settings, generation: str) -> None:
    """Load an index folder into the engine of the settings, which :func:`opened` finds there then.

    Raises:
        Unavailable: the engine is away.
    """
    tables = index.read(folder)
    encoders = [each["name"] for each in tables.manifest["encoders"]]
    opened(folder, tables, encoders, settings, generation).close()


def look(settings: Settings) -> str:
    """Return in words which engine the settings name, once it has answered.

    Raises:
        ConfigError: the settings name no kind of engine.
        MissingExtra: the engine's client is not installed.
        Unavailable: the engine is away.
    """
    if settings.vectors == "milvus":
        from kg.search.milvus import opening

        return f"Milvus, version {opening.version(settings)}, at {settings.milvus_uri}"
    if settings.vectors != "faiss":
        raise ConfigError(f"KG_VECTORS is one of {', '.join(KINDS)}.")
    return "FAISS and tantivy, in this process"


def forget(generations: Sequence[str], settings: Settings) -> None:
    """Remove generations from the engine of the settings, if they are kept outside the data folder.

    Raises:
        Unavailable: the engine is away.
    """
    if is_elsewhere(settings) and generations:
        from kg.search.milvus import opening

        opening.forget(generations, settings)
