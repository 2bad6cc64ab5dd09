"""Measures how long the assessments take and how that grows with the number of practices.

Usage: ``python bench/align.py 2000 20000``. The practices are made up (a fixed seed): a quarter of the
size of a full questionnaire's answers to all of it, the way records differ, and one approach to two of
them. Times are wall-clock of ``kg.align.assess`` on a store in memory.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import Counter

import pyoxigraph as px

from kg.align import assess, rules
from kg.config import Settings
from kg.mapping import map_record
from kg.model import Exposure, Fact, Origin, Practice, Text
from kg.progress import silent
from kg.store.embedded import EmbeddedStore
from kg.vocab import DEFAULT_BASE, Iris

IRIS = Iris()


class Maker:
    """Makes practices from the properties and concepts that the rules name."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        ruleset = rules.load()
        self.impacts: set[str] = set()
        self.hazards: list[str] = []
        self.answers: dict[str, set[str]] = {}
        for name, member in ruleset.members:
            if name.endswith("_impact"):
                self.impacts.add(member.rpartition("/")[2])
            else:
                self.hazards.append(member.removeprefix(f"{DEFAULT_BASE}id/concept/"))
        for rule in ruleset.rules:
            for line in rule.select.splitlines():
                for question in [word for word in line.split() if word.startswith("wocat:")]:
                    values = [
                        w.lstrip("(").rstrip("),").removeprefix("concept:")
                        for w in line.split()
                        if "concept:" in w
                    ]
                    self.answers.setdefault(question.removeprefix("wocat:"), set()).update(values)

    def practice(self, n: int) -> Practice:
        r = self.random
        much = r.choice((0.2, 0.5, 0.8))
        approach = n % 3 == 2
        start = "app_" if approach else "tech_"
        facts = []
        for question, values in self.answers.items():
            if (
                values
                and question.split(".")[-1].startswith((start, "degradation" if not approach else start))
                and r.random() < much
            ):
                facts += [
                    Fact("qg", question, v, question) for v in r.sample(sorted(values), min(len(values), 2))
                ]
        code = f"{'approaches' if approach else 'technologies'}_{n}"
        linked = () if approach else (f"approaches_{n - n % 3 + 2}",)
        return Practice(
            code,
            "approach" if approach else "technology",
            (Text(f"Practice {n}", "en"),),
            Origin("bench", str(n), "bench"),
            summaries=(
                Text("A made-up practice of stone lines and grass strips on sloping cropland.", "en"),
            ),
            facts=tuple(facts),
            impacts=tuple(
                (q, r.randint(-1, 3))
                for q in sorted(self.impacts)
                if not approach and r.random() < much * 0.6
            ),
            exposures=tuple(
                Exposure(h, None, r.choice(("cope_well", "cope_not_well", "cope_moderately")))
                for h in self.hazards
                if not approach and r.random() < 0.15
            ),
            linked=linked,
        )


def measure(classified: int) -> None:
    maker = Maker(classified)
    graph = IRIS.graph("wocat")
    lines: list[str] = []
    for n in range(classified * 3 // 2):
        mapped = map_record(maker.practice(n), IRIS, graph)
        lines += mapped.lines
        lines += [
            f"{p.subject} {p.predicate} <{IRIS.id('practice', p.keys[0].partition(':')[2])}>{p.tail}"
            for p in mapped.pending
        ]
    held = px.Store()
    held.bulk_load(input="\n".join(lines).encode(), format=px.RdfFormat.N_QUADS)
    facts = len(held)
    store = EmbeddedStore(held, in_memory=True)
    settings = Settings.from_env({}, home="/nonexistent/landkg-bench")
    cpu, began = time.process_time(), time.perf_counter()
    count, verdicts = 0, Counter()
    for line in assess(store, settings, silent()):
        count += 1
        if "/def/verdict>" in line:
            verdicts[line.split("/verdict_")[1].split(">")[0]] += 1
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{classified:>7,} practices, {facts:>9,} statements: {took:7.1f} s wall, {cpu:7.1f} s CPU, "
        f"{1000 * took / classified:5.2f} ms a practice, {count / classified:5.0f} statements a practice, "
        f"{peak:,.0f} MB at most; {dict(verdicts)}"
    )


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ("2000",)):
        measure(size)
