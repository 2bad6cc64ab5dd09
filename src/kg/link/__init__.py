"""Linking from and to partner knowledge bases: reconciliation, link suggestion, review, notifications."""

from kg.link.dumps import write as write_dumps
from kg.link.history import Delta, follow
from kg.link.linksets import accepted_lines

__all__ = ["Delta", "accepted_lines", "follow", "write_dumps"]
