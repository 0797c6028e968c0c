"""``skymatte.segment``: sources, methods, thresholds, report; with the shipped model on a scene with an exact matte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import skymatte
from skymatte.errors import PictureError
from skymatte.masks.metrics import iou
from skymatte.runtime.model import Model
from skymatte.scenes.panorama import render

SEEDS = (0, 5)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def labels(matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.where(matte >= 0.5, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("seed", SEEDS)
def test_finds_the_sky_of_a_scene_it_never_saw(model: Model, seed: int) -> None:
    pixels, truth = render(1024, 512, seed)
    result = skymatte.segment(pixels, model=model, projection="equirectangular")
    assert result.mask.shape == result.matte.shape == truth.shape
    assert result.matte.dtype == np.float32
    assert iou(result.mask, labels(truth)) > 0.9
    assert result.report["sky_fraction"] == pytest.approx(float(result.mask.mean()))


@pytest.mark.parametrize("stops", [-8, 8])
def test_exposure_changes_nothing(model: Model, stops: int) -> None:
    pixels, _ = render(512, 256, SEEDS[0])
    plain = skymatte.segment(pixels, model=model, projection="equirectangular").mask
    scaled = skymatte.segment(pixels * np.float32(2.0**stops), model=model, projection="equirectangular").mask
    assert iou(scaled, np.where(plain, 255, 0).astype(np.uint8)) > 0.999


def test_a_larger_picture_gets_a_matte_of_its_own_size(model: Model) -> None:
    pixels, truth = render(3072, 1536, SEEDS[0])
    result = skymatte.segment(pixels, model=model, projection="equirectangular")
    assert result.mask.shape == truth.shape
    method = result.report["method"]
    assert method["levels"][-1] == (1536, 3072)
    assert 0 < method["tiles"] < method["of"]
    assert iou(result.mask, labels(truth)) > 0.9


def test_dense_is_the_reference_method(model: Model) -> None:
    pixels, truth = render(512, 256, SEEDS[0])
    result = skymatte.segment(pixels, model=model, projection="equirectangular", method="dense")
    assert result.report["method"] == {"name": "dense", "patch": 224, "stride": 100}
    assert iou(result.mask, labels(truth)) > 0.7


def test_threshold_moves_the_mask_not_the_matte(model: Model) -> None:
    pixels, _ = render(512, 256, SEEDS[0])
    low, high = (skymatte.segment(pixels, model=model, projection="equirectangular", threshold=t) for t in (0.1, 0.9))
    np.testing.assert_array_equal(low.matte, high.matte)
    assert low.mask.sum() > high.mask.sum()
    assert (low.mask >= high.mask).all()


def test_a_file_a_picture_and_an_array_give_the_same(model: Model, tmp_path: Path) -> None:
    pixels, _ = render(256, 128, SEEDS[0])
    from skymatte.picture.exr_write import write_channels

    path = tmp_path / "scene.exr"
    write_channels(path, {name: np.ascontiguousarray(pixels[..., i]) for i, name in enumerate("RGB")})
    from_file = skymatte.segment(path, model=model, projection="equirectangular")
    picture = skymatte.read(path, projection="equirectangular")
    np.testing.assert_array_equal(skymatte.segment(picture, model=model).matte, from_file.matte)
    from_array = skymatte.segment(pixels, model=model, projection="equirectangular")
    np.testing.assert_array_equal(from_array.matte, from_file.matte)
    assert from_file.report["input"]["sha256"]
    assert from_array.report["input"]["name"] is None


def test_an_unknown_method_and_a_missing_file_are_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fast, dense"):
        skymatte.segment(np.ones((8, 8, 3), np.float32), model=model, method="slow")
    with pytest.raises(PictureError, match="nothing"):
        skymatte.segment(tmp_path / "nothing.exr", model=model)
