"""Runs a loader on files of a test and checks what holds for every loader's report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg.model import Dataset
from loaders import get
from loaders.base import LoadReport, Source

DATA = Path(__file__).parent.parent / "data"
PHENOMENA = Path(__file__).parent.parent / "phenomena"


def run(loader: str, *paths: Path) -> tuple[list[Any], LoadReport]:
    """Load the files with counts and messages checked: nothing raises, each fault names its place."""
    dataset = Dataset(
        name="test",
        title="Test",
        loader=loader,
        paths=tuple(path.name for path in paths),
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        publisher="Test",
        retrieved="2024-01-01",
    )
    report = LoadReport("test")
    records = list(get(loader)(Source(dataset, paths, "https://w3id.org/landkg/"), report))
    assert report.loaded == len(records)
    assert report.read == report.loaded + report.quarantined
    for issue in report.issues:
        assert issue.file and issue.record and issue.field and issue.reason, issue
        assert len(issue.reason) < 1000, issue
    return records, report


def load_text(loader: str, folder: Path, name: str, content: str | bytes) -> tuple[list[Any], LoadReport]:
    """Load one file with this content."""
    path = folder / name
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return run(loader, path)


def told(report: LoadReport, kind: str) -> list[tuple[str, str]]:
    """Return (record, field) of the issues of a kind."""
    return [(issue.record, issue.field) for issue in report.issues if issue.kind == kind]
