"""Frames chosen by time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.video.source import Shot, _at_rate, open_source
from tests.video.numbered_clips import number, write_clip


@pytest.mark.parametrize(
    ("fps", "expected"),
    [
        (Fraction(25), list(range(10))),
        (Fraction(5), [0, 5]),
        (Fraction(10), [0, 2, 5, 7]),
        (Fraction(50), [index for index in range(10) for _ in range(2)]),
        (Fraction(30000, 1001), [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]),
    ],
)
def test_a_file_at_another_rate(tmp_path: Path, fps: Fraction, expected: list[int]) -> None:
    """10 frames at 25 per second; 30000/1001 shows frame ⌊25 k · 1001/30000⌋ at its frame k."""
    path = write_clip(tmp_path / "a.mp4")
    with open_source(str(path), fps=fps) as source:
        frames = list(source)
        assert source.info.rate == fps
        assert source.info.frames == len(expected)
    assert [number(frame.pixels) for frame in frames] == expected
    assert [(frame.index, frame.time) for frame in frames] == [(k, k / fps) for k in range(len(expected))]


def test_long_pauses_are_filled(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", times=[0, 40, 1000])
    with open_source(str(path), fps=Fraction(10)) as source:
        assert [number(frame.pixels) for frame in source][:11] == [0] + 9 * [1] + [2]


times = st.lists(st.integers(1, 400), min_size=1, max_size=12).map(
    lambda gaps: [Fraction(sum(gaps[:k]), 100) for k in range(len(gaps))]
)


@given(times, st.fractions(Fraction(1, 2), 40, max_denominator=1001))
def test_frame_k_is_what_is_seen_at_k_over_fps(stamps: list[Fraction], fps: Fraction) -> None:
    shots = [Shot(index, time, index) for index, time in enumerate(stamps)]
    chosen = list(_at_rate(iter(shots), fps, Fraction(25)))
    end = stamps[-1] + Fraction(1, 25)
    assert [shot.index for shot in chosen] == list(range(len(chosen)))
    assert len(chosen) == sum(1 for k in range(int(end * fps) + 2) if k / fps < end)
    for shot in chosen:
        assert shot.time == shot.index / fps
        assert shot.payload == max(k for k, time in enumerate(stamps) if time <= shot.time)
