"""Counts the probabilities of the models in ``ontology/merging/`` on judged pairs, and how well they tell.

    python -m bench.merging          # how well the models tell, each pair left out of what judges it
    python -m bench.merging --write  # count the probabilities anew and write the models

The pairs: the bundled records with the rows of ``tests/data/merging/`` beside them.
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import generation
from kg.build import build
from kg.config import Settings
from kg.merging import finding
from kg.merging.features import Features, features
from kg.search.service import open_index

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data" / "merging"
INPUTS = tuple(f"mapping={DATA / name}.yml" for name in ("practices", "publications"))
Pair = tuple[str, str]


def judged(base: str) -> dict[Pair, bool]:
    """Return the judged pairs (IRIs in order) and whether both records are of one thing."""
    found: dict[Pair, bool] = {}
    for line in (DATA / "judged.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            left, right, same, _ = line.split("\t")
            found[_pair(f"{base}id/{left}", f"{base}id/{right}")] = same == "1"
    for kind in ("practice", "publication"):
        with (DATA / f"{kind}s.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                if row["Same as"]:
                    mine = f"{base}id/{kind}/neighbour-{row['ID']}"
                    found[_pair(mine, f"{base}id/{kind}/{row['Same as']}")] = True
    return found


def _pair(left: str, right: str) -> Pair:
    return (left, right) if left < right else (right, left)


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair that a model compares: the level that each comparison found, -1 where it cannot tell."""

    pair: Pair
    levels: dict[str, int]


def compared(records: list[Features], used: dict[str, Any]) -> list[Compared]:
    names = [each["output_column_name"] for each in used["comparisons"]]
    return [
        Compared(_pair(each["iri_l"], each["iri_r"]), {name: each[f"gamma_{name}"] for name in names})
        for each in finding.pairs(records, used, least=0.0)
    ]


def count(pairs: list[Compared], used: dict[str, Any], same: set[Pair]) -> dict[str, Any]:
    """Return settings whose probabilities are the shares of each level among the pairs compared."""
    fitted = copy.deepcopy(used)
    for comparison in fitted["comparisons"]:
        name = comparison["output_column_name"]
        steps = [each for each in comparison["comparison_levels"] if not each.get("is_null_level")]
        if steps[0].get("fix_m_probability"):
            continue
        for key, wanted in (("m_probability", True), ("u_probability", False)):
            counts = Counter(each.levels[name] for each in pairs if (each.pair in same) is wanted)
            whole = sum(counts[level] for level in range(len(steps))) + len(steps) / 2
            for place, level in enumerate(steps):
                # Half a pair more for each level, so that none is impossible (Krichevsky and Trofimov).
                level[key] = round((counts[len(steps) - 1 - place] + 0.5) / whole, 6)
    return fitted


def chance(each: Compared, used: dict[str, Any]) -> float:
    """Return the probability that Splink gives: prior odds times the ratio of each comparison."""
    prior = used["probability_two_random_records_match"]
    odds = prior / (1 - prior)
    for comparison in used["comparisons"]:
        level = each.levels[comparison["output_column_name"]]
        if level >= 0:
            step = comparison["comparison_levels"][-1 - level]
            odds *= step["m_probability"] / step["u_probability"]
    return float(odds / (1 + odds))


def told(
    pairs: list[Compared], used: dict[str, Any], known: dict[Pair, bool]
) -> Iterator[tuple[Pair, float, bool]]:
    """Yield each probable or judged pair with its probability, its own judgement left out of the counting."""
    same = {pair for pair, is_same in known.items() if is_same}
    everything = count(pairs, used, same)
    for each in pairs:
        fitted = count(pairs, used, same - {each.pair}) if each.pair in same else everything
        probability = chance(each, fitted)
        if each.pair in known or probability >= finding.LEAST:
            yield each.pair, probability, known.get(each.pair, False)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="write the models")
    asked.add_argument("--home", help="a data folder already built with these inputs")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({}, home=given.home or folder)
        if not given.home:
            build(settings, inputs=INPUTS)
        serving = generation.current(settings.home_folder)
        index = open_index(serving.folder / "index", settings, serving.id)
        known = judged(settings.base)
        for model in ("practice", "publication"):
            records = list(features(index, model))
            used = finding.settings(model)
            pairs = compared(records, used)
            if given.write:
                fitted = count(pairs, used, {pair for pair, same in known.items() if same})
                path = ROOT / "ontology" / "merging" / f"{model}.json"
                path.write_text(json.dumps(fitted, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            report(model, list(told(pairs, used, known)))
        index.close()


def report(model: str, found: list[tuple[Pair, float, bool]]) -> None:
    for least in (0.3, 0.5, 0.9, 0.99):
        taken = [same for _, chance, same in found if chance >= least]
        right, all_same = sum(taken), sum(same for _, _, same in found)
        print(f"{model}, probability {least} and more: {right} of {len(taken)} right, {all_same} to be found")
    for pair, chance, same in sorted(found, key=lambda each: -each[1]):
        names = " ".join(iri.rpartition("/")[2] for iri in pair)
        print(f"  {chance:.3f} {'same' if same else '-':4} {names}")


if __name__ == "__main__":
    main()
