"""Measures link suggestion on many made-up partner records: time, memory, and a kill in the middle.

    python -m bench.link [--records 50000] [--meaning]    # KG_HOME names a built data folder

Titles and texts are drawn from words of the practices and of the sample cases, with countries at random
(seeded), so that blocks are as full as with real records.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kg.config import Settings
from kg.link import jobs, names
from kg.link.labels import LabelIndex
from kg.link.links import ACCEPT
from kg.link.properties import PropertyTable
from kg.link.records import PartnerRecord
from kg.link.suggest import Suggester
from kg.live import Live

CASES = Path(__file__).resolve().parents[1] / "loaders" / "starter" / "partners" / "sample_cases.jsonl"


class KilledError(Exception):
    """Stands for the process being killed between two batches."""


def records(count: int, labels: list[str], countries: list[str]) -> Iterator[PartnerRecord]:
    """Yield made-up records of about 60 words."""
    chance = random.Random(1)
    texts = [json.loads(line)["summary"] for line in CASES.read_text(encoding="utf-8").splitlines()]
    sentences = [part for text in texts for part in text.split(". ") if part]
    for number in range(count):
        title = (
            f"{chance.choice(labels)} in {chance.choice(('the hills', 'the valley', 'the plain'))} {number}"
        )
        text = ". ".join(chance.sample(sentences, 3))
        yield PartnerRecord(
            f"https://partner.example/{number}", title, text, (chance.choice(countries),), "en"
        )


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run a job, break it off in the middle, resume it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--meaning", action="store_true")
    asked = parser.parse_args()
    settings = Settings.from_env()
    with Live(settings) as live, live.lease() as opened, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        index = LabelIndex(names.read(opened.store, settings.iris))
        table = PropertyTable(index, opened.store, settings.iris)
        search = opened.search if asked.meaning else None
        suggester = Suggester(index, table, opened.store, settings.iris, search)
        labels = [each.label("en").value for each in index.entries if "practice" in each.types]
        countries = sorted({code for each in index.entries for code in each.countries})
        print(f"ready: {peak_mb():.0f} MB")
        began = time.perf_counter()
        job = jobs.create(home, records(asked.records, labels, countries))
        print(f"{job.total} records written in {time.perf_counter() - began:.1f} s")

        def kill(_: int) -> None:
            if jobs.get(home, job.id).done >= asked.records // 2:
                raise KilledError

        began = time.perf_counter()
        try:
            jobs.run(home, job.id, suggester, kill)
        except KilledError:
            print(f"broken off at {jobs.get(home, job.id).done}")
        done = jobs.run(home, job.id, suggester)
        took = time.perf_counter() - began
        pairs = [(each.subject, each.object, each.confidence) for each in jobs.links(home, job.id)]
        if len({pair[:2] for pair in pairs}) != len(pairs):
            raise SystemExit("a link is there twice")
        sure = sum(pair[2] >= ACCEPT for pair in pairs)
        print(f"{done.done} records {done.state} in {took:.0f} s ({done.done / took:.0f} a second)")
        print(f"{len(pairs)} links, {sure} of them at {ACCEPT} or more; most memory {peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
