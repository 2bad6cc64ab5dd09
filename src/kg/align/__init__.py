"""Aligns practices with the frameworks: assessments by rules, their explanation, text evidence."""

from kg.align.assessing import assess

__all__ = ["assess"]
