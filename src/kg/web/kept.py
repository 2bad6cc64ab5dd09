"""Keeps whole pages, so that what many people read is made once for each generation and language."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec

from flask import Response, current_app, g, request

from kg.sparql.cache import AnswerCache, Kept
from kg.web.context import opened, settings
from kg.web.respond import Answer

P = ParamSpec("P")
_OK: Final = 200


def kept(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Answer a page from memory where it was made before.

    For pages that the generation and the address determine, as their entity tag says
    (:func:`kg.web.respond.tagged`); an address with a query string is made each time, since strangers can
    think of any number. Memory is bounded by ``KG_PAGE_CACHE_MB``.
    """

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Answer:
        if request.query_string:
            return view(*args, **kwargs)
        cache, key = _cache(), (opened().generation.id, request.script_root, request.path)
        found = cache.get(key)
        if found is not None:
            return _again(found)
        response = view(*args, **kwargs)
        tag, _weak = response.get_etag()
        if response.status_code == _OK and tag and not g.get("unkept"):
            headers = tuple(each for each in response.headers.items() if each[0] != "Date")
            cache.put(key, Kept(response.get_data(), response.content_type or "", tag, headers=headers))
        return response

    return answered


def unkept() -> None:
    """Say that this request's page lacks something that it may have a moment later."""
    g.unkept = True


def _again(found: Kept) -> Response:
    response = Response(found.body, headers=list(found.headers))
    response.make_conditional(request)
    return response


def _cache() -> AnswerCache:
    extensions = current_app.extensions
    if "kg_pages" not in extensions:
        extensions["kg_pages"] = AnswerCache(settings().page_cache_mb * 1024 * 1024)
    made: AnswerCache = extensions["kg_pages"]
    return made
