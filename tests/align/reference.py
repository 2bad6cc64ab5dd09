"""A second evaluator of the alignment rules, straight from their JSON form, sharing no code with ours.

It reads ``alignment_rules.json`` item by item over normalised fact sets (alignment rules, 1.2 to 1.4).
"""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]
FRAMEWORKS = {
    "SLM": "slm",
    "LDN": "ldn",
    "EBA": "eba",
    "ECODRR": "ecodrr",
    "NBS": "nbs",
    "DSLM": "drought",
}


def answers(facts: Facts, question: str) -> list[Any]:
    given = facts.get("q", {}).get(question)
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def holds(  # noqa: PLR0911, PLR0912 - one branch a form of item, as the table has them
    item: dict[str, Any], facts: Facts, lists: dict[str, list[str]]
) -> bool:
    """Tell whether one item of the rules holds for a fact set."""
    impacts = facts.get("impacts") or {}
    exposures = facts.get("exposures") or {}
    if "all" in item:
        return all(holds(each, facts, lists) for each in item["all"])
    if "not" in item:
        return not holds(item["not"], facts, lists)
    if "approach" in item:
        approach = facts.get("approach")
        return bool(approach) and holds(item["approach"], approach, lists)
    if "prais" in item:
        return (facts.get("prais") or {}).get(item["prais"]["q"]) == item["prais"]["equals"]
    if "enabling" in item:
        return item["enabling"] in (facts.get("enabling") or ())
    if "hindering" in item:
        return item["hindering"] in (facts.get("hindering") or ())
    if "impacts" in item:
        hits = sum(
            compare(impacts[k], item["op"], item["value"]) for k in set(item["impacts"]) if k in impacts
        )
        return hits >= item["count"]
    if "impacts_sum" in item:
        values = [impacts[k] for k in set(item["impacts_sum"]) if k in impacts]
        return any(v < 0 for v in values) and compare(sum(values), item["op"], item["value"])
    if "exposure" in item:
        asked = [exposures[g] for g in item["exposure"] if g in exposures]
        if not item["sensitivity"]:
            return bool(asked)
        return any(e.get("sensitivity") in item["sensitivity"] for e in asked)
    if "exposure_all_bad" in item:
        rated = [e["sensitivity"] for e in exposures.values() if e.get("sensitivity")]
        rated = [each for each in rated if each != "cope_unknown"]
        return bool(rated) and all(each in lists["BAD"] for each in rated)
    if "exposure_decrease" in item:
        return any(exposures.get(g, {}).get("incrdecr") == "decrease" for g in item["exposure_decrease"])
    if "conversion" in item:
        before, now = item["conversion"]
        return before in facts.get("initial_forest", ()) and now in facts.get("current_forest", ())
    if "text_terms" in item:
        texts = " ".join((facts.get("text") or {}).get(name) or "" for name in item["in"]).lower()
        return any(term in texts for term in item["text_terms"])
    if "text" in item:
        return bool((facts.get("text") or {}).get(item["text"]))
    if "cca_module" in item:
        return bool(facts.get("cca_module"))
    if "number" in item:
        return bool(answers(facts, item["number"]))
    if "answered_without" in item:
        question, value = item["answered_without"]
        return bool(answers(facts, question)) and value not in answers(facts, question)
    given = answers(facts, item["q"])
    if "any_of" in item:
        return any(each in item["any_of"] for each in given)
    if "only" in item:
        return bool(given) and all(each in item["only"] for each in given)
    return item["equals"] in given


def compare(value: int, op: str, limit: int) -> bool:
    return value >= limit if op == ">=" else value <= limit


def items(criterion: dict[str, Any], facts: Facts, lists: dict[str, list[str]]) -> set[str]:
    """Return the names of the items that hold: ``strong-1``, ``soft-2``, ..."""
    found = set()
    for key in ("for_strong", "for_weak", "against_soft", "against_hard"):
        for n, item in enumerate(criterion[key], 1):
            if holds(item, facts, lists):
                found.add(f"{key.split('_')[1]}-{n}")
    return found


def result(criterion: dict[str, Any], found: set[str]) -> str:
    strong, weak, soft, hard = (
        [each for each in found if each.startswith(kind)] for kind in ("strong", "weak", "soft", "hard")
    )
    if hard and (criterion["hard_wins"] or not strong):
        return "contradicted"
    if not strong and not weak:
        return "not_shown"
    if (strong or len(weak) > 1) and not soft and not hard:
        return "meets"
    return "partly"


def evaluate(
    table: dict[str, Any], facts: Facts
) -> dict[str, tuple[str, dict[str, str], dict[str, set[str]]]]:
    """Return verdict, results and items by framework."""
    lists = table["_meta"]["named_lists"]
    out = {}
    for key, framework in table["frameworks"].items():
        found = {c["id"]: items(c, facts, lists) for c in framework["criteria"]}
        results = {c["id"]: result(c, found[c["id"]]) for c in framework["criteria"]}
        approach = _by_approach(framework, facts, lists)
        out[FRAMEWORKS[key]] = (_verdict(key, framework, results, approach), results, found)
    return out


def _by_approach(framework: dict[str, Any], facts: Facts, lists: dict[str, list[str]]) -> bool:
    return any(
        "approach" in item and holds(item, facts, lists)
        for criterion in framework["criteria"]
        if criterion["class"] == "P"
        for key in ("for_strong", "for_weak")
        for item in criterion[key]
    )


def _verdict(key: str, framework: dict[str, Any], results: dict[str, str], approach: bool) -> str:
    classes = {c["id"]: c["class"] for c in framework["criteria"]}
    if any(results[c] == "contradicted" for c in results if classes[c] in "DG"):
        return "not_qualified"
    defining = [results[c] for c in results if classes[c] == "D"]
    shown = {"meets", "partly"}
    indicators = [results.get(f"LDN-{n}") for n in (2, 3, 4)]
    if "not_shown" in defining or (key == "LDN" and not shown & set(indicators)):
        return "insufficient"
    whole = all(each == "meets" for each in defining) and "contradicted" not in results.values()
    if key == "LDN":
        whole = whole and results["LDN-5"] == "meets" and "meets" in indicators
    if key == "EBA":
        pair = {results["EBA-6"], results["EBA-7"]}
        whole = whole and approach and "meets" in pair and pair <= shown
    if key == "NBS":
        rest = {results[f"NBS-{n}"] for n in (2, 4, 5, 6, 7, 8)}
        whole = whole and approach and rest <= shown
    return "qualifies" if whole else "candidate"
