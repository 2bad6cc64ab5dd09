"""The wheel carries everything: ontology, queries, templates, bundled records."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(out),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(out.glob("landkg-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(code: str, installed: Path, cwd: Path) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("KG_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**env, "PYTHONPATH": str(installed), "KG_HOME": str(cwd / "home")},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "kg/_data/ontology/kg.ttl",
        "kg/_data/ontology/schemes/themes.ttl",
        "kg/_data/ontology/rules/EBA-1.rq",
        "kg/_data/queries/examples/practices-by-country.rq",
        "kg/web/templates/base.html",
        "kg/web/static/site.css",
        "loaders/starter/practices_technologies.jsonl",
        "loaders/wocat_questionnaire.json",
    ],
)
def test_wheel_when_built_holds_the_file(wheel: Path, name: str) -> None:
    assert name in zipfile.ZipFile(wheel).namelist()


def test_wheel_when_built_leaves_tests_and_benchmarks_out(wheel: Path) -> None:
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(("tests/", "bench/"))]


@pytest.mark.slow
def test_wheel_when_installed_builds_and_answers_from_any_folder(installed: Path, tmp_path: Path) -> None:
    code = (
        "import kg\n"
        "from kg.build import build\n"
        "from kg.config import Settings\n"
        "from kg import generation, queries\n"
        "from kg.store.embedded import open_store\n"
        "settings = Settings.from_env()\n"
        "done = build(settings, index=False)\n"
        "store = open_store(generation.current(settings.home_folder).folder, settings)\n"
        "text, bound = queries.bind(queries.get('examples', 'practices-by-country'), {}, settings.iris)\n"
        "print(kg.__file__)\n"
        "print(done.manifest['records'], len(store.select(text, bound)) > 5)\n"
    )
    where, answer = run(code, installed, tmp_path).strip().splitlines()[-2:]
    assert Path(where).is_relative_to(installed)
    assert answer == "720 True"
