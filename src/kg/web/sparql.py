"""``/sparql``, ``/graphs`` and ``/metrics``: the SPARQL service as HTTP.

Programs are answered by a small WSGI callable in front of Flask, which costs less than the query of a
single record; people, whose browsers prefer HTML, go on to the pages. Both use :class:`Face`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.middleware.proxy_fix import ProxyFix

from kg.errors import NotFound
from kg.sparql.service import SparqlService
from kg.web import observing
from kg.web.sparql_face import Face
from kg.web.sparql_near import Nearby
from kg.web.sparql_reply import Environ, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from kg.live import Live
    from kg.store import GraphStore

bp = Blueprint("sparql", __name__)

_ROWS_SHOWN = 1000


class Hot:
    """Answers programs at ``/sparql`` and ``/graphs``; everything else goes to the application."""

    def __init__(self, face: Face, application: Any, app: Flask) -> None:
        self.face = face
        self.application = application
        self.views = app.view_functions
        self.proxies: ProxyFix | None = None
        """The corrections that stand in front, if known proxies do."""
        app.extensions["kg_sparql_hot"] = self

    def corrected(self, environ: Environ) -> None:
        """Put the client and the prefix that known proxies name into the environment of a request."""
        if self.proxies is not None:
            known = self.proxies
            ProxyFix(lambda *_: [], x_for=known.x_for, x_proto=0, x_host=0, x_prefix=known.x_prefix)(
                environ, lambda *_: lambda _: None
            )

    def quick(self, environ: Environ) -> Reply | None:
        """Answer a GET of ``/sparql`` if that takes few milliseconds; see :mod:`kg.web.quick`."""
        is_page = "pages.sparql" in self.views and self.face.wants_page(environ)
        return None if is_page else self.face.quick(environ)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        answer: Callable[[dict[str, Any]], Any]
        if path == "/sparql" and not ("pages.sparql" in self.views and self.face.wants_page(environ)):
            answer = self.face.sparql
        elif path == "/graphs":
            answer = self.face.graphs
        else:
            found: Iterable[bytes] = self.application(environ, start_response)
            return found
        reply = answer(environ)
        start_response(reply.status, reply.headers)
        body: Iterable[bytes] = reply.body
        return body


@bp.record_once
def _mount(state: BlueprintSetupState) -> None:
    """Start the service with the application and stand in front of it, behind the proxy's corrections."""
    app: Flask = state.app  # type: ignore[assignment]
    settings = app.extensions["kg"].settings
    service = SparqlService(settings)
    live = getattr(app.extensions["kg"], "live", None)
    if live is not None:
        service.inside.near = Nearby(live)
        if settings.store != "embedded":
            service.database = partial(_lend, live)
    face = Face(settings, service)
    app.extensions["kg_sparql"] = service
    app.extensions["kg_sparql_face"] = face
    front: Any = app.wsgi_app
    if isinstance(front, ProxyFix):
        front.app = hot = Hot(face, front.app, app)
        hot.proxies = front
    else:
        app.wsgi_app = Hot(face, front, app)  # type: ignore[method-assign]
    service.start()


@contextmanager
def _lend(live: Live) -> Iterator[tuple[str, GraphStore]]:
    with live.lease() as opened:
        yield opened.generation.id, opened.store


def service() -> SparqlService:
    """Return the query service of the running application."""
    found: SparqlService = current_app.extensions["kg_sparql"]
    return found


@bp.route("/sparql", methods=["GET", "HEAD"], provide_automatic_options=False)
def endpoint() -> Any:
    """Show people the query form, or the answer to their query as a table."""
    face: Face = current_app.extensions["kg_sparql_face"]
    operation = face.operation(request.environ)
    if operation.query is None:
        response = redirect(url_for("pages.sparql", lang=_language()), 303)
        response.vary.update(("Accept", "Accept-Language"))
        return response
    asked = face.question(request.environ, operation, results="text/csv", graph="text/turtle")
    answer = face.service.execute(asked)
    text = face.text(answer)
    rows: list[list[str]] = []
    if answer.media_type == "text/csv" and text not in ("true", "false"):
        rows = list(csv.reader(io.StringIO(text, newline="")))
    page = render_template(
        "sparql_answer.html",
        query=operation.query,
        columns=rows[0] if rows else [],
        rows=rows[1 : 1 + _ROWS_SHOWN],
        count=max(0, len(rows) - 1),
        text="" if rows else text,
    )
    response = Response(page, mimetype="text/html")
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _language() -> str:
    from kg.web.i18n import language

    return language()


@bp.get("/graphs")
def graphs() -> Any:
    """Name the read side of the Graph Store Protocol, which :class:`Hot` answers."""
    raise NotFound("A graph is asked for with ?graph= and its IRI, or with ?default.")


@bp.get("/metrics")
def metrics() -> Response:
    """Tell Prometheus what happened to queries, and to other requests where pages are served too."""
    found = service()
    text = found.metrics.text(found.gauges())
    if "kg_http_metrics" in current_app.extensions:
        text += observing.metrics_text()
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
