"""Runs one linking job on the generation that serves: in a thread of the web process, or in a worker."""

from __future__ import annotations

import logging
import time
from typing import Final

from kg.config import Settings
from kg.errors import KgError, Unavailable
from kg.link import jobs
from kg.link.properties import Kept
from kg.link.suggest import Suggester
from kg.live import Live

TRIES: Final = 60
"""Times that a job is gone on with when the database is away; with five seconds each, five minutes."""
_LOG: Final = logging.getLogger(__name__)


def work(settings: Settings, live: Live, name: str) -> None:
    """Run a job to its end, going on with it where the database was away for a while.

    A job that was cancelled meanwhile, or that runs elsewhere, is left alone. What goes wrong is logged: the
    job can be resumed.
    """
    home = settings.home_folder
    for _ in range(TRIES):
        try:
            if jobs.get(home, name).state in ("waiting", "interrupted"):
                _run(settings, live, name)
            return
        except Unavailable as fault:
            _LOG.warning("The job %s stopped for a while: %s", name, fault)
            time.sleep(fault.retry_after if fault.retry_after < 60 else 5)
        except KgError as fault:
            _LOG.error("The job %s stopped: %s", name, fault)
            return
    _LOG.error("The job %s was given up; it can be resumed", name)


def _run(settings: Settings, live: Live, name: str) -> None:
    with live.lease() as current:
        index, table = Kept().of(current.generation.id, current.store, settings.iris)
        search = current.search if jobs.get(settings.home_folder, name).meaning else None
        jobs.run(settings.home_folder, name, Suggester(index, table, current.store, settings.iris, search))
