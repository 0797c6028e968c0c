"""Validation counts what a person would count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from skymatte.datasets.sources import Source
from skymatte.networks.base import SegmentationNetwork
from skymatte.picture.encoding import encode
from skymatte.picture.model import Projection
from skymatte.training.sky_sample import Sample
from skymatte.training.validate import Validated, score, summary, torch_predict, validate, validate_pictures
from tests.training.small import recipe

UNIT = 4
SIZE = (32 * UNIT, 64 * UNIT)
"""Rows are counted in units of four pixels: whole pixels at half and at a quarter of the size, too."""


class Bright(SegmentationNetwork):
    """Calls sky what is brighter than 1.0 in linear light."""

    def __init__(self, *, prior: bool = False) -> None:
        super().__init__(0.0, 1.0)
        self.prior = prior

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": "bright"}

    def encoder_parameters(self) -> list[nn.Parameter]:
        return []

    def forward(self, x: Tensor) -> Tensor:
        level = float(encode("log", np.array([1.0], np.float32))[0])
        assert x.shape[1] == self.channels
        return 1000 * (x[:, :3].mean(1, keepdim=True) - level)


def source(bright_rows: int, sky_rows: int, ignored_rows: int = 0, stratum: str = "open") -> Source:
    """Bright in the first rows; sky in the first rows; the last rows of the sky ignored."""
    rows = np.arange(SIZE[0])[:, None].repeat(SIZE[1], 1) // UNIT
    pixels = np.where(rows < bright_rows, 10.0, 0.1)[..., None].repeat(3, -1).astype(np.float32)
    sky = (rows < sky_rows).astype(np.float32)
    ignore = ((rows >= sky_rows - ignored_rows) & (rows < sky_rows)).astype(np.float32)
    return Source("rows", pixels, sky, ignore, Projection.PERSPECTIVE, stratum)


def check(material: Source, side: int = SIZE[1]) -> Validated:
    predict = torch_predict(Bright())
    (result,) = validate(recipe(working_side=side, threshold=0.5), predict, 32, [material])
    return result


@pytest.mark.parametrize(
    ("bright", "sky", "ignored", "iou", "false_sky"),
    [
        (16, 16, 0, 1.0, 0.0),
        (8, 16, 0, 0.5, 0.0),
        (20, 16, 0, 16 / 20, 4 / 32),
        (8, 16, 8, 1.0, 0.0),
        (20, 16, 8, 8 / 12, 4 / 24),
        (0, 0, 0, 1.0, 0.0),
        (4, 0, 0, 0.0, 4 / 32),
    ],
)
def test_pictures_are_scored_by_counting(bright: int, sky: int, ignored: int, iou: float, false_sky: float) -> None:
    result = check(source(bright, sky, ignored))
    assert result.iou == pytest.approx(iou)
    assert result.false_sky == pytest.approx(false_sky)
    assert result.matte.shape == SIZE


def test_a_picture_all_ignored_counts_as_right() -> None:
    blank = replace(source(8, 16), ignore=np.ones(SIZE, np.float32))
    assert (check(blank).iou, check(blank).false_sky) == (1.0, 0.0)


@pytest.mark.parametrize("projection", [Projection.PERSPECTIVE, Projection.EQUIRECTANGULAR])
def test_small_working_sizes_are_brought_back_to_the_label(projection: Projection) -> None:
    result = check(replace(source(16, 16), projection=projection), side=128)
    assert result.matte.shape == SIZE
    assert result.iou == pytest.approx(1.0, abs=0.07)


def test_the_network_is_validated_in_inference_mode() -> None:
    network = Bright().train()
    torch_predict(network)
    assert not network.training


def test_predictions_are_probabilities_in_place() -> None:
    encoded: NDArray[np.float32] = np.zeros((32, 64, 3), np.float32)
    encoded[3, 5] = encode("log", np.full(3, 9.0, np.float32))
    probability = torch_predict(Bright())(encoded)
    assert probability.dtype == np.float32
    assert probability.shape == (32, 64)
    assert probability[3, 5] == 1
    assert probability.sum() == pytest.approx(1)


def test_the_score_leaves_negatives_out_and_the_summary_does_not() -> None:
    results = [
        check(source(8, 16)),
        check(source(16, 16)),
        check(source(12, 16, stratum="canopy")),
        check(source(4, 0, stratum="negative")),
        check(source(0, 0, stratum="negative")),
    ]
    assert score(results) == pytest.approx((0.5 + 1 + 0.75) / 3)
    assert summary(results) == pytest.approx(
        {
            "open/iou": 0.75,
            "open/worst": 0.5,
            "canopy/iou": 0.75,
            "canopy/worst": 0.75,
            "negative/false_sky": 4 / 32 / 2,
        }
    )


def test_networks_with_a_prior_are_shown_pictures_coarse_to_fine() -> None:
    """At the picture's own size: what is narrower than a pixel of the working size counts."""
    material = source(16, 16)
    material.pixels[50:53, ::8], material.sky[50:53, ::8] = 0.1, 0
    plan = recipe(working_side=32, threshold=0.5, network={"prior": True, "weights": "none"})
    (result,) = validate(plan, torch_predict(Bright(prior=True)), 32, [material])
    assert result.iou == 1


def test_the_recipe_says_how_pictures_are_validated() -> None:
    """Eight rows of sky are called sky; at a threshold near 1 nothing is."""
    pictures = [source(16, 16), source(8, 16), source(4, 0, stratum="negative")]
    plan = recipe(working_side=SIZE[1], threshold=0.5)
    found = validate_pictures(plan, torch_predict(Bright()), 32, pictures)
    assert found.score == pytest.approx(0.75)
    assert found.figures == pytest.approx({"open/iou": 0.75, "open/worst": 0.5, "negative/false_sky": 4 / 32})
    assert [sample.score for sample in found.worst] == pytest.approx([0.0, 0.5, 1.0])
    assert found.rounded() == {"open/iou": 0.75, "open/worst": 0.5, "negative/false_sky": 0.125}


def shown(material: Source) -> Sample:
    result = check(material)
    return Sample("rows", result.iou, material.pixels, result.matte)


def test_the_picture_for_tensorboard_shows_the_sky_tinted() -> None:
    picture = shown(source(16, 16)).picture()
    assert picture.shape == (256, 512, 3)
    assert picture.dtype == np.uint8
    plain = shown(source(0, 16)).picture()
    ground = shown(source(16, 16)).picture()[200:]
    assert np.ptp(ground.astype(int), axis=-1).max() <= 3
    assert not np.array_equal(picture[:100], plain[:100])
    assert torch.from_numpy(picture).dtype is torch.uint8
