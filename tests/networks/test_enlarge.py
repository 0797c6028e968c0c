"""The enlargement inside a network is the one that pictures are enlarged with."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from skymatte.networks.enlarge import Enlarge
from skymatte.picture.bicubic import bicubic

sides = st.integers(2, 17)


@given(scale=st.integers(2, 4), height=sides, width=sides, seed=st.integers(0, 9))
def test_it_is_that_of_pictures_up_to_the_border(scale: int, height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).uniform(-1, 2, (height, width, 3)).astype(np.float32)
    planes = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]
    large = Enlarge(scale)(torch.cat((planes, 2 * planes)))
    expected = torch.from_numpy(bicubic(pixels, scale * height, scale * width).transpose(2, 0, 1).copy())
    torch.testing.assert_close(large[0], expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(large[1], 2 * expected, rtol=0, atol=1e-5)


def test_mixed_precision_leaves_it_in_float32() -> None:
    picture = torch.rand(1, 3, 6, 6)
    enlarge = Enlarge(2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = enlarge(picture)
    assert torch.equal(mixed, enlarge(picture))


def test_it_has_no_weights_to_load() -> None:
    assert list(Enlarge(2).state_dict()) == []
