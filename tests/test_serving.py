"""``kg serve`` starts as many web processes as the settings say."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from kg.cli.serving import serve


@pytest.mark.parametrize(("setting", "processes"), [("1", "1"), ("3", "3"), ("0", "1")])
def test_serve_when_processes_are_set_starts_as_many(
    bundled_home: Path, monkeypatch: pytest.MonkeyPatch, setting: str, processes: str
) -> None:
    started: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _program, arguments: started.extend(arguments))
    with patch.dict(os.environ, KG_PROCESSES=setting):
        serve(host="", port=0, home=str(bundled_home), build=False, as_json=False)
    assert started[started.index("--workers") + 1] == processes
