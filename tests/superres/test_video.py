"""Videos made larger: frames, times, tags and sound as before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from skymatte.errors import StreamError
from skymatte.runtime.model import Model
from skymatte.superres import video as module
from skymatte.superres.method import open_method
from skymatte.superres.video import upscale_video
from tests.models import write_model
from tests.superres.models import write_superres
from tests.video.clips import BT2020, PQ, picture, read_clip, write_clip, write_hdr_clip

BICUBIC = open_method("bicubic", 2)


def test_frames_and_times(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "v.mkv", 5)
    told: list[tuple[int, int]] = []
    assert upscale_video(source, tmp_path / "v.mp4", BICUBIC, progress=lambda *now: told.append(now)) == []
    frames, times = read_clip(tmp_path / "v.mp4")
    assert times == pytest.approx(read_clip(source)[1])
    assert [frame.shape for frame in frames] == [(128, 192, 3)] * 5
    for index, frame in enumerate(frames):
        expected = picture(index, 64, 96).repeat(2, 0).repeat(2, 1)
        assert np.abs(frame.astype(int) - expected).mean() < 4
    assert [done for done, _ in told] == [1, 2, 3, 4, 5]


def test_high_dynamic_range_stays(tmp_path: Path) -> None:
    upscale_video(write_hdr_clip(tmp_path / "v.mov", 3), tmp_path / "w.mp4", BICUBIC)
    with av.open(str(tmp_path / "w.mp4")) as container:
        frame = next(container.decode(video=0))
        context = container.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc) == (BT2020, PQ)
        assert frame.format.name == "yuv420p10le"
        assert (frame.width, frame.height) == (192, 128)
        luma = frame.reformat(format="gray16le").to_ndarray()
    assert luma[10].mean() > 1.8 * luma[-10].mean()


def test_the_sky_of_each_frame_guides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    method = open_method("dcscn", 2, write_superres(tmp_path / "m.onnx"), "cpu")
    sky = write_model(tmp_path / "sky.onnx")
    monkeypatch.setattr(module, "VIDEO_MODEL", str(sky))
    source = write_clip(tmp_path / "v.mp4", 2)
    upscale_video(source, tmp_path / "plain.mp4", method)
    upscale_video(source, tmp_path / "guided.mp4", replace(method, finder=Model.load(sky, "cpu")))
    guided, plain = (read_clip(tmp_path / f"{name}.mp4")[0][1].astype(int) for name in ("guided", "plain"))
    assert (guided - plain)[20:40, 40:150].mean() > 8
    assert (guided - plain)[88:100, 40:150].mean() < -8


def test_a_run_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2 < total:
            raise KeyboardInterrupt

    source = write_clip(tmp_path / "v.mp4", 5)
    with pytest.raises(KeyboardInterrupt):
        upscale_video(source, tmp_path / "w.mp4", BICUBIC, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


def test_what_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_text("not a video")
    with pytest.raises(StreamError, match="is no video that can be read"):
        upscale_video(tmp_path / "v.mp4", tmp_path / "w.mp4", BICUBIC)
