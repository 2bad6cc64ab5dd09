"""Generates what the repository knows of WOCAT's questionnaires from a catalogue of their fields.

Usage: ``python ontology/scripts/wocat.py FIELDS.json [ROOT]``. Writes ``loaders/wocat_questionnaire.json``,
``ontology/wocat.ttl`` and ``ontology/schemes/{wocat-*,hazards,drought-toolbox}.ttl`` under ROOT (default:
the repository). Labels come from ``wocat_labels.tsv`` and ``wocat_schemes.tsv`` beside this script.
"""

from __future__ import annotations

import sys
from pathlib import Path

import wocat_properties
import wocat_questionnaire
import wocat_schemes
import wocat_source

REPOSITORY = Path(__file__).resolve().parents[2]


def files(fields: Path) -> dict[str, str]:
    """Return path within the repository to text of every generated file."""
    source = wocat_source.Source(fields, REPOSITORY / "loaders" / "starter" / "labels.jsonl")
    table = wocat_questionnaire.build(source)
    return {
        "loaders/wocat_questionnaire.json": wocat_questionnaire.text(table),
        "ontology/wocat.ttl": wocat_properties.build(source),
        **wocat_schemes.Schemes(source).build(),
    }


def main(arguments: list[str]) -> int:
    """Write the files and name them on standard error; 2 when the arguments are wrong."""
    if len(arguments) not in (1, 2):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    root = Path(arguments[1]) if len(arguments) == 2 else REPOSITORY
    for path, text in files(Path(arguments[0])).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        sys.stderr.write(f"{path}: {len(text.encode()):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
