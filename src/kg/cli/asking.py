"""Commands that ask the graph: ``search``, ``query``, ``show``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from kg.cli import output
from kg.errors import BadInput

HOME = typer.Option("", help="Data folder (setting KG_HOME).")
FILTERS = {
    "type": "Only this type, such as technology or decision; repeatable.",
    "country": "Only this country (ISO 3166-1 alpha-3); repeatable.",
    "land-use": "Only this land use concept; repeatable.",
    "measure": "Only this measure; repeatable.",
    "degradation": "Only this degradation type; repeatable.",
    "framework": "Only practices under this framework (slm, ldn, eba, ecodrr, nbs, drought); repeatable.",
}


def _many(name: str) -> Any:
    return typer.Option(None, f"--{name}", help=FILTERS[name])


def search(
    text: str = typer.Argument(..., help="What you look for, in any UN language."),
    type_: list[str] = _many("type"),
    country: list[str] = _many("country"),
    land_use: list[str] = _many("land-use"),
    measure: list[str] = _many("measure"),
    degradation: list[str] = _many("degradation"),
    framework: list[str] = _many("framework"),
    year: str = typer.Option("", help="A year or a range such as 2010..2015."),
    language: str = typer.Option("", help="Language of the labels (en, fr, es, ru, zh, ar)."),
    limit: int = typer.Option(10, help="How many results."),
    offset: int = typer.Option(0, help="How many results to skip."),
    as_json: bool = output.JSON,
    home: str = HOME,
) -> None:
    """Find practices, decisions and publications by meaning and by words."""
    from kg.live import Live
    from kg.search.requests import SearchRequest

    asked = {
        "type": type_,
        "country": country,
        "landUse": land_use,
        "measure": measure,
        "degradation": degradation,
        "framework": framework,
        "year": [year] if year else [],
    }
    request = SearchRequest(
        text=text,
        filters={name: tuple(values) for name, values in asked.items() if values},
        limit=limit,
        offset=offset,
        language=language or None,
    )
    with Live(output.settings(home)) as live, live.lease() as opened:
        found = opened.search.search(request)
    if as_json:
        output.dump(found.to_json())
        return
    if not found.hits:
        output.say("Nothing found.")
    for place, hit in enumerate(found.hits, offset + 1):
        countries = f", {', '.join(hit.countries)}" if hit.countries else ""
        output.say(f"{place:3}. {hit.label}  ({hit.type}{countries})")
        output.say(f"     {hit.iri}")
        if hit.snippet:
            output.say(f"     {' '.join(hit.snippet.split())[:300]}")
        if hit.why:
            output.say(f"     why: {'; '.join(hit.why)}")
    output.note(f"{found.total} found in {found.took_ms:.0f} ms.")


def query(
    context: typer.Context,
    what: str = typer.Argument(..., help="Name of a query of 'kg query list', a .rq file, or SPARQL text."),
    form: str = typer.Option(
        "table", "--format", help="table, json, xml, csv, tsv, or ttl, nt, jsonld for graphs."
    ),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Run a SPARQL query: a documented one with --PARAMETER VALUE, a file, or a text.

    'kg query list' shows the documented queries; 'kg query NAME --help-query' what one takes.
    """
    from kg import queries
    from kg.cli import answers

    if what == "list":
        answers.print_queries(as_json)
        return
    values = _pairs(context.args)
    named = _find_query(what)
    if "help-query" in values:
        answers.print_query(named)
        return
    settings = output.settings(home)
    text, bound = queries.bind(named, dict(values), settings.iris)
    answers.run(settings, text, bound, "json" if as_json else form)


def _find_query(what: str) -> Any:
    from kg import queries

    if any(mark in what for mark in "{ \n"):
        return queries.NamedQuery("text", "text", "", (), what)
    if what.endswith(".rq"):
        path = Path(what)
        if not path.is_file():
            raise BadInput(f"There is no file {what}.")
        text = path.read_text(encoding="utf-8")
        if not any(line.startswith("# title:") for line in text.splitlines()):
            return queries.NamedQuery(path.stem, path.stem, "", (), text)
        return queries.read(path)
    return queries.get("examples", what)


def _pairs(rest: list[str]) -> dict[str, str]:
    """Read ``--name value`` and ``--name=value`` pairs."""
    found: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        if not word.startswith("--"):
            raise BadInput(f"'{word}' is not understood here.", hint="Parameters are written --name value.")
        name, equals, value = word[2:].partition("=")
        if name != "help-query" and not equals:
            value = next(words, "")
            if not value:
                raise BadInput(f"The parameter --{name} has no value.")
        found[name] = value
    return found


def show(
    what: str = typer.Argument(
        ..., help="IRI, prefixed name or code, such as technologies_1182 or country:BFA."
    ),
    form: str = typer.Option("text", "--format", help="text, ttl, nt, jsonld or rdf."),
    language: str = typer.Option("en", help="Language of the labels."),
    as_json: bool = output.JSON,
    home: str = HOME,
) -> None:
    """Show what the graph knows about one record."""
    from kg.cli import answers

    answers.show(output.settings(home), what, "json" if as_json else form, language)


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.command()(search)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(query)
    app.command()(show)
