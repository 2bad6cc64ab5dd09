"""The command ``kg quality``."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

import typer

from kg.cli import output
from kg.errors import BadInput, NotFound

if TYPE_CHECKING:
    from kg.config import Settings
    from kg.generation import Generation
    from kg.quality import Finding, Report


def quality(
    kind: str = typer.Option("", help="Only findings of this kind, such as 'coordinates'."),
    as_csv: bool = typer.Option(False, "--csv", help="Print the findings as CSV."),
    new: bool = typer.Option(False, "--new", help="Only what the generation before did not have."),
    check_links: int = typer.Option(0, help="Ask up to this many addresses of records whether they answer."),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    as_json: bool = output.JSON,
) -> None:
    """Show what is incomplete or looks wrong in the generation that serves."""
    from dataclasses import replace

    from kg import generation
    from kg import quality as service

    settings = output.settings(home)
    serving = generation.current(settings.home_folder)
    report = service.load(serving)
    if report is None:
        raise NotFound("This generation has no quality report.", hint="'kg build' writes one.")
    if kind and kind not in service.KINDS:
        raise BadInput(f"There is no kind {kind!r}.", hint=f"Known: {', '.join(service.KINDS)}.")
    before = service.previous(settings.home_folder, serving)
    change = service.compare(report, before) if before else None
    if new and change is None:
        raise NotFound("The generation before has no quality report to compare with.")
    found = change.new if new and change else report.findings
    if check_links:
        found = (*found, *_broken(settings, serving, check_links))
    if kind:
        found = tuple(each for each in found if each.kind == kind)
    shown = replace(report, findings=tuple(found))
    if as_csv:
        typer.echo(shown.to_csv(), nl=False)
    elif as_json:
        output.dump({**shown.to_json(), "since_last": change.to_json() if change else None})
    else:
        _show(shown)
        if change:
            output.say(f"Since the last generation: {len(change.new)} new, {len(change.gone)} gone.")


def _broken(settings: Settings, serving: Generation, most: int) -> tuple[Finding, ...]:
    """Ask addresses, and keep what came of it for the page of the report."""
    from kg import progress
    from kg.quality import checked, links
    from kg.store.embedded import open_store

    store = open_store(serving.folder, settings)
    try:
        found = links.addresses(store, settings.iris)
    finally:
        store.close()
    asked = min(most, len(found))
    with progress.for_terminal().stage("links", asked) as told:
        broken = tuple(links.check(found, most=most, told=told))
    return checked.keep(settings.home_folder, broken, asked=asked, known=len(found)).findings


def _show(report: Report) -> None:
    output.table(("kind", "record", "field", "reason"), [list(astuple(each)) for each in report.findings])
    output.say()
    counts = ", ".join(f"{count:,} {kind}" for kind, count in report.counts().items())
    output.say(f"{len(report.findings):,} findings: {counts or 'none'}.")
    output.say()
    output.table(
        ("dataset", "class", "field", "filled", "of", "%"),
        [
            [each.dataset, each.kind, each.field, each.filled, each.records, round(100 * each.share)]
            for each in report.completeness
        ],
    )


def register(app: typer.Typer) -> None:
    """Add the command to ``kg``."""
    app.command()(quality)
