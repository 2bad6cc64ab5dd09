"""The command that serves: gunicorn around the WSGI application."""

from __future__ import annotations

import os
import sys

import typer

from kg.cli import output


def serve(
    host: str = typer.Option("", help="Address to bind to (setting KG_HOST)."),
    port: int = typer.Option(0, help="Port to bind to (setting KG_PORT)."),
    home: str = typer.Option("", help="Data folder (setting KG_HOME)."),
    build: bool = typer.Option(False, "--build", help="Build first when nothing has been built yet."),
    as_json: bool = typer.Option(False, "--json", help="Say as JSON where it serves and what, then serve."),
) -> None:
    """Serve the current generation over HTTP until stopped."""
    from kg import generation
    from kg.errors import NoGeneration
    from kg.link import queueing
    from kg.search import rerank

    settings = output.settings(home, host=host or None, port=port or None)
    rerank.check(settings)
    queueing.check(settings)
    try:
        generation.current(settings.home_folder)
    except NoGeneration:
        if not build:
            raise
        from kg import progress
        from kg.build import build as run

        built = run(settings, progress=progress.for_terminal()).summary()
        (output.note if as_json else output.say)(built)
    os.environ.update(KG_HOME=str(settings.home_folder), KG_HOST=settings.host, KG_PORT=str(settings.port))
    # Waiting OpenMP threads would spin and take the other requests' processor.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if as_json:
        serving = generation.current(settings.home_folder).id
        address = f"http://{settings.host}:{settings.port}/"
        output.dump({"address": address, "home": str(settings.home_folder), "generation": serving})
        sys.stdout.flush()
    output.note(f"Serving http://{settings.host}:{settings.port}/ from {settings.home_folder}; Ctrl-C stops.")
    # By default one process with threads: the engine lets go of the GIL, and a generation is held once.
    # Nothing is preloaded before the fork, because FAISS and torch do not survive one.
    arguments = [
        "-m", "gunicorn", "kg.web:create_app()",
        "--worker-class", "kg.web.quick.QuickWorker",
        "--workers", str(max(1, settings.processes)), "--threads", str(settings.threads),
        "--bind", f"{settings.host}:{settings.port}",
        "--keep-alive", "30", "--timeout", "120", "--graceful-timeout", "20",
        "--limit-request-line", "8190", "--no-control-socket", "--log-level", settings.log_level.lower(),
    ]  # fmt: skip
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own fixed command


def register(app: typer.Typer) -> None:
    """Add this command to ``kg``."""
    app.command()(serve)
