"""Data folders with the planted defects: one generation, and one that follows it with other records."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny import TINY_INPUTS

from kg.build import build
from kg.config import Settings

PLANTED = Path(__file__).resolve().parents[1] / "data" / "quality" / "planted.yml"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    settings = Settings.from_env({}, home=str(folder))
    build(settings, inputs=[f"mapping={PLANTED}"], bundled=False, index=False)
    return folder


@pytest.fixture(scope="session")
def later_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, after a build that no longer reads the planted tables."""
    folder = tmp_path_factory.mktemp("later") / "home"
    shutil.copytree(home, folder)
    build(Settings.from_env({}, home=str(folder)), inputs=TINY_INPUTS, bundled=False, index=False)
    return folder
