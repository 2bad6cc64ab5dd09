"""The commands of ``kg merge``: records that several sources tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kg.cli import output
from kg.cli.retiring import name_of
from kg.moments import today

if TYPE_CHECKING:
    from kg.merging import Candidate

_HOME = typer.Option("", help="Data folder (setting KG_HOME).")
_LEAST = typer.Option(0.5, min=0.3, max=1, help="Smallest probability shown.")
_CSV = typer.Option(False, "--csv", help="Print CSV.")
_BY = typer.Option(..., help="Who decides.")
_WHY = typer.Option(..., help="Why.")

merge = typer.Typer(help="Records that several sources tell: find them, merge them, take that back.")


@merge.command("find")
def find(least: float = _LEAST, home: str = _HOME, as_csv: bool = _CSV, as_json: bool = output.JSON) -> None:
    """Compare the records of the generation that serves, and list those that look like one."""
    from kg import generation, merging
    from kg.search.service import open_index

    settings = output.settings(home)
    serving = generation.current(settings.home_folder)
    index = open_index(serving.folder / "index", settings, serving.id)
    merging.save(settings.home_folder, serving.id, merging.find(index))
    index.close()
    show(least, home, as_csv, as_json)


@merge.command("list")
def show(least: float = _LEAST, home: str = _HOME, as_csv: bool = _CSV, as_json: bool = output.JSON) -> None:
    """List what was found last and nobody has decided yet, most probable first."""
    from dataclasses import asdict

    from kg import merging
    from kg.errors import NotFound
    from kg.tables import csv_text, plain_cell

    settings = output.settings(home)
    found = merging.load(settings.home_folder)
    if found is None:
        raise NotFound("Nobody has looked for records that are one.", hint="Run 'kg merge find'.")
    left = merging.undecided(found.candidates, settings.home_folder, settings.iris)
    shown = [each for each in left if each.probability >= least]
    if as_json:
        output.dump([asdict(each) for each in shown])
    elif as_csv:
        rows = (tuple(map(plain_cell, map(str, _row(each)))) for each in shown)
        typer.echo(csv_text(_COLUMNS, rows), nl=False)
    else:
        output.table(_COLUMNS, [_row(each) for each in shown])
        output.say(f"{len(shown):,} pairs of generation {found.generation}; nothing is merged by itself.")


_COLUMNS = ("probability", "one", "its name", "other", "its name", "why (bits)")


def _row(each: Candidate) -> tuple[float | str, ...]:
    why = "; ".join(f"{part.found} ({part.bits:+.1f})" for part in each.evidence)
    return (f"{each.probability:.3f}", each.left, each.left_title, each.right, each.right_title, why)


@merge.command("accept")
def accept(
    keep: str = typer.Argument(..., help="The record that stays, as its IRI."),
    other: str = typer.Argument(..., help="The record that becomes part of it."),
    reason: str = _WHY,
    curator: str = _BY,
    home: str = _HOME,
) -> None:
    """Make two records one: the statements of both stand at the first, the other's address leads to it."""
    from kg.mapping import retired

    settings = output.settings(home)
    made = retired.Retired(other, keep, today(), curator, reason, name_of(home, other))
    kept = retired.add(settings.home_folder, made, settings.iris)
    output.say(f"{kept.iri}: merged into {kept.replaced_by}. Now 'kg build'.")


@merge.command("reject")
def reject(
    one: str = typer.Argument(..., help="A record, as its IRI."),
    other: str = typer.Argument(..., help="Another that only looks like it."),
    reason: str = _WHY,
    curator: str = _BY,
    home: str = _HOME,
) -> None:
    """Write down that two records are different things; they are not proposed again."""
    from kg import merging

    settings = output.settings(home)
    made = merging.reject(
        settings.home_folder, one, other, settings.iris, on=today(), by=curator, reason=reason
    )
    output.say(f"{made.left} and {made.right} are two.")


@merge.command("undo")
def undo(
    record: str = typer.Argument(..., help="The record that was merged into another, as its IRI."),
    reason: str = _WHY,
    curator: str = _BY,
    home: str = _HOME,
) -> None:
    """Take a merge back: the record stands by itself again after the next build."""
    from kg.mapping import retired

    settings = output.settings(home)
    back = retired.undo(settings.home_folder, record, settings.iris, on=today(), by=curator, reason=reason)
    output.say(f"{back.iri} stands by itself again. Now 'kg build'.")


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.add_typer(merge, name="merge")
