"""Calibrates the text evidence on labelled case studies and reports precision and recall.

Usage: ``python bench/text_evidence.py [cases.jsonl]`` (default: the bundled sample of a partner). The
truth is what the source itself says of a case; a framework it does not name counts as wrong, also where
the case would deserve it. Five folds: the threshold is chosen on four, judged on the fifth.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kg import resources
from kg.align.textual import Reader, exemplars
from kg.config import Settings
from kg.search import encoders
from kg.search.cache import VectorCache

LABELS = {"SLM": "slm", "LDN": "ldn", "EbA": "eba", "Eco-DRR": "ecodrr", "NbS": "nbs"}
CONCEPTS = {"slm": "slm", "ldn": "ldn", "eba": "eba", "ecodrr": "eco_drr", "nbs": "nbs", "drought": "d_slm"}
STEPS = [round(0.86 + n * 0.005, 3) for n in range(28)]
FOLDS = 5
SAFETY = 0.01
"""Added to the smallest threshold that is precise enough on the folds it is chosen on."""


def labels() -> dict[str, list[str]]:
    """Return the names of the frameworks' concepts from the bundled labels."""
    rows = {}
    for line in (resources.starter() / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        rows[row["concept"]] = [
            name
            for lang in ("en", "fr", "es", "ru", "zh", "ar")
            for name in (row[lang]["pref"], *row[lang].get("alt", ()))
        ]
    return {framework: rows[concept] for framework, concept in CONCEPTS.items()}


def truth(case: dict[str, list[str]]) -> set[str]:
    return {LABELS[name] for name in case.get("labelled_by_source") or () if name in LABELS}


def score(said: list[set[str]], true: list[set[str]]) -> tuple[float, float, int]:
    """Return precision, recall and the number of suggestions."""
    hits = sum(len(a & b) for a, b in zip(said, true, strict=True))
    given, wanted = sum(map(len, said)), sum(map(len, true))
    return hits / given if given else 1.0, hits / wanted if wanted else 1.0, given


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else resources.starter() / "partners/sample_cases.jsonl"
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    settings = Settings.from_env({})
    encoder = encoders.create(encoders.names(settings)[0], settings)
    kept = VectorCache(settings.home_folder / "cache" / "vectors.sqlite")
    texts = {str(n): [case["title"], case.get("summary") or ""] for n, case in enumerate(cases)}
    true = [truth(case) for case in cases]
    names = labels()
    print(f"{len(cases)} cases, {sum(map(len, true))} labels, {len(exemplars())} frameworks")
    said = {}
    for step in [*STEPS, 2.0]:
        found = Reader(names, encoder, kept, close=step).read(texts)
        said[step] = [{each.framework for each in found.get(str(n), ())} for n in range(len(cases))]
        precision, recall, given = score(said[step], true)
        print(f"  close {step:5.3f}: precision {precision:.2f}, recall {recall:.2f}, {given} suggestions")
    judged: list[set[str]] = [set() for _ in cases]
    for fold in range(FOLDS):
        rest = [n for n in range(len(cases)) if n % FOLDS != fold]
        fits = [s for s in said if score([said[s][n] for n in rest], [true[n] for n in rest])[0] >= 0.9]
        chosen = min(fits, default=2.0) + SAFETY
        for n in range(fold, len(cases), FOLDS):
            judged[n] = said[min(said, key=lambda step: abs(step - chosen))][n]
        print(f"  fold {fold + 1}: threshold {chosen:.3f}")
    precision, recall, given = score(judged, true)
    print(f"held back: precision {precision:.2f}, recall {recall:.2f}, {given} suggestions")


if __name__ == "__main__":
    main()
