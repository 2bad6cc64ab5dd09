"""Answers that people keep as files: tables and pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask_babel import get_locale

from kg.web.respond import Answer, tagged


def attached(body: str, media_type: str, name: str) -> Answer:
    """Return a text as a file to save; ``name`` is what the browser proposes."""
    response = tagged(body, media_type)
    kept = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{kept}"'
    response.headers["Content-Language"] = str(get_locale() or "en")
    return response


def rows_as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV (RFC 4180) with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
