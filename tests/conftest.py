"""Fixtures that several test modules share; each is built once a session."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tiny import TINY_INPUTS

from kg import generation
from kg.build import build
from kg.config import Settings
from kg.errors import NoGeneration
from kg.store import GraphStore
from kg.store.opening import open_graph
from kg.vocab import Iris

HERE = Path(__file__).resolve().parent
# Under a name that stays, so that it reaches the processes of pytest-xdist.
_KEPT_HOME = os.environ.setdefault("PYTEST_KG_HOME", os.environ.pop("KG_TEST_HOME", ""))
for _name in [name for name in os.environ if name.startswith("KG_")]:
    del os.environ[_name]  # Tests do not see the settings of whoever runs them,
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")  # nor the network.
# No test may fail because the machine is busy.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def iris() -> Iris:
    """The IRIs under the default base."""
    return Iris()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of outside material beside the checkout; tests that need it skip without it."""
    folder = HERE.parents[1] / "shared"
    if not folder.is_dir():
        pytest.skip("the material beside the checkout (../shared) is not here")
    return folder


@pytest.fixture(scope="session")
def bundled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a generation of all bundled records, indexed with the real model.

    While developing, ``KG_TEST_HOME`` names a folder whose generation is used as it is; remove the
    folder's ``current`` after changing records or ontology (the vectors stay in its cache).
    """
    home = Path(_KEPT_HOME) if _KEPT_HOME else _of_all_processes(tmp_path_factory) / "bundled"
    home.mkdir(exist_ok=True)
    with (home / "building").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # The suite runs in two processes: one builds, the other waits.
        try:
            generation.current(home)
        except NoGeneration:
            build(Settings.from_env({}, home=str(home)))
    return home


def _of_all_processes(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def bundled_settings(bundled_home: Path) -> Settings:
    return Settings.from_env({}, home=str(bundled_home))


@pytest.fixture(scope="session")
def bundled_store(bundled_settings: Settings) -> Iterator[GraphStore]:
    """The graph of all bundled records, open where the settings have it: in memory."""
    store = open_graph(generation.current(bundled_settings.home_folder).folder, bundled_settings)
    yield store
    store.close()


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a generation of a few records and no index; made in about a second."""
    home = tmp_path_factory.mktemp("tiny")
    build(Settings.from_env({}, home=str(home)), inputs=TINY_INPUTS, bundled=False, index=False)
    return home


@pytest.fixture(scope="session")
def tiny_settings(tiny_home: Path) -> Settings:
    return Settings.from_env({}, home=str(tiny_home))


@pytest.fixture(scope="session")
def tiny_store(tiny_settings: Settings) -> Iterator[GraphStore]:
    store = open_graph(generation.current(tiny_settings.home_folder).folder, tiny_settings)
    yield store
    store.close()
