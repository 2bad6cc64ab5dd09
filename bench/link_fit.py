"""Fits the probabilities of suggested links on links judged by hand, and shows how far they hold.

    python -m bench.link_fit [--write]    # --write replaces src/kg/link/calibration.json
    python -m bench.link_fit --plot docs/link-reliability.svg

Every figure is from cross-validation: the cases are cut into ten parts, and each part is judged by weights
fitted on the others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.reliability import svg as plot
from kg.config import Settings
from kg.link import names
from kg.link.calibration import FILE, Model, fit, probability, reliability
from kg.link.labels import LabelIndex
from kg.link.links import ACCEPT
from kg.link.properties import PropertyTable
from kg.link.records import read
from kg.link.suggest import Suggester
from kg.live import Live
from kg.vocab import Iris

ROOT = Path(__file__).resolve().parents[1]
JUDGED = ROOT / "tests" / "link" / "judged.tsv"
CASES = ROOT / "loaders" / "starter" / "partners" / "sample_cases.jsonl"
EDGES = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0)
PARTS = 10

PRIOR: dict[str, dict[str, float]] = {
    "practice": {
        "": -3.0, "shared_words": 4.0, "name_in_text": 1.5, "shared_concepts": 1.0, "rare_concept": 1.0,
        "same_country": 0.8, "meaning": 3.0,
    },
    "mention": {"": 1.0, "in_title": 1.5, "in_keywords": 1.5, "mentioned_again": 0.7, "words_in_label": 0.7},
}  # fmt: skip
"""What is held before anything is judged, and what the weights are drawn towards."""
TITLE = {"": -14.0, "title": 14.0, "same_title": 2.5, "same_country": 1.5}
"""Links by the same title are too few among the cases to fit; these weights are set by hand."""

Row = tuple[str, str, str, bool]
Pair = tuple[str, Mapping[str, float], bool]


def judged() -> list[Row]:
    """Return (case, kind, object, right)."""
    lines = JUDGED.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(case, kind, target, right == "1") for case, kind, target, right, _reason in rows]


def features(suggester: Suggester, iris: Iris) -> list[Pair]:
    """Return (case, what speaks for the link, right) of every judged link that the suggester reaches."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    found: dict[tuple[str, str], Mapping[str, float]] = {}
    records = list(read(CASES))
    for case, links in zip(cases, suggester.explain(records), strict=True):
        for target, x in links.items():
            found[case["id"], target.removeprefix(f"{iris.base}id/")] = x
    return [
        (f"{case}\t{kind}", found[case, target], right)
        for case, kind, target, right in judged()
        if (case, target) in found
    ]


def family(kind: str) -> str:
    """Concepts and frameworks are found in the same way, so they are fitted together."""
    return "practice" if kind == "practice" else "mention"


def fitted(pairs: list[Pair]) -> Model:
    """Return the model of some judged links."""
    weights = {}
    for name, prior in PRIOR.items():
        rows = [(x, right) for key, x, right in pairs if family(key.split("\t")[1]) == name]
        weights[name] = fit(rows, [each for each in prior if each], prior)
    mention = weights.pop("mention")
    return Model(weights | {"concept": mention, "framework": mention, "title": TITLE})


def cross_validated(pairs: list[Pair]) -> list[tuple[str, float, bool]]:
    """Return (kind, probability, right), each judged without its own part of the cases."""
    cases = sorted({key.split("\t")[0] for key, _, _ in pairs})
    part = {case: at % PARTS for at, case in enumerate(cases)}
    out = []
    for each in range(PARTS):
        model = fitted([pair for pair in pairs if part[pair[0].split("\t")[0]] != each])
        for key, x, right in pairs:
            case, kind = key.split("\t")
            if part[case] == each:
                out.append((kind, probability(model, kind, x), right))
    return out


def main() -> None:
    """Print the figures; write the weights if asked."""
    settings = Settings.from_env()
    with Live(settings) as live, live.lease() as opened:
        index = LabelIndex(names.read(opened.store, settings.iris))
        table = PropertyTable(index, opened.store, settings.iris)
        suggester = Suggester(index, table, opened.store, settings.iris, opened.search)
        pairs = features(suggester, settings.iris)
    tested = cross_validated(pairs)
    print(f"{len(judged())} judged, {len(pairs)} reached")
    for name in ("all", "practice", "concept", "framework"):
        some = [(p, right) for kind, p, right in tested if name in ("all", kind)]
        taken = [right for p, right in some if p >= ACCEPT]
        share = sum(taken) / len(taken) if taken else float("nan")
        print(f"{name}: {len(some)} links; at {ACCEPT}: {len(taken)} taken, precision {share:.3f}")
        bands = reliability(some, EDGES)
        for band in bands:
            print("   ", band)
        if name == "all" and "--plot" in sys.argv:
            file = Path(sys.argv[sys.argv.index("--plot") + 1])
            file.write_text(
                plot(bands, f"{len(some)} judged links, cross-validated", ACCEPT), encoding="utf-8"
            )
    model = fitted(pairs)
    print(json.dumps(model.weights, indent=1))
    if "--write" in sys.argv:
        text = json.dumps({"judged": len(pairs), "weights": model.weights}, indent=1)
        FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
