"""Turns a body into an answer that caches can keep: entity tag, Vary, conditional requests."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, json, request
from werkzeug.wrappers import Response as BaseResponse

from kg import __version__
from kg.web.context import opened

Answer = Response | BaseResponse


def tagged(
    body: str | bytes, media_type: str, *, vary: tuple[str, ...] = (), max_age: int = 0, variant: str = ""
) -> Response:
    """Return the answer, or 304 where the client holds it already.

    The tag is made of the generation, the software version and the request (design, section 4), so it
    differs by format and by language. ``max_age`` is in seconds; ``variant`` is what the answer depends
    on beside the address, such as a language that only a header names.
    """
    text = media_type.startswith("text/") or media_type.endswith(("json", "xml", "n-triples"))
    response = Response(body, content_type=f"{media_type}; charset=utf-8" if text else media_type)
    response.set_etag(_tag(media_type, variant))
    response.vary.update(vary)
    response.cache_control.public = True
    if max_age:
        response.cache_control.max_age = max_age
    else:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def private(body: str) -> Response:
    """Return a page that no cache and no search engine keeps."""
    response = Response(body, content_type="text/html; charset=utf-8")
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def unkept_json(body: Any, status: int = 200) -> Response:
    """Return JSON that no cache keeps."""
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")
    response.cache_control.no_store = True
    return response


def _tag(media_type: str, variant: str) -> str:
    parts = (opened().generation.id, __version__, media_type, variant, request.script_root, request.full_path)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
