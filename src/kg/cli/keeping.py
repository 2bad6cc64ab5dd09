"""Commands that look after an installation: ``generations`` and ``doctor``."""

from __future__ import annotations

import typer

from kg.cli import output
from kg.errors import KgError

HOME = typer.Option("", help="Data folder (setting KG_HOME).")
generations = typer.Typer(help="List, go back to, or remove generations.", no_args_is_help=True)


@generations.command("list")
def list_generations(home: str = HOME, as_json: bool = output.JSON) -> None:
    """List the generations, newest first; the one being served is marked."""
    from kg import generation

    folder = output.settings(home).home_folder
    try:
        serving = generation.current(folder).id
    except KgError:
        serving = ""
    rows = [
        {
            "id": each.id,
            "current": each.id == serving,
            "built": each.manifest.get("built"),
            "triples": each.manifest.get("triples"),
            "records": each.manifest.get("records"),
        }
        for each in generation.list_all(folder)
    ]
    if as_json:
        output.dump(rows)
        return
    output.table(
        ("", "id", "built", "records", "triples"),
        [
            ["*" if row["current"] else "", row["id"], row["built"], row["records"], row["triples"]]
            for row in rows
        ],
    )


@generations.command()
def rollback(
    to: str = typer.Argument("", help="Generation to serve; without it, the one before the current."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Serve an earlier generation; the service follows within a second."""
    from kg import generation

    now = generation.rollback(output.settings(home).home_folder, to or None)
    if as_json:
        output.dump({"current": now.id})
    else:
        output.say(f"Generation {now.id} is current.")


@generations.command()
def prune(
    keep: int = typer.Option(0, help="How many to keep (setting KG_KEEP_GENERATIONS)."),
    home: str = HOME,
    as_json: bool = output.JSON,
) -> None:
    """Remove old generations; the current one always stays."""
    from kg import generation
    from kg.search import engine_choice
    from kg.store import opening

    settings = output.settings(home)
    removed = generation.prune(settings.home_folder, keep or settings.keep_generations)
    opening.forget(removed, settings)
    engine_choice.forget(removed, settings)
    if as_json:
        output.dump({"removed": removed})
    else:
        output.say(f"Removed {len(removed)}: {', '.join(removed) or 'none'}.")


def doctor(home: str = HOME, as_json: bool = output.JSON) -> None:
    """Check the installation: settings, packages, model, generation, memory."""
    from kg.cli.doctor import examine, failed

    checks = examine(output.settings(home))
    if as_json:
        output.dump([check.to_json() for check in checks])
    else:
        output.table(("", "check", "finding"), [["ok" if c.ok else "!!", c.name, c.finding] for c in checks])
    if failed(checks):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.add_typer(generations, name="generations")
    app.command()(doctor)
