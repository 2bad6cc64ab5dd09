"""Commands that take records out of the graph for good: ``kg links retire`` and ``kg links retired``."""

from __future__ import annotations

import typer

from kg.cli import output
from kg.moments import today

_HOME = typer.Option("", help="Data folder (setting KG_HOME).")


def retire(
    iri: str = typer.Argument(..., help="The record, as its IRI."),
    into: str = typer.Option("", help="The record that stands for it from now on; none: it is withdrawn."),
    reason: str = typer.Option(..., help="Why; shown on the tombstone."),
    curator: str = typer.Option(..., help="Who decides."),
    home: str = _HOME,
    as_json: bool = output.JSON,
) -> None:
    """Withdraw a record, or merge it into another; its address answers 410 or 301 after the next build."""
    from dataclasses import asdict

    from kg.mapping import retired

    settings = output.settings(home)
    name = name_of(home, iri)
    made = retired.Retired(iri, into, today(), curator, reason, name)
    kept = retired.add(settings.home_folder, made, settings.iris)
    if as_json:
        output.dump(asdict(kept))
    else:
        output.say(
            f"{kept.iri}: {'merged into ' + kept.replaced_by if into else 'withdrawn'}. Now 'kg build'."
        )


def retired_list(home: str = _HOME, as_json: bool = output.JSON) -> None:
    """List the records that were withdrawn or merged."""
    from dataclasses import asdict

    from kg.mapping import retired

    settings = output.settings(home)
    found = retired.read(settings.home_folder, settings.iris)
    if as_json:
        output.dump([asdict(each) for each in found.values()])
        return
    output.table(
        ("record", "replaced by", "on", "by", "reason"),
        [(each.iri, each.replaced_by, each.on, each.by, each.reason) for each in found.values()],
    )


def name_of(home: str, iri: str) -> str:
    """Return the record's name in the generation that serves; empty where there is none."""
    from kg.cli.link_tools import names_of
    from kg.errors import NoGeneration

    try:
        entry = names_of(output.settings(home)).by_iri.get(iri)
    except NoGeneration:
        return ""
    return entry.label("en").value if entry is not None else ""


def register(links: typer.Typer) -> None:
    """Add these commands to ``kg links``."""
    links.command("retire")(retire)
    links.command("retired")(retired_list)
