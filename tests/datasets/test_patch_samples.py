"""The stream of patches: every patch once an epoch, and a batch depends on seed and index alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from skymatte.datasets.patch_augment import Augmentation
from skymatte.datasets.patch_samples import PatchSamples
from skymatte.datasets.views import View
from skymatte.errors import InputError
from skymatte.picture.encoding import encode

LIVELY = Augmentation.model_validate({"flip": 0.5, "exposure": {"chance": 0.5}, "sensor_noise": {"chance": 0.5}})


def numbered(count: int, size: int = 4) -> list[View]:
    """Patches whose light is their number and one."""
    blank = np.ones((size, size), np.float32)
    light = [np.full((size, size, 3), 1.0 + number, np.float32) for number in range(count)]
    return [View(pixels, blank * np.float32(number / count), blank, None) for number, pixels in enumerate(light)]


def stream(patches: list[View], **changes: Any) -> PatchSamples:
    settings: dict[str, Any] = {"encoding": "log", "batch": 4, "batches": 12, "seed": 1} | changes
    return PatchSamples(patches, settings.pop("augmentation", Augmentation()), **settings)


def shown(samples: PatchSamples, batches: int) -> list[int]:
    """Which patches, in order."""
    count = len(samples.patches)
    return [round(float(sky.mean()) * count) for index in range(batches) for sky in samples[index][1]]


@given(count=st.integers(1, 12), batch=st.integers(1, 8), seed=st.integers(0, 2**31))
def test_every_epoch_shows_every_patch_once(count: int, batch: int, seed: int) -> None:
    """Whether an epoch ends with a batch or inside one."""
    order = shown(stream(numbered(count, 1), batch=batch, seed=seed), 3 * count)
    for first in range(0, len(order) - count + 1, count):
        assert Counter(order[first : first + count]) == Counter(range(count))


def test_epochs_have_orders_of_their_own() -> None:
    order = shown(stream(numbered(20)), 15)
    assert len({tuple(order[first : first + 20]) for first in (0, 20, 40)}) == 3
    assert order[:20] != shown(stream(numbered(20), seed=2), 5)


def test_a_batch_depends_on_seed_and_index_alone() -> None:
    """Whatever was drawn before, in whichever order: a stopped run goes on with the same samples."""
    patches = numbered(10)
    forward, backward = (stream(patches, augmentation=LIVELY) for _ in range(2))
    in_order = [forward[index] for index in range(6)]
    for index in reversed(range(6)):
        for one, other in zip(in_order[index], backward[index], strict=True):
            assert torch.equal(one, other)


def test_workers_draw_the_same_batches() -> None:
    patches = numbered(10)
    loader = DataLoader(stream(patches, augmentation=LIVELY), batch_size=None, sampler=range(3, 6), num_workers=1)
    for index, batch in zip(range(3, 6), loader, strict=True):
        for one, other in zip(batch, stream(patches, augmentation=LIVELY)[index], strict=True):
            assert torch.equal(one, other)


def test_a_patch_is_augmented_anew_each_time_and_stays_as_it_was() -> None:
    """One patch in four places of two batches: all different; the stored one as before."""
    rng = np.random.default_rng(3)
    light = rng.lognormal(0, 1, (8, 8, 3)).astype(np.float32)
    stored = View(light.copy(), np.ones((8, 8), np.float32), np.ones((8, 8), np.float32), None)
    noisy = Augmentation.model_validate({"sensor_noise": {"chance": 1.0}})
    samples = stream([stored], augmentation=noisy)
    seen = [picture.numpy().tobytes() for index in range(2) for picture in samples[index][0]]
    assert len(set(seen)) == 8
    np.testing.assert_array_equal(stored.pixels, light)


def test_pixels_are_encoded_and_labels_are_not() -> None:
    """Shapes and numbers of a batch without augmentation, HDR far above 1 included."""
    rng = np.random.default_rng(4)
    light = rng.lognormal(2, 3, (8, 8, 3)).astype(np.float32)
    sky, weight = rng.random((2, 8, 8), np.float32)
    picture, skies, weights = stream([View(light, sky, weight, None)], encoding="pu21")[0]
    assert (picture.shape, skies.shape, weights.shape) == ((4, 3, 8, 8), (4, 1, 8, 8), (4, 1, 8, 8))
    assert picture.dtype == skies.dtype == weights.dtype == torch.float32
    np.testing.assert_array_equal(picture[0].numpy(), encode("pu21", light).transpose(2, 0, 1))
    np.testing.assert_array_equal(skies[0, 0].numpy(), sky)
    np.testing.assert_array_equal(weights[0, 0].numpy(), weight)


def test_mean_and_deviation_are_taken_of_patches_from_everywhere() -> None:
    """All of a few, a thousand or so of many; not augmented."""
    few = stream(numbered(10), augmentation=LIVELY)
    assert [float(pixels.mean()) for pixels in few.pictures()] == [1.0 + n for n in range(10)]
    many = [float(pixels.mean()) for pixels in stream(numbered(5000, 1)).pictures()]
    assert len(many) == 1024
    assert np.diff(many).min() >= 4
    assert many[-1] > 4990


def test_no_patches_are_refused() -> None:
    with pytest.raises(InputError, match="there are no training patches"):
        stream([])
