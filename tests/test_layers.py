"""The house rules that a machine can check: import layers, heavy imports, one settings table."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from kg.config import TABLE, Settings
from kg.errors import ConfigError

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "sentence_transformers", "transformers")


def test_imports_when_linted_point_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_when_used_stand_in_embedding_modules_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    heavy = _imports(tree) & set(HEAVY)
    assert not heavy or path.parent.name == "search", f"{path} imports {heavy}"
    for node in tree.body:
        assert not (_imports(node) & set(HEAVY)) or not isinstance(node, ast.Import | ast.ImportFrom), (
            f"{path} imports {heavy} when it is itself imported"
        )


def test_help_when_asked_answers_without_torch() -> None:
    code = (
        "import sys; sys.argv = ['kg', '--help']\n"
        "from kg.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"heavy = [name for name in {(*HEAVY, 'faiss', 'flask', 'rdflib')!r} if name in sys.modules]\n"
        "print('heavy:', heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "heavy: []" in done.stdout


def test_settings_when_listed_are_the_fields_of_the_class_in_order() -> None:
    assert [row.name for row in TABLE] == [field.name for field in fields(Settings)]


def test_settings_when_listed_stand_in_the_readme_with_their_defaults() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [row.name for row in TABLE if f"| `KG_{row.name.upper()}` | `{row.default}` |" not in text]
    assert missing == []


def test_settings_when_variable_is_unknown_say_so() -> None:
    with pytest.raises(ConfigError, match="KG_HOEM"):
        Settings.from_env({"KG_HOEM": "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KG_PORT", "eighty"),
        ("KG_MODEL_DOWNLOAD", "maybe"),
        ("KG_BASE", "ftp://x/"),
        ("KG_BASE", "https://x"),
    ],
)
def test_settings_when_value_is_wrong_name_the_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Settings.from_env({name: value})


def test_settings_when_given_in_the_environment_are_read_in_their_type() -> None:
    settings = Settings.from_env(
        {"KG_PORT": "9000", "KG_MODEL_DOWNLOAD": "yes", "KG_SPARQL_TIMEOUT_S": "2.5"}
    )
    assert (settings.port, settings.model_download, settings.sparql_timeout_s) == (9000, True, 2.5)


def test_environment_when_it_holds_other_variables_is_no_error() -> None:
    assert Settings.from_env({"HOME": "/root", "KGX": "1"}).port == 8000


def test_every_module_when_read_opens_with_a_docstring() -> None:
    folders = [ROOT / "src", ROOT / "loaders"]
    bare = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in folder.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert bare == []


def test_files_when_counted_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("src", "loaders")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name: lines for name, lines in long.items() if lines > 330} == {}
