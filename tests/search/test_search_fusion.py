"""Reciprocal rank fusion over records."""

from __future__ import annotations

import numpy as np

from kg.search.fusion import by_record, fuse


def test_fuse_when_methods_agree_then_ranks_their_record_first() -> None:
    runs = {"a": [(1, 0.9, 10), (2, 0.8, 20)], "b": [(2, 5.0, 21), (3, 4.0, 30)]}
    fused = fuse(runs, {"a": 1.0, "b": 1.0})
    assert [each.record for each in fused] == [2, 1, 3]
    assert fused[0].parts["a"][0] == 2
    assert fused[0].passages == {"a": 20, "b": 21}


def test_fuse_when_scores_are_equal_then_ranks_are_equal() -> None:
    fused = fuse({"a": [(4, 1.0, 0), (2, 1.0, 0), (3, 0.5, 0)]}, {"a": 1.0})
    assert [(each.record, each.parts["a"][0]) for each in fused] == [(2, 1), (4, 1), (3, 3)]


def test_fuse_when_a_method_has_no_weight_then_ignores_it() -> None:
    assert fuse({"a": [(1, 1.0, 0)]}, {}) == []


def test_by_record_when_passages_share_a_record_then_keeps_the_best() -> None:
    owner = np.array([0, 0, 1], dtype=np.int32)
    assert by_record([(1, 0.9), (0, 0.8), (2, 0.7)], owner) == [(0, 0.9, 1), (1, 0.7, 2)]
