"""The rule that chooses a label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.labels import choose
from kg.model import Text

ALL = tuple(Text(lang or "none", lang) for lang in ("fr", "es", "pt", "en", "ar", None))


@pytest.mark.parametrize(
    ("asked", "there", "wanted"),
    [
        ("fr", ("en", "fr"), "fr"),
        ("pt-BR", ("en", "pt"), "pt"),
        ("pt", ("en", "pt-BR"), "pt-BR"),
        ("sw", ("ar", "es", "en"), "en"),
        ("sw", ("ar", "zh"), "zh"),
        ("sw", (None, "de"), None),
        ("sw", ("de", "cs"), "cs"),
    ],
)
def test_label_when_chosen_follows_the_order(
    asked: str, there: tuple[str | None, ...], wanted: str | None
) -> None:
    found = choose([Text("x", lang) for lang in there], asked)
    assert found is not None
    assert found.lang == wanted


def test_label_when_there_is_none_is_none() -> None:
    assert choose([], "en") is None


@given(st.permutations(ALL), st.sampled_from(["fr", "pt-BR", "sw"]))
def test_label_when_rows_come_in_any_order_is_the_same(texts: list[Text], asked: str) -> None:
    assert choose(texts, asked) == choose(ALL, asked)
