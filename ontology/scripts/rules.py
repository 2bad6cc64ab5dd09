"""Writes first versions of ``ontology/rules/*.rq`` and the fact lists from a table of rules in JSON.

The files are the source from then on: a domain expert edits them, and this script is only run again
for criteria that have no file yet (``--all`` overwrites).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

import wocat_source as ws
from wocat_concepts import concept_of

Item = dict[str, Any]

FRAMEWORKS: Final = {
    "SLM": "slm",
    "LDN": "ldn",
    "EBA": "eba",
    "ECODRR": "ecodrr",
    "NBS": "nbs",
    "DSLM": "drought",
}
CLASSES: Final = {"D": "defining", "G": "guard", "S": "supporting", "P": "process"}
SECTIONS: Final = (
    ("for_strong", "strong"),
    ("for_weak", "weak"),
    ("against_soft", "soft"),
    ("against_hard", "hard"),
)
LIST_NAMES: Final = {
    "GRAD": ("gradual_change", "Gradual climate changes (6.3)"),
    "EVENT": ("extreme_event", "Climate extremes and disasters (6.3)"),
    "HAZ": ("hazard_impact", "Impacts that tell of hazards"),
    "HAZ_EV": ("event_impact", "Impacts that tell of hazard events"),
    "BIO": ("biodiversity_impact", "Impacts on biodiversity"),
    "ECO": ("ecosystem_impact", "Impacts on the condition of ecosystems, biodiversity included"),
    "ENV": ("environment_impact", "Impacts on environmental functions"),
    "PROD": ("production_impact", "Impacts on production and income"),
    "NPP": ("productivity_impact", "Impacts on land productivity"),
    "OFF": ("offsite_impact", "Off-site impacts"),
    "WELLBEING": ("wellbeing_impact", "Impacts on human well-being"),
}
"""Named lists of properties and hazards; lists of values stand in the rules that use them."""
PHASES: Final = ("113", "114", "115", "116", "117")
CONCRETE: Final = (
    "concrete", "cement", "reinforced", "gabion", "masonry",
    "béton", "ciment", "hormigón", "cemento", "бетон", "цемент", "混凝土", "水泥", "خرسانة",
)  # fmt: skip
TEXTS: Final = ("dcterms:abstract", "dcterms:description")
"""Where the mapping puts the questionnaire's definition and description besides their own properties."""


