"""Writes requirements.lock and requirements-dev.lock from pyproject.toml, in a new environment.

Run by ``make lock`` when a dependency changes. Local version parts (``+cpu``) are left out, so that
each platform takes the build it has.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ("hatchling==1.33.0", "editables==0.6")
"""What an editable install without build isolation needs."""


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    torch = next(line for line in project["dependencies"] if line.startswith("torch=="))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/pip", "--disable-pip-version-check"]
        # torch first: another package's open range could choose another build of it.
        subprocess.run([*pip, "install", "-q", torch], check=True)
        subprocess.run([*pip, "install", "-q", *BUILD, *project["dependencies"]], check=True)
        run = _freeze(pip)
        # Tests need all that users may add.
        extras = [line for lines in project["optional-dependencies"].values() for line in lines]
        subprocess.run([*pip, "install", "-q", *extras], check=True)
        dev = [line for line in _freeze(pip) if line not in run]
    run.sort(key=lambda line: (not line.startswith("torch=="), line.lower()))
    _write("requirements.lock", run)
    _write("requirements-dev.lock", dev)


def _freeze(pip: list[str]) -> list[str]:
    done = subprocess.run([*pip, "freeze", "--exclude", "landkg"], check=True, capture_output=True, text=True)
    lines = [re.sub(r"\+[\w.]+$", "", line.split(" @ ")[0]) for line in done.stdout.splitlines()]
    return [line for line in lines if "==" in line or line.startswith("torch")]


def _write(name: str, lines: list[str]) -> None:
    head = "# Made by `make lock` from pyproject.toml; do not edit.\n"
    (ROOT / name).write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(lines)} packages")


if __name__ == "__main__":
    main()
