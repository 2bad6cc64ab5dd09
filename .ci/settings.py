"""Writes the settings table of the README from the one in kg.config."""

from __future__ import annotations

import re
from pathlib import Path

from kg.config import TABLE

README = Path(__file__).resolve().parents[1] / "README.md"


def main() -> None:
    rows = "".join(f"| `KG_{row.name.upper()}` | `{row.default}` | {row.help} |\n" for row in TABLE)
    text = README.read_text(encoding="utf-8")
    README.write_text(
        re.sub(
            r"(\| variable \| default \| meaning \|\n\|---\|---\|---\|\n)(\|.*\n)*",
            lambda m: m[1] + rows,
            text,
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
