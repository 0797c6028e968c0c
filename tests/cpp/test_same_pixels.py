"""The C++ program draws what the Python package draws, within 1/255."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from skymatte.picture.color import REC709
from skymatte.runtime.model import Model, find_model
from skymatte.video.draw import shares
from skymatte.video.finder import SkyFinder
from skymatte.video.source import open_source
from tests.cpp.program import Picture, Program, drawn_in_python, scene
from tests.models import write_model
from tests.video.numbered_clips import write_clip

TURNED = 1e-4
"""Share of a mask's pixels that may lie on the other side of the threshold: those whose matte is the threshold."""

TRUSTED_OTHERWISE = 1e-4
"""Share of steadied pixels that may differ: where rounding decides whether a motion is trusted."""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Optical flow depends a little on how many threads share it; the program uses one."""
    cv2.setNumThreads(1)


@pytest.mark.parametrize("encoding", ["log", "ldr"])
@pytest.mark.parametrize("size", [(320, 180), (117, 83), (96, 64)])
def test_mattes_of_frames_larger_and_smaller_than_the_working_size(
    program: Program, tmp_path: Path, size: tuple[int, int], encoding: str
) -> None:
    model = write_model(tmp_path / "bright.onnx", blur=9, encoding=encoding)
    frames = scene(3, size)
    drawn = program.draw(frames, model, "--write", "matte", "--no-temporal")
    expected = drawn_in_python(frames, model, "matte")
    assert_alike(drawn, expected)
    assert np.count_nonzero((expected > 10) & (expected < 245)) > expected.size / 100, "no edge to compare"


def test_overlays(program: Program, tmp_path: Path) -> None:
    model = write_model(tmp_path / "bright.onnx", blur=9)
    frames = scene(3, (320, 180))
    assert_alike(program.draw(frames, model, "--no-temporal"), drawn_in_python(frames, model, "overlay"))


def test_masks(program: Program, tmp_path: Path) -> None:
    model = write_model(tmp_path / "bright.onnx", blur=9, threshold=0.3)
    frames = scene(3, (320, 180))
    drawn = program.draw(frames, model, "--write", "mask", "--no-temporal")
    expected = drawn_in_python(frames, model, "mask")
    assert set(np.unique(drawn)) == {0, 255}
    assert np.mean(drawn != expected) < TURNED


def test_a_frame_without_light_and_one_that_is_all_sky(program: Program, tmp_path: Path) -> None:
    model = write_model(tmp_path / "bright.onnx")
    frames: list[Picture] = [np.full((48, 64, 3), value, np.uint8) for value in (0, 255)]
    drawn = program.draw(frames, model, "--write", "matte", "--no-temporal")
    assert_alike(drawn, drawn_in_python(frames, model, "matte"))


@pytest.mark.parametrize("size", [(400, 225), (150, 100)])
def test_steadied_mattes_with_a_cut_among_them(program: Program, tmp_path: Path, size: tuple[int, int]) -> None:
    model = write_model(tmp_path / "bright.onnx", blur=9)
    random = np.random.default_rng(1)
    moving = [
        np.asarray(np.clip(frame + random.normal(0, 6, frame.shape), 0, 255), np.uint8) for frame in scene(6, size)
    ]
    frames = [*moving[:4], *(np.ascontiguousarray(frame[:, ::-1]) for frame in moving[4:])]
    drawn = program.draw(frames, model, "--write", "matte")
    expected = drawn_in_python(frames, model, "matte", steady=True)
    assert np.mean(np.abs(drawn.astype(int) - expected) > 1) < TRUSTED_OTHERWISE
    by_itself = drawn_in_python(frames, model, "matte")
    assert np.mean(expected != by_itself) > 0.01, "nothing to be steadied"


@pytest.mark.parametrize("primaries", [6, 9])
def test_a_video_of_other_primaries(program: Program, tmp_path: Path, primaries: int) -> None:
    model = write_model(tmp_path / "bright.onnx", blur=9)
    clip = write_clip(tmp_path / "in.mkv", 2, codec="ffv1", pixel_format="bgr0", color_primaries=primaries)
    with open_source(str(clip)) as source:
        frames = list(source)
    finder = SkyFinder(Model.load(model, "cpu"))
    expected = np.asarray([shares(finder.find(frame), 8) for frame in frames], np.uint8)
    done = program.run(clip, "--model", model, "--write", "matte", "--no-temporal", "-o", "-")
    assert done.code == 0, done.said
    assert frames[0].primaries != REC709
    assert_alike(np.frombuffer(done.output, np.uint8).reshape(expected.shape), expected)


def test_the_default_model_on_a_real_clip(program: Program, shared_data: Path) -> None:
    import av

    with av.open(str(shared_data / "video" / "udacity_vehicle_test_video.mp4")) as clip:
        frames = [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame, _ in zip(clip.decode(video=0), range(2), strict=False)
        ]
    model = find_model("skymatte-3")
    drawn = program.draw(frames, model, "--write", "matte", "--no-temporal")
    assert_alike(drawn, drawn_in_python(frames, model, "matte"))


def assert_alike(drawn: Picture, expected: Picture) -> None:
    assert drawn.shape == expected.shape
    assert int(np.abs(drawn.astype(int) - expected).max()) <= 1
