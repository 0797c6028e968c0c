"""The sky in one frame: the same at every exposure and bit depth, for frames of any size."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.picture.color import REC709, to_rec709
from skymatte.picture.encoding import srgb_from_linear
from skymatte.runtime.model import Model
from skymatte.video.finder import SkyFinder
from skymatte.video.frame import Frame, Pixels, Transfer
from tests.models import write_model
from tests.sky.edges import composed, coverage

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> SkyFinder:
    return SkyFinder(Model.load(write_model(tmp_path_factory.mktemp("model") / "bright.onnx"), "cpu"))


def skyline(height: int, width: int) -> Array:
    return coverage(height, width, lambda x, y: y < 0.47 * height + 0.2 * (x - width / 2))


def frame(pixels: Pixels, transfer: Transfer = Transfer.SDR) -> Frame:
    return Frame(0, Fraction(0), pixels, transfer)


def eight_bits(light: Array) -> NDArray[np.uint8]:
    return np.rint(srgb_from_linear(np.clip(light, 0, 1)) * 255).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(96, 128), (100, 130), (240, 320), (390, 250)])
def test_bright_sky_over_dark_ground_is_found_at_any_size(finder: SkyFinder, height: int, width: int) -> None:
    """The tiny model's working size is 128 px: frames are shrunk to it, and their edges drawn at their own size."""
    truth = skyline(height, width)
    matte = finder.find(frame(eight_bits(composed(truth) * np.float32(0.7))))
    assert matte.shape == (height, width)
    assert matte.dtype == np.float32
    assert np.mean((matte >= 0.5) != (truth >= 0.5)) < 0.006


def test_depth_and_transfer_do_not_change_the_answer(finder: SkyFinder) -> None:
    """At working size: larger frames are shrunk in their own numbers, which is not quite the same."""
    light = composed(skyline(96, 128)) * np.float32(0.7)
    code = srgb_from_linear(np.clip(light, 0, 1))
    eight, sixteen = np.rint(code * 255).astype(np.uint8), np.rint(code * 65535).astype(np.uint16)
    of_eight, of_sixteen = finder.find(frame(eight)), finder.find(frame(sixteen))
    of_light = finder.find(frame(np.clip(light, 0, 1), Transfer.LINEAR))
    assert np.abs(of_sixteen - of_light).max() < 2e-3
    assert np.abs(of_eight - of_light).mean() < 5e-3


@pytest.mark.parametrize("stops", [-8, 8])
def test_exposure_does_not_change_the_answer(finder: SkyFinder, stops: int) -> None:
    light = composed(skyline(120, 160))
    expected = finder.find(frame(light, Transfer.LINEAR))
    np.testing.assert_allclose(finder.find(frame(light * np.float32(2.0**stops), Transfer.LINEAR)), expected, atol=1e-3)


def test_what_a_renderer_leaves_in_a_frame_is_no_problem(finder: SkyFinder) -> None:
    light = composed(skyline(240, 320))
    expected = finder.find(frame(light, Transfer.LINEAR))
    spoilt = light.copy()
    spoilt[30, 40], spoilt[200, 50], spoilt[20, 70, 1] = np.nan, -3, np.inf
    matte = finder.find(frame(spoilt, Transfer.LINEAR))
    assert np.isfinite(matte).all()
    assert np.mean(np.abs(matte - expected) > 0.05) < 0.01


def test_other_primaries_are_converted_for_the_network(finder: SkyFinder) -> None:
    """The same light, told in Rec.2020: what the network sees is the same."""
    rec2020 = (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290)  # ITU-R BT.2020-2, table 3
    light = composed(skyline(96, 128))
    matrix = to_rec709(rec2020)
    assert matrix is not None
    wide = (light @ np.linalg.inv(matrix).T).astype(np.float32)
    told = finder.find(Frame(0, Fraction(0), wide, Transfer.LINEAR, rec2020))
    np.testing.assert_allclose(told, finder.find(Frame(0, Fraction(0), light, Transfer.LINEAR, REC709)), atol=2e-3)
