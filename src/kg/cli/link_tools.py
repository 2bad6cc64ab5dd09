"""What the commands that link share: the data folder, a suggester and the names of a generation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from kg.config import Settings
    from kg.link.labels import LabelIndex
    from kg.link.suggest import Suggester

HOME = typer.Option("", help="Data folder (setting KG_HOME).")


@contextmanager
def suggester(settings: Settings, with_meaning: bool) -> Iterator[Suggester]:
    """Give a suggester over the current generation."""
    from kg.link.properties import Kept
    from kg.link.suggest import Suggester
    from kg.live import Live

    with Live(settings) as live, live.lease() as opened:
        index, table = Kept().of(opened.generation.id, opened.store, settings.iris)
        search = opened.search if with_meaning else None
        yield Suggester(index, table, opened.store, settings.iris, search)


def names_of(settings: Settings) -> LabelIndex:
    """Return the names of the current generation."""
    from kg.link import names
    from kg.link.labels import LabelIndex
    from kg.live import Live

    with Live(settings) as live, live.lease() as opened:
        return LabelIndex(names.read(opened.store, settings.iris))
