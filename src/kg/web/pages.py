"""Home, about and the SPARQL page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from kg import queries
from kg.web import named_queries, structured
from kg.web.context import catalogue, iris, opened, settings
from kg.web.i18n import language
from kg.web.kept import kept
from kg.web.respond import Answer, tagged

bp = Blueprint("pages", __name__)

WAYS = ("hazard", "degradation", "landUse", "measure")
_FEW, _NEWEST, _COUNTRIES = 8, 5, 12


@bp.get("/")
def root() -> Answer:
    """Send people to the home page in their language."""
    response = redirect(url_for("pages.home", lang=language()), 302)
    response.vary.add("Accept-Language")
    return response


@bp.get("/<lang:lang>/")
@kept
def home() -> Answer:
    """Show the search box, live figures, and ways in."""
    store, lists, lang = opened().store, catalogue(), language()
    body = render_template(
        "home.html",
        figures=lists.figures(store),
        ways={facet: lists.ways(store, facet, lang)[:_FEW] for facet in WAYS},
        countries=lists.ways(store, "country", lang)[:_COUNTRIES],
        conventions=lists.conventions(store, lang)[:_FEW],
        frameworks=lists.listing(store, "frameworks", lang),
        newest={name: lists.listing(store, name, lang)[:_NEWEST] for name in ("decisions", "publications")},
        built=str(opened().generation.manifest.get("built", "")),
        schema=structured.website(),
    )
    return tagged(body, "text/html")


@bp.get("/<lang:lang>/about")
def about() -> Answer:
    """Say what this is, where the data come from, and how to use it."""
    manifest = opened().generation.manifest
    return tagged(
        render_template("about.html", manifest=manifest, counts=catalogue().figures(opened().store)),
        "text/html",
    )


@bp.get("/<lang:lang>/sparql")
def sparql() -> Answer:
    """Show a form that sends a query to the endpoint, with examples that work."""
    examples = {
        name: (query, named_queries.example(query))
        for name, query in named_queries.all_queries(language()).items()
    }
    chosen = request.args.get("example", "")
    query_text = request.args.get("query", "") or (examples[chosen][1] if chosen in examples else "")
    body = render_template(
        "sparql.html",
        examples=examples,
        query=query_text or queries.with_prefixes(_FIRST_QUERY, iris()),
        timeout=settings().sparql_timeout_s,
        endpoint=settings().public_url + "sparql",
        prefixes=queries.prefix_map(iris()),
        base=iris().base,
    )
    return tagged(body, "text/html")


_FIRST_QUERY = """SELECT ?practice ?name WHERE {
  ?practice a kg:Technology ;
    rdfs:label ?name .
}
LIMIT 20
"""
