"""Broken packets and files that were cut off: what is whole comes, the rest is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.errors import StreamError
from skymatte.video.ledger import Ledger
from skymatte.video.source import open_source
from tests.video.numbered_clips import number, packets, write_clip


def spoil(path: Path, *which: int) -> list[Fraction]:
    """Fill some packets, by their places in the file, with noise; return their times."""
    data = bytearray(path.read_bytes())
    hit = [packets(path)[place] for place in which]
    for packet in hit:
        noise = np.random.default_rng(packet.pts).integers(0, 256, packet.size, np.uint8)
        data[packet.pos + 4 : packet.pos + packet.size] = noise.tobytes()[4:]
    path.write_bytes(data)
    return sorted(packet.pts * packet.time_base for packet in hit)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_broken_frames_are_told_and_the_others_stay_in_step(tmp_path: Path, suffix: str) -> None:
    """Each frame is coded alone, so that nothing leans on what is broken."""
    path = write_clip(
        tmp_path / f"a.{suffix}", 40, codec="mpeg4", options={"g": "1"}, container={"movflags": "faststart"}
    )
    times = spoil(path, 7, 8, 30)
    with open_source(str(path)) as source:
        frames = list(source)
        assert [note.time for note in source.damaged] == times
        assert source.damaged_count == 3
    assert [frame.index for frame in frames] == [index for index in range(40) if Fraction(index, 25) not in times]
    for frame in frames:
        assert (number(frame.pixels), frame.time) == (frame.index, Fraction(frame.index, 25))


def test_broken_frames_of_h264_with_frames_out_of_order(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 60, options={"g": "10", "bf": "2"})
    times = spoil(path, 13, 27)
    with open_source(str(path)) as source:
        frames = list(source)
        told = [note.time for note in source.damaged]
    assert set(times) <= set(told)
    assert len(frames) + len(told) == 60
    assert all(frame.time == Fraction(frame.index, 25) for frame in frames)


def test_a_slower_reading_repeats_what_came_before_a_broken_frame(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 20, codec="mpeg4", options={"g": "1"})
    spoil(path, 4)
    with open_source(str(path), fps=Fraction(25, 2)) as source:
        assert [number(frame.pixels) for frame in source] == [0, 2, 3, 6, 8, 10, 12, 14, 16, 18]


@pytest.mark.parametrize(
    ("suffix", "options"),
    [("mp4", {"movflags": "frag_keyframe+empty_moov"}), ("mkv", {}), ("ts", {})],
)
@pytest.mark.parametrize("share", [0.31, 0.5, 0.77])
def test_a_file_that_is_cut_off_gives_all_whole_frames(
    tmp_path: Path, suffix: str, options: dict[str, str], share: float
) -> None:
    """Whole are the frames whose packets lie before the cut; all but the very last ones of a .ts are known to be so."""
    path = write_clip(tmp_path / f"a.{suffix}", 100, options={"g": "10", "bf": "0"}, container=options)
    length = round(path.stat().st_size * share)
    whole = [packet.pts * packet.time_base for packet in packets(path) if packet.pos + packet.size <= length]
    path.write_bytes(path.read_bytes()[:length])
    with open_source(str(path)) as source:
        frames = list(source)
        told = source.damaged
    slack = 2 if suffix == "ts" else 0
    start = min(whole)
    assert {time - start for time in whole[: len(whole) - slack]} <= {frame.time for frame in frames}
    assert len(frames) <= len(whole) + 1
    assert all(number(frame.pixels) == frame.index for frame in frames[: len(whole) - slack])
    assert told or suffix == "ts"  # which has no header that told the end


def test_a_cut_before_the_index_cannot_be_read(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 50)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(StreamError, match=r"a\.mp4: is no video .*corrupt or cut off"):
        open_source(str(path))


def test_a_whole_file_is_not_said_to_be_cut_off(tmp_path: Path) -> None:
    for suffix in ("mp4", "mkv", "ts", "mov", "avi", "flv"):
        path = write_clip(tmp_path / f"a.{suffix}", 30, times=None, tick=Fraction(1, 25), tone=suffix in ("mkv", "mp4"))
        with open_source(str(path)) as source:
            assert len(list(source)) == 30
            assert source.damaged == []


def test_notes_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymatte.video.source._MOST_NOTES", 2)
    path = write_clip(tmp_path / "a.mp4", 20, codec="mpeg4", options={"g": "1"})
    spoil(path, 3, 6, 9, 12)
    with open_source(str(path)) as source:
        assert len(list(source)) == 16
        assert (len(source.damaged), source.damaged_count) == (2, 4)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30, unique=True), st.data())
def test_the_ledger_knows_what_is_missing(stamps: list[int], data: st.DataObject) -> None:
    """Packets in any order that a decoder could reorder: all are sent before any comes."""
    came = sorted(data.draw(st.sets(st.sampled_from(stamps))))
    ledger = Ledger()
    for stamp in stamps:
        ledger.sent(stamp)
    lost = [missing for stamp in came for missing in ledger.came(stamp)] + ledger.rest()
    assert sorted(lost) == sorted(set(stamps) - set(came))
    assert ledger.open == []
