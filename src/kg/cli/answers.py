"""Prints answers of SPARQL queries and records, in the formats the engine and the terminal offer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import Any, Final

from kg import queries
from kg.cli import output
from kg.config import Settings
from kg.entities.model import EntityPage, Ref, Value
from kg.errors import BadInput, NotAcceptable, NotFound
from kg.queries import NamedQuery, Term
from kg.store import GraphStore

MEDIA: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}


def print_queries(as_json: bool) -> None:
    """List the documented queries."""
    found = queries.load_folder("examples").values()
    if as_json:
        output.dump(
            [{"name": each.name, "title": each.title, "description": each.description} for each in found]
        )
        return
    rows = [(each.name, each.title, " ".join(f"--{p.name}" for p in each.parameters)) for each in found]
    output.table(("name", "title", "parameters"), rows)


def print_query(query: NamedQuery) -> None:
    """Show a query's header and text."""
    output.say(f"{query.title}\n{query.description}\n")
    rows = [(f"--{p.name}", p.type, p.default or ("optional" if p.optional else "required"), p.help)
            for p in query.parameters]  # fmt: skip
    if rows:
        output.table(("parameter", "type", "default", "meaning"), rows)
        output.say()
    output.say(query.text)


def run(settings: Settings, text: str, bound: Mapping[str, Term], form: str) -> None:
    """Run a query on the current generation and print its answer.

    Raises:
        BadInput: the format is unknown.
        QuerySyntaxError: the query does not parse.
    """
    from kg import generation
    from kg.store.embedded import open_store

    if form != "table" and form not in MEDIA:
        raise BadInput(f"There is no format '{form}'.", hint=f"Known: table, {', '.join(MEDIA)}.")
    store = open_store(generation.current(settings.home_folder).folder, settings)
    text = _searched(_complete(text, settings), settings)
    if form == "table":
        _print_table(store, text, bound, settings)
        return
    sys.stdout.buffer.write(store.answer(text, MEDIA[form], bind=bound))
    sys.stdout.buffer.flush()


def _complete(text: str, settings: Settings) -> str:
    """Add our prefixes to a query that writes none of its own."""
    return text if "prefix" in text.lower() else queries.with_prefixes(text, settings.iris)


def _searched(text: str, settings: Settings) -> str:
    """Put the results of searches in place of the SERVICE clauses that ask for them."""
    from kg import generation
    from kg.sparql.services import SearchService

    @contextmanager
    def source() -> Iterator[tuple[str, Any]]:
        from kg.search.service import open_index

        current = generation.current(settings.home_folder)
        with closing(open_index(current.index_folder, settings)) as index:
            yield current.id, index

    return SearchService(settings, source).rewrite(text)


def _print_table(store: GraphStore, text: str, bound: Mapping[str, Term], settings: Settings) -> None:
    try:
        answer = json.loads(store.answer(text, MEDIA["json"], bind=bound))
    except NotAcceptable:  # a graph, which has no rows
        prefixes = queries.prefix_map(settings.iris)
        output.say(store.answer(text, MEDIA["ttl"], bind=bound, prefixes=prefixes).decode())
        return
    if "boolean" in answer:
        output.say("yes" if answer["boolean"] else "no")
        return
    names, rows = answer["head"]["vars"], answer["results"]["bindings"]
    short = sorted(queries.prefix_map(settings.iris).items(), key=lambda pair: -len(pair[1]))
    output.table(names, [[_short(row.get(name), short) for name in names] for row in rows])
    output.note(f"{len(rows)} rows.")


def _short(cell: Mapping[str, Any] | None, prefixes: list[tuple[str, str]]) -> str:
    if cell is None:
        return ""
    value = str(cell["value"])
    if cell["type"] == "uri":
        for prefix, namespace in prefixes:
            if value.startswith(namespace):
                return f"{prefix}:{value[len(namespace) :]}"
    return value


def resolve(what: str, settings: Settings) -> str:
    """Return the IRI that a code, a prefixed name or an IRI stands for.

    Raises:
        BadInput: the text is none of these.
    """
    if what.startswith(("http://", "https://")):
        return what
    prefix, colon, local = what.partition(":")
    if colon and prefix in queries.prefix_map(settings.iris):
        return queries.prefix_map(settings.iris)[prefix] + local
    if what.startswith(("technologies_", "approaches_", "unccd_")):
        return settings.iris.id("practice", what)
    if len(what) == 3 and what.isupper():
        return settings.iris.country(what)
    raise BadInput(f"'{what}' is neither an IRI, a prefixed name nor a practice code.",
                   hint="For example technologies_1182, concept:eba or country:BFA.")  # fmt: skip


def show(settings: Settings, what: str, form: str, language: str) -> None:
    """Print one record.

    Raises:
        NotFound: the current generation has nothing of this IRI.
    """
    from kg import generation
    from kg.store.embedded import open_store

    iri = resolve(what, settings)
    store = open_store(generation.current(settings.home_folder).folder, settings)
    text, bound = queries.bind(queries.get("entity", "statements"), {"entity": iri}, settings.iris)
    rows = store.select(text, bound)
    if not rows:
        raise NotFound(f"The graph has nothing about <{iri}>.")
    if form in ("ttl", "nt", "jsonld", "rdf"):
        text, bound = queries.bind(queries.get("entity", "describe"), {"entity": iri}, settings.iris)
        sys.stdout.buffer.write(
            store.answer(text, MEDIA[form], bind=bound, prefixes=queries.prefix_map(settings.iris))
        )
        return
    if form not in ("text", "json"):
        raise BadInput(f"There is no format '{form}'.", hint="Known: text, json, ttl, nt, jsonld, rdf.")
    from kg.entities import describe

    page = describe(store, iri, language, settings.iris)
    if form == "json":
        output.dump(asdict(page))
    else:
        _print_page(page)


def _print_page(page: EntityPage) -> None:
    """Print what a person needs first: title, summary, classification, facts, source."""
    output.say(f"{page.title.value}\n<{page.iri}>")
    if page.summary:
        output.say(f"\n{page.summary.value}")
    facts = list(page.facts)
    if page.practice:
        output.say(f"\nCountry: {', '.join(ref.label.value for ref in page.practice.countries)}")
        facts = [*page.practice.classification, *facts]
        for verdict in page.practice.verdicts:
            output.say(f"{verdict.framework.label.value}: {verdict.verdict.label.value}")
    for fact in facts:
        output.say(f"{fact.name.label.value}: {'; '.join(_shown(value) for value in fact.values)}")
    if page.concept:
        for text in page.concept.labels:
            output.say(f"  {text.lang}: {text.value}")
    for name, value in (("Source", page.source), ("Licence", page.licence.iri if page.licence else "")):
        if value:
            output.say(f"{name}: {value}")
    if page.trust.confidence:
        output.say(f"Confidence: {page.trust.confidence}")


def _shown(value: Value) -> str:
    return value.label.value if isinstance(value, Ref) else value.value
