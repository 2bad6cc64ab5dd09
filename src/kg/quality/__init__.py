"""The quality report of a generation: what is complete, what looks wrong, and what changed since the last."""

from kg.quality.measuring import measure
from kg.quality.report import KINDS, Comparison, Finding, Report, compare, load, previous

__all__ = ["KINDS", "Comparison", "Finding", "Report", "compare", "load", "measure", "previous"]
