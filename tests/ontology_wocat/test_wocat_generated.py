"""The checked-in files are what the script writes, and they read a real answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wocat_graph import ROOT, questionnaire

SCRIPT = ROOT / "ontology" / "scripts" / "wocat.py"
SAMPLE = "samples/wocat/technologies_4092.detail-v2.en.json"


def test_script_writes_what_is_checked_in(shared: Path, tmp_path: Path) -> None:
    fields = shared / "domain" / "wocat_fields.json"
    subprocess.run([sys.executable, SCRIPT, fields, tmp_path], check=True, capture_output=True)
    written = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    differing = [
        str(name) for name, path in written.items() if path.read_bytes() != (ROOT / name).read_bytes()
    ]
    assert len(written) == 16
    assert differing == []


def test_script_without_arguments_explains_itself() -> None:
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Usage" in done.stderr


def test_every_label_of_a_real_answer_maps_to_a_keyword(shared: Path) -> None:
    table = questionnaire()
    known = table["configurations"]["technologies"]["questions"]
    answer = json.loads((shared / SAMPLE).read_text("utf-8"))
    found, unmapped = 0, []
    for question, label in _labels(answer):
        values = {**known[question].get("values", {}), **known[question].get("labels_2015", {})}
        if values or question == "country":
            found += 1
            if label not in values.values() and label not in values and label not in table["country_labels"]:
                unmapped.append((question, label))
    assert unmapped == []
    assert found > 130


def test_every_question_of_a_real_answer_stands_in_its_group(shared: Path) -> None:
    known = questionnaire()["configurations"]["technologies"]["questions"]
    answer = json.loads((shared / SAMPLE).read_text("utf-8"))
    wrong = [
        (group, question)
        for group, question, _ in _nodes(answer, "")
        if group not in known[question]["groups"]
    ]
    assert wrong == []


def _nodes(children: dict[str, Any], group: str) -> Iterator[tuple[str, str, Any]]:
    for key, node in children.items():
        if "children" in node:
            yield from _nodes(node["children"], key)
        elif not group.startswith("tech__1"):  # the subcategory of links has a value and no questions
            yield group, key, node["value"]


def _labels(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for _, question, entries in _nodes(answer, ""):
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict):
                continue
            many = entry["values"] if "values" in entry else [entry.get("value")]
            for value in many or ():
                label = value[-1] if isinstance(value, list) else value
                if label and isinstance(label, str):
                    yield question, label
