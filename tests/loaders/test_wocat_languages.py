"""QCAT answers in several languages: every text is kept once, with the language that it is in."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from loading import DATA, load_text

from kg.mapping import lines
from kg.model import Practice, Text
from kg.vocab import Iris

DETAIL = DATA / "wocat" / "technologies_900001.detail-v2.en.json"
LONG = "Des murets de pierres posés le long des courbes de niveau ralentissent l'eau qui ruisselle."
QUESTIONS = (("qg_name", "name"), ("tech_qg_1", "tech_definition"), ("tech_qg_2", "tech_description"))


def answer(*texts: str) -> dict[str, Any]:
    """Return the recorded answer with a name, a definition and a description of its own."""
    tree: dict[str, Any] = json.loads(DETAIL.read_text("utf-8"))
    for (group, question), text in zip(QUESTIONS, texts, strict=True):
        _put(tree, group, question, text)
    return copy.deepcopy(tree)


def _put(children: dict[str, Any], group: str, question: str, text: str) -> None:
    for key, node in children.items():
        inner = node.get("children")
        if key == group and inner and question in inner:
            inner[question]["value"] = [{"key": "", "template": "raw", "value": text}]
        elif isinstance(inner, dict):
            _put(inner, group, question, text)


def load(tmp_path: Path, answers: dict[str, Any], listed: list[str], asked: str = "en") -> Practice:
    envelope = {
        "list": {
            "code": "technologies_900001",
            "url": "/en/x/",
            "translations": [[each, each] for each in listed],
        },
        "language": asked,
        "detail": answers[asked],
        "translations": {lang: tree for lang, tree in answers.items() if lang != asked},
    }
    records, report = load_text("wocat", tmp_path, "one.json", json.dumps(envelope))
    assert report.quarantined == 0
    found: Practice = records[0]
    return found


def test_answers_when_translated_then_each_text_has_its_language(tmp_path: Path) -> None:
    english, french = (
        answer("Stone lines", "Lines.", "Of stones."),
        answer("Cordons", "Lignes.", "De pierres."),
    )
    found = load(tmp_path, {"en": english, "fr": french}, ["en", "fr"])
    assert set(found.names) == {Text("Stone lines", "en"), Text("Cordons", "fr")}
    assert set(found.summaries) == {Text("Lines.", "en"), Text("Lignes.", "fr")}
    assert set(found.descriptions) == {Text("Of stones.", "en"), Text("De pierres.", "fr")}


def test_answers_when_there_is_no_english_then_nothing_says_it_is(tmp_path: Path) -> None:
    french = answer("Cordons pierreux", LONG, LONG * 3)
    found = load(tmp_path, {"en": french, "fr": french}, ["fr"])
    assert found.names == (Text("Cordons pierreux", "fr"),)
    assert {text.lang for text in (*found.summaries, *found.descriptions)} == {"fr"}
    written = [line for line in lines(found, Iris(), "https://example.org/g") if "@en " in line]
    assert written == []


def test_answers_when_only_another_language_is_listed_then_it_is_theirs(tmp_path: Path) -> None:
    found = load(tmp_path, {"en": answer("ឈ្មោះ", "ឈ្មោះ", "ឈ្មោះ")}, ["km"])
    assert found.names == (Text("ឈ្មោះ", "km"),)


def test_answers_when_some_are_not_translated_then_they_are_in_the_first_language(
    tmp_path: Path,
) -> None:
    french = answer("Cordons", LONG, LONG * 2)
    spanish = answer("Cordones", "Líneas de piedra.", LONG * 2)
    found = load(tmp_path, {"en": french, "fr": french, "es": spanish}, ["fr", "es"])
    assert set(found.names) == {Text("Cordons", "fr"), Text("Cordones", "es")}
    assert set(found.summaries) == {Text(LONG, "fr"), Text("Líneas de piedra.", "es")}
    assert found.descriptions == (Text(LONG * 2, "fr"),)


def test_answers_when_a_long_text_is_the_same_twice_then_no_language_is_claimed(tmp_path: Path) -> None:
    english, french = answer("Zaï", LONG, "Of stones."), answer("Zaï", LONG, "De pierres.")
    found = load(tmp_path, {"en": english, "fr": french}, ["en", "fr"])
    assert found.names == (Text("Zaï", "en"),)
    assert found.summaries == (Text(LONG, None),)
    assert len(found.descriptions) == 2
