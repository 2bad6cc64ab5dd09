"""Commands that link: ``link``, ``links`` (queue, review, jobs) and ``partners``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kg.cli import output, retiring
from kg.errors import BadInput

if TYPE_CHECKING:
    from kg.config import Settings
    from kg.link.labels import LabelIndex
    from kg.link.suggest import Suggester

HOME = typer.Option("", help="Data folder (setting KG_HOME).")
FORMATS = ("sssom", "ttl", "csv", "json")
links = typer.Typer(
    help="Look after suggested links: queue, decisions, jobs, accounts.", no_args_is_help=True
)


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
    job = jobs.get(folder, resume) if resume else jobs.create(folder, records.read(file), partner)
    output.note(f"Job {job.id}: {job.total} records, {job.done} done.")
    with (
        suggester(settings, with_meaning) as made,
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


@contextmanager
def suggester(settings: Settings, with_meaning: bool) -> Iterator[Suggester]:
    """Give a suggester over the current generation."""
    from kg.link.properties import Kept
    from kg.link.suggest import Suggester
    from kg.live import Live

    with Live(settings) as live, live.lease() as opened:
        index, table = Kept().of(opened.generation.id, opened.store, settings.iris)
        search = opened.search if with_meaning else None
        yield Suggester(index, table, opened.store, settings.iris, search)


def names_of(settings: Settings) -> LabelIndex:
    """Return the names of the current generation."""
    from kg.link import names
    from kg.link.labels import LabelIndex
    from kg.live import Live

    with Live(settings) as live, live.lease() as opened:
        return LabelIndex(names.read(opened.store, settings.iris))


@links.command("list")
def list_links(
    partner: str = typer.Option("", help="Only this partner's."),
    state: str = typer.Option("open", help="open, accept, reject, or all."),
    limit: int = typer.Option(50, help="How many."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Show queued links, the surest first."""
    from kg.link import journal

    folder = output.settings(home).home_folder
    found = journal.listed(folder, partner=partner, state="" if state == "all" else state, limit=limit)
    if as_json:
        output.dump([each.to_json() for each in found])
        return
    output.table(
        ("no", "state", "partner", "their record", "relation", "our record", "p"),
        [
            (each.number, each.state, each.partner, each.link.subject_label, each.predicate,
             each.link.object_label, f"{each.link.confidence:.2f}")
            for each in found
        ],
    )  # fmt: skip


@links.command()
def decide(
    number: int = typer.Argument(..., help="Number in the queue."),
    action: str = typer.Argument(..., help="accept or reject."),
    curator: str = typer.Option(..., help="Who decides."),
    reason: str = typer.Option("", help="Why; a rejection needs it."),
    relation: str = typer.Option("", help="Another relation, such as skos:exactMatch."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Accept or reject a queued link; the graph follows with the next build."""
    from kg.link import journal

    folder = output.settings(home).home_folder
    now = journal.decide(folder, number, action=action, curator=curator, reason=reason, predicate=relation)
    if as_json:
        output.dump(now.to_json())
    else:
        output.say(f"{now.number}: {now.state}, {now.predicate}.")


@links.command("export")
def export_links(
    partner: str = typer.Argument(..., help="The partner's identifier."),
    state: str = typer.Option("all", help="open, accept, reject, or all."),
    home: str = HOME,
) -> None:
    """Write a partner's queue as SSSOM, to be edited and loaded back."""
    from kg.link import journal, sssom
    from kg.link import partners as registry

    settings = output.settings(home)
    owner = registry.get(settings.home_folder, partner)
    found = journal.listed(settings.home_folder, partner=partner, state="" if state == "all" else state)
    sys.stdout.write(sssom.write(found, owner, settings.iris))


@links.command("load")
def load_links(
    file: Path = typer.Argument(..., help="SSSOM TSV."),
    partner: str = typer.Option(..., help="The partner's identifier."),
    curator: str = typer.Option(..., help="Who decided what is decided in the file."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Take back an edited mapping set: rows of semapv:ManualMappingCuration are decisions."""
    from kg.link import partners as registry
    from kg.link import review
    from kg.link.accounts import Account

    settings = output.settings(home)
    owner = registry.get(settings.home_folder, partner)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(f"{file} cannot be read: {fault}.") from None
    taken = review.take(settings.home_folder, text, owner, Account(curator, "curator"), settings.iris)
    if as_json:
        output.dump(taken.to_json())
    else:
        output.say(f"{taken.rows} rows: {taken.queued} new, {taken.decided} decided.")


@links.command()
def conflicts(home: str = HOME, as_json: bool = output.JSON) -> None:
    """Show accepted links that clash or lead to withdrawn records."""
    from kg.link import review

    settings = output.settings(home)
    found = review.conflicts(settings.home_folder, names_of(settings), settings.iris)
    if as_json:
        output.dump([each.to_json() for each in found])
    else:
        output.table(
            ("kind", "about", "links"), [(c.kind, c.about, ", ".join(map(str, c.links))) for c in found]
        )
    if found:
        raise typer.Exit(1)


@links.command()
def align(
    file: Path = typer.Argument(..., help="A SKOS thesaurus in RDF."),
    partner: str = typer.Option(..., help="The partner whose thesaurus it is."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Propose mappings between a thesaurus and our concepts, for the queue."""
    from kg.link import journal, thesaurus
    from kg.link import partners as registry

    settings = output.settings(home)
    registry.get(settings.home_folder, partner)
    found = thesaurus.propose(thesaurus.read(file), names_of(settings))
    fresh = journal.queue(settings.home_folder, partner, found, f"thesaurus {file.name}")
    if as_json:
        output.dump({"proposed": len(found), "new": fresh})
    else:
        output.say(f"{len(found)} mappings proposed, {fresh} of them new in the queue.")


@links.command("jobs")
def list_jobs(
    cancel: str = typer.Option("", help="Stop this job after the batch it is at."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """List linking jobs, or stop one."""
    from kg.link import jobs

    folder = output.settings(home).home_folder
    found = [jobs.cancel(folder, cancel)] if cancel else jobs.every(folder)
    if as_json:
        output.dump([each.to_json() for each in found])
    else:
        rows = [(each.id, each.state, each.done, each.total, each.updated) for each in found]
        output.table(("job", "state", "done", "of", "updated"), rows)


@links.command("account")
def account(
    name: str = typer.Argument(..., help="Name of the curator, or a partner's identifier."),
    role: str = typer.Option("curator", help="curator or partner."),
    revoke: bool = typer.Option(False, "--revoke", help="Take the token away."),
    home: str = HOME,
) -> None:
    """Make an account and print its token once, or revoke it."""
    from kg.link import accounts

    folder = output.settings(home).home_folder
    if revoke:
        accounts.revoke(folder, name)
        output.say(f"{name} can no longer sign in.")
        return
    output.note("Keep this token; it is not shown again.")
    output.say(accounts.create(folder, name, role))


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.command()(link)
    app.command()(partners)
    retiring.register(links)
    app.add_typer(links, name="links")
