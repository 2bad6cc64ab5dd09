"""Harvests a simulated QCAT server: killed at random and resumed, in storms, and a day's change.

    python bench/harvest.py kills [--records 2000] [--kills 20]     the graph equals an uninterrupted one's
    python bench/harvest.py daily [--records 20000] [--share 0.01]  a first sync, and one after a day

The server (``tests/harvest/servers.py``) speaks QCAT's API in its real format and answers one request in
twenty with 429 or 500 in the run with kills; records come from ``bench/qcat.py``. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "harvest")]

import qcat  # noqa: E402
import servers  # noqa: E402

from kg.config import Settings  # noqa: E402
from kg.harvest import Snapshot  # noqa: E402
from kg.live import Live  # noqa: E402

SOURCES = """
[wocat]
address = "{address}"
token_env = "BENCH_TOKEN"
enabled = true
every_hours = 0
robots = false
"""
HARVEST = """
import dataclasses, sys
from kg.config import Settings
from kg.harvest import harvest, one
from kg.harvest.runner import client_for
from kg.progress import silent
settings = Settings.from_env({}, home=sys.argv[1], harvest_rate=0.0)
source = one(settings.home_folder, "wocat")
client = client_for(source, settings)
# Pauses after an error of the server are shorter than in earnest, those that it asks for are kept.
client.manners = dataclasses.replace(client.manners, backoff=0.2)
harvest(source, settings, silent(), client=client)
"""
BUILD = """
import json, sys
from kg.build import build
from kg.config import Settings
if __name__ == "__main__":
    made = build(Settings.from_env({}, home=sys.argv[1]), bundled=False, index=False)
    print(json.dumps(made.manifest))
"""
SYNC = """
import json, resource, sys, time
from kg import generation
from kg.config import Settings
from kg.harvest.sync import sync
from kg.progress import silent
if __name__ == "__main__":
    began = time.perf_counter()
    settings = Settings.from_env({}, home=sys.argv[1], harvest_rate=0.0)
    done = sync(settings, silent(), bundled=False, index=False)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(each) for each in who]
    print(json.dumps({
        "wall": time.perf_counter() - began,
        "cpu": sum(each.ru_utime + each.ru_stime for each in used),
        "peaks": [each.ru_maxrss / 1024 for each in used],
        "sources": done.sources,
        **generation.current(settings.home_folder).manifest,
    }))
"""


class Shaky:
    """The API of QCAT, with a share of answers that are 429 (come back in a second) or 500."""

    def __init__(self, records: servers.Qcat, share: float) -> None:
        self.records, self.share, self.chance = records, share, random.Random(3)

    def __call__(self, path: str, query: dict[str, str], headers: Any) -> servers.Reply:
        if self.chance.random() < self.share:
            slow = servers.Reply(429, headers={"Retry-After": "1"})
            return self.chance.choice([slow, servers.Reply(500)])
        return self.records(path, query, headers)


def program(root: Path, name: str, text: str) -> list[str]:
    path = root / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return [sys.executable, str(path)]


def outcome(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def new_home(root: Path, name: str, address: str) -> Path:
    home = root / name
    home.mkdir(parents=True)
    (home / "sources.toml").write_text(SOURCES.format(address=address), encoding="utf-8")
    return home


def told(text: str) -> None:
    """Say on standard error how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def kills(root: Path, records: int, wanted: int) -> None:
    """Harvest twice, once killed at random moments, and compare the graphs.

    With ``--keep`` a second run builds from what the first has harvested.
    """
    kept = root / "harvested.json"
    if not kept.is_file():
        kept.write_text(json.dumps(_harvested(root, records, wanted)))
    found = json.loads(kept.read_text())
    build = program(root, "build", BUILD)
    made = [outcome([*build, str(root / each)]) for each in ("calm", "killed")]
    same = made[0]["graph_sha256"] == made[1]["graph_sha256"]
    print(
        "| records | kills | requests, in calm | killed and in storms | most for one address | same graph |"
    )
    print("|---|---|---|---|---|---|")
    counts = f"{found['killed']} | {found['usual']:,} | {found['asked']:,} | {found['most']}"
    print(f"| {made[1]['records']:,} | {counts} | {'yes' if same else 'no'} |")
    if not same:
        raise SystemExit(1)


