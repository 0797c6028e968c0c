"""The shipped video model on labelled frames of clips that it never trained on: the bars that it is held to."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from skymatte.masks.files import read_label
from skymatte.masks.metrics import score_picture
from skymatte.runtime.model import Model
from skymatte.video.finder import SkyFinder
from skymatte.video.frame import Frame

CLIPS = ("mfadlih_uav_b4", "muchlisin_driving_dusk", "udacity_vehicle_test_video")


@pytest.fixture(scope="module")
def scores(shared_data: Path) -> dict[str, dict[str, float]]:
    """Each labelled frame by itself."""
    finder = SkyFinder(Model.load("skymatte-video-1", "cpu"))
    threshold = finder.model.card.threshold
    reached = {}
    for clip in CLIPS:
        capture = cv2.VideoCapture(str(shared_data / "video" / f"{clip}.mp4"))
        for path in sorted((shared_data / "video" / "labels").glob(f"{clip}__*.png")):
            capture.set(cv2.CAP_PROP_POS_FRAMES, int(path.stem.rpartition("__")[2]))
            found, pixels = capture.read()
            assert found
            matte = finder.find(Frame(0, Fraction(0), np.ascontiguousarray(pixels[..., ::-1], np.uint8)))
            reached[path.stem] = score_picture(path.stem, matte >= threshold, read_label(path)).values
    assert len(reached) == 16
    return reached


def test_mean_and_worst_iou(scores: dict[str, dict[str, float]]) -> None:
    """Public networks reach 0.984 and 0.981."""
    reached = [values["iou"] for values in scores.values()]
    assert np.mean(reached) >= 0.985
    assert min(reached) >= 0.93


def test_edges_within_two_pixels(scores: dict[str, dict[str, float]]) -> None:
    """Public networks reach 0.76 and 0.57."""
    assert np.mean([values["boundary_f_2"] for values in scores.values()]) >= 0.80
