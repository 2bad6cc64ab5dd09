"""``/sparql/search``: the search as a SPARQL endpoint of its own, and as a SERVICE inside ``/sparql``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyoxigraph as px
from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from kg.errors import Unavailable
from kg.live import Live, Opened
from kg.sparql.formats import GRAPHS, named
from kg.sparql.protocol import Operation
from kg.sparql.service import SparqlAnswer, SparqlRequest, SparqlService
from kg.sparql.services import SearchService
from kg.sparql.services.asking import ARGUMENTS, COLUMNS, FILTERS
from kg.vocab import RDF, RDFS
from kg.web.negotiate import choose
from kg.web.sparql_face import Face
from kg.web.sparql_reply import Environ, Reply

if TYPE_CHECKING:
    from flask import Flask

    from kg.search.service import SearchIndex

bp = Blueprint("sparql_search", __name__)

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
_MEDIA: Final = tuple(each.media_type for each in GRAPHS)


class SearchFace(Face):
    """The HTTP side of the search endpoint: queries that state nothing but searches, over no data."""

    def __init__(self, face: Face, searches: SearchService) -> None:
        super().__init__(face.settings, face.service)
        self._searches = searches

    def question(
        self, environ: Environ, operation: Operation, *, results: str | None, graph: str | None
    ) -> SparqlRequest:
        asked = super().question(environ, operation, results=results, graph=graph)
        return replace(asked, rewrite=self._searches.rewrite_alone, default_graphs=(), named_graphs=())

    def _endpoint(self, environ: Environ) -> str:
        return f"{super()._endpoint(environ)}/search"

    def _describe(self, environ: Environ, wanted: str | None) -> Reply:
        """Describe what can be asked; people get it in Turtle."""
        chosen = named(wanted, GRAPHS) if wanted else choose(environ.get("HTTP_ACCEPT"), _MEDIA)
        media_type = chosen or "text/turtle"
        triples = [px.Triple(*each) for each in self._statements(self._endpoint(environ))]
        prefixes = {"sd": _SD, "rdfs": RDFS, "kg": self.settings.iris.ns}
        kind = px.RdfFormat.from_media_type(media_type)
        body = px.serialize(triples, format=kind, prefixes=prefixes) or b""
        generation_id = self.service.generation_id()
        return self._reply(environ, SparqlAnswer(body, media_type, "", generation_id))

    def _statements(
        self, endpoint: str
    ) -> Iterator[tuple[px.NamedNode, px.NamedNode, px.NamedNode | px.Literal]]:
        service, type_ = px.NamedNode(endpoint), px.NamedNode(f"{RDF}type")
        yield service, type_, px.NamedNode(f"{_SD}Service")
        yield service, px.NamedNode(f"{_SD}endpoint"), service
        yield service, px.NamedNode(f"{_SD}supportedLanguage"), px.NamedNode(f"{_SD}SPARQL11Query")
        for name, words in (ARGUMENTS | FILTERS | COLUMNS).items():
            feature = px.NamedNode(f"{endpoint}#{name}")
            yield service, px.NamedNode(f"{_SD}propertyFeature"), feature
            yield feature, type_, px.NamedNode(f"{_SD}Feature")
            yield feature, px.NamedNode(f"{RDFS}label"), px.Literal(f"kg:{name}")
            yield feature, px.NamedNode(f"{RDFS}comment"), px.Literal(words, language="en")
            yield feature, px.NamedNode(f"{RDFS}seeAlso"), px.NamedNode(self.settings.iris.term(name))


@bp.record_once
def _mount(state: BlueprintSetupState) -> None:
    """Let the query service of the application rewrite searches, and answer them at an endpoint."""
    app: Flask = state.app  # type: ignore[assignment]
    settings, live = app.extensions["kg"].settings, app.extensions["kg"].live
    service: SparqlService = app.extensions["kg_sparql"]
    searches = SearchService(settings, lambda: lend(live, service))
    service.rewriters.append(searches.rewrite)
    app.extensions["kg_sparql_search"] = SearchFace(app.extensions["kg_sparql_face"], searches)


@contextmanager
def lend(live: Live, service: SparqlService) -> Iterator[tuple[str, SearchIndex]]:
    """Lend the index of the generation that answers SPARQL: answers are kept under its name.

    Raises:
        NoGeneration: nothing has been built.
        Unavailable: the generation has no index, or is just being replaced.
    """
    with live.lease() as opened:
        if opened.generation.id == service.generation_id():
            yield _of(opened)
            return
    live.refresh()
    with live.lease() as opened:
        yield _of(opened)


def _of(opened: Opened) -> tuple[str, SearchIndex]:
    if not opened.generation.index_folder.is_dir():
        raise Unavailable("This generation was built without a search index.", retry_after=60)
    return opened.generation.id, opened.search


@bp.route("/sparql/search", methods=_METHODS, provide_automatic_options=False)
def endpoint() -> Response:
    """Answer a query that states nothing but searches, such as federating engines send."""
    face: SearchFace = current_app.extensions["kg_sparql_search"]
    reply = face.sparql(request.environ)
    return Response(reply.body, status=reply.status, headers=reply.headers)
