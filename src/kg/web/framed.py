"""Pages that other sites show in a frame: nothing is loaded, nothing runs, one style of their own."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from flask import Response


@cache
def policy(style: str) -> str:
    """Return the Content-Security-Policy of a page whose only style is this one."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors *"
    )


def framed(response: Response, style: str) -> Response:
    """Let an answer be shown in other sites' frames."""
    response.headers["Content-Security-Policy"] = policy(style)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
