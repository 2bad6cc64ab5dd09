"""Runs the benchmarks one after another: ``make bench``, or ``python -m bench NAME ...`` for some of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RUNS = {
    "build": ["build.py", "--bundled", "--counts", "2000", "--rate", "500"],
    "parallel": ["build_parallel.py", "--count", "2000", "--reading"],
    "start": ["start.py"],
    "align": ["align.py"],
    "search": ["search_speed.py"],
    "encode": ["search_encode.py"],
    "txtai": ["search_txtai.py"],
}
"""The larger and the side-by-side ones (20,000 practices, other servers) name their options in docs/."""


def main() -> None:
    for name in sys.argv[1:] or RUNS:
        script, *options = RUNS[name]
        print(f"\n## {name}\n", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *options], check=True)


if __name__ == "__main__":
    main()
