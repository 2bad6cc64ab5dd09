"""Re-ranking by a real cross-encoder class with random weights: its scores decide, in bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg import generation
from kg.config import Settings
from kg.errors import ConfigError
from kg.search import rerank, service
from kg.search.fusion import Fused
from kg.search.requests import SearchRequest, SearchResponse
from kg.web import create_app

QUERY = "terraces on steep slopes"


def _save(folder: Path, labels: int = 1) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    letters = list("abcdefghijklmnopqrstuvwxyz")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{each}" for each in letters)]
    (folder / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _save(tmp_path_factory.mktemp("cross") / "model")


@pytest.fixture(scope="module")
def plain(bundled_settings: Settings) -> Iterator[service.SearchIndex]:
    yield from _opened(Settings.from_env({}, home=bundled_settings.home, encoders="minilm"))


@pytest.fixture(scope="module")
def reranked(bundled_settings: Settings, model: Path) -> Iterator[service.SearchIndex]:
    asked = {"rerank_model": str(model), "rerank_depth": 12, "rerank_ms": 600_000}
    yield from _opened(Settings.from_env({}, home=bundled_settings.home, encoders="minilm", **asked))


def _opened(settings: Settings) -> Iterator[service.SearchIndex]:
    current = generation.current(settings.home_folder)
    opened = service.open_index(current.index_folder, settings, current.id)
    yield opened
    opened.close()


def _codes(found: SearchResponse) -> list[str]:
    return [hit.iri.rsplit("/", 1)[-1] for hit in found.hits]


def test_search_when_a_cross_encoder_is_named_then_its_scores_order_the_first_results(
    plain: service.SearchIndex, reranked: service.SearchIndex, model: Path
) -> None:
    from sentence_transformers import CrossEncoder

    before = plain.search(SearchRequest(QUERY, limit=20))
    after = reranked.search(SearchRequest(QUERY, limit=20))
    assert set(_codes(after)[:12]) == set(_codes(before)[:12])
    assert _codes(after)[12:] == _codes(before)[12:]
    scores = [hit.parts["cross"][1] for hit in after.hits[:12]]
    assert scores == sorted(scores, reverse=True)
    assert [hit.score for hit in after.hits] == sorted((hit.score for hit in after.hits), reverse=True)
    first = after.hits[0]
    text = first.passage if first.passage.startswith(first.label) else f"{first.label}. {first.passage}"
    own = float(CrossEncoder(str(model), device="cpu", max_length=512).predict([(QUERY, text)])[0])
    assert scores[0] == pytest.approx(own, abs=0.01)


def test_search_when_paged_then_the_reordered_pages_join(reranked: service.SearchIndex) -> None:
    whole = _codes(reranked.search(SearchRequest(QUERY, limit=15)))
    pages = [
        code
        for offset in (0, 5, 10)
        for code in _codes(reranked.search(SearchRequest(QUERY, limit=5, offset=offset)))
    ]
    assert pages == whole


def test_search_when_a_record_is_named_then_it_stays_first(reranked: service.SearchIndex) -> None:
    assert _codes(reranked.search(SearchRequest("technologies_1614")))[0] == "technologies_1614"


class _Clock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_again_when_the_time_is_over_then_the_rest_keeps_its_order(model: Path) -> None:
    settings = Settings.from_env({}, rerank_model=str(model), rerank_depth=40, rerank_ms=2500)
    ranked = [Fused(number, 1.0 / (number + 1)) for number in range(50)]
    read: list[int] = []

    def text_of(each: Fused) -> str:
        read.append(each.record)
        return f"record {each.record}"

    found = [each.record for each in rerank.Reranker(settings, _Clock()).again(QUERY, ranked, text_of)]
    assert read == list(range(8))
    assert set(found[:8]) == set(range(8))
    assert found[8:] == list(range(8, 50))


@pytest.mark.parametrize("content", [{}, {"config.json": "{}"}, {"config.json": "no json"}])
def test_create_app_when_the_folder_has_no_model_then_says_so_at_start(
    tmp_path: Path, tiny_settings: Settings, content: dict[str, str]
) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=r"There is no model in .*KG_RERANK_MODEL"):
        create_app(Settings.from_env({}, home=tiny_settings.home, rerank_model=str(tmp_path)))


def test_check_when_nothing_of_this_name_is_there_then_says_so() -> None:
    with pytest.raises(ConfigError, match="KG_RERANK_MODEL names no/model, which is no folder"):
        rerank.check(Settings.from_env({}, rerank_model="no/model"))


def test_check_when_the_model_is_an_encoder_then_is_refused(bundled_settings: Settings) -> None:
    encoder = bundled_settings.home_folder / "models" / "multilingual-e5-small"
    with pytest.raises(ConfigError, match="no cross-encoder"):
        rerank.check(Settings.from_env({}, rerank_model=str(encoder)))


def test_warm_when_the_model_gives_several_scores_then_is_refused(tmp_path: Path) -> None:
    settings = Settings.from_env({}, rerank_model=str(_save(tmp_path / "three", labels=3)))
    with pytest.raises(ConfigError, match="gives 3 scores"):
        rerank.Reranker(settings).warm()


def test_warm_when_the_weights_are_damaged_then_says_which_model(model: Path, tmp_path: Path) -> None:
    import shutil

    broken: Any = shutil.copytree(model, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        rerank.Reranker(Settings.from_env({}, rerank_model=str(broken))).warm()
