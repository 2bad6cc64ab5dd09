"""Semantic search: understands a query in six languages, finds by word and by meaning, explains."""

from __future__ import annotations

import os

# Threads of OpenMP (torch, FAISS) that wait for each other by spinning slow a query down ten times and more
# as soon as anything else needs the processors; libraries read this when they are first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
