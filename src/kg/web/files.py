"""Answers that people keep as files."""

from __future__ import annotations

from flask_babel import get_locale

from kg.web.respond import Answer, tagged


def attached(body: str, media_type: str, name: str, *, variant: str = "") -> Answer:
    """Return a text as a file to save; ``name`` is what the browser proposes, ``variant`` as for tagged."""
    response = tagged(body, media_type, variant=variant)
    kept = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in name
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{kept}"'
    response.headers["Content-Language"] = str(get_locale() or "en")
    return response
