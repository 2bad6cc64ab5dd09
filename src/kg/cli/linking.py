"""Commands that link: ``link`` and ``partners``; ``links`` stands in modules of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kg.cli import link_accounts, output, retiring, reviewing
from kg.cli.link_tools import HOME, suggester
from kg.errors import BadInput

if TYPE_CHECKING:
    from kg.config import Settings

FORMATS = ("sssom", "ttl", "csv", "json")


def partners(home: str = HOME, as_json: bool = output.JSON) -> None:
    """List the partners whose records may be linked."""
    from kg.link import journal
    from kg.link import partners as registry

    folder = output.settings(home).home_folder
    found, counts = registry.load(folder), journal.counts(folder)
    if as_json:
        output.dump([each.to_json() | {"links": counts.get(each.id, {})} for each in found.values()])
        return
    output.table(
        ("id", "name", "homepage", "licence", "open", "accepted"),
        [
            (
                each.id,
                each.name,
                each.homepage,
                each.licence or "not known",
                counts.get(each.id, {}).get("open", 0),
                counts.get(each.id, {}).get("accept", 0),
            )
            for each in found.values()
        ],
    )


def link(
    file: Path = typer.Argument(
        ..., help="Records: .csv, .tsv, .jsonl, .json, or RDF (.ttl, .rdf, .jsonld ...)."
    ),
    partner: str = typer.Option("", help="The partner's identifier ('kg partners'); needed for --queue."),
    form: str = typer.Option("sssom", "--format", help="sssom, ttl (VoID linkset), csv or json."),
    out: Path = typer.Option(Path("-"), "--output", "-o", help="File to write; '-' is standard output."),
    queue: bool = typer.Option(False, "--queue", help="Put the links before the curators."),
    least: float = typer.Option(0.0, help="Leave out links less probable than this."),
    with_meaning: bool = typer.Option(True, "--meaning/--no-meaning", help="Compare meaning too (slower)."),
    resume: str = typer.Option("", help="Go on with this job instead of starting one."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Suggest links from a partner's records to practices, concepts, frameworks and decisions.

    The work is kept as a job: what was done before an interruption is not done again ('--resume JOB').
    """
    from kg import progress
    from kg.link import jobs, records

    form = "json" if as_json else form
    if form not in FORMATS:
        raise BadInput(f"There is no format '{form}'.", hint=f"Known: {', '.join(FORMATS)}.")
    if queue and not partner:
        raise BadInput("--queue needs --partner.")
    settings = output.settings(home)
    folder = settings.home_folder
    job = (
        jobs.get(folder, resume)
        if resume
        else jobs.create(folder, records.read(file), partner, meaning=with_meaning)
    )
    output.note(f"Job {job.id}: {job.total} records, {job.done} done.")
    with (
        suggester(settings, job.meaning) as made,
        progress.for_terminal().stage("link", job.total) as advance,
    ):
        job = jobs.run(folder, job.id, made, advance)
    if job.state != "done":
        output.note(f"Stopped at {job.done} of {job.total}; go on with --resume {job.id}.")
    found = [each for each in jobs.links(folder, job.id) if each.confidence >= least]
    _write(found, partner, form, out, settings)
    if queue:
        from kg.link import journal

        output.note(f"{journal.queue(folder, partner, found, f'job {job.id}')} new links in the queue.")


def _write(found: list[Any], partner: str, form: str, out: Path, settings: Settings) -> None:
    from kg.link import linksets, sssom
    from kg.link import partners as registry

    owner = registry.get(settings.home_folder, partner) if partner else None
    if form == "sssom":
        text = sssom.write(found, owner, settings.iris)
    elif form == "ttl":
        text = linksets.turtle(found, owner, settings.iris).decode()
    elif form == "csv":
        text = linksets.table(found)
    else:
        output.dump([each.to_json() for each in found]) if str(out) == "-" else None
        text = "" if str(out) == "-" else _json(found)
    if str(out) != "-":
        out.write_text(text, encoding="utf-8")
        output.note(f"{len(found)} links written to {out}.")
    elif text:
        sys.stdout.write(text)


def _json(found: list[Any]) -> str:
    import json

    return json.dumps([each.to_json() for each in found], ensure_ascii=False, indent=1) + "\n"


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.command()(link)
    app.command()(partners)
    links = typer.Typer(
        help="Look after suggested links: queue, decisions, jobs, accounts.", no_args_is_help=True
    )
    for part in (reviewing, link_accounts, retiring):
        part.register(links)
    app.add_typer(links, name="links")
