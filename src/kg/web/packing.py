"""Compresses what people and programs read, as their Accept-Encoding allows."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from flask import Flask, Response, request

from kg.web.coding import choose_coding, pack

_FROM: Final = 1024
"""Smaller bodies fit into one packet, packed or not."""
_ENDS: Final = ("json", "xml", "javascript", "n-triples", "n-quads", "sparql-query")
_SECRETS: Final = "review"
"""Its pages hold tokens beside what a request says; packed together their length would tell (BREACH)."""


def init_app(app: Flask) -> None:
    """Register the hook of this module."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    """Pack a whole answer of text; the entity tag becomes a weak one, since the bytes are others."""
    kind = response.mimetype or ""
    if not (kind.startswith("text/") or kind.endswith(_ENDS)) or request.blueprint == _SECRETS:
        return response
    own = request.endpoint == "static"
    if "Content-Encoding" in response.headers or (response.is_streamed and not own):
        return response
    response.vary.add("Accept-Encoding")
    coding = choose_coding(request.headers.get("Accept-Encoding", ""))
    if not coding or response.status_code != 200 or request.method == "HEAD" or "Range" in request.headers:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= _FROM:
        response.set_data(_kept(coding, body) if own else pack(coding, body))
        response.headers["Content-Encoding"] = coding
        tag, _weak = response.get_etag()
        if tag:
            response.set_etag(tag, weak=True)
    return response


@lru_cache(maxsize=64)
def _kept(coding: str, body: bytes) -> bytes:
    """Pack a static file once."""
    return pack(coding, body)
