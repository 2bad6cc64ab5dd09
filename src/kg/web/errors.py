"""One handler for everything that goes wrong: problem+json (RFC 9457) or a page with the same words."""

from __future__ import annotations

import logging
from typing import Any, Final

from flask import Flask, Response, g, json, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from kg import errors as kg_errors
from kg.errors import KgError, QuerySyntaxError, Unavailable
from kg.web.incoming import BrokenBody
from kg.web.negotiate import choose
from kg.web.rate import WINDOW_S

PROBLEM: Final = "application/problem+json"
HTML: Final = "text/html"
_MACHINE_PATHS: Final = (
    "/api/",
    "/sparql",
    "/graphs",
    "/queries",
    "/openapi.json",
    "/reconcile",
    "/metrics",
    "/healthz",
    "/readyz",
    "/.well-known/",
    "/data/",
)
_BY_STATUS: Final[dict[int, type[KgError]]] = {
    400: kg_errors.BadInput,
    403: kg_errors.Refused,
    404: kg_errors.NotFound,
    405: kg_errors.MethodNotAllowed,
    406: kg_errors.NotAcceptable,
    410: kg_errors.Gone,
    413: kg_errors.TooLarge,
    415: kg_errors.UnsupportedMedia,
    429: kg_errors.TooManyRequests,
    503: kg_errors.Unavailable,
}
_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Register the handlers for deliberate, HTTP and unexpected errors."""
    app.register_error_handler(KgError, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def answer(error: KgError) -> Response:
    """Return the answer to a deliberate error in the form that the client reads best."""
    status = error.status
    message = _(error.message) if status != 500 else _("Something went wrong on our side.")
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": message,
        "code": error.code,
        "request_id": g.get("request_id", ""),
    }
    if error.hint and status != 500:
        problem["hint"] = error.hint
    if isinstance(error, QuerySyntaxError):
        problem |= {"line": error.line, "column": error.column}
    if _reads_html():
        response = make_response(render_template("error.html", problem=problem))
    else:
        response = make_response(json.dumps(problem, ensure_ascii=False))
        response.headers["Content-Type"] = PROBLEM
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Language"))
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, kg_errors.TooManyRequests):
        response.headers["Retry-After"] = str(WINDOW_S)
    return response


def _reads_html() -> bool:
    offers = (HTML, PROBLEM)
    if request.path.startswith(_MACHINE_PATHS):
        offers = (PROBLEM, HTML)
    return choose(request.headers.get("Accept"), offers, (("application/json", PROBLEM),)) == HTML


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if 300 <= code < 400:
        return make_response(error.get_response())
    kind = _BY_STATUS.get(code)
    if kind is None:
        kind = kg_errors.BadInput if code < 500 else KgError
    response = answer(kind(_sentence(code)))
    response.status_code = code
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _unexpected(error: Exception) -> Response:
    if isinstance(error, BrokenBody):
        return answer(kg_errors.BadInput(_sentence(400)))
    _log.error("request %s failed", g.get("request_id", ""), exc_info=error)
    return answer(KgError(""))


def _title(status: int) -> str:
    titles: dict[int, str] = {
        400: _("The request cannot be read"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not possible here"),
        406: _("Not available in this format"),
        410: _("Withdrawn"),
        413: _("Too large"),
        415: _("Format not supported"),
        429: _("Too many requests"),
        503: _("Not available at the moment"),
    }
    return titles.get(status) or str(_("Something went wrong"))


def _sentence(status: int) -> str:
    sentences: dict[int, str] = {
        404: _("There is nothing at this address."),
        405: _("This address does not answer that method."),
        413: _("The request is larger than this service accepts."),
    }
    return sentences.get(status) or f"{_title(status)}."