class Patterns:
    """Writes the graph pattern of a rule's item, for reporting facts or only for asking."""

    def __init__(self, source: ws.Source, lists: dict[str, list[str]]) -> None:
        self._source = source
        self._lists = lists
        self._n = 0

    def block(self, item: Item, name: str) -> str:
        """Return one alternative of the rule's UNION, which binds what the template uses."""
        self._n = 0
        return f'  {{\n{_indent(self._emit(item), 4)}\n    BIND("{name}" AS ?item)\n  }}'

    def _emit(self, item: Item, on: str = "?practice", held: bool = False) -> str:  # noqa: ARG002
        if "approach" in item:
            inner = self._emit(item["approach"], on="?on")
            return f"{LINKED}\n{inner}"
        if "all" in item:
            asked = [each for each in item["all"] if "not" not in each]
            tests = "\n".join(self._test(each, on) for each in item["all"])
            seen = f"{on} " if on != "?practice" else "?practice "
            head = f"{{ SELECT DISTINCT {seen.strip()} WHERE {{\n{_indent(tests, 2)}\n}} }}"
            parts = [f"{{\n{_indent(self._emit(each, on, held=True), 2)}\n}}" for each in asked]
            return f"{head}\n" + " UNION ".join(parts)
        return self._simple(item, on)

    def _simple(self, item: Item, on: str) -> str:
        if "exposure" in item or "exposure_all_bad" in item or "exposure_decrease" in item:
            return self._exposure(item)
        if "conversion" in item:
            return self._conversion(item)
        if "impacts_sum" in item:
            inner = f"{self._properties(item['impacts_sum'], '?p')}\n?practice ?p ?v"
            return (
                f"{{ SELECT ?practice WHERE {{\n{_indent(inner, 2)}\n}} GROUP BY ?practice"
                f" HAVING (SUM(?v) {item['op']} {item['value']} && MIN(?v) < 0) }}\n"
                f"{self._properties(item['impacts_sum'], '?property')}\n"
                "?practice ?property ?value . FILTER(?value < 0)"
            )
        if "impacts" in item:
            one = f"?practice ?property ?value . FILTER(?value {item['op']} {item['value']})"
            plain = f"{self._properties(item['impacts'], '?property')}\n{one}"
            return plain if item["count"] == 1 else f"{self._several(item)}\n{plain}"
        properties, rest = self._answer(item, on, "?value")
        return f"VALUES ?property {{ {' '.join(properties)} }}\n{on} ?property ?value . {rest}".rstrip()

    def _test(self, item: Item, on: str) -> str:  # noqa: PLR0911
        """Return a pattern that only asks; its variables are its own."""
        self._n += 1
        v, p, e = f"?v{self._n}", f"?p{self._n}", f"?e{self._n}"
        if "not" in item:
            return f"MINUS {{\n{_indent(self._test(item['not'], on), 2)}\n}}"
        if "exposure_all_bad" in item:
            return self._simple(item, on).replace("?value", v).replace("?on", e).replace("?property", p)
        if "exposure" in item:
            return self._exposed(item, v, e, f"?h{self._n}")
        if "conversion" in item:
            return self._conversion(item).replace("?value", v).replace("?property", p)
        if "impacts" in item:
            if item["count"] > 1:
                return self._several(item)
            return (
                f"{self._properties(item['impacts'], p)}\n"
                f"?practice {p} {v} . FILTER({v} {item['op']} {item['value']})"
            )
        properties, rest = self._answer(item, on, v)
        if len(properties) == 1:
            return f"{on} {properties[0]} {v} . {rest}".rstrip()
        return f"VALUES {p} {{ {' '.join(properties)} }}\n{on} {p} {v} . {rest}".rstrip()

    def _several(self, item: Item) -> str:
        inner = (
            f"{self._properties(item['impacts'], '?p')}\n"
            f"?practice ?p ?v . FILTER(?v {item['op']} {item['value']})"
        )
        return (
            f"{{ SELECT ?practice WHERE {{\n{_indent(inner, 2)}\n}} GROUP BY ?practice"
            f" HAVING (COUNT(DISTINCT ?p) >= {item['count']}) }}"
        )

    def _answer(self, item: Item, on: str, v: str) -> tuple[list[str], str]:  # noqa: PLR0911
        """Return the properties of a plain answer and what must hold of its value."""
        if "enabling" in item or "hindering" in item:
            kind = "enabling" if "enabling" in item else "hindering"
            question = f"app_condition_{kind}"
            return [f"wocat:{item[kind]}.{question}", f"wocat:{item[kind]}.{question}_specify"], ""
        if "prais" in item:
            item = item["prais"]
        if "number" in item:
            return [f"wocat:{item['number']}"], f"FILTER(isNumeric({v}))"
        if "text" in item:
            return self._question(item["text"]), ""
        if "text_terms" in item:
            words = "|".join(CONCRETE)
            return [*(f"wocat:{name}" for name in item["in"]), *TEXTS], f'FILTER(REGEX({v}, "{words}", "i"))'
        if "cca_module" in item:
            return ["kg:climateModule"], ""
        if "answered_without" in item:
            question, missing = item["answered_without"]
            return [f"wocat:{question}"], (
                f"\nMINUS {{ {on} wocat:{question} {self._concept(missing)} }}\n{CLOSED.format(on=on)}"
            )
        properties = self._question(item["q"])
        if "any_of" in item:
            return properties, f"FILTER({v} IN ({self._concepts(item['any_of'])}))"
        if "equals" in item:
            return properties, f"FILTER({v} IN ({item['equals']}, {'true' if item['equals'] else 'false'}))"
        asked = properties[0] if len(properties) == 1 else "?q"
        other = f"{on} {asked} ?other FILTER(?other NOT IN ({self._concepts(item['only'])}))"
        if len(properties) > 1:
            other = f"VALUES ?q {{ {' '.join(properties)} }} {other}"
        return properties, f"\nMINUS {{ {other} }}\n{CLOSED.format(on=on)}"

    def _exposure(self, item: Item) -> str:
        if "exposure_all_bad" in item:
            bad = self._concepts(self._lists["BAD"])
            return (
                "?practice kg:exposure ?on . VALUES ?property { kg:sensitivity }\n"
                f"?on ?property ?value . FILTER(?value IN ({bad}))\n"
                "MINUS { ?practice kg:exposure ?unlike . ?unlike kg:sensitivity ?cope ."
                f" FILTER(?cope NOT IN ({bad}, concept:cope_unknown)) }}"
            )
        asked = "hazard" if "exposure" in item and not item["sensitivity"] else "sensitivity"
        asked = "change" if "exposure_decrease" in item else asked
        return f"VALUES ?property {{ kg:{asked} }}\n{self._exposed(item, '?value', '?on', '?h')}"

    def _exposed(self, item: Item, v: str, e: str, h: str) -> str:
        """Return the pattern of an exposure ``e`` to one of the hazards, rated or changing as asked."""
        groups = item.get("exposure") or item["exposure_decrease"]
        lists = [key for key in ("GRAD", "EVENT") if set(self._lists[key]) <= set(groups)]
        if not item.get("sensitivity") and "exposure" in item:
            h = v
        parts = [f"?practice kg:exposure {e} . {e} kg:hazard {h} ."]
        if "exposure_decrease" in item:
            parts.append(f'{e} kg:change {v} . FILTER({v} = "decrease")')
        elif item["sensitivity"]:
            parts.append(f"{e} kg:sensitivity {v} . FILTER({v} IN ({self._concepts(item['sensitivity'])}))")
        if len(lists) == 1:
            parts.append(f"factlist:{LIST_NAMES[lists[0]][0]} kg:listMember {h} .")
        elif not lists:
            parts.append(f"FILTER({h} IN ({self._concepts(groups)}))")
        return "\n".join(parts)

    def _conversion(self, item: Item) -> str:
        before, now = (self._concept(each) for each in item["conversion"])
        return (
            f"?practice wocat:tech_qg_243.tech_lu_forest_type {before} ;\n"
            f"          wocat:tech_lu_forest_type {now} .\n"
            "VALUES (?property ?value) {\n"
            f"  (wocat:tech_qg_243.tech_lu_forest_type {before}) (wocat:tech_lu_forest_type {now})\n"
            "}"
        )

    def _properties(self, impacts: list[str], variable: str) -> str:
        left = list(dict.fromkeys(impacts))
        for key in LIST_NAMES:
            if set(self._lists[key]) == set(left) and key not in ("GRAD", "EVENT"):
                return f"factlist:{LIST_NAMES[key][0]} kg:listMember {variable} ."
        return f"VALUES {variable} {{ {' '.join(f'wocat:{each}' for each in left)} }}"

    def _question(self, question: str) -> list[str]:
        if question == "app_involvement_type":
            return [f"wocat:{'' if n == '113' else f'app_qg_{n}.'}{question}" for n in PHASES]
        if question == "tech_costbenefit_maint_long":
            return ["wocat:tech_qg_182.tech_costbenefit_est_long"]
        if question == "weaknesses_overcome":
            return ["wocat:weaknesses_overcome", "wocat:qg_weaknesses_compiler.weaknesses_overcome"]
        return [f"wocat:{question}"]

    def _concept(self, keyword: str) -> str:
        return f"concept:{concept_of(self._source, keyword)}"

    def _concepts(self, keywords: list[str]) -> str:
        return ", ".join(self._concept(each) for each in keywords)

    def lists(self) -> str:
        """Return the fact lists as Turtle."""
        out = []
        for key, (name, title) in LIST_NAMES.items():
            hazards = key in ("GRAD", "EVENT")
            members = [self._concept(each) if hazards else f"wocat:{each}" for each in self._lists[key]]
            out.append(
                f'factlist:{name} a kg:FactList ; rdfs:label "{title}"@en ;\n'
                f"  kg:listMember {(' ,' + chr(10) + '    ').join(members)} .\n"
            )
        return LISTS_HEAD + "\n".join(out)


