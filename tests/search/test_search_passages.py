"""How texts are cut, and codes compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.search.passages import code_key, cut


def test_cut_when_a_text_is_long_then_parts_at_sentences_and_overlaps() -> None:
    sentences = [f"Sentence number {at} says a little about terraces and rain." for at in range(60)]
    parts = list(cut(" ".join(sentences), "en"))
    assert len(parts) > 2
    assert all(part.endswith(".") and len(part) <= 1100 for part in parts)
    assert parts[1].startswith(parts[0].rsplit(". ", 1)[-1])
    for sentence in sentences:
        assert any(sentence in part for part in parts)


def test_cut_when_chinese_then_parts_at_its_full_stops() -> None:
    parts = list(cut("在坡地上修筑梯田可以保持水土。" * 60, "zh"))
    assert len(parts) > 2
    assert all(part.endswith("。") for part in parts)


@given(st.text(max_size=3000), st.sampled_from(["en", "zh", "ar"]))
def test_cut_when_text_is_arbitrary_then_loses_no_word(text: str, language: str) -> None:
    parts = "".join(cut(text, language))
    assert {each for each in text if not each.isspace()} <= set(parts)


def test_code_key_when_symbols_are_written_differently_then_agrees() -> None:
    assert code_key("ICCD/COP(14)/CST/5") == code_key("iccd cop14 cst 5")
    assert code_key("19/COP.13") == "19cop13"
