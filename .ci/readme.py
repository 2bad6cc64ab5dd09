"""Runs every ``$ command`` of the README's console blocks and writes its real output below it.

Needs a built data folder (KG_HOME) and, for the curl examples, a running service. Long outputs are cut after
the number of lines that the block's opening names: ```console lines=8
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(```console(?: lines=(\d+))?\n)(.*?)(```)", re.DOTALL)
NOISE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ |^Loading weights")


def run(command: str, most: int) -> str:
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=300)
    lines = [line.rstrip() for line in (done.stdout + done.stderr).splitlines() if not NOISE.match(line)]
    if done.returncode:
        print(f"! {command} -> {done.returncode}\n{done.stderr}", file=sys.stderr)
    shown = lines[:most]
    return "\n".join([*shown, "..."] if len(lines) > most else shown) + "\n"


def refresh(found: re.Match[str]) -> str:
    most = int(found[2] or 12)
    commands = [line[2:] for line in found[3].splitlines() if line.startswith("$ ")]
    return found[1] + "".join(f"$ {command}\n{run(command, most)}" for command in commands) + found[4]


def main() -> None:
    for name in sys.argv[1:] or ["README.md"]:
        path = ROOT / name
        path.write_text(BLOCK.sub(refresh, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
