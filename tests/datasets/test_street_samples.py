"""Samples of streets depend on seed and number alone, and their layers show one place."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.street_pictures import enlarged, shrunk
from skymatte.datasets.street_samples import Crops, Layers, StreetSamples
from skymatte.errors import RecipeError
from skymatte.picture.luma import SPAN


def places(scale: int = 1, count: int = 3) -> list[Layers]:
    """Pictures whose values say where they are: rows in red, columns in green; classes are rows of the small grid."""
    height, width = 48, 60
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    large = np.stack((rows, columns, np.zeros_like(rows)), 2)
    small = np.stack((rows[::scale, ::scale], columns[::scale, ::scale], rows[::scale, ::scale]), 2)
    return [(small, large + np.array([0, 0, k], np.uint8), rows) for k in range(count)]


def samples(scale: int = 1, crops: Crops | None = None, **changes: object) -> StreetSamples:
    arguments = {"batch": 4, "batches": 8, "seed": 3, **changes}
    return StreetSamples(places(scale), crops or Crops(24), **arguments)  # type: ignore[arg-type]


@given(index=st.integers(0, 7), scale=st.sampled_from([1, 2, 3, 4]))
def test_layers_show_one_place(index: int, scale: int) -> None:
    small, large, classes = samples(scale)[index]
    assert small.shape == (4, 3, 24 // scale, 24 // scale)
    assert large.shape == (4, 3, 24, 24)
    assert (classes.shape, classes.dtype) == ((4, 24, 24), torch.int64)
    assert torch.equal((large[:, 0] * 255).round().long(), classes)
    first = large[..., ::scale, ::scale]
    mirrored = large.flip(-1)[..., ::scale, ::scale].flip(-1)
    for one, plain, turned in zip(small, first, mirrored, strict=True):
        assert torch.equal(one[:2], plain[:2]) or torch.equal(one[:2], turned[:2])


def test_a_batch_is_a_function_of_seed_and_number() -> None:
    one, other = samples(2), samples(2)
    other[5]
    assert all(torch.equal(a, b) for a, b in zip(one[3], other[3], strict=True))
    assert not torch.equal(one[3][1], one[4][1])
    assert not torch.equal(one[3][1], samples(2, seed=4)[3][1])


def test_processes_share_a_batch() -> None:
    whole = samples()[2]
    parts = [samples(share=(rank, 2))[2] for rank in range(2)]
    for layer, (even, odd) in zip(whole, zip(*parts, strict=True), strict=True):
        assert torch.equal(layer[::2], even)
        assert torch.equal(layer[1::2], odd)


def test_half_of_the_crops_are_mirrored() -> None:
    turned = [bool((crop[1, 0, 0] > crop[1, 0, -1]).item()) for i in range(8) for crop in samples(batch=16)[i][1]]
    assert 0.35 < np.mean(turned) < 0.65
    straight = samples(crops=Crops(24, flip=0), batch=16)[0][1]
    assert (straight[:, 1, 0, 0] < straight[:, 1, 0, -1]).all()


def test_zoom_shows_more_and_less_of_a_place() -> None:
    _, large, classes = samples(crops=Crops(24, zoom=1.5), batch=32)[0]
    reach = (large[:, 0, -1, 0] - large[:, 0, 0, 0]) * 255
    assert reach.min() < 19 < 27 < reach.max() < 36
    assert set(np.unique(classes.numpy())) <= set(range(48))


@pytest.mark.parametrize(
    ("scale", "crops", "what"),
    [
        (2, Crops(50), r"data\.crop: 50 is more than the 48 px"),
        (4, Crops(26), "no multiple of 4"),
        (2, Crops(24, zoom=1.2), r"data\.zoom: pairs of small and large pictures"),
    ],
)
def test_crops_that_cannot_be_cut_are_refused(scale: int, crops: Crops, what: str) -> None:
    with pytest.raises(RecipeError, match=what):
        samples(scale, crops)


@given(st.integers(0, 255), st.sampled_from([2, 3, 4]))
def test_even_pictures_come_back_as_they_were(value: int, scale: int) -> None:
    picture = np.full((12, 24, 3), value, np.uint8)
    small = shrunk(picture, scale)
    assert small.shape == (12 // scale, 24 // scale, 3)
    assert np.array_equal(enlarged(small, scale), picture)


def test_what_a_network_adds_to_luma_is_added_to_all_colours() -> None:
    """A step of 10 of 255 in all colours is a step of 10 · SPAN of 255 in luma."""
    small = np.full((5, 6, 3), (90, 120, 250), np.uint8)
    answer = enlarged(small, 2, lambda luma: np.full((10, 12), 10 * SPAN / 255, np.float32) + 0 * luma.mean())
    assert np.array_equal(answer, np.full((10, 12, 3), (100, 130, 255), np.uint8))
