"""Video files: times, order, colours, orientation, and what is no video."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from skymatte.errors import MissingExtra, StreamError
from skymatte.video.colour import FULL, LIMITED
from skymatte.video.frame import Frame, Transfer
from skymatte.video.source import open_source
from skymatte.video.source_stream import _camera
from tests.video.numbered_clips import SIZE, largest, number, numbered, packets, turned, write_clip, write_planes


def read_all(path: Path | str, **options: object) -> list[Frame]:
    with open_source(str(path), **options) as source:  # type: ignore[arg-type]
        frames = list(source)
        assert source.damaged == []
    return frames


@pytest.mark.parametrize(
    ("codec", "suffix"), [("libx264", "mp4"), ("libx264", "mkv"), ("libx264", "ts"), ("ffv1", "avi")]
)
def test_every_frame_comes_in_order_at_its_time(tmp_path: Path, codec: str, suffix: str) -> None:
    """B-frames are coded out of order, .ts does not begin at 0, .avi has no time stamps but a rate."""
    frames = read_all(write_clip(tmp_path / f"a.{suffix}", 20, codec=codec, tick=Fraction(1, 25)))
    assert [number(frame.pixels) for frame in frames] == list(range(20))
    assert [frame.index for frame in frames] == list(range(20))
    for frame in frames:
        assert frame.time == Fraction(frame.index, 25)
        assert (frame.pixels.shape, frame.transfer) == ((48, 64, 3), Transfer.SDR)
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous


def test_info_before_the_first_frame(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 20, sample_aspect_ratio=Fraction(4, 3))
    with open_source(str(path)) as source:
        info = source.info
    assert (info.name, info.width, info.height, info.frames, info.live) == (str(path), 64, 48, 20, False)
    assert info.rate == 25
    assert info.aspect == Fraction(4, 3)


def test_variable_rates_keep_their_times(tmp_path: Path) -> None:
    stamps = [0, 7, 40, 41, 300, 1500, 1501]
    for suffix in ("mkv", "mp4"):
        frames = read_all(write_clip(tmp_path / f"a.{suffix}", times=stamps))
        assert [frame.time for frame in frames] == [Fraction(stamp, 1000) for stamp in stamps]


def test_a_file_with_sound_before_its_pictures(tmp_path: Path) -> None:
    frames = read_all(write_clip(tmp_path / "a.mkv", 10, tone=True))
    assert [number(frame.pixels) for frame in frames] == list(range(10))
    assert frames[0].time == 0


# Y′CbCr of pure colours by hand: ITU-R BT.709-6, BT.601-7 and BT.2020-2, quantised to 8 and 10 bits.
@pytest.mark.parametrize(
    ("matrix", "kr", "kb"), [(1, 0.2126, 0.0722), (6, 0.299, 0.114), (5, 0.299, 0.114), (9, 0.2627, 0.0593)]
)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_matrix_and_range(tmp_path: Path, matrix: int, kr: float, kb: float, full: bool, bits: int) -> None:
    for colour in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.25, 0.75), (1, 1, 1)):
        red, green, blue = colour
        luma = kr * red + (1 - kr - kb) * green + kb * blue
        chroma = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
        steps = 2 ** (bits - 8)
        if full:
            y, (u, v) = luma * (2**bits - 1), (128 * steps + part * (2**bits - 1) for part in chroma)
        else:
            y, (u, v) = (16 + 219 * luma) * steps, ((128 + 224 * part) * steps for part in chroma)
        coded = tuple(min(2**bits - 1, round(value)) for value in (y, u, v))
        name = "yuv444p" if bits == 8 else "yuv444p10le"
        path = write_planes(tmp_path / "a.mkv", coded, name, colorspace=matrix, color_range=FULL if full else LIMITED)
        (frame,) = read_all(path)
        assert frame.pixels.dtype == (np.uint8 if bits == 8 else np.uint16)
        got = frame.pixels[20, 20] / largest(frame.pixels)
        np.testing.assert_allclose(got, colour, atol=2 / (2**bits - 1) + 1e-3)


def test_untagged_pictures_are_what_players_take_them_for(tmp_path: Path) -> None:
    """BT.601 below 720 rows: pure red is Y 81, U 90, V 240."""
    (frame,) = read_all(write_planes(tmp_path / "a.mkv", (81, 90, 240), "yuv444p"))
    np.testing.assert_allclose(frame.pixels[9, 9], [255, 0, 0], atol=2)


@pytest.mark.parametrize(("tag", "transfer"), [(16, Transfer.PQ), (18, Transfer.HLG), (1, Transfer.SDR)])
def test_ten_bits_with_their_tags(tmp_path: Path, tag: int, transfer: Transfer) -> None:
    """10-bit limited white, 940, is full signal."""
    path = write_planes(
        tmp_path / "a.mkv", (940, 512, 512), "yuv420p10le", color_primaries=9, color_trc=tag, colorspace=9
    )
    with open_source(str(path)) as source:
        (frame,) = list(source)
        assert (source.info.transfer, frame.transfer) == (transfer, transfer)
        assert source.info.colour.primaries == 9
    assert frame.primaries == (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290)
    assert frame.pixels.dtype == np.uint16
    assert frame.pixels.min() >= 65535 - 64


def test_the_mastering_display_is_known(tmp_path: Path) -> None:
    params = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400"
    path = write_clip(
        tmp_path / "a.mp4", 3, codec="libx265", pixel_format="yuv420p10le", color_trc=16,
        options={"preset": "ultrafast", "x265-params": f"log-level=none:repeat-headers=1:{params}"},
    )  # fmt: skip
    with open_source(str(path)) as source:
        colour = source.info.colour
    assert colour.light == (1000, 400)
    assert colour.mastering == pytest.approx((0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329, 1000, 0.005))


@pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="the ffmpeg program, which turns pictures by itself, is missing"
)
def test_all_eight_orientations_as_ffmpeg_shows_them(tmp_path: Path) -> None:
    plain = write_clip(tmp_path / "a.mp4", 2, options={"qp": "0"}, pixel_format="yuv444p")
    for degrees, hflip, vflip in itertools.product((0, 90, 180, 270), (False, True), (False, True)):
        path = turned(plain, tmp_path, degrees, hflip, vflip)
        with open_source(str(path)) as source:
            frame = next(iter(source))
            assert (source.info.height, source.info.width) == frame.pixels.shape[:2]
        shown = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            check=True, capture_output=True,
        ).stdout  # fmt: skip
        expected = np.frombuffer(shown, np.uint8).reshape(frame.pixels.shape)
        assert np.abs(frame.pixels.astype(int) - expected).max() <= 3


def test_a_quarter_turn_by_hand(tmp_path: Path) -> None:
    """Shown turned by 90° against the clock: what was at the right is on top; pixels stand on their other side."""
    plain = write_clip(tmp_path / "a.mp4", 2, options={"qp": "0"}, sample_aspect_ratio=Fraction(2))
    with open_source(str(turned(plain, tmp_path, 90, False, False))) as source:
        frame = next(iter(source))
        assert (source.info.width, source.info.height, source.info.aspect) == (48, 64, Fraction(1, 2))
    expected = np.rot90(numbered(0)).astype(int)
    assert np.abs(frame.pixels - expected)[8:, :24].mean() < 30  # the bars of the number, blurred by 4:2:0
    assert np.array_equal(frame.pixels, np.rot90(read_all(plain)[0].pixels))


def test_a_damaged_first_frame_does_not_move_the_others(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 12)
    first = packets(path)[0]
    data = bytearray(path.read_bytes())
    data[first.pos + 4 : first.pos + first.size] = bytes(first.size - 4)
    path.write_bytes(data)
    with open_source(str(path)) as source:
        frames = list(source)
        assert source.damaged[0].time == 0
    for frame in frames:
        assert number(frame.pixels) == frame.index == frame.time * 25


def test_live_decoding_gives_the_same_frames(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 12)
    with open_source(str(path), live=True) as source:
        assert source.info.live
        assert [number(frame.pixels) for frame in source] == list(range(12))


@pytest.mark.parametrize("content", [b"", b"no video at all, only words " * 99, b"\x00" * 5000])
def test_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(StreamError, match=r"a\.mp4: is (no video|empty)"):
        open_source(str(path))


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = write_clip(tmp_path / "b.mp4", 5, tone=True)
    with av.open(str(clip)) as source, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(source.streams.audio[0], opaque=True)
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    with pytest.raises(StreamError, match="no pictures"):
        open_source(str(path))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="no such file"):
        open_source(str(tmp_path / "a.mp4"))
    with pytest.raises(StreamError, match=r"98: the camera cannot be opened"):
        open_source("98")


@pytest.mark.parametrize(
    "option", [{"size": SIZE}, {"pixel_format": "gray"}, {"fps": Fraction(0)}, {"fps": Fraction(-3)}]
)
def test_what_does_not_fit_a_file(tmp_path: Path, option: dict[str, object]) -> None:
    path = write_clip(tmp_path / "a.mp4", 3)
    with pytest.raises(StreamError, match=r"a\.mp4: "):
        open_source(str(path), **option)  # type: ignore[arg-type]


def test_without_pyav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_clip(tmp_path / "a.mp4", 3)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"pip install 'skymatte\[video\]'"):
        open_source(str(path))


@pytest.mark.parametrize(("bits", "name"), [(8, "gray"), (10, "gray10le")])
@pytest.mark.parametrize("full", [False, True])
def test_grey_streams_of_both_ranges(tmp_path: Path, bits: int, name: str, full: bool) -> None:
    top, steps = 2**bits - 1, 2 ** (bits - 8)
    for share in (0, 0.5, 1):
        code = round(share * top) if full else round((16 + 219 * share) * steps)
        path = write_planes(tmp_path / "a.mkv", (code,), name, color_range=FULL if full else LIMITED)
        (frame,) = read_all(path)
        np.testing.assert_allclose(frame.pixels / largest(frame.pixels), share, atol=0.6 / top / 0.85)


@pytest.mark.parametrize(
    ("system", "expected"), [("linux", ("/dev/video2", "v4l2")), ("darwin", ("2", "avfoundation"))]
)
def test_cameras_are_named_as_the_system_has_them(
    monkeypatch: pytest.MonkeyPatch, system: str, expected: tuple[str, str]
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert _camera(2, (640, 480)) == (*expected, {"video_size": "640x480"})
    assert _camera(2, None) == (*expected, {})
