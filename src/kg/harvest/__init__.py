"""Brings the sources to a local, content-addressed snapshot that the build reads; polite and resumable."""

from __future__ import annotations

from kg.harvest.runner import harvest
from kg.harvest.snapshot import Held, Run, Snapshot
from kg.harvest.sources import SourceSettings, one, read

__all__ = ["Held", "Run", "Snapshot", "SourceSettings", "harvest", "one", "read"]
