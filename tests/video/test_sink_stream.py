"""Videos that are written: pixels, times, tags, sound, and what happens when they cannot be."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest

from skymatte.errors import OutputError
from skymatte.video.colour import Colour
from skymatte.video.draw import Drawn, Kind
from skymatte.video.frame import Frame, StreamInfo, Transfer
from skymatte.video.sink import open_sink
from skymatte.video.source import open_source
from tests.video.numbered_clips import SIZE, largest, number, numbered, packets, turned, write_clip

WIDTH, HEIGHT = SIZE
INFO = StreamInfo("test", WIDTH, HEIGHT, Fraction(25), None, Transfer.SDR, live=False)


def write_all(
    path: Path,
    drawn: list[Any],
    kind: Kind = Kind.OVERLAY,
    info: StreamInfo = INFO,
    times: list[Fraction] | None = None,
    **more: Any,
) -> list[str]:
    """Write drawings, 25 per second by default; return the sink's notes."""
    with open_sink(str(path), info=info, kind=kind, **more) as sink:
        for index, pixels in enumerate(drawn):
            time = times[index] if times else Fraction(index, 25)
            sink.write(Frame(index, time, pixels, info.transfer), cast("Drawn", pixels))
    assert list(path.parent.glob(".*")) == []
    return sink.notes


def read_all(path: Path) -> list[Frame]:
    with open_source(str(path)) as source:
        return list(source)


