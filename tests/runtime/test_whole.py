"""The whole picture at working size: right sizes, right place, no seam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.picture.model import Projection
from skymatte.runtime.whole import Predict, look, predict_small, shrink, working_size

Array = NDArray[np.float32]
FLAT, PANORAMA = Projection.PERSPECTIVE, Projection.EQUIRECTANGULAR


def brightness(encoded: Array) -> Array:
    """A network that answers the first channel of each pixel."""
    return encoded[..., 0]


def blurred(encoded: Array) -> Array:
    """A network that sees nine columns, and at the edge of its input only what is there."""
    padded = np.pad(encoded[..., 0], ((0, 0), (4, 4)))
    return np.asarray(np.mean([padded[:, i : i + encoded.shape[1]] for i in range(9)], axis=0), np.float32)


def bright(encoded: Array) -> Array:
    """A network for which everything above 0.5 in linear light is sky."""
    return np.asarray(encoded[..., 0] > encode("log", np.full(1, 0.5, np.float32)), np.float32)


@pytest.mark.parametrize(
    ("height", "width", "projection", "side", "size"),
    [
        (4096, 8192, PANORAMA, 1024, (512, 1024)),
        (128, 256, PANORAMA, 1024, (512, 1024)),
        (3000, 4000, FLAT, 1024, (768, 1024)),
        (4000, 3000, FLAT, 1024, (1024, 768)),
        (300, 400, FLAT, 1024, (400, 533)),
        (600, 800, FLAT, 1024, (768, 1024)),
        (2000, 2000, Projection.FISHEYE, 1024, (1024, 1024)),
        (1, 30000, FLAT, 1024, (1, 1024)),
        (1, 1, FLAT, 1024, (1, 1)),
    ],
)
def test_working_sizes(height: int, width: int, projection: Projection, side: int, size: tuple[int, int]) -> None:
    """Panoramas always as wide as asked; other pictures as long, but at most a third longer than they are."""
    assert working_size(height, width, projection, side) == size


def test_shrinking_averages_light() -> None:
    """Two by two pixels, as a coarser sensor collects them."""
    light = np.random.default_rng(0).lognormal(0, 2, (8, 12, 3)).astype(np.float32)
    np.testing.assert_allclose(shrink(light, 4, 6), light.reshape(4, 2, 6, 2, 3).mean((1, 3)), rtol=1e-5)


@pytest.mark.parametrize("size", [(8, 12), (16, 24), (3, 20), (20, 3), (1, 1)])
def test_any_size_can_be_reached(size: tuple[int, int]) -> None:
    light = np.full((8, 12, 3), 0.7, np.float32)
    resized = shrink(light, *size)
    assert resized.shape == (*size, 3)
    np.testing.assert_allclose(resized, 0.7, rtol=1e-6)


@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from(Projection), st.sampled_from([1, 16, 32]))
def test_each_pixel_is_answered_in_its_place(height: int, width: int, projection: Projection, multiple: int) -> None:
    small = np.random.default_rng(height * 71 + width).random((height, width, 3), np.float32)

    def network(encoded: Array) -> Array:
        assert encoded.shape[0] % multiple == encoded.shape[1] % multiple == 0
        return brightness(encoded)

    matte = predict_small(small, projection, network, "log", multiple)
    np.testing.assert_array_equal(matte, encode("log", small)[..., 0])
    assert matte.flags.c_contiguous


@pytest.mark.parametrize("turn", [1, 40, 64])
def test_a_panorama_has_no_seam(turn: int) -> None:
    small = np.random.default_rng(1).random((32, 128, 3), np.float32)
    matte = predict_small(small, PANORAMA, blurred, "log", 32)
    turned = predict_small(np.roll(small, turn, axis=1), PANORAMA, blurred, "log", 32)
    np.testing.assert_allclose(turned, np.roll(matte, turn, axis=1), atol=1e-6)


def test_a_plain_picture_does_not_wrap() -> None:
    small = np.zeros((32, 64, 3), np.float32)
    small[:, :4] = 1.0
    right = predict_small(small, FLAT, blurred, "mu-law", 32)[:, 60:]
    assert right.max() == 0
    assert predict_small(small, PANORAMA, blurred, "mu-law", 32)[:, 60:].max() > 0.4


def look_at(pixels: Array, projection: Projection, network: Predict, side: int) -> Array:
    """Three looks, the largest ``side`` wide."""
    _, matte = look(pixels, 1.0, projection, network, encoding="log", multiple=1, side=side)
    return matte


def test_the_smallest_look_forbids_what_is_no_sky_as_a_whole() -> None:
    """A network that takes fine speckle for sky in detail, and is right about the smallest picture."""
    light = np.full((96, 192, 3), 0.05, np.float32)
    light[:30] = 1.0
    light[81:83, 90] = 2.0
    assert predict_small(light, PANORAMA, bright, "log", 1)[82, 90] == 1
    matte = look_at(light, PANORAMA, bright, 192)
    assert matte[82, 90] < 0.02
    np.testing.assert_allclose(matte[:28], 1, atol=1e-5)
    np.testing.assert_allclose(matte[60:76], 0, atol=1e-5)


def test_the_smallest_look_lets_detail_near_an_edge_be() -> None:
    light = np.full((96, 192, 3), 0.05, np.float32)
    light[:36] = 1.0
    light[42:51, 60:72] = 1.0
    assert (look_at(light, PANORAMA, bright, 192)[43:50, 61:71] > 0.9).all()


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(Projection), st.sampled_from([8, 24, 100]))
def test_three_looks_fit_every_size(height: int, width: int, projection: Projection, side: int) -> None:
    light = np.random.default_rng(height * 41 + width).random((height, width, 3), np.float32)
    small, matte = look(
        light, 2.0, projection, lambda x: np.clip(x[..., 0], 0, 1), encoding="log", multiple=32, side=side
    )
    assert matte.shape == small.shape[:2] == working_size(height, width, projection, side)
    assert small.max() <= 2.0 + 1e-5
    assert 0 <= matte.min() <= matte.max() <= 1


@pytest.mark.parametrize("width", [192, 384])
def test_three_looks_at_a_panorama_have_no_seam(width: int) -> None:
    """Turned by a whole number of pixels of all three looks; the picture is as large as the working size, or twice."""
    pixels = np.random.default_rng(5).random((width // 2, width, 3), np.float32)

    def network(encoded: Array) -> Array:
        return np.clip(blurred(encoded) * 2, 0, 1)

    turned = look_at(np.roll(pixels, width // 4, axis=1), PANORAMA, network, 192)
    np.testing.assert_allclose(turned, np.roll(look_at(pixels, PANORAMA, network, 192), 48, axis=1), atol=1e-4)
