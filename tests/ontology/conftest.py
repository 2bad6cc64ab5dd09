"""Lets the tests import the scripts that generate the ontology's files."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ontology" / "scripts"))