def smooth(dtype: type[np.generic], channels: int, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    """A picture that a codec keeps: slopes, another one for each channel."""
    top = np.iinfo(dtype).max  # type: ignore[type-var]
    rows, columns = np.mgrid[: shape[0], : shape[1]] / max(shape)
    planes = [rows, columns, (rows + columns) / 2, 1 - columns][:channels]
    pixels = np.rint(top * (0.2 + 0.6 * np.stack(planes, axis=2))).astype(dtype)
    return pixels[..., 0] if channels == 1 else pixels


def probe(path: Path) -> dict[str, Any]:
    """What ffprobe, a program of its own, says of the first video stream."""
    if shutil.which("ffprobe") is None:
        pytest.skip("the ffprobe program, the independent reader, is missing")
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_streams", "-of", "json", path],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    return cast("dict[str, Any]", json.loads(said)["streams"][0])


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov", ".mkv", ".webm"])
def test_pictures_come_back_at_their_times(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    assert write_all(path, [numbered(index) for index in range(12)]) == []
    frames = read_all(path)
    assert [number(frame.pixels) for frame in frames] == list(range(12))
    assert [frame.time for frame in frames] == [Fraction(index, 25) for index in range(12)]


@pytest.mark.parametrize(
    ("suffix", "dtype", "levels"),
    [
        (".mp4", np.uint8, 3),
        (".mkv", np.uint8, 3),
        (".webm", np.uint8, 5),
        (".mp4", np.uint16, 2),
        (".mkv", np.uint16, 2),
    ],
)
@pytest.mark.parametrize("matrix", [1, 6, 9])
def test_colours_survive(tmp_path: Path, suffix: str, dtype: type[np.generic], levels: float, matrix: int) -> None:
    path = tmp_path / f"a{suffix}"
    drawn = smooth(dtype, 3)
    write_all(path, [drawn] * 3, info=replace(INFO, colour=Colour(1, 1, matrix)))
    (back, *_) = read_all(path)
    assert back.pixels.dtype == dtype
    assert np.abs(back.pixels / largest(drawn) - drawn / largest(drawn)).mean() * 255 < levels


def test_white_and_black_are_written_at_their_levels(tmp_path: Path) -> None:
    """ITU-R BT.2100-2, table 9: 10-bit limited black is 64, white 940."""
    path = tmp_path / "a.mp4"
    drawn = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
    drawn[:, WIDTH // 2 :] = 65535
    write_all(path, [drawn] * 3)
    with av.open(str(path)) as container:
        luma = np.frombuffer(cast("Any", next(container.decode(video=0)).planes[0]), np.uint16).reshape(HEIGHT, -1)
    np.testing.assert_allclose(luma[10, [4, WIDTH - 4]], [64, 940], atol=2)


def test_variable_rates_are_kept(tmp_path: Path) -> None:
    times = [Fraction(stamp, 1000) for stamp in (0, 7, 40, 41, 300, 1500, 1501)]
    for suffix in (".mp4", ".mkv", ".mov"):
        path = tmp_path / f"a{suffix}"
        write_all(path, [numbered(k) for k in range(7)], info=replace(INFO, tick=Fraction(1, 1000)), times=times)
        frames = read_all(path)
        assert [frame.time for frame in frames] == times
        assert [number(frame.pixels) for frame in frames] == list(range(7))


@pytest.mark.parametrize("kind", [Kind.MASK, Kind.MATTE])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_masks_and_mattes_are_lossless(tmp_path: Path, suffix: str, kind: Kind) -> None:
    """Noise, which a lossy codec could not keep."""
    path = tmp_path / f"a{suffix}"
    drawn = [np.random.default_rng(k).integers(0, 256, (HEIGHT, WIDTH), np.uint8) for k in range(4)]
    write_all(path, drawn, kind)
    for frame, expected in zip(read_all(path), drawn, strict=True):
        assert np.array_equal(frame.pixels, np.dstack([expected] * 3))


def test_deep_mattes(tmp_path: Path) -> None:
    """16 bits whole in .mkv, 10 of them in .mp4; .webm has none and says so."""
    drawn = [np.random.default_rng(k).integers(0, 65536, (HEIGHT, WIDTH), np.uint16) for k in range(3)]
    for suffix, slack in ((".mkv", 0), (".mp4", 65535 / 1023)):
        path = tmp_path / f"a{suffix}"
        write_all(path, drawn, Kind.MATTE)
        for frame, expected in zip(read_all(path), drawn, strict=True):
            assert np.abs(frame.pixels[..., 1].astype(int) - expected).max() <= slack
    with pytest.raises(OutputError, match=r"a\.webm: \.webm holds 8 bits only"):
        write_all(tmp_path / "a.webm", drawn, Kind.MATTE)
    assert not (tmp_path / "a.webm").exists()


@pytest.mark.parametrize(
    ("suffix", "dtype", "layout", "slack"),
    [
        (".mov", np.uint8, "rgba64le", 3),
        (".mov", np.uint16, "rgba64le", 3),
        (".webm", np.uint8, "rgba", 12),
        (".mkv", np.uint8, "rgba", 0),
        (".mkv", np.uint16, "rgba64le", 0),
    ],
)
def test_alpha(tmp_path: Path, suffix: str, dtype: type[np.generic], layout: str, slack: float) -> None:
    path = tmp_path / f"a{suffix}"
    drawn = smooth(dtype, 4)
    write_all(path, [drawn] * 3, Kind.ALPHA)
    with av.open(str(path)) as container:
        context = cast("Any", container.streams.video[0].codec_context)
        if suffix == ".webm":  # FFmpeg's own VP9 decoder leaves alpha out
            context = av.CodecContext.create("libvpx-vp9", "r")
        frames = [frame for packet in container.demux(video=0) for frame in context.decode(packet)]
    back = frames[0].to_ndarray(format=layout) / np.iinfo(np.uint16 if "64" in layout else np.uint8).max
    assert np.abs(back - drawn / largest(drawn)).max() * 255 <= slack


@pytest.mark.parametrize(
    ("suffix", "names"), [(".mp4", ("hevc", "hvc1")), (".mov", ("hevc", "hvc1")), (".mkv", ("hevc",))]
)
def test_hdr_is_tagged_as_the_input(tmp_path: Path, suffix: str, names: tuple[str, ...]) -> None:
    mastering = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329, 1000.0, 0.005)
    for tag, name in ((16, "smpte2084"), (18, "arib-std-b67")):
        path = tmp_path / f"a{tag}{suffix}"
        colour = Colour(9, tag, 9, mastering, (1000, 400))
        write_all(path, [smooth(np.uint16, 3)] * 3, info=replace(INFO, colour=colour, transfer=Transfer.PQ))
        with open_source(str(path)) as source:
            back = source.info.colour
        assert (back.primaries, back.transfer, back.matrix, back.light) == (9, tag, 9, (1000, 400))
        assert back.mastering == pytest.approx(mastering)
        said = probe(path)
        assert (said["pix_fmt"], said["color_range"]) == ("yuv420p10le", "tv")
        assert (said["color_primaries"], said["color_transfer"], said["color_space"]) == ("bt2020", name, "bt2020nc")
        assert said["codec_name"] == names[0]
        assert names[-1] in (said["codec_tag_string"], "hevc")


def test_prores_keeps_the_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    write_all(path, [smooth(np.uint16, 4)] * 2, Kind.ALPHA, info=replace(INFO, colour=Colour(9, 16, 9)))
    said = probe(path)
    assert (said["codec_tag_string"], said["profile"]) == ("ap4h", "4444")
    assert (said["color_primaries"], said["color_transfer"], said["color_space"]) == ("bt2020", "smpte2084", "bt2020nc")


def test_the_display_version_of_linear_light_is_tagged_srgb(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    info = replace(INFO, transfer=Transfer.LINEAR, colour=Colour(1, 8, 1))
    write_all(path, [smooth(np.uint8, 3)] * 2, info=info)
    assert probe(path)["color_transfer"] == "iec61966-2-1"


def test_the_shape_of_pixels_is_kept(tmp_path: Path) -> None:
    wide = replace(INFO, aspect=Fraction(4, 3))
    for suffix in (".mp4", ".mkv"):
        path = tmp_path / f"a{suffix}"
        assert write_all(path, [numbered(0)] * 3, info=wide) == []
        assert probe(path)["sample_aspect_ratio"] == "4:3"
        with open_source(str(path)) as source:
            assert source.info.aspect == Fraction(4, 3)
    (note,) = write_all(tmp_path / "a.webm", [numbered(0)] * 3, info=wide)
    assert note == "pixels are 1.333 times as wide as high, which VP9 cannot say"


@pytest.mark.parametrize("shape", [(47, 64), (48, 63), (47, 63)])
def test_odd_sizes(tmp_path: Path, shape: tuple[int, int]) -> None:
    """The last row or column twice where the codec wants even sizes; exactly their size where it does not."""
    for suffix, kind, dtype, channels in (
        (".mp4", Kind.OVERLAY, np.uint8, 3),
        (".mp4", Kind.OVERLAY, np.uint16, 3),
        (".mov", Kind.ALPHA, np.uint8, 4),
        (".webm", Kind.OVERLAY, np.uint8, 3),
        (".mkv", Kind.MASK, np.uint8, 1),
        (".mp4", Kind.MASK, np.uint8, 1),
    ):
        path = tmp_path / f"{kind}{channels}{np.dtype(dtype).name}{suffix}"
        drawn = smooth(dtype, channels, shape)
        notes = write_all(path, [drawn] * 2, kind)
        back = read_all(path)[0].pixels
        padded = back.shape[:2] != shape
        assert back.shape[:2] == (tuple(side + side % 2 for side in shape) if padded else shape)
        assert bool(notes) == padded
        known = drawn[..., :3] if channels > 1 else np.dstack([drawn] * 3)
        error = back[: shape[0], : shape[1]] / largest(back) - known / largest(known)
        assert np.abs(error).mean() < 0.02


@pytest.mark.parametrize(
    ("before", "after", "fps"),
    [
        ("mp4", "mp4", None),
        ("mp4", "mkv", Fraction(10)),
        ("mkv", "mov", Fraction(50)),
        ("ts", "mp4", None),
        ("ts", "mkv", None),
    ],
)
def test_sound_is_copied_in_step(tmp_path: Path, before: str, after: str, fps: Fraction | None) -> None:
    """Packets to the bit, each at its distance from the pictures, also at another rate and from late files."""
    clip = write_clip(tmp_path / f"in.{before}", 20, tick=Fraction(1, 25), tone=True)
    out = tmp_path / f"out.{after}"
    with (
        open_source(str(clip), fps=fps) as source,
        open_sink(str(out), info=source.info, kind=Kind.OVERLAY, copy_audio_from=str(clip)) as sink,
    ):
        for frame in source:
            sink.write(frame, frame.pixels)
    assert sink.notes == []
    given, taken = packets(clip, "audio"), packets(out, "audio")
    header = 7 if before == "ts" else 0  # ADTS (ISO/IEC 13818-7), which only .ts has
    assert [bytes(packet) for packet in taken] == [bytes(packet)[header:] for packet in given]
    for packet, copy in zip(given, taken, strict=True):
        assert abs(distance(clip, packet) - distance(out, copy)) <= Fraction(1, 1000)  # to which .mkv rounds


def distance(path: Path, packet: Any) -> Fraction:
    """Seconds from the first picture of a file to a packet."""
    first = min(picture.pts * picture.time_base for picture in packets(path))
    return cast("Fraction", packet.pts * packet.time_base - first)


def test_sound_that_the_container_cannot_hold(tmp_path: Path) -> None:
    """AAC in .webm, which is known before, and FLAC in .mov, which is known when the header is written."""
    for suffix, codec in ((".webm", "aac"), (".mov", "flac")):
        clip = write_clip(tmp_path / f"in{suffix}.mkv", 10, tone=True, sound=codec)
        notes = write_all(tmp_path / f"a{suffix}", [numbered(k) for k in range(10)], copy_audio_from=str(clip))
        assert notes == [f"in{suffix}.mkv: its {codec} sound is left out, which {suffix[1:]} cannot hold"]
        assert len(read_all(tmp_path / f"a{suffix}")) == 10


def test_a_silent_file_has_nothing_to_copy(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", 10)
    assert write_all(tmp_path / "a.mp4", [numbered(k) for k in range(10)], copy_audio_from=str(clip)) == []


def test_where_the_pictures_stop_the_sound_stops(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", 100, tone=True)
    write_all(tmp_path / "a.mp4", [numbered(k) for k in range(25)], copy_audio_from=str(clip))
    last = packets(tmp_path / "a.mp4", "audio")[-1]
    assert 0.9 < last.pts * last.time_base < 1.1


def test_sound_whose_times_begin_anew(tmp_path: Path) -> None:
    """Two transport streams one behind the other, as recorders leave them: nothing is lost."""
    part = write_clip(tmp_path / "part.ts", 20, tick=Fraction(1, 25), tone=True)
    clip = tmp_path / "in.ts"
    clip.write_bytes(part.read_bytes() * 2)
    out = tmp_path / "out.mp4"
    with (
        open_source(str(clip)) as source,
        open_sink(str(out), info=source.info, kind=Kind.OVERLAY, copy_audio_from=str(clip)) as sink,
    ):
        frames = list(source)
        for frame in frames:
            sink.write(frame, frame.pixels)
    assert [number(frame.pixels) for frame in frames] == 2 * list(range(20))
    assert [frame.time for frame in frames] == sorted({frame.time for frame in frames})
    assert len(packets(out, "audio")) == len(packets(clip, "audio"))
    assert len(packets(out)) == 40


def test_what_was_turned_is_written_upright(tmp_path: Path) -> None:
    """The display matrix has been obeyed: it is not written again."""
    clip = turned(write_clip(tmp_path / "in.mp4", 5), tmp_path, 90, False, False)
    out = tmp_path / "out.mp4"
    with open_source(str(clip)) as source:
        frames = list(source)
        write_all(out, [frame.pixels for frame in frames], info=source.info)
    said = probe(out)
    assert (said["width"], said["height"]) == (HEIGHT, WIDTH)
    assert all("rotation" not in data for data in said.get("side_data_list", []))
    assert np.abs(read_all(out)[0].pixels.astype(int) - frames[0].pixels).mean() < 12
