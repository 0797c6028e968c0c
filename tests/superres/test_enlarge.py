"""An enlarger is bicubic interpolation and what the network adds, the same to all colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skymatte.picture.bicubic import bicubic
from skymatte.picture.luma import SPAN, luma
from skymatte.runtime.superres_model import SuperresModel
from skymatte.superres.enlarge import Enlarger
from tests.superres.models import GUIDE_GAIN, expected_residual, write_superres

PICTURE = np.random.default_rng(0).random((7, 9, 3)).astype(np.float32)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_colours_get_the_networks_residual(tmp_path: Path, scale: int) -> None:
    model = SuperresModel.load(write_superres(tmp_path / "m.onnx", scale), "cpu")
    plain = bicubic(PICTURE, 7 * scale, 9 * scale)
    np.testing.assert_array_equal(Enlarger(scale)(PICTURE), plain)
    added = Enlarger(scale, model)(PICTURE) - plain
    np.testing.assert_allclose(
        added, (expected_residual(luma(PICTURE), scale) / SPAN)[..., None].repeat(3, 2), atol=1e-5
    )


def test_grey_is_a_picture_of_equal_colours(tmp_path: Path) -> None:
    enlarger = Enlarger(2, SuperresModel.load(write_superres(tmp_path / "m.onnx"), "cpu"))
    grey = PICTURE[..., :1]
    np.testing.assert_allclose(enlarger(grey)[..., 0], enlarger(grey.repeat(3, 2))[..., 1], atol=1e-6)


def test_a_guide_reaches_the_network(tmp_path: Path) -> None:
    enlarger = Enlarger(2, SuperresModel.load(write_superres(tmp_path / "m.onnx"), "cpu"))
    sky = np.zeros((7, 9), np.float32)
    sky[:3] = 1
    told = enlarger(PICTURE, np.stack((sky, 1 - sky))) - enlarger(PICTURE)
    np.testing.assert_allclose(told[:6], GUIDE_GAIN / SPAN, atol=1e-6)
    np.testing.assert_allclose(told[6:], -GUIDE_GAIN / SPAN, atol=1e-6)
