"""Small text files that people and programs keep together: replaced whole, or grown by a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Write a file beside the one that is there and put it in its place; no reader sees half of it."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def append_row(path: Path, columns: Sequence[str], cells: Sequence[str]) -> None:
    """Add a row to a table with tabs between its cells; a new one begins with the names of its columns.

    White space within a cell, tabs and line ends too, becomes single spaces.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.is_file()
    with path.open("a", encoding="utf-8") as file:
        if is_new:
            file.write("\t".join(columns) + "\n")
        file.write("\t".join(" ".join(cell.split()) for cell in cells) + "\n")
