"""Registers the commands of ``kg``."""

from __future__ import annotations

import typer

from kg import __version__
from kg.cli import (
    aligning,
    asking,
    building,
    harvesting,
    keeping,
    linking,
    merging,
    quality,
    reporting,
    serving,
    supporting,
    templates,
    working,
)

app = typer.Typer(
    name="kg",
    help="LandKG: build, search, query and serve the knowledge graph of sustainable land management.",
    epilog="Exit codes: 0 done, 1 failure, 2 wrong use or input, 3 refused or too large, 4 not found, "
    "5 out of time or capacity, 6 build failed, 7 other embedding model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"landkg {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    _asked: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    for noisy in ("sentence_transformers", "httpx", "transformers", "faiss", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


building.register(app)
harvesting.register(app)
asking.register(app)
aligning.register(app)
keeping.register(app)
serving.register(app)
linking.register(app)
supporting.register(app)
quality.register(app)
templates.register(app)
merging.register(app)
reporting.register(app)
working.register(app)
