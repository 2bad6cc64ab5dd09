"""WSGI entry: settings from the environment, application from the factory; no logic."""

from __future__ import annotations

from kg.web import create_app

app = create_app()
