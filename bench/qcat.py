"""Generates answers of the QCAT API in their real structure, for benchmarks and a simulated server.

Structure, questions and labels come from ``loaders/wocat_questionnaire.json``; the practices are
invented. The share of answered questions, the rows of tables and the scores follow the one recorded
answer this was built on: about 40 of 100 questions answered, three or four rows a table.

    python bench/qcat.py FOLDER COUNT [SEED]     write COUNT envelopes, one file each
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

TABLE: Final = Path(__file__).parents[1] / "loaders" / "wocat_questionnaire.json"
FIRST: Final = 900_000
"""Number of the first generated code; real ones are far below."""

PLACES: Final = {
    # West, south, east, north, rounded inwards.
    "BFA": (-4.0, 10.0, 1.0, 14.0),
    "BOL": (-67.0, -21.0, -60.0, -12.0),
    "CHE": (6.5, 46.3, 9.5, 47.4),
    "ETH": (35.5, 5.0, 41.5, 13.5),
    "KEN": (35.0, -3.0, 40.5, 3.5),
    "NPL": (81.0, 27.7, 87.0, 29.0),
    "PER": (-77.0, -14.0, -71.5, -6.0),
    "TJK": (68.5, 37.5, 73.0, 39.0),
    "TUN": (8.5, 32.0, 10.5, 36.5),
    "ZAF": (19.0, -32.5, 29.5, -24.0),
}
WORDS: Final = tuple(
    word
    for line in (
        "terraces stone lines planting pits half moons grass strips mulch check dams ponds trees shrubs",
        "fodder compost rotation fences channels bunds soil water slope runoff erosion yield farmers herders",
        "women community season drought rain field hectare labour cost benefit seedlings manure grazing rest",
        "period after before improves slows keeps catches protects needs shares repairs along between every",
    )
    for word in line.split()
)
RATE: Final = {"1.": 1.0, "2.": 0.7, "3.": 0.75, "4.": 0.55, "5.": 0.65, "6.": 0.3, "7.": 0.6}
"""Share of a section's groups that are filled."""
ALWAYS: Final = frozenset(
    {"qg_name", "qg_location", "qg_accept_conditions", "tech_qg_1", "tech_qg_2", "app_qg_1", "app_qg_2"}
    | {"tech_qg_6", "tech_qg_9", "tech_qg_8", "tech_qg_27", "qg_location_map"}
)


@cache
def questionnaire() -> dict[str, Any]:
    """Return the questionnaires as the loaders have them."""
    found: dict[str, Any] = json.loads(TABLE.read_text("utf-8"))
    return found


