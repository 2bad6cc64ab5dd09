"""Random fact sets over every question the rules ask, and over neighbours they must not react to."""

from __future__ import annotations

import random
from typing import Any

TEXTS = (
    "built of stone and earth",
    "walls of reinforced Concrete",
    "gabions hold the toe",
    "planted in rows",
)
COPING = (
    "cope_not_well_at_all",
    "cope_not_well",
    "cope_moderately",
    "cope_well",
    "cope_very_well",
    "cope_unknown",
)


class Generator:
    """Draws fact sets from the questions and values that a table of rules (and the fields) name."""

    def __init__(self, table: dict[str, Any], seed: int) -> None:
        self.random = random.Random(seed)
        self.choices: dict[bool, dict[str, set[Any]]] = {False: {}, True: {}}
        self.impacts: set[str] = {"tech_impacts_workload", "tech_impacts_expenses"}
        for framework in table["frameworks"].values():
            for criterion in framework["criteria"]:
                for key in ("for_strong", "for_weak", "against_soft", "against_hard"):
                    for item in criterion[key]:
                        self._collect(item, approach=False)
        lists = table["_meta"]["named_lists"]
        self.groups = lists["GRAD"] + lists["EVENT"]
        self.choices[False]["tech_measures"].add("tech_measures_indirect")
        self.choices[False]["tech_main_purpose"] |= {"main_purpose_social", "main_purpose_mitigation"}
        self.choices[False]["tech_slm_group"] |= {
            "tech_slm_group_crossslope",
            "tech_slm_group_waterharvesting",
        }
        self.choices[True]["app_decisions_by"] |= {"app_decisions_by_slm_lu"}

    def _collect(self, item: dict[str, Any], *, approach: bool) -> None:
        if "approach" in item:
            self._collect(item["approach"], approach=True)
        for each in item.get("all", ()):
            self._collect(each, approach=approach)
        if "not" in item:
            self._collect(item["not"], approach=approach)
        self.impacts.update(item.get("impacts", ()), item.get("impacts_sum", ()))
        if "q" in item:
            known = self.choices[approach].setdefault(item["q"], set())
            known.update(item.get("any_of", ()), item.get("only", ()))
            if "equals" in item:
                known.update((0, 1))

    def draw(self) -> dict[str, Any]:
        """Return one fact set; how much it holds differs widely from one to the next."""
        r = self.random
        much = r.choice((0.05, 0.2, 0.5, 0.9))
        facts: dict[str, Any] = {"q": self._answers(False, much)}
        if r.random() < much:
            facts["q"]["tech_input_est_total_costs"] = r.choice((0, 12, 6160.6))
        low = r.choice((-3, -2, -1, 0, 1))
        facts["impacts"] = {
            k: r.randint(low, 3) for k in sorted(self.impacts) if r.random() < much * r.choice((0.1, 0.4, 1))
        }
        facts["exposures"] = {g: self._exposure() for g in self.groups if r.random() < much * 0.2}
        facts["text"] = {
            k: r.choice(TEXTS)
            for k in ("tech_definition", "tech_description", "tech_specifications", "weaknesses_overcome")
            if r.random() < much * 0.5
        }
        if r.random() < 0.3:
            kinds = ("lu_forest_natural", "lu_forest_plantation")
            facts["initial_forest"] = [k for k in kinds if r.random() < 0.6]
            facts["current_forest"] = [k for k in kinds if r.random() < 0.6]
        if r.random() < 0.5:
            topics = [f"app_qg_{n}" for n in range(6, 17)]
            facts["approach"] = {
                "q": self._answers(True, much),
                "enabling": [t for t in topics if r.random() < much * 0.5],
                "hindering": [t for t in topics if r.random() < much * 0.2],
            }
        if r.random() < 0.1:
            facts["prais"] = {
                k: r.choice((0, 1))
                for k in ("unccd_impact_cc_adaptation", "unccd_impact_biodiversity_conservation")
            }
        if r.random() < 0.05:
            facts["cca_module"] = True
        return facts

    def _answers(self, approach: bool, much: float) -> dict[str, Any]:
        r = self.random
        found: dict[str, Any] = {}
        for question, values in sorted(self.choices[approach].items()):
            if r.random() < much:
                known = sorted(values, key=str)
                if 1 in values:
                    found[question] = r.choice((0, 1))
                else:
                    found[question] = r.sample(known, r.randint(1, min(len(known), r.choice((1, 1, 2, 4)))))
        return found

    def _exposure(self) -> dict[str, str]:
        r = self.random
        found = {}
        if r.random() < 0.7:
            found["incrdecr"] = r.choice(("increase", "decrease"))
        if r.random() < 0.8:
            found["sensitivity"] = r.choice(COPING[: r.choice((2, 6))])
        return found
