"""The command ``kg reports``: problems that readers have reported."""

from __future__ import annotations

import sys
from enum import StrEnum

import typer

from kg.cli import output

HOME = typer.Option("", help="Data folder (setting KG_HOME).")
reports = typer.Typer(help="Read and close the problems that readers report.", no_args_is_help=True)


class Format(StrEnum):
    """How reports are printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


@reports.command("list")
def list_reports(
    state: str = typer.Option("open", help="open, closed, or all."),
    record: str = typer.Option("", help="Only those about this record (IRI)."),
    limit: int = typer.Option(0, min=0, help="How many; 0: all."),
    form: Format = typer.Option(Format.TEXT, "--format", help="text, csv or json."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Show reports, the oldest first."""
    from kg import reports as kept

    folder = output.settings(home).home_folder
    found = kept.listed(folder, state="" if state == "all" else state, record=record, limit=limit)
    if as_json or form is Format.JSON:
        output.dump([each.to_json() for each in found])
    elif form is Format.CSV:
        sys.stdout.write(kept.table(found))
    else:
        output.table(
            ("no", "state", "at", "problem", "record", "text"),
            [(str(r.number), r.state, r.at, r.problem, r.title, r.text) for r in found],
        )


@reports.command()
def show(
    number: int = typer.Argument(..., help="Number of the report."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Show one report whole."""
    from kg import reports as kept

    found = kept.get(output.settings(home).home_folder, number)
    if as_json:
        output.dump(found.to_json())
        return
    output.say(f"Report {found.number}, {found.state}, {found.at}")
    for name in ("problem", "title", "record", "language", "generation", "contact"):
        if getattr(found, name):
            output.say(f"{name}: {getattr(found, name)}")
    output.say(f"\n{found.text}")
    if found.closed:
        output.say(f"\nClosed by {found.closed_by}, {found.closed}: {found.reason}")


@reports.command()
def close(
    number: int = typer.Argument(..., help="Number of the report."),
    reason: str = typer.Option(..., help="What was done, or why nothing."),
    curator: str = typer.Option(..., help="Who closes it."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Close a report with a reason; the reader's address is deleted."""
    from kg import reports as kept

    done = kept.close(output.settings(home).home_folder, number, curator=curator, reason=reason)
    if as_json:
        output.dump(done.to_json())
    else:
        output.say(f"Report {done.number} is closed.")


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.add_typer(reports, name="reports")