def _harvested(root: Path, records: int, wanted: int) -> dict[str, int]:
    """Harvest in calm and with kills; returns the requests of both, the kills, the most for one address."""
    qcats = servers.Qcat([qcat.Practice(number) for number in range(records)])
    whole = program(root, "harvest", HARVEST)
    with servers.serving(qcats) as server:
        calm = new_home(root, "calm", server.address)
        subprocess.run([*whole, str(calm)], check=True)
        usual = len(server.seen)
    told(f"harvested in calm, {usual:,} requests")
    # At the same address, since the graph says where a dataset was harvested.
    port = int(server.address.rpartition(":")[2])
    with servers.serving(Shaky(qcats, 0.05), port) as server:
        home = new_home(root, "killed", server.address)
        killed = _killed(whole, home, server, wanted, records // wanted)
        asked = len(server.seen)
        worst = server.counts().most_common(1)[0]
    told(
        f"harvested with {killed} kills, {asked:,} requests; the snapshots are the same: {_same(calm, home)}"
    )
    return {"killed": killed, "usual": usual, "asked": asked, "most": worst[1]}


def _same(one: Path, other: Path) -> bool:
    """Tell whether two snapshots hold the same records with the same bytes; a build reads nothing else."""
    first, second = (Snapshot(home, "wocat").records("active") for home in (one, other))
    return {(e.key, e.digest, e.suffix) for e in first} == {(e.key, e.digest, e.suffix) for e in second}


def _killed(command: list[str], home: Path, server: servers.Server, wanted: int, apart: int) -> int:
    """Run the harvest until it ends, killed after a random number of requests up to ``apart`` each time."""
    chance, killed = random.Random(7), 0
    while True:
        process = subprocess.Popen([*command, str(home)], stdout=subprocess.DEVNULL)
        until = len(server.seen) + chance.randint(1, apart)
        while killed < wanted and process.poll() is None and len(server.seen) < until:
            time.sleep(0.001)
        if killed < wanted and process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        elif process.wait() == 0:
            return killed


def until_live(live: Live, generation_id: str) -> float:
    """Return the seconds until an open service has moved over to a generation and answers a query from it."""
    began = time.perf_counter()
    while True:
        with live.lease() as opened:
            if opened.generation.id == generation_id:
                opened.store.select("SELECT ?s WHERE { ?s a ?class } LIMIT 1")
                return time.perf_counter() - began
        time.sleep(0.05)


def daily(root: Path, records: int, share: float) -> None:
    """Sync everything, then what a day changed.

    What is in ``root`` is gone on with, so that ``--keep`` lets a long first sync be stopped and continued.
    """
    qcats = servers.Qcat([qcat.Practice(number) for number in range(records)])
    command = program(root, "sync", SYNC)
    rows, kept, port = [], root / "everything.json", root / "port"
    with servers.serving(qcats, int(port.read_text()) if port.is_file() else 0) as server:
        port.write_text(server.address.rpartition(":")[2])
        home = root / "home" if (root / "home").is_dir() else new_home(root, "home", server.address)
        if not kept.is_file():
            kept.write_text(json.dumps(outcome([*command, str(home)])))
        rows.append(("everything", json.loads(kept.read_text())))
        told("synced everything")
        for number in range(0, records, round(1 / share)):
            fresh = qcat.changed(number, "2030-01-01")
            qcats.records[fresh["list"]["code"]] = fresh
        with Live(Settings.from_env({}, home=str(home))) as live:
            until_live(live, rows[0][1]["id"])
            rows.append((f"{share:.0%} changed", outcome([*command, str(home)])))
            told("synced what changed")
            waited = until_live(live, rows[1][1]["id"])
        rows.append(("nothing changed", outcome([*command, str(home)])))
    print("| sync | records | statements | wall s | processor s | of it build s | peak MB | harvested |")
    print("|---|---|---|---|---|---|---|---|")
    for name, made in rows:
        cells = (made["records"], made["triples"])
        took = f"{made['wall']:.1f} | {made['cpu']:.1f} | {made['duration']:.1f} | {max(made['peaks']):.0f}"
        print(f"| {name} | {cells[0]:,} | {cells[1]:,} | {took} | {made['sources'].get('wocat', '')} |")
    print(f"\nLive {waited:.1f} s after the switch.")
    for name, made in rows[:2]:
        print(f"\n{name}, by stage (s): {made['seconds']}")


def main() -> None:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("what", choices=("kills", "daily"))
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--keep", type=Path, help="folder to keep what is made in, and to go on from")
    chosen = parser.parse_args()
    os.environ["BENCH_TOKEN"] = servers.TOKEN
    with TemporaryDirectory() as temporary:
        root = chosen.keep or Path(temporary)
        root.mkdir(parents=True, exist_ok=True)
        if chosen.what == "kills":
            kills(root, chosen.records, chosen.kills)
        else:
            daily(root, chosen.records, chosen.share)


if __name__ == "__main__":
    main()
