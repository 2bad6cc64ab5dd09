"""Empty tables to fill in, each with the mapping file that loads it; the loaders make them."""

from __future__ import annotations

from loaders.hub_template import NAMES, mapping, table

__all__ = ["NAMES", "mapping", "table"]
