"""What is wrong with a request's body before anything reads it: broken chunks, bottomless JSON."""

from __future__ import annotations

from typing import Any

from flask.json.provider import DefaultJSONProvider
from gunicorn.http.errors import ParseException as BrokenBody  # type: ignore[import-untyped]

__all__ = ["BrokenBody", "ShallowJson"]


class ShallowJson(DefaultJSONProvider):
    """Flask's JSON, in which a text that nests deeper than Python can read is no JSON either."""

    def loads(self, s: str | bytes, **options: Any) -> Any:
        try:
            return super().loads(s, **options)
        except RecursionError:
            raise ValueError("the JSON nests too deep") from None
