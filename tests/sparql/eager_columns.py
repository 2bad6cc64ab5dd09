"""The SPARQL blueprint, set to answer from columns whatever they can, also of a part of the graph."""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as px
from bare import create_app as bare_app
from flask import Flask

from kg import generation
from kg.sparql.columns import answering, writing
from kg.sparql.columns.reading import Columns
from kg.sparql.guard import Checked
from kg.sparql.inside import Found
from kg.sparql.requests import SparqlRequest
from kg.sparql.workers import Pool
from kg.store.embedded import open_store


def create_app() -> Flask:
    app = bare_app()
    found = app.extensions["kg_sparql"]
    store = open_store(generation.current(found.settings.home_folder).folder, found.settings).engine
    counts: Counter[str] = Counter()

    @cache
    def columns_of(graphs: tuple[str, ...]) -> answering.Answerer:
        """Write the columns of some graphs together."""
        part = px.Store()
        for graph in graphs:
            quads = store.quads_for_pattern(None, None, None, px.NamedNode(graph))
            part.extend(px.Quad(each.subject, each.predicate, each.object) for each in quads)
        with tempfile.TemporaryDirectory() as folder:
            writing.write(part, Path(folder))
            return answering.Answerer(Columns(Path(folder)), {})

    def from_columns(_pool: Pool, request: SparqlRequest, text: str, checked: Checked) -> Found | None:
        if checked.form != "SELECT" or checked.volatile or not request.results:
            return None
        answerer = columns_of(request.default_graphs or ())
        answer = answerer.answer(text, request.results, answering.APART)
        counts["columns"] += answer is not None
        return None if answer is None else (request.results, answer)

    found.inside.from_columns = from_columns
    app.add_url_rule("/rewritten", view_func=lambda: dict(counts))
    return app
