"""What each kind of record offers whoever links to it: a card, a type of schema.org, a citation."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

KINDS = {
    "practice": ("HowTo", "rich"), "decision": ("Legislation", "rich"), "document": ("Report", "rich"),
    "publication": ("ScholarlyArticle", "rich"), "concept": ("DefinedTerm", "rich"),
    "country": ("Country", "rich"), "region": ("Place", "rich"), "scheme": ("DefinedTermSet", "link"),
    "framework": ("DefinedTerm", "rich"), "case": ("Article", "rich"), "dataset": ("Dataset", "link"),
}  # fmt: skip


@pytest.fixture(scope="module")
def listed(bundled_app: Flask) -> list[str]:
    """Paths of all records of the sitemap."""
    return re.findall(r"/(id/[^<]+)</loc>", bundled_app.test_client().get("/sitemap-1.xml").text)


@pytest.mark.parametrize("kind", KINDS)
def test_record_of_each_kind_when_linked_to_has_a_card_a_type_and_a_citation(
    bundled_app: Flask, listed: list[str], kind: str
) -> None:
    client = bundled_app.test_client()
    path = next(each for each in listed if each.startswith(f"id/{kind}/"))
    page = client.get(f"/fr/{path}")
    described = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert json.loads(described[0])["@type"] == KINDS[kind][0]
    assert f'<https://schema.org/{KINDS[kind][0]}>; rel="type"' in page.headers.getlist("Link")
    found = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page.text)
    card = client.get(found[0].replace("&amp;", "&")).get_json()
    assert (card["type"], bool(card["title"])) == (KINDS[kind][1], True)
    for form in ("txt", "json", "bib", "ris"):
        assert client.get(f"/cite/{path}.{form}").status_code == 200


def test_entities_when_described_are_organizations_and_events(bundled_app: Flask) -> None:
    page = bundled_app.test_client().get("/en/id/entity/cbd").text
    assert '"@type": "Organization"' in page


@pytest.mark.parametrize("address", ["https://w3id.org/landkg/id/concept/no-such", "https://x.example/", ""])
def test_card_when_there_is_no_such_record_is_not_found(bundled_app: Flask, address: str) -> None:
    assert bundled_app.test_client().get("/oembed", query_string={"url": address}).status_code == 404
