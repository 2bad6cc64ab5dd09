"""The HTTP face: an application factory and one blueprint for each kind of answer."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from kg import database
from kg.config import Settings
from kg.link import queueing
from kg.live import Live
from kg.search import rerank
from kg.web import (
    api,
    assessment,
    browse,
    downloads,
    errors,
    following,
    graph,
    headers,
    i18n,
    lineage,
    link_feeds,
    linked_data,
    linking,
    links_in,
    map,
    map_files,
    meta,
    named_queries,
    observing,
    openapi,
    packing,
    pages,
    partner_pages,
    quality,
    rate,
    reconcile,
    reconcile_draft,
    record_tables,
    records,
    reported,
    reporting,
    review,
    search,
    signposts,
    sparql_search,
    status,
    support,
    templates_offered,
    views,
    warming,
    widget,
)
from kg.web.context import Services, close_lease
from kg.web.incoming import ShallowJson
from kg.web.sparql import bp as sparql_bp

BLUEPRINTS = (
    sparql_bp,
    sparql_search.bp,
    linked_data.bp,
    api.bp,
    meta.bp,
    named_queries.bp,
    openapi.bp,
    pages.bp,
    status.bp,
    quality.bp,
    search.bp,
    map.bp,
    map_files.bp,
    support.bp,
    browse.bp,
    templates_offered.bp,
    records.bp,
    lineage.bp,
    graph.bp,
    reporting.bp,
    reported.bp,
    record_tables.bp,
    reconcile.bp,
    reconcile_draft.bp,
    linking.bp,
    links_in.bp,
    review.bp,
    partner_pages.bp,
    widget.bp,
    signposts.bp,
    link_feeds.bp,
    following.bp,
    downloads.bp,
    assessment.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application that serves the current generation of the settings' data folder.

    Raises:
        ConfigError: a setting cannot be used.
    """
    settings = database.bind(settings or Settings.from_env())
    rerank.check(settings)
    queueing.check(settings)
    app = Flask(__name__)
    app.url_map.strict_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = settings.request_max_kb * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.request_max_kb * 1024
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json = ShallowJson(app)
    app.json.sort_keys = False
    app.extensions["kg"] = Services(settings, Live(settings, warming.ready(settings.iris)))
    if settings.proxies:
        # Proxies that are known may name the client and the path they serve us under; host names are
        # never taken from a request.
        known = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=known, x_proto=0, x_host=0, x_prefix=known
        )
    for part in (observing, headers, packing, i18n, rate, views, errors, warming, signposts):
        part.init_app(app)
    for bp in BLUEPRINTS:
        app.register_blueprint(bp)
    app.teardown_request(close_lease)
    return app
