"""The small set of records that fast tests build from."""

from __future__ import annotations

from pathlib import Path

TINY = Path(__file__).resolve().parent / "data" / "tiny"
"""A few real records of each kind, cut from the bundled files; see the README there."""

TINY_INPUTS = (
    f"practice_rows={TINY / 'practices.jsonl'}",
    f"decision_rows={TINY / 'decisions.jsonl'}",
    f"document_rows={TINY / 'documents.jsonl'}",
    f"publication_rows={TINY / 'publications.jsonl'}",
    f"entity_rows={TINY / 'entities.jsonl'}",
    f"case_rows={TINY / 'cases.jsonl'}",
)