def generate(n: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield ``n`` detail answers (v2); only their maps hold their codes, as in real ones."""
    for number in range(n):
        yield practice(number, seed)["detail"]


def envelopes(n: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield ``{"list": item of the list answer, "detail": detail answer}``."""
    for number in range(n):
        yield practice(number, seed)


def practice(number: int, seed: int = 0) -> dict[str, Any]:
    """Return one envelope; the same number and seed always give the same."""
    return _maker(number, seed).envelope()


def _maker(number: int, seed: int) -> Maker:
    chance = Random(f"{seed}:{number}")
    kind = chance.choices(("technologies", "approaches", "unccd"), (70, 25, 5))[0]
    edition = chance.choice(("2015", "2018")) if kind == "technologies" else "2015"
    return Maker(chance, kind, edition, number)


class Practice(dict[str, Any]):
    """An envelope whose detail answer is made when it is asked for: a server of many takes little memory."""

    def __init__(self, number: int, seed: int = 0) -> None:
        super().__init__(list=_maker(number, seed).listed())
        self._made_from = number, seed

    def __missing__(self, key: str) -> Any:
        if key != "detail":
            raise KeyError(key)
        return practice(*self._made_from)["detail"]


def changed(number: int, day: str) -> Practice:
    """Return other answers to the same questionnaire, updated on a day (ISO 8601)."""
    kind = _maker(number, 0).kind
    seed = next(seed for seed in range(1, 1000) if _maker(number, seed).kind == kind)
    found = Practice(number, seed)
    found["list"]["updated"] = f"{day}T09:00:00Z"
    return found


class Maker:
    """One generated questionnaire."""

    def __init__(self, chance: Random, kind: str, edition: str, number: int) -> None:
        self.chance, self.kind, self.edition = chance, kind, edition
        self.code = f"{kind}_{FIRST + number}"
        self.form = questionnaire()["configurations"][kind]
        self.iso3 = chance.choice(sorted(PLACES))
        words = " ".join(chance.sample(WORDS[:20], 3))
        self.name = f"Generated practice {number}: {words}"

    def envelope(self) -> dict[str, Any]:
        """Return list item and detail answer."""
        listed = self.listed()
        return {"list": listed, "detail": self.detail()}

    def listed(self) -> dict[str, Any]:
        """Return the list item; to be asked for before the detail answer."""
        middle = "unccd" if self.kind == "unccd" else f"wocat/{self.kind}"
        day = "-".join(reversed(self._day().split("/")))
        return {
            "name": self.name,
            "updated": f"{day}T14:43:10.622384Z",
            "code": self.code,
            "edition": self.edition,
            "url": f"/en/{middle}/view/{self.code}/",
            "translations": [["en", "English"]],
            "details": f"/en/api/v2/questionnaires/{self.code}/",
        }

    def detail(self) -> dict[str, Any]:
        """Return the tree of sections, categories, groups and questions."""
        root: dict[str, Any] = {}
        by_group: dict[str, dict[str, Any]] = {}
        for question, about in self.form["questions"].items():
            if self.edition in about["editions"]:
                for group in about["groups"]:
                    by_group.setdefault(group, {})[question] = about
        for group, about in self.form["questiongroups"].items():
            answers = self._group(group, about, by_group.get(group, {}))
            for path in about["paths"] if answers else ():
                _put(root, path.split("/"), group, answers)
        return root

    def _group(self, group: str, about: dict[str, Any], questions: dict[str, Any]) -> dict[str, Any]:
        rate = RATE.get((about["section"] or "")[:2], 0.5)
        hazard = group in questionnaire()["hazards"]
        filled = group in ALWAYS or self.chance.random() < (0.12 if hazard else rate)
        rows = self.chance.randint(1, 6) if about["table"] and filled else int(filled)
        return {
            question: {
                "label": asked["label"],
                "value": [self._entry(question, asked) for _ in range(rows)] if rows else "",
            }
            for question, asked in questions.items()
        }

    def _entry(self, question: str, about: dict[str, Any]) -> Any:
        shell = {"key": about["label"], "template": "raw", "additional_translations": {}}
        if about["type"] in ("user_id", "link_id"):
            return "\n"
        return shell | self._value(question, about)

    def _value(self, question: str, about: dict[str, Any]) -> dict[str, Any]:
        chance, kind = self.chance, about["type"]
        fixed = self._fixed(question)
        if fixed is not None:
            return {"value": fixed}
        plain: dict[str, Callable[[], dict[str, Any]]] = {
            "map": self._map,
            "char": lambda: {"value": self._words(6) if chance.random() < 0.6 else None},
            "text": lambda: {"value": self._words(40) if chance.random() < 0.6 else None},
            "hidden": lambda: {"value": None},
            "int": lambda: {"value": chance.randint(1, 900)},
            "float": lambda: {"value": round(chance.uniform(1, 900), 1), "decimals": 2},
            "bool": lambda: {"value": chance.choice(("Yes", "No"))},
            "date": lambda: {"value": self._day()},
            "select_model": lambda: {"value": chance.randint(1, 9000), "text": self._words(4)},
            "image": self._image,
            "file": self._image,
        }
        return plain[kind]() if kind in plain else self._chosen(kind, about)

    def _image(self) -> dict[str, Any]:
        name = f"{self.chance.getrandbits(64):016x}"
        path = f"/upload/{name[:2]}/{name[2]}/{name}.jpg"
        return {"value": path, "preview_image": path, "content_type": "image/jpeg", "in_list": True}

    def _fixed(self, question: str) -> str | None:
        if question == "name":
            return self.name
        if question == "country":
            labels = {code: label for label, code in questionnaire()["country_labels"].items()}
            return str(labels[f"country_{self.iso3}"])
        if question == "accept_conditions":
            return "Yes"
        if question.startswith("person_"):
            # Never anything that looks like a person's.
            return {"person_lastname": "Example", "person_firstname": "Person"}.get(question, "[removed]")
        return None

    def _chosen(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        chance = self.chance
        if "scale" in about:
            score = chance.choices(range(-3, 4), (1, 2, 4, 2, 10, 8, 4))[0]
            steps = [[5 if step == score else 1, str(step)] for step in range(-3, 4)]
            return {"value": str(score), "level": round((score + 4) / 7 * 5), "all_values": steps}
        values: dict[str, str] = about.get("values", {})
        if self.edition == "2015":
            values = values | about.get("labels_2015", {})
        if not values:
            return {"value": None}
        keywords = list(values)
        if kind in ("select", "select_type", "measure"):
            return {"value": values[chance.choice(keywords)]}
        some = chance.sample(keywords, 1 if kind == "radio" else min(len(keywords), chance.randint(1, 3)))
        if kind == "image_checkbox":
            return {"values": [[values[k], "assets/img/pictos/land_5.png", None, k] for k in some]}
        if "source_field" in values:
            return {"values": [[values[k], k] for k in some], "with_raw_values": True}
        return {"values": [values[k] for k in some]}

    def _map(self) -> dict[str, Any]:
        west, south, east, north = PLACES[self.iso3]
        features = [
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [
                        round(self.chance.uniform(west, east), 6),
                        round(self.chance.uniform(south, north), 6),
                    ],
                },
                "properties": None,
            }
            for _ in range(self.chance.randint(1, 3))
        ]
        return {
            "value": json.dumps({"type": "FeatureCollection", "features": features}),
            "is_geometry": True,
            "map_url": f"/en/wocat/{self.kind}/view/{self.code}/map/",
            "configuration": self.kind,
        }

    def _words(self, count: int) -> str:
        length = max(2, round(self.chance.gauss(count, count / 3)))
        return " ".join(self.chance.choices(WORDS, k=length)).capitalize() + "."

    def _day(self) -> str:
        chance = self.chance
        return f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(2008, 2020)}"


def _put(root: dict[str, Any], path: list[str], group: str, answers: dict[str, Any]) -> None:
    children = root
    for key in path:
        children = children.setdefault(key, {"label": "", "children": {}})["children"]
    children[group] = {"label": "", "children": answers}


def main() -> None:
    """Write envelopes to a folder, one file a practice."""
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    folder.mkdir(parents=True, exist_ok=True)
    for envelope in envelopes(count, seed):
        path = folder / f"{envelope['list']['code']}.json"
        path.write_text(json.dumps(envelope, ensure_ascii=False, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    main()
