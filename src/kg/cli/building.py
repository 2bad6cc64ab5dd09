"""Commands that make or check data: ``build``, ``validate``, ``sources``."""

from __future__ import annotations

from pathlib import Path

import typer

from kg.cli import output
from kg.errors import BadInput

INPUT = typer.Option(
    None,
    "--input",
    "-i",
    help="More records as LOADER=PATH (file or folder), for example wocat=exports/; repeatable.",
)


def build(
    inputs: list[str] = INPUT,
    bundled: bool = typer.Option(True, help="Include the records that come with LandKG."),
    whole: bool = typer.Option(False, help="Build everything, also what has not changed."),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    as_json: bool = output.JSON,
) -> None:
    """Build a new generation of the graph and its indexes, and switch to it."""
    from kg import progress
    from kg.build import build as run

    done = run(
        output.settings(home),
        inputs=tuple(inputs or ()),
        bundled=bundled,
        whole=whole,
        progress=progress.for_terminal(),
    )
    if as_json:
        output.dump(done.to_json())
        return
    output.table(("dataset", "read", "loaded", "quarantined", "triples"), done.dataset_rows())
    output.say()
    output.table(("stage", "seconds"), done.stage_rows())
    output.say()
    output.say(done.summary())


def validate(
    inputs: list[str] = typer.Argument(
        None, help="What to check as LOADER=PATH; without it, the current generation."
    ),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    as_json: bool = output.JSON,
) -> None:
    """Check records without publishing them, or the generation that is being served."""
    from kg import build as building
    from kg import progress

    settings = output.settings(home)
    if inputs:
        report = building.check_inputs(settings, tuple(inputs), progress=progress.for_terminal())
    else:
        report = building.check_current(settings, progress=progress.for_terminal())
    if as_json:
        output.dump(report.to_json())
    else:
        output.table(("severity", "file", "record", "field", "reason"), report.rows())
        output.say(report.summary())
    if report.failed:
        raise typer.Exit(1)


def sources(
    as_json: bool = output.JSON, home: str = typer.Option("", help="Data folder (setting KG_HOME).")
) -> None:
    """List the datasets with their counts, publishers and licences."""
    from kg.build import dataset_table

    rows = dataset_table(output.settings(home))
    if as_json:
        output.dump(rows)
        return
    columns = ("name", "title", "read", "records", "quarantined", "publisher", "licence")
    output.table(columns, [[row.get(column) for column in columns] for row in rows])


def export(
    target: Path = typer.Option(None, "--output", "-o", help="File to write; standard output without it."),
    graph: str = typer.Option("", help="Only this named graph, such as 'wocat' or 'assessments'."),
    form: str = typer.Option("nq", "--format", help="nq, trig, ttl, nt, rdf or jsonld."),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    as_json: bool = typer.Option(False, "--json", help="Say as JSON what was written; needs --output."),
) -> None:
    """Write the graph, or one of its named graphs, to a file."""
    import sys

    from kg.build import export as run

    settings = output.settings(home)
    if target is None:
        if as_json:
            raise BadInput("--json and the graph cannot both go to standard output.", hint="Add -o FILE.")
        run(settings, sys.stdout.buffer, graph=graph or None, form=form)
        return
    if not target.parent.is_dir():
        raise BadInput(f"The folder {target.parent} does not exist.")
    # Under another name until it is whole: a wrong graph or format leaves an earlier file as it was.
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as out:
            count = run(settings, out, graph=graph or None, form=form)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    if as_json:
        output.dump({"file": str(target), "format": form, "graph": graph or None, "statements": count})
    else:
        output.note(f"{count:,} statements written to {target}.")


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    for command in (build, validate, sources, export):
        app.command()(command)
