"""The stage of a build that writes ``reports/quality.json``."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

from kg.build import manifest
from kg.build.result import load_report

if TYPE_CHECKING:
    from kg.build.job import Job


def examine(job: Job) -> None:
    """Measure the finished graph and write the report; the graph itself does not change."""
    service = import_module("kg.quality")
    with job.progress.stage("quality"), job.timed("quality"):
        today = datetime.now(UTC).date()
        report = service.measure(job.opened, job.iris, load_report(job.reports.values()), today=today)
        folder = job.workshop / "reports"
        folder.mkdir(exist_ok=True)
        manifest.write_json(folder / "quality.json", report.to_json())
