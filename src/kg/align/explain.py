"""Explains assessments in the reader's language, from the graph alone.

Sentences are put together from labels of the graph and the templates of ``messages.json``; no sentence
is stored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from kg import queries
from kg.align import rules
from kg.entities.labels import choose
from kg.entities.reading import labels_of
from kg.errors import BadInput, NotFound
from kg.store import GraphStore, Row
from kg.terms import local_id
from kg.vocab import DEFAULT_BASE, LANGUAGES, Iris

FRAMEWORKS: Final = ("slm", "ldn", "eba", "ecodrr", "nbs", "drought")
_ASKED: Final = 6
"""Most labels in "facts that would help"."""


@cache
def messages() -> dict[str, dict[str, str]]:
    """Return the message templates by language."""
    found: dict[str, dict[str, str]] = json.loads(
        Path(__file__).with_name("messages.json").read_text(encoding="utf-8")
    )
    return found


def explain(
    store: GraphStore, practice: str, iris: Iris, *, framework: str | None = None, language: str = "en"
) -> dict[str, Any]:
    """Return the assessments of a practice as data and sentences (JSON-ready).

    Args:
        practice: code or IRI.
        framework: one of :data:`FRAMEWORKS`; all of them without it.

    Raises:
        BadInput: the framework or language is unknown.
        NotFound: the graph has no assessment of the practice; approaches have none.
    """
    if language not in LANGUAGES:
        raise BadInput(f"'{language[:20]}' is none of the languages {', '.join(LANGUAGES)}.")
    if framework is not None and framework not in FRAMEWORKS:
        raise BadInput(f"There is no framework '{framework[:40]}'.", hint=f"Known: {', '.join(FRAMEWORKS)}.")
    asked = _Asked(store, practice, iris)
    results = asked.rows("assessment")
    if not results:
        raise NotFound(
            f"There is no assessment of '{practice[:80]}'.",
            hint="Technologies and PRAIS practices are assessed; approaches give evidence to theirs.",
        )
    return _Explanation(asked, results, language).to_json(framework)


class _Asked:
    """Asks the queries of ``queries/align`` about one practice."""

    def __init__(self, store: GraphStore, practice: str, iris: Iris) -> None:
        self.store, self.iris = store, iris
        self.iri = practice if practice.startswith(iris.base) else iris.id("practice", local_id(practice))

    def rows(self, name: str) -> list[Row]:
        text, bound = queries.get("align", name).bind({"practice": self.iri}, self.iris)
        return self.store.select(text, bound)

    def labels(self, things: Iterable[str], language: str) -> dict[str, str]:
        """Return the label of each IRI for a reader of the language."""
        chosen = {
            thing: choose(texts, language)
            for thing, texts in labels_of(self.store, things, self.iris).items()
        }
        return {thing: label.value for thing, label in chosen.items() if label}


class _Explanation:
    """Holds the rows of a practice and writes its explanation."""

    def __init__(self, asked: _Asked, results: list[Row], language: str) -> None:
        self._asked, self._iris, self.language = asked, asked.iris, language
        self._say = messages()[language]
        self._results = results
        self._evidence: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in asked.rows("evidence"):
            each = {name: _value(term) for name, term in row.items()}
            if each not in self._evidence[each["node"]]:
                self._evidence[each["node"]].append(each)
        self._sources: dict[str, list[str]] = defaultdict(list)
        for row in results:
            found = self._sources[_value(row["criterion"])]
            if "source" in row and _value(row["source"]) not in found:
                found.append(_value(row["source"]))
        self._turns: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        beside = [{name: _value(term) for name, term in row.items()} for row in asked.rows("beside")]
        for each in beside:
            if "about" in each:
                about = each["about"].removeprefix(self._iris.ns)
                self._turns[each["framework"]][about].append(each["value"])
        self._reviews = [each for each in beside if "review" in each]
        self._suggested = [each for each in beside if "sentence" in each]
        self._rules = {each["criterion"]: each for each in beside if "rule" in each}
        self._stated = any(each.get("basis") == "stated" for each in beside)
        self._label = asked.labels(self._named(), language)

    def _named(self) -> set[str]:
        named = {self._asked.iri}
        for row in self._results:
            named.update(_value(row[name]) for name in ("framework", "verdict", "criterion", "result"))
        for each in (e for found in self._evidence.values() for e in found):
            named.update(each[name] for name in ("property", "value", "hazard") if each.get(name))
        named.update(v for turns in self._turns.values() for vs in turns.values() for v in vs)
        named.update(each["verdict"] for each in self._reviews)
        named.update(source for found in self._sources.values() for source in found)
        for criterion in (each for turns in self._turns.values() for each in turns["missingCriterion"]):
            named.update(self._asks(rules.load().rule(criterion.rpartition("/")[2])))
        return {thing for thing in named if thing.startswith(self._iris.base)}

    def _asks(self, rule: rules.Rule) -> list[str]:
        """Return what the strong items of a rule ask for: properties, or hazards of a list."""
        found: dict[str, None] = {}
        members = rules.load().members
        for name in rule.asks("strong"):
            prefix, _, local = name.partition(":")
            if prefix == "wocat":
                found[self._iris.wocat(local)] = None
            else:
                listed = f"{DEFAULT_BASE}id/list/{local}"
                for of, member in members:
                    if of == listed:
                        found[rules.rebase(member, self._iris)] = None
        return list(found)

    def to_json(self, framework: str | None) -> dict[str, Any]:
        parts = [self._framework(each) for each in FRAMEWORKS if framework in (None, each)]
        return {
            "practice": {"iri": self._asked.iri, "label": self.label(self._asked.iri)},
            "language": self.language,
            "assessments": [part for part in parts if part],
            "notes": [self._say["note"], *([self._say["stated"]] if self._stated else [])],
        }

    def label(self, iri: str) -> str:
        return self._label.get(iri) or iri.rpartition("/")[2].replace("_", " ")

    def _framework(self, slug: str) -> dict[str, Any] | None:
        iri = self._iris.id("framework", slug)
        of = [row for row in self._results if _value(row["framework"]) == iri]
        if not of:
            return None
        rows = list({_value(row["node"]): row for row in of}.values())
        verdict = _value(rows[0]["verdict"])
        turns = self._turns[iri]
        criteria = sorted((self._criterion(row) for row in rows), key=lambda each: _natural(each["id"]))
        missing = sorted(turns["missingCriterion"], key=_natural)
        return {
            "iri": _value(rows[0]["assessment"]),
            "framework": {"id": slug, "iri": iri, "label": self.label(iri)},
            "verdict": self._coded(verdict, "verdict_"),
            "sentence": self._verdict(verdict, iri, missing, turns),
            "human": [self._human(each) for each in self._reviews if each["framework"] == iri],
            "missing": [self._missing(criterion) for criterion in missing],
            "contradicted": [self._ref(each) for each in turns["contradictedCriterion"]],
            "criteria": criteria,
            "suggestions": [self._suggestion(each) for each in self._suggested if each["framework"] == iri],
        }

    def _verdict(self, verdict: str, iri: str, missing: list[str], turns: Mapping[str, list[str]]) -> str:
        key = verdict.rpartition("verdict_")[2]
        if key == "candidate" and not missing:
            key = "candidate_plain"
        said = [
            self._say[key].format(
                practice=self.label(self._asked.iri),
                framework=self.label(iri),
                missing=self._join(self.label(each) for each in missing),
                contradicted=self._join(self.label(each) for each in turns["contradictedCriterion"]),
            )
        ]
        if turns["needsApproach"]:
            said.append(self._say["needs_approach"])
        if turns["responseType"]:
            value = self._join(self.label(each) for each in turns["responseType"])
            said.append(self._say["response"].format(value=value))
        return " ".join(said)

    def _criterion(self, row: Row) -> dict[str, Any]:
        criterion, result, node = (_value(row[name]) for name in ("criterion", "result", "node"))
        evidence = [self._fact(each) for each in self._evidence.get(node, ())]
        evidence.sort(key=lambda each: (each["strength"], each["sentence"]))
        said = [self._say["criterion"].format(criterion=self.label(criterion), result=self.label(result))]
        for side in ("for", "against"):
            facts = [each["sentence"] for each in evidence if each["strength"].endswith(side)]
            if facts:
                said.append(self._say[side].format(facts=self._say["facts"].join(dict.fromkeys(facts))))
        return {
            **self._ref(criterion),
            "node": node,
            "class": _value(row.get("class") or ""),
            "result": self._coded(result, "result_"),
            "sentence": " ".join(said),
            "evidence": evidence,
            "rule": self._rule(criterion),
            "sources": [self._ref(source) for source in self._sources[criterion]],
            "source_note": _value(row.get("note") or ""),
        }

    def _rule(self, criterion: str) -> dict[str, Any] | None:
        """Return the version of the rule that was applied, also where it found nothing."""
        rule = self._rules.get(criterion)
        return {"iri": rule["rule"], "version": rule["version"]} if rule else None

    def _fact(self, each: dict[str, str]) -> dict[str, Any]:
        say, prop, value = self._say, each["property"], each["value"]
        shown = self.label(value) if value.startswith(self._iris.base) else say.get(value, value)
        shown = {"true": say["yes"], "false": say["no"]}.get(shown, shown)
        hazard = self.label(each["hazard"]) if each.get("hazard") else ""
        if hazard:
            kind = {"hazard": "exposed", "sensitivity": "coping"}.get(prop.rpartition("/")[2], "change")
            said = say[kind].format(hazard=hazard, value=shown)
        elif "/tech_impacts_" in prop and value.lstrip("-").isdigit():
            number = f"{int(value):+d}".replace("-", "−")
            said = say["impact"].format(property=self.label(prop), value=number)
        elif each.get("confirm") and not value.startswith(self._iris.base):
            said = say["text"].format(property=self.label(prop))
        else:
            said = say["answer"].format(property=self.label(prop), value=shown[:120])
        code = each["subject"].removeprefix(self._iris.id("practice", "")).split("/")[0]
        if self._iris.id("practice", code) != self._asked.iri:
            said = say["approach"].format(fact=said, code=code)
        section = each.get("section")
        return {
            "sentence": said,
            "strength": each["strength"].rpartition("strength_")[2],
            "property": {"iri": prop, "label": self.label(prop)},
            "value": value,
            "subject": each["subject"],
            "section": section,
            "located": say["section"].format(fact=said, section=section) if section else said,
            "confirm": bool(each.get("confirm")),
        }

    def _missing(self, criterion: str) -> dict[str, Any]:
        rule = rules.load().rule(criterion.rpartition("/")[2])
        asked = [self.label(each) for each in self._asks(rule)]
        asks = list(dict.fromkeys(asked))[:_ASKED]
        said = self._say["asks"].format(asks=self._join(asks))
        return {**self._ref(criterion), "asks": asks, "sentence": said}

    def _human(self, each: dict[str, str]) -> dict[str, Any]:
        verdict = self._coded(each["verdict"], "verdict_")
        said = self._say["human"].format(
            reviewer=each["reviewer"], date=each["date"], verdict=verdict["label"], reason=each["reason"]
        )
        kept = {name: each[name] for name in ("reviewer", "date", "reason")}
        return {"iri": each["review"], "verdict": verdict, "sentence": said, **kept}

    def _suggestion(self, each: dict[str, str]) -> dict[str, Any]:
        score = float(each["score"])
        said = self._say["suggests"].format(
            framework=self.label(each["framework"]), score=f"{score:.2f}", sentence=each["sentence"]
        )
        return {"sentence": said, "quote": each["sentence"], "score": score}

    def _ref(self, iri: str) -> dict[str, Any]:
        return {"id": iri.rpartition("/")[2], "iri": iri, "label": self.label(iri)}

    def _coded(self, iri: str, prefix: str) -> dict[str, Any]:
        return {"id": iri.rpartition(prefix)[2], "iri": iri, "label": self.label(iri)}

    def _join(self, labels: Iterable[str]) -> str:
        return self._say["list"].join(labels)


def _natural(name: str) -> tuple[str, int]:
    head, _, number = name.rpartition("-")
    return head, int(number) if number.isdigit() else 0


def _value(term: object) -> str:
    return str(getattr(term, "value", term))
