"""``kg links``: jobs that link, and the accounts of curators and partners."""

from __future__ import annotations

import typer

from kg.cli import output
from kg.cli.link_tools import HOME


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


def register(links: typer.Typer) -> None:
    """Add these commands to ``kg links``."""
    links.command("jobs")(list_jobs)
    links.command("account")(account)
