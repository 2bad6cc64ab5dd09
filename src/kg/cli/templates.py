"""The command ``kg template``."""

from __future__ import annotations

from pathlib import Path

import typer

from kg.cli import output
from kg.errors import BadInput


def template(
    name: str = typer.Argument("", help="Kind of record, such as ldn-targets; without it, all are listed."),
    to: Path = typer.Option(Path(), help="Folder to write the two files into."),
    as_json: bool = output.JSON,
) -> None:
    """Write an empty table for a kind of record, and the mapping file that loads it once filled in."""
    from kg.build import templates

    if not name:
        rows = [[each, kind] for each, kind in templates.NAMES.items()]
        if as_json:
            output.dump([{"name": each, "kind": kind} for each, kind in templates.NAMES.items()])
        else:
            output.table(("name", "kind"), rows)
        return
    files = {f"{name}.csv": templates.table(name), f"{name}.yml": templates.mapping(name)}
    there = [each for each in files if (to / each).exists()]
    if there:
        raise BadInput(f"{to / there[0]} is there already.", hint="Choose another folder with --to.")
    to.mkdir(parents=True, exist_ok=True)
    for each, text in files.items():
        (to / each).write_text(text, encoding="utf-8", newline="")
    if as_json:
        output.dump({"files": [str(to / each) for each in files]})
    else:
        output.say(f"Fill in {to / name}.csv, then: kg build --input mapping={to / name}.yml")


def register(app: typer.Typer) -> None:
    """Add the command to ``kg``."""
    app.command()(template)
