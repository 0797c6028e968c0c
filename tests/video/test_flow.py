"""Motion between small pictures: where it is found, where it is not trusted, and of what frames."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.video.flow import FlowMeter, carried, grid, small_grey
from skymatte.video.frame import Frame, Transfer


def world(height: int = 260, width: int = 360) -> NDArray[np.uint8]:
    noise = np.random.default_rng(4).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.asarray(cv2.normalize(smooth, smooth, 0, 255, cv2.NORM_MINMAX), np.uint8)


def part(x: int, y: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(world()[y : y + 240, x : x + 320])


def frame(pixels: NDArray[Any], transfer: Transfer = Transfer.SDR) -> Frame:
    return Frame(0, Fraction(0), pixels, transfer)


@pytest.mark.parametrize(("x", "y"), [(20, 10), (17, 10), (20, 14), (26, 5)])
def test_a_shift_is_found_and_trusted(x: int, y: int) -> None:
    motion = FlowMeter().measure(part(20, 10), part(x, y))
    inner = (slice(20, -20), slice(20, -20))
    assert np.abs(motion.flow[inner] - (x - 20, y - 10)).mean() < 0.3
    assert motion.trust[inner].mean() > 0.95


def test_another_picture_is_not_trusted() -> None:
    noise = np.random.default_rng(8).integers(0, 256, (240, 320), np.uint8)
    assert FlowMeter().measure(part(20, 10), cv2.blur(noise, (5, 5)).astype(np.uint8)).trust.mean() < 0.35


def test_what_appears_is_not_trusted_and_the_rest_is() -> None:
    now = part(20, 10)
    cv2.circle(now, (160, 120), 40, 255, -1)
    cv2.circle(now, (160, 120), 30, 0, -1)
    trust = FlowMeter().measure(part(20, 10), now).trust
    assert trust[100:140, 140:180].mean() < 0.1
    assert trust[:, :80].mean() > 0.95


def test_a_brighter_exposure_is_still_the_same_picture() -> None:
    darker = np.asarray(part(20, 10) // 2 + 40, np.uint8)
    assert FlowMeter().measure(darker, np.asarray(darker + 30, np.uint8)).trust.mean() > 0.95


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((480, 640), (240, 320)),
        ((1920, 1080), (320, 180)),
        ((1, 1), (96, 96)),
        ((3, 700), (96, 320)),
        ((50, 120), (96, 120)),
    ],
)
def test_small_pictures_of_every_frame_can_be_measured(size: tuple[int, int], small: tuple[int, int]) -> None:
    grey = small_grey(frame(np.full((*size, 3), 90, np.uint8)))
    assert grey.shape == small
    assert (grey == 90).all()
    assert FlowMeter().measure(grey, grey).trust.min() == 1


def test_deep_pixels_are_the_same_picture_as_shallow_ones() -> None:
    shallow = np.random.default_rng(2).integers(0, 256, (120, 160, 3), np.uint8)
    deep = shallow.astype(np.uint16) * 257
    greys = [
        small_grey(frame(pixels, transfer)).astype(int)
        for pixels, transfer in ((shallow, Transfer.SDR), (deep, Transfer.PQ))
    ]
    assert np.abs(greys[0] - greys[1]).max() <= 1


def test_linear_light_is_exposed_and_repaired() -> None:
    light = np.random.default_rng(2).random((120, 160, 3), np.float32)
    grey = small_grey(frame(light, Transfer.LINEAR))
    brighter = small_grey(frame(light * np.float32(1024), Transfer.LINEAR))
    assert np.abs(grey.astype(int) - brighter.astype(int)).max() <= 1
    assert 60 < grey.mean() < 160
    light[0, 0], light[5, 5], light[9, 9] = np.nan, np.inf, -4
    repaired = small_grey(frame(light, Transfer.LINEAR)).astype(int)
    assert np.count_nonzero(np.abs(repaired - grey) > 2) < 0.01 * grey.size


def test_carried_goes_where_it_is_told_and_repeats_the_border() -> None:
    picture = np.arange(6, dtype=np.float32).reshape(2, 3)
    back = grid((2, 3)) + np.array([-1, 0], np.float32)
    assert carried(picture, back).tolist() == [[0, 0, 1], [3, 3, 4]]


def test_a_sharp_edge_that_is_carried_on_stays_sharp_and_falls_between_pixels() -> None:
    edge = np.repeat(np.clip(np.arange(40, dtype=np.float32) - 19.5, 0, 1)[None], 9, 0)
    blurred, sharp = edge, edge
    places = grid(edge.shape) + np.array([-0.5, 0], np.float32)
    for _ in range(4):
        blurred, sharp = carried(blurred, places), carried(sharp, places, sharp=True)
    exact = np.repeat(np.clip(np.arange(40, dtype=np.float32) - 21.5, 0, 1)[None], 9, 0)
    assert np.abs(sharp - exact).mean() < 0.6 * np.abs(blurred - exact).mean()
