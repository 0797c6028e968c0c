"""Patches are scored by counting pixels, and the worst are shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from skymatte.datasets.views import View
from skymatte.picture.encoding import encode
from skymatte.training.sky_sample import Sample
from skymatte.training.validate_patches import validate_patches
from tests.datasets.patch_material import build, write_entry
from tests.training.small import patch_recipe

SIZE = 16


class Bright(nn.Module):
    """Calls sky what is brighter than 1.0 in linear light."""

    def forward(self, x: Tensor) -> Tensor:
        level = float(encode("log", np.array([1.0], np.float32))[0])
        return 1000 * (x.mean(1, keepdim=True) - level)


def patch(bright: int, sky: int, unlabelled: int = 0) -> View:
    """Bright in the first rows; sky in the first rows; the last rows unlabelled."""
    rows = np.arange(SIZE)[:, None].repeat(SIZE, 1)
    light = np.where(rows < bright, 10.0, 0.1)[..., None].repeat(3, -1).astype(np.float32)
    return View(light, (rows < sky).astype(np.float32), (rows < SIZE - unlabelled).astype(np.float32), None)


def test_patches_are_scored_by_counting() -> None:
    """In rows: 4 of 8, 8 of 8, 0 of 2, none of none; 6 of the 16 + 16 + 16 + 12 labelled rows are wrong."""
    network = Bright().train()
    found = validate_patches(patch_recipe(), network, [patch(4, 8), patch(8, 8), patch(2, 0), patch(0, 0, 4)])
    assert not network.training
    assert found.score == found.figures["patches/iou"] == pytest.approx(12 / 18)
    assert found.figures["patches/mean_iou"] == pytest.approx((0.5 + 1 + 0 + 1) / 4)
    assert found.figures["patches/accuracy"] == pytest.approx(1 - 6 / 60)


def test_unlabelled_pixels_count_nowhere() -> None:
    found = validate_patches(patch_recipe(), Bright(), [patch(16, 8, unlabelled=8)])
    assert found.figures == {"patches/iou": 1, "patches/mean_iou": 1, "patches/accuracy": 1}


def test_the_worst_are_those_with_most_wrong_pixels() -> None:
    """Not those with the lowest IoU: a patch with one row of sky that is missed is nearly right."""
    wrong_rows = [0, 3, 1, 7, 2, 5, 4, 6]
    patches = [patch(8 + rows, 8) for rows in wrong_rows] + [patch(0, 1)]
    found = validate_patches(patch_recipe(), Bright(), patches)
    assert [sample.name for sample in found.worst] == [f"patch {number}" for number in (3, 7, 5, 6, 1, 4)]
    worst = found.worst[0]
    assert isinstance(worst, Sample)
    np.testing.assert_array_equal(worst.pixels, patches[3].pixels)
    np.testing.assert_array_equal(worst.matte > 0.5, patches[3].pixels[..., 0] > 1)


def test_a_part_of_the_patches_is_spread_over_all_of_them() -> None:
    """Of ten patches, 0, 3 and 6 are taken."""
    patches = [patch(number, 8) for number in range(10)]
    found = validate_patches(patch_recipe(), Bright(), patches, at_most=3)
    assert sorted(sample.name for sample in found.worst) == ["patch 0", "patch 3", "patch 6"]


def test_patches_of_a_store_say_where_they_are_from(tmp_path: Path) -> None:
    entries = [write_entry(tmp_path / "in", name, split=split) for name, split in (("one", "train"), ("two", "val"))]
    store = build(entries, tmp_path / "store", size=SIZE, stride=SIZE)
    found = validate_patches(patch_recipe(), Bright(), store.patches("val"))
    assert {sample.name for sample in found.worst} <= {f"two {top},{left}" for top in (0, 16) for left in (0, 16, 32)}
    assert torch.is_inference_mode_enabled() is False
