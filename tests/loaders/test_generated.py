"""The generator of benchmark records writes what the WOCAT loader reads in full."""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from compliance import check
from loading import told


@pytest.fixture(scope="module")
def qcat() -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / "qcat.py"
    spec = spec_from_file_location("bench_qcat", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_generated_answers_when_loaded_then_all_are_practices_with_every_label_known(
    qcat: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(map(json.dumps, qcat.envelopes(15, seed=0))), "utf-8")
    records, report = check("wocat", path)
    assert (len(records), report.quarantined) == (15, 0)
    assert told(report, "unmapped") == told(report, "unmodelled") == []
    assert {record.kind for record in records} == {"technology", "approach", "prais"}
    assert {record.edition for record in records} == {"2015", "2018"}


def test_generated_answers_when_made_again_then_are_the_same(qcat: ModuleType) -> None:
    assert list(qcat.generate(3, seed=7)) == list(qcat.generate(3, seed=7))
    assert list(qcat.generate(1, seed=7)) != list(qcat.generate(1, seed=8))
