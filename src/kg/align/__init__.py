"""Aligns practices with the frameworks: assessments by rules, their explanation, text evidence."""
