"""Commands of the alignment: ``explain``, ``rules check|diff``, ``assess override|list``."""

from __future__ import annotations

from pathlib import Path

import typer

from kg.cli import output

HOME = typer.Option("", help="Data folder (setting KG_HOME).")
RULES = typer.Option(None, "--rules", help="Folder of rule files; without it, the installed one.")


def explain(
    practice: str = typer.Argument(..., help="Code of the practice, such as technologies_1614."),
    framework: str = typer.Option("", help="One framework: slm, ldn, eba, ecodrr, nbs or drought."),
    language: str = typer.Option("en", "--lang", help="Language: en, fr, es, ru, zh or ar."),
    as_json: bool = output.JSON,
    home: str = HOME,
) -> None:
    """Say how a practice stands to the frameworks, criterion by criterion, with the facts."""
    from kg.align.explain import explain as run
    from kg.live import Live

    settings = output.settings(home)
    with Live(settings).lease() as opened:
        found = run(opened.store, practice, settings.iris, framework=framework or None, language=language)
    if as_json:
        output.dump(found)
        return
    for part in found["assessments"]:
        output.say(part["sentence"])
        for each in part["human"]:
            output.say(f"  ! {each['sentence']}")
        for each in part["criteria"]:
            output.say(f"  {each['id']}  {each['sentence']}")
            for fact in each["evidence"]:
                output.say(f"      {fact['strength']}: {fact['located']}")
        for each in part["missing"]:
            output.say(f"  {each['id']}  {each['sentence']}")
        for each in part["suggestions"]:
            output.say(f"  ~ {each['sentence']}")
        output.say()
    for note in found["notes"]:
        output.say(note)


rules = typer.Typer(help="Check the rules that assess practices, and see what a change of them changes.")


@rules.command("check")
def rules_check(folder: Path = RULES, as_json: bool = output.JSON) -> None:
    """Read every rule, try it, and name what is wrong with it."""
    from kg.align.checking import check

    faults = check(folder)
    if as_json:
        output.dump([{"file": each.file, "reason": each.reason} for each in faults])
    elif faults:
        output.table(("file", "what is wrong"), [(each.file, each.reason) for each in faults])
    else:
        output.say("Every rule can be used.")
    if faults:
        raise typer.Exit(1)


@rules.command("diff")
def rules_diff(folder: Path = RULES, as_json: bool = output.JSON, home: str = HOME) -> None:
    """List the practices whose verdict the rules would change against the current generation."""
    from kg.align.checking import diff
    from kg.live import Live

    settings = output.settings(home)
    with Live(settings).lease() as opened:
        changes = diff(opened.store, settings.iris, folder)
    if as_json:
        output.dump([{name: getattr(each, name) for name in each.__slots__} for each in changes])
        return
    output.table(
        ("practice", "framework", "was", "would be"),
        [(each.practice, each.framework, each.was or "(none)", each.now) for each in changes],
    )
    output.say(f"{len(changes)} verdicts would change.")


assess = typer.Typer(help="Human assessments: they win over the rules, and both stay visible.")


@assess.command("override")
def override(
    practice: str = typer.Argument(..., help="Code of the practice."),
    framework: str = typer.Argument(..., help="slm, ldn, eba, ecodrr, nbs or drought."),
    verdict: str = typer.Argument(..., help="qualifies, candidate, insufficient or not_qualified."),
    reviewer: str = typer.Option(..., help="Name of the person who decides."),
    reason: str = typer.Option(..., help="Why."),
    home: str = HOME,
) -> None:
    """Record a human assessment in the journal; it enters the graph with the next build."""
    from datetime import UTC, datetime

    from kg.align import journal
    from kg.align.explain import FRAMEWORKS
    from kg.errors import BadInput

    if framework not in FRAMEWORKS:
        raise BadInput(f"There is no framework '{framework[:40]}'.", hint=f"Known: {', '.join(FRAMEWORKS)}.")
    done = journal.add(
        output.settings(home).home_folder,
        practice=practice,
        framework=framework,
        verdict=verdict,
        reviewer=reviewer,
        reason=reason,
        day=datetime.now(UTC).date(),
    )
    output.say(f"Human assessment {done.number} is recorded; 'kg build' brings it into the graph.")


@assess.command("list")
def listed(as_json: bool = output.JSON, home: str = HOME) -> None:
    """List the human assessments of the journal."""
    from kg.align import journal

    rows = journal.every(output.settings(home).home_folder)
    columns = ("number", "practice", "framework", "verdict", "reviewer", "day", "reason")
    if as_json:
        output.dump([{name: getattr(each, name) for name in columns} for each in rows])
    else:
        output.table(columns, [[getattr(each, name) for name in columns] for each in rows])


def register(app: typer.Typer) -> None:
    """Add these commands to ``kg``."""
    app.command()(explain)
    app.add_typer(rules, name="rules")
    app.add_typer(assess, name="assess")
