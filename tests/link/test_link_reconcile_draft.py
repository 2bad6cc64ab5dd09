"""The draft after version 0.2, asked over HTTP: shapes as its text has them, conditions, errors; and 0.2 as
OpenRefine asks it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import requests

# In our own words after https://reconciliation-api.github.io/specs/1.0-draft/ .
_TEXT = {"type": "string", "minLength": 1}
_NAMED: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": _TEXT, "name": _TEXT},
}
_LANG = {"lang": _TEXT, "dir": {"enum": ["ltr", "rtl", "auto"]}}
MANIFEST = {
    "type": "object",
    "required": ["versions", "name", "view"],
    "not": {"anyOf": [{"required": ["identifierSpace"]}, {"required": ["schemaSpace"]}]},
    "properties": {
        "versions": {"type": "array", "contains": {"const": "1.0-draft"}},
        "view": {"required": ["url"], "properties": {"url": {"pattern": r"^https?://[^{]*\{id\}"}}},
        "defaultTypes": {"type": "array", "items": _NAMED, "uniqueItems": True},
        "suggest": {"required": ["entity", "property", "type"], "additionalProperties": {"type": "boolean"}},
        "preview": {"required": ["width", "height"], "additionalProperties": {"type": "integer"}},
        "extend": {
            "properties": {
                "proposeProperties": {"type": "boolean"},
                "propertySettings": {
                    "items": _NAMED | {"required": ["id", "name", "type", "default", "helpText"]}
                },
            },
            "additionalProperties": False,
        },
        "batchSize": {"type": "integer"},
        "standardizedScore": {"type": "boolean"},
        **_LANG,
    },
}
CANDIDATE = _NAMED | {
    "required": ["id", "name", "type", "match"],
    "properties": {
        "score": {"type": "number", "minimum": 0, "maximum": 100},
        "match": {"type": "boolean"},
        "type": {"type": "array", "items": _NAMED},
        "features": {
            "items": _NAMED
            | {"required": ["id", "name", "value"], "properties": {"value": {"type": ["number", "boolean"]}}}
        },
        **_LANG,
    },
}
RESULTS = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["candidates"],
                "properties": {"candidates": {"type": "array", "items": CANDIDATE}},
            },
        }
    },
}
EXTENDED = {
    "type": "object",
    "required": ["meta", "rows"],
    "properties": {
        "meta": {"type": "array", "items": _NAMED},
        "rows": {
            "type": "array",
            "items": {
                "required": ["id", "properties"],
                "properties": {
                    "properties": {
                        "type": "array",
                        "items": {"required": ["id", "values"], "properties": {"values": {"type": "array"}}},
                    }
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def draft(server: str) -> str:
    return f"{server}/fr/reconcile/1.0-draft"


def _fits(body: Any, schema: dict[str, Any]) -> Any:
    jsonschema.Draft202012Validator(schema).validate(body)
    return body


def _name(text: Any, **more: Any) -> dict[str, Any]:
    return {"matchType": "name", "propertyValue": text, **more}


def _property(pid: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"matchType": "property", "propertyId": pid, "propertyValue": value, **more}


def _ask(draft: str, *queries: dict[str, Any]) -> list[list[dict[str, Any]]]:
    answer = requests.post(f"{draft}/match", json={"queries": list(queries)}, timeout=120)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return [each["candidates"] for each in _fits(answer.json(), RESULTS)["results"]]


def test_manifest_of_the_draft_when_read_has_its_shape_and_language(draft: str) -> None:
    body = _fits(requests.get(draft, timeout=60).json(), MANIFEST)
    assert (body["lang"], body["dir"]) == ("fr", "ltr")
    view = requests.get(body["view"]["url"].replace("{id}", "concept:zai"), allow_redirects=False, timeout=60)
    assert view.headers["Location"].endswith("/id/concept/zai")


def test_queries_when_sent_in_a_list_are_answered_in_its_order(draft: str) -> None:
    first, second = _ask(
        draft,
        {"type": "concept", "conditions": [_name("zaï")], "limit": 1},
        {"type": "country", "conditions": [_name("Burkina Fasso")], "limit": 1},
    )
    assert [(each["id"], each["match"]) for each in first] == [("concept:zai", True)]
    assert [(each["id"], each["match"]) for each in second] == [("country:BFA", False)]


def test_property_when_required_filters_and_when_not_lowers_the_score(draft: str) -> None:
    name, country = _name("planting pits"), _property("country", {"id": "country:NER", "name": "Niger"})
    free, soft, hard, none = _ask(
        draft,
        *(
            {"type": "practice", "limit": 50, "conditions": each}
            for each in (
                [name],
                [name, country],
                [name, country | {"required": True}],
                [name, country | {"required": True, "matchQuantifier": "none"}],
            )
        ),
    )
    assert {each["id"] for each in hard}
    assert {each["id"] for each in hard} < {each["id"] for each in free}
    assert {each["id"] for each in hard}.isdisjoint(each["id"] for each in none)
    lowered = {each["id"]: each["score"] for each in free}
    assert any(each["score"] < lowered.get(each["id"], 0) for each in soft)


def test_property_when_all_values_are_asked_for_must_have_each(draft: str) -> None:
    both = _property("country", ["Niger", "Burkina Faso"], required=True)
    either, every = _ask(
        draft,
        {"type": "practice", "limit": 100, "conditions": [both]},
        {"type": "practice", "limit": 100, "conditions": [both | {"matchQuantifier": "all"}]},
    )
    assert len(either) > len(every)


def test_draft_when_it_extends_suggests_and_proposes_has_its_shapes(draft: str) -> None:
    asked = {"ids": ["country:NER", "nothing"], "properties": [{"id": "iso3"}, {"id": "region"}]}
    body = _fits(requests.post(f"{draft}/extend", json=asked, timeout=60).json(), EXTENDED)
    assert [row["id"] for row in body["rows"]] == asked["ids"]
    assert body["rows"][0]["properties"][0] == {"id": "iso3", "values": [{"str": "NER"}]}
    proposed = requests.get(f"{draft}/extend/propose?type=country&limit=2", timeout=60).json()
    assert len(_fits(proposed, {"properties": {"properties": {"items": _NAMED}}})["properties"]) == 2
    both = requests.get(f"{draft}/suggest/entity?prefix=zai&limit=2", timeout=60).json()["result"]
    second = requests.get(f"{draft}/suggest/entity?prefix=zai&limit=1&offset=1", timeout=60).json()["result"]
    assert both[1:] == second
    assert "text/html" in requests.get(f"{draft}/preview?id=concept:zai", timeout=60).headers["Content-Type"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "queries"),
        ({"queries": {"q0": {}}}, "queries"),
        ({"queries": [{}]}, "queries[0].conditions"),
        ({"queries": [{"conditions": [{}]}]}, "queries[0].conditions[0].matchType"),
        ({"queries": [{"conditions": [{"matchType": "name"}]}]}, "queries[0].conditions[0].propertyValue"),
        ({"queries": [{"conditions": [_property("country", 1) | {"propertyId": 1}]}]}, "propertyId"),
        ({"queries": [{"conditions": [_name("x")], "type": ["a", "b"]}]}, "queries[0].type"),
    ],
)
def test_batch_when_malformed_is_refused_with_the_name_of_the_field(
    draft: str, body: Any, field: str
) -> None:
    answer = requests.post(f"{draft}/match", json=body, headers={"Accept": "application/json"}, timeout=60)
    assert answer.status_code == 400
    assert field in answer.json()["detail"]


def test_old_version_when_asked_at_its_own_path_answers_as_openrefine_asks(server: str) -> None:
    manifest = requests.get(f"{server}/reconcile/0.2", timeout=60).json()
    assert manifest["versions"] == ["0.2"]
    queries = {"q0": {"query": "Niger", "type": "country", "type_strict": "should", "limit": 3}}
    sent = requests.post(f"{server}/reconcile/0.2", data={"queries": json.dumps(queries)}, timeout=60).json()
    assert sent["q0"]["result"][0]["id"] == "country:NER"
    asked = {"ids": ["country:NER"], "properties": [{"id": "iso3"}]}
    rows = requests.post(f"{server}/reconcile/0.2", data={"extend": json.dumps(asked)}, timeout=60).json()[
        "rows"
    ]
    assert rows == {"country:NER": {"iso3": [{"str": "NER"}]}}
