"""How commands print: JSON for programs, tables and short lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from kg.config import Settings

JSON = typer.Option(False, "--json", help="Print JSON instead of text.")


def settings(home: str | None = None, **overrides: Any) -> Settings:
    """Return the settings of the environment with the command's own options on top."""
    found = Settings.from_env(home=home or None, **overrides)
    if found.database_url:
        from kg import database

        database.bind(found)
    return found


def say(text: str = "") -> None:
    """Print a line of the answer."""
    typer.echo(text)


def note(text: str) -> None:
    """Print a remark that is not part of the answer."""
    typer.echo(text, err=True)


def dump(value: Any) -> None:
    """Print a value as JSON, readable and in any script."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print rows under headings; numbers stand right, texts wrap on a terminal."""
    from rich.console import Console
    from rich.table import Table

    content = [[("" if cell is None else cell) for cell in row] for row in rows]
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(columns):
        numeric = bool(content) and all(isinstance(row[place], int | float) for row in content)
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in content:
        shown.add_row(*(f"{cell:,}" if isinstance(cell, int | float) else str(cell) for cell in row))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False, markup=False).print(shown)
