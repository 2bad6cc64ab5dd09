"""Search as a SERVICE of SPARQL: patterns such as ``?hit kg:query "..."`` become rows of results."""

from __future__ import annotations

from kg.sparql.services.searching import SearchService

__all__ = ["SearchService"]
