"""Runs one function on many things: in this process, in processes of this machine, or on a Dask cluster.

What runs is a function of a module and what it is given can be pickled, so that it makes no difference where.
"""

from __future__ import annotations

from typing import Final

from kg.config import Settings
from kg.errors import ConfigError
from kg.running.base import Failed, Runner, processors
from kg.running.here import Here

__all__ = ["Failed", "Here", "Runner", "choose", "processors"]

_MOST: Final = 8
"""Processes that are started unless the settings name a number: each takes 100 to 200 MB."""


def choose(settings: Settings, *, little: bool = False) -> Runner:
    """Return who runs the shards of a build, by the settings ``build_workers`` and ``build_cluster``.

    Nothing is started and nobody is asked before there is something to run.

    Args:
        little: whether this process is done before others would have started; counts only where the settings
            leave the choice.

    Raises:
        ConfigError: a setting has a value that cannot be used.
        MissingExtra: a cluster is named and Dask is not installed.
    """
    if settings.build_workers < 0:
        raise ConfigError("KG_BUILD_WORKERS is a number of processes, and 0 leaves it to LandKG.")
    if settings.build_cluster:
        from kg.running.cluster import Cluster

        return Cluster(settings.build_cluster)
    workers = settings.build_workers or (1 if little else min(processors(), _MOST))
    if workers == 1:
        return Here()
    from kg.running.processes import Processes

    return Processes(workers)
