"""Why a result was found: the part of each method, and the language of its text, on the page."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from kg.web.played import Played, played


def test_parts_when_of_several_encoders_are_one_group_with_the_best_rank() -> None:
    parts = {"words": (2, 0.1), "e5": (7, 0.05), "minilm_en": (3, 0.05), "e5_x": (9, 0.2)}
    assert played(parts) == [
        Played("words", 2, 25),
        Played("meaning", 3, 25),
        Played("remedies", 9, 50),
    ]


def test_parts_when_nothing_has_a_share_are_none() -> None:
    assert played({"words": (12, 0.0)}) == []
    assert played({}) == []


def test_parts_when_a_record_was_named_tell_likeness_to_it() -> None:
    assert [each.method for each in played({"alike": (1, 0.1), "e5_like": (2, 0.1)})] == ["like"]


@pytest.mark.parametrize(("language", "said"), [("en", "words of the query"), ("ar", "كلمات البحث")])
def test_page_when_read_says_what_each_method_gave(bundled_app: Flask, language: str, said: str) -> None:
    answer = bundled_app.test_client().get(f"/{language}/search?q=planting+pits+on+crusted+soil")
    assert answer.status_code == 200
    first = re.search(r'<details class="why">(.*?)</details>', answer.text, re.DOTALL)
    assert first is not None
    assert said in first[1]
    assert sum(map(int, re.findall(r"(\d+)\s*%", first[1]))) == pytest.approx(100, abs=3)


def test_page_when_a_text_is_in_another_language_says_so(bundled_app: Flask) -> None:
    visitor = bundled_app.test_client()
    read = visitor.get("/ar/search?q=planting+pits+on+crusted+soil").text
    assert 'النص بلغة أخرى: <bdi lang="en">English</bdi>' in read
    assert (
        '<bdi lang="en">English</bdi>' not in visitor.get("/en/search?q=planting+pits+on+crusted+soil").text
    )
