"""Commands that bring the sources here: ``harvest`` and ``sync``."""

from __future__ import annotations

import signal
from typing import Any

import typer

from kg.cli import output
from kg.errors import BadInput, KgError


def harvest(
    source: str = typer.Argument("", help="Name of a source; --list shows them."),
    every: bool = typer.Option(False, "--all", help="Every enabled source, one after another."),
    listing: bool = typer.Option(False, "--list", help="List the sources and how fresh they are."),
    full: bool = typer.Option(False, help="List everything, not only what changed since the last time."),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    as_json: bool = output.JSON,
) -> None:
    """Fetch what changed at a source into the data folder; an interrupted harvest goes on where it was."""
    from kg import harvest as harvesting
    from kg import progress
    from kg.harvest.status import status

    settings = output.settings(home)
    sources = harvesting.read(settings.home_folder)
    if listing:
        rows = status(settings)["sources"]
        if as_json:
            output.dump(rows)
        else:
            columns = ("name", "kind", "enabled", "records", "withdrawn", "fresh", "state", "message")
            output.table(columns, [[row[column] for column in columns] for row in rows])
        return
    if bool(source) == every:
        raise BadInput("Name one source, or say --all.", hint="'kg harvest --list' shows the sources.")
    chosen = (
        [harvesting.one(settings.home_folder, source)]
        if source
        else [each for each in sources.values() if each.enabled]
    )
    if not chosen:
        raise BadInput("No source is enabled.", hint="Set 'enabled = true' in sources.toml.")
    _stop_softly()
    done: list[dict[str, Any]] = []
    failure: KgError | None = None
    for each in chosen:
        try:
            run = harvesting.harvest(each, settings, progress.for_terminal(), whole=full)
        except KgError as fault:
            failure = fault
            output.note(f"{each.name}: {fault}")
            continue
        done.append({"source": each.name} | run.to_json())
    if as_json:
        output.dump(done)
    else:
        columns = ("source", "outcome", "listed", "fetched", "changed", "withdrawn", "failed", "requests")
        output.table(columns, [[row[column] for column in columns] for row in done])
    if failure is not None:
        raise failure


def sync(
    accept: list[str] = typer.Option(
        None, help="A source whose loss or changed shape you have looked at; repeatable."
    ),
    index: bool = typer.Option(True, help="Build the search index too."),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    as_json: bool = output.JSON,
) -> None:
    """Harvest what is due, build, check and switch; safe to run from cron or a systemd timer."""
    from kg import progress
    from kg.harvest.sync import sync as run

    _stop_softly()
    settings = output.settings(home)
    done = run(settings, progress.for_terminal(), accept=tuple(accept or ()), index=index)
    if as_json:
        output.dump(done.to_json())
        return
    output.table(("source", "outcome"), [[name, text] for name, text in done.sources.items()])
    output.say(f"Generation {done.generation}" + (" serves now." if done.switched else " serves, as before."))


def _stop_softly() -> None:
    """Let a service manager's SIGTERM end a harvest as Ctrl-C does: between two steps."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    for command in (harvest, sync):
        app.command()(command)
