"""Progress of long jobs."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from kg.progress import LogProgress, TerminalProgress, for_terminal, silent


def _ticks(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def test_log_progress_when_steps_come_fast_then_lines_are_few(caplog: pytest.LogCaptureFixture) -> None:
    clock = _ticks(0.001)
    with (
        caplog.at_level(logging.INFO),
        LogProgress(lambda: next(clock)).stage("map", total=1000) as advance,
    ):
        for _ in range(1000):
            advance(1)
    assert [record.getMessage() for record in caplog.records] == [
        "map ...",
        "map: done (1000 of 1000, 1.0 s)",
    ]


def test_log_progress_when_a_stage_is_slow_then_it_says_how_far_it_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = _ticks(6.0)
    with caplog.at_level(logging.INFO), LogProgress(lambda: next(clock)).stage("embed", total=4) as advance:
        for _ in range(4):
            advance(1)
    assert "embed: 2 of 4" in [record.getMessage() for record in caplog.records]


def test_for_terminal_when_stderr_is_no_terminal_then_log_lines() -> None:
    assert isinstance(for_terminal(), LogProgress)


def test_terminal_progress_when_a_stage_ends_then_the_line_names_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TerminalProgress().stage("map", total=3) as advance:
        advance(3)
    assert "map" in capsys.readouterr().err


def test_silent_when_advanced_then_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with silent().stage("map") as advance:
        advance(3)
    out = capsys.readouterr()
    assert (out.out, out.err) == ("", "")
