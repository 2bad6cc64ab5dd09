"""``kg worker`` runs linking jobs from the queue; ``kg database`` looks after what people write."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import typer

from kg.cli import output
from kg.errors import BadInput

HOME = typer.Option("", help="Data folder (setting KG_HOME).")


def worker(
    burst: bool = typer.Option(False, "--burst", help="Stop when the queue is empty."),
    home: str = HOME,
    as_json: bool = typer.Option(False, "--json", help="Say as JSON what is worked on, then work."),
) -> None:
    """Run linking jobs from the queue in Redis until stopped (settings KG_QUEUE=rq and KG_REDIS_URL)."""
    from kg.link import queueing

    settings = output.settings(home)
    queueing.check(settings)
    if settings.queue != "rq":
        raise BadInput("There is no queue to work on.", hint="Set KG_QUEUE=rq and KG_REDIS_URL.")
    # The processes that run jobs read the same settings.
    os.environ["KG_HOME"] = str(settings.home_folder)
    if as_json:
        output.dump({"home": str(settings.home_folder), "queue": queueing.QUEUE})
        sys.stdout.flush()
    output.note(f"Working on the jobs of {settings.home_folder}; Ctrl-C stops.")
    queueing.serve(settings, burst=burst)


def status(home: str = HOME, as_json: bool = output.JSON) -> None:
    """Show where accounts, decisions, reports and jobs are, and in which version."""
    from kg.database import upkeep

    found = upkeep.status(output.settings(home).home_folder)
    if as_json:
        output.dump([each.to_json() for each in found])
        return
    rows = [(each.part, each.place, each.version or "none yet", each.newest, each.rows) for each in found]
    output.table(("part", "where", "version", "newest", "rows"), rows)


def upgrade(home: str = HOME, as_json: bool = output.JSON) -> None:
    """Bring the tables to the version of this software; every command does so by itself on opening."""
    from kg.database import upkeep

    found = {each.part: each.version for each in upkeep.upgrade(output.settings(home).home_folder)}
    _say(found, as_json)


def copy(home: str = HOME, as_json: bool = output.JSON) -> None:
    """Copy everything from the SQLite files of the data folder into the empty database of KG_DATABASE_URL."""
    from kg.database import upkeep

    _say(upkeep.copy(output.settings(home).home_folder), as_json)


def _say(found: Mapping[str, object], as_json: bool) -> None:
    if as_json:
        output.dump(found)
    for name, value in () if as_json else found.items():
        output.say(f"{name}: {value}")


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.command()(worker)
    database = typer.Typer(
        help="Look after the database of accounts, decisions, reports and jobs.", no_args_is_help=True
    )
    for command in (status, upgrade, copy):
        database.command()(command)
    app.add_typer(database, name="database")
