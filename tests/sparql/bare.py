"""The SPARQL blueprint alone in an application, as gunicorn loads it for the tests."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Flask

from kg.config import Settings
from kg.web import sparql


def create_app() -> Flask:
    app = Flask(__name__)
    app.extensions["kg"] = SimpleNamespace(settings=Settings.from_env())
    app.register_blueprint(sparql.bp)
    return app
