"""Commands of decision support: ``support check`` for who edits its questions, ``support plan`` to try it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kg.cli import output

if TYPE_CHECKING:
    from kg.support.ranking import Ranking
    from kg.support.script import Script

HOME = typer.Option("", help="Data folder (setting KG_HOME).")
FOLDER = typer.Option(
    None, "--folder", help="Folder of questions and modules; without it, the installed one."
)

support = typer.Typer(help="Check the questions of the decision support, and try their plan.")


@support.command("check")
def support_check(folder: Path = FOLDER, as_json: bool = output.JSON, home: str = HOME) -> None:
    """Read every question and module, and name what the current generation does not know."""
    from kg.support.checking import check

    script = _script(folder)
    with _ranking(home) as ranking:
        faults = check(script, ranking)
    if as_json:
        output.dump({"questions": len(script.questions), "modules": len(script.modules), "faults": faults})
    else:
        for fault in faults:
            output.say(fault)
        output.say(
            f"{len(script.questions)} questions and {len(script.modules)} modules: "
            + (f"{len(faults)} faults." if faults else "every name is in the graph.")
        )
    if faults:
        raise typer.Exit(1)


@support.command("plan")
def support_plan(
    answers: list[str] = typer.Argument(
        None, help="Answers as question=option, such as face=drought place=NER."
    ),
    folder: Path = FOLDER,
    language: str = typer.Option("en", "--lang", help="Language: en, fr, es, ru, zh or ar."),
    as_json: bool = output.JSON,
    home: str = HOME,
) -> None:
    """Print the plan that answers lead to, and the question that comes next."""
    from kg.errors import BadInput
    from kg.support.conversation import talk
    from kg.support.planning import plan
    from kg.vocab import LANGUAGES

    if language not in LANGUAGES:
        raise BadInput(f"'{language}' is none of the languages {', '.join(LANGUAGES)}.")
    script = _script(folder)
    given: dict[str, list[str]] = {}
    for each in answers or []:
        name, equals, value = each.partition("=")
        if not equals or script.question(name) is None:
            known = ", ".join(question.id for question in script.questions)
            raise BadInput(f"'{each}' is no answer.", hint=f"Write question=option; questions are {known}.")
        given.setdefault(name, []).append(value)
    found = talk(script, given)
    with _ranking(home) as ranking:
        made = plan(script, found, ranking, language)
    if as_json:
        output.dump({"next": found.next.id if found.next else None, "plan": made.to_json()})
        return
    for part in made.parts:
        output.say(part.name)
        for item in (*part.practices, *part.decisions, *part.publications):
            why = "; ".join(each.said or each.label for each in item.reasons if each.said or each.label)
            output.say(f"  {item.score:5.1f}  {item.ref.label.value}  ({why})")
    if found.next:
        output.say(f"Next question: {found.next.id}: {found.next.ask[language]}")


def _script(folder: Path | None) -> Script:
    from kg.support import reading

    return reading.load(folder) if folder else reading.bundled()


@contextmanager
def _ranking(home: str) -> Iterator[Ranking]:
    from kg.atlas.gazetteer import Gazetteer
    from kg.live import Live
    from kg.support.ranking import Ranking

    settings = output.settings(home)
    with Live(settings) as live, live.lease() as opened:
        places = Gazetteer.read(opened.store, settings.iris)
        yield Ranking(opened.store, opened.search, places, settings.iris)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(support, name="support")
