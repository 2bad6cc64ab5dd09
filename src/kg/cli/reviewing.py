"""``kg links``: the queue of suggested links, decisions, mapping sets edited and loaded back, conflicts."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from kg.cli import output
from kg.cli.link_tools import HOME, names_of
from kg.errors import BadInput


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
    rows = review.read(text, settings.iris)
    taken = review.take(settings.home_folder, rows, owner, Account(curator, "curator"), settings.iris)
    if as_json:
        output.dump(taken.to_json())
    else:
        output.say(f"{taken.rows} rows: {taken.queued} new, {taken.decided} decided.")


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


def register(links: typer.Typer) -> None:
    """Add these commands to ``kg links``."""
    links.command("list")(list_links)
    links.command()(decide)
    links.command("export")(export_links)
    links.command("load")(load_links)
    links.command()(conflicts)
    links.command()(align)