LINKED: Final = "?practice kg:linkedPractice|^kg:linkedPractice ?on . ?on a kg:Approach ."
CLOSED: Final = 'MINUS {{ {on} kg:factsBasis "stated" }}'
"""A list read off a page (basis "stated") may be incomplete: nothing follows from what it lacks."""
LISTS_HEAD: Final = """# Lists of facts that several rules share; a change here changes every rule that names the list.
@prefix kg: <https://w3id.org/landkg/def/> .
@prefix wocat: <https://w3id.org/landkg/def/wocat/> .
@prefix concept: <https://w3id.org/landkg/id/concept/> .
@prefix factlist: <https://w3id.org/landkg/id/list/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

"""  # noqa: E501
TEMPLATE: Final = """CONSTRUCT {
  [] a kg:Evidence ;
     kg:evidenceFor ?practice ;
     kg:item ?item ;
     kg:factSubject ?subject ;
     kg:factProperty ?property ;
     kg:factValue ?value .
} WHERE {
"""


def _indent(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


def say(item: Item, lists: dict[str, list[str]]) -> str:  # noqa: PLR0911, PLR0912
    """Return an item in the words of the questionnaire's keywords."""
    if "all" in item:
        return " and ".join(say(each, lists) for each in item["all"])
    if "not" in item:
        return f"not ({say(item['not'], lists)})"
    if "approach" in item:
        return f"linked approach: {say(item['approach'], lists)}"
    if "prais" in item:
        return f"PRAIS: {say(item['prais'], lists)}"
    named = {tuple(sorted(values)): key for key, values in lists.items()}

    def names(values: list[str]) -> str:
        key = named.get(tuple(sorted(set(values))))
        return LIST_NAMES.get(key, (key.lower(),))[0] if key else ", ".join(dict.fromkeys(values))

    if "impacts" in item:
        many = {1: "any of", 2: "any two of"}[item["count"]]
        return f"{many} {names(item['impacts'])} {item['op']} {item['value']}"
    if "impacts_sum" in item:
        return f"sum of {names(item['impacts_sum'])} {item['op']} {item['value']}, at least one negative"
    if "exposure" in item:
        hazards = names(item["exposure"]) if len(item["exposure"]) < 30 else "any hazard of 6.3"
        return f"exposure {hazards} " + (
            f"coped with {names(item['sensitivity'])}" if item["sensitivity"] else "answered"
        )
    if "only" in item:
        return f"{item['q']} answered with nothing but {', '.join(item['only'])}"
    if "any_of" in item:
        return f"{item['q']} has {names(item['any_of'])}"
    if "equals" in item:
        return f"{item['q']} = {item['equals']}"
    if "text_terms" in item:
        return f"the text tells of {' / '.join(item['text_terms'])} (a person has to confirm)"
    if "answered_without" in item:
        return f"{item['answered_without'][0]} answered without {item['answered_without'][1]}"
    if "conversion" in item:
        return f"forest type changed from {item['conversion'][0]} to {item['conversion'][1]}"
    fixed = {
        "cca_module": "climate change adaptation module filled",
        "exposure_all_bad": "every rated exposure coped with badly",
        "exposure_decrease": "annual or seasonal rainfall decreases",
    }
    for key, words in fixed.items():
        if key in item:
            return words
    key = next(iter(item))
    return f"{item[key]} {'condition filled' if key in ('enabling', 'hindering') else 'given'} ({key})"


def rule(framework: str, criterion: dict[str, Any], patterns: Patterns, lists: dict[str, list[str]]) -> str:
    """Return the text of one rule file."""
    head = [
        f"# criterion: {criterion['id']}",
        f"# framework: {FRAMEWORKS[framework]}",
        f"# title: {criterion['name']}",
        f"# class: {CLASSES[criterion['class']]}",
        f"# hard-wins: {'yes' if criterion['hard_wins'] else 'no'}",
        f"# source: {criterion['source']}",
        "# version: 1",
        "# author: LandKG",
    ]
    blocks = []
    for section, strength in SECTIONS:
        for n, item in enumerate(criterion[section], 1):
            name = f"{strength}-{n}"
            side = "for" if strength in ("strong", "weak") else "against"
            head.append(f"# {side} {name}: {say(item, lists)}")
            if "text_terms" in json.dumps(item):
                head.append(f"# confirm: {name}")
            blocks.append(patterns.block(item, name))
    head.append(f"# silent: {criterion['silent']}")
    body = " UNION\n".join(blocks)
    return "\n".join(head) + f"\n{TEMPLATE}{body}\n  BIND(COALESCE(?on, ?practice) AS ?subject)\n}}\n"


def main() -> None:
    """Read the table and write the files."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("table", type=Path, help="alignment_rules.json")
    read.add_argument("fields", type=Path, help="wocat_fields.json")
    read.add_argument("labels", type=Path, help="labels.jsonl")
    read.add_argument("--all", action="store_true", help="overwrite rules that exist")
    given = read.parse_args()
    table = json.loads(given.table.read_text("utf-8"))
    lists = table["_meta"]["named_lists"]
    patterns = Patterns(ws.Source(given.fields, given.labels), lists)
    root = Path(__file__).resolve().parents[1]
    for framework, each in table["frameworks"].items():
        for criterion in each["criteria"]:
            path = root / "rules" / f"{criterion['id']}.rq"
            if given.all or not path.exists():
                path.write_text(rule(framework, criterion, patterns, lists), "utf-8")
    path = root / "frameworks" / "lists.ttl"
    if given.all or not path.exists():
        path.write_text(patterns.lists(), "utf-8")


if __name__ == "__main__":
    main()
