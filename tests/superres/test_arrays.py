"""Arrays made larger: same type, no seams between windows or at 360°, light kept, nothing clipped."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.errors import ModelError, PictureError
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import HALF_MAX
from skymatte.runtime.model import Model
from skymatte.superres import arrays as module
from skymatte.superres.arrays import upscale
from skymatte.superres.drawing import drawn
from skymatte.superres.energy import block_means
from skymatte.superres.method import Method, open_method
from tests.models import write_model
from tests.superres.models import write_superres


@pytest.fixture(scope="module")
def methods(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Method]:
    folder = tmp_path_factory.mktemp("models")
    return {s: open_method("dcscn", s, write_superres(folder / f"{s}.onnx", s), "cpu") for s in (2, 3, 4)}


def light(height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """Light of sixteen stops, with a sun and black."""
    pixels = np.exp(np.random.default_rng(seed).normal(0, 2.5, (height, width, 3))).astype(np.float32)
    pixels[height // 2, width // 2] = HALF_MAX
    pixels[height // 3, width // 3] = 0
    return pixels


def eight_bits(height: int, width: int, channels: int = 3) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (height, width, channels), np.uint8)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("pixels", [eight_bits(37, 61), eight_bits(37, 61).astype(np.uint16) * 257, light(37, 61)])
@pytest.mark.parametrize("projection", ["perspective", "equirectangular"])
def test_windows_leave_no_seam(
    methods: dict[int, Method], scale: int, pixels: NDArray[Any], projection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = upscale(pixels, method=methods[scale], projection=projection)
    monkeypatch.setattr(module, "drawn", partial(drawn, tile=16))
    tiled = upscale(pixels, method=methods[scale], projection=projection)
    assert whole.dtype == pixels.dtype
    assert whole.shape == (37 * scale, 61 * scale, 3)
    if pixels.dtype == np.float32:
        np.testing.assert_allclose(tiled, whole, rtol=2e-5)  # float32 through logarithms and back
    else:
        assert np.abs(tiled.astype(int) - whole).max() <= (0 if pixels.dtype == np.uint8 else 1)


def test_a_panorama_turns_with_its_enlargement(methods: dict[int, Method]) -> None:
    for width in (61, 5):  # wider and narrower than what the network sees
        pixels = light(20, width)
        turned = upscale(np.roll(pixels, 3, axis=1), method=methods[2], projection="equirectangular")
        straight = upscale(pixels, method=methods[2], projection="equirectangular")
        np.testing.assert_allclose(np.roll(straight, 6, axis=1), turned, rtol=2e-5)
    ends = upscale(pixels, method=methods[2])
    assert np.abs(ends / np.maximum(straight, 1e-9) - 1).max() > 0.01


@given(scale=st.integers(2, 4), height=st.integers(1, 12), width=st.integers(1, 12), exponent=st.integers(-12, 12))
def test_light_is_kept_and_its_scale_does_not_matter(
    methods: dict[int, Method], scale: int, height: int, width: int, exponent: int
) -> None:
    pixels = light(height, width, seed=exponent + 12)
    larger = upscale(pixels, method=methods[scale])
    np.testing.assert_allclose(block_means(larger, scale), pixels, rtol=3e-6)
    exposed = upscale(pixels * np.float32(2.0**exponent), method=methods[scale])
    np.testing.assert_allclose(exposed, larger * np.float32(2.0**exponent), rtol=2e-4, atol=1e-30)


def test_halves_keep_their_light_and_are_never_clipped(methods: dict[int, Method]) -> None:
    pixels = light(16, 18).astype(np.float16)
    larger = upscale(pixels, method=methods[2])
    assert larger.dtype == np.float16
    assert np.isfinite(larger).all()
    means = block_means(larger.astype(np.float32), 2)
    np.testing.assert_allclose(means, pixels.astype(np.float32), rtol=2**-11, atol=2**-25)


def test_broken_samples_are_repaired(methods: dict[int, Method]) -> None:
    pixels = np.ones((6, 6, 3), np.float32)
    pixels[0, 0], pixels[3, 3], pixels[5, 5] = np.nan, np.inf, -1
    expected = np.ones((6, 6, 3), np.float32)
    expected[0, 0] = expected[5, 5] = 0
    np.testing.assert_allclose(block_means(upscale(pixels, method=methods[2]), 2), expected, rtol=1e-6)


@pytest.mark.parametrize("value", [0, 1, 77, 255])
def test_even_pictures_stay_even(value: int) -> None:
    pixels = np.full((9, 5, 3), value, np.uint8)
    assert (upscale(pixels, scale=3, method="bicubic") == value).all()


def test_integers_are_interpolated_as_they_are() -> None:
    pixels = eight_bits(12, 10)
    expected = np.clip(np.rint(bicubic(pixels.astype(np.float32), 24, 20)), 0, 255)
    assert np.abs(upscale(pixels, method="bicubic").astype(int) - expected).max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 7, 1), (3, 2, 4)])
def test_small_and_grey_pictures(methods: dict[int, Method], shape: tuple[int, ...]) -> None:
    for pixels in (np.full(shape, 90, np.uint8), np.full(shape, 0.5, np.float32)):
        assert upscale(pixels, method=methods[4]).shape == (4 * shape[0], 4 * shape[1], *shape[2:])
    assert upscale(np.full(shape, 0.5), method=methods[4]).dtype == np.float32


def test_hidden_colours_do_not_shine_through() -> None:
    pixels = np.zeros((24, 24, 4), np.uint8)
    pixels[..., 1] = 255  # green that nobody sees
    pixels[8:16, 8:16] = (200, 0, 0, 255)
    larger = upscale(pixels, method="bicubic")
    visible = larger[..., 3] > 0
    assert (larger[visible][:, :3] == (200, 0, 0)).all()
    assert larger[24, 24, 3] == 255
    assert larger[0, 0].tolist() == [0, 255, 0, 0]  # far from everything it stays


def test_windows_see_the_same_hidden_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = eight_bits(37, 61, 4)
    pixels[..., 3] *= np.random.default_rng(2).integers(0, 2, (37, 61), np.uint8)
    whole = upscale(pixels, method="bicubic")
    monkeypatch.setattr(module, "drawn", partial(drawn, tile=16))
    np.testing.assert_array_equal(upscale(pixels, method="bicubic"), whole)


def test_linear_alpha_stays_in_range() -> None:
    pixels = np.zeros((8, 8, 4), np.float32)
    pixels[2:6, 2:6] = 1
    alpha = upscale(pixels, method="bicubic", scale=4)[..., 3]
    assert (alpha.min(), alpha.max()) == (0, 1)


def test_the_sky_guides(tmp_path: Path) -> None:
    write_superres(tmp_path / "m.onnx")
    plain = open_method("dcscn", 2, tmp_path / "m.onnx", "cpu")
    guided = Method("segmentation-guided", plain.enlarger, Model.load(write_model(tmp_path / "sky.onnx"), "cpu"))
    pixels = np.full((64, 64, 3), 40, np.uint8)
    pixels[:32] = 230
    difference = upscale(pixels, method=guided).astype(int) - upscale(pixels, method=plain)
    assert (difference[16:40, 20:100] > 5).all()
    assert (difference[88:112, 20:100] < -5).all()


def test_what_is_asked_for_wrongly(tmp_path: Path) -> None:
    pixels = eight_bits(4, 4)
    with pytest.raises(ValueError, match="a scale of 5 is not possible; choose one of 2, 3, 4"):
        upscale(pixels, scale=5, method="bicubic")
    with pytest.raises(ValueError, match="unknown method 'magic'"):
        upscale(pixels, method="magic")
    with pytest.raises(ValueError, match="takes no model"):
        upscale(pixels, method="bicubic", model="dcscn-x2")
    with pytest.raises(ModelError, match="makes pictures 3 times larger, not 2; use --scale 3"):
        upscale(pixels, model=write_superres(tmp_path / "3.onnx", 3))
    with pytest.raises(ModelError, match="takes no guide; use --method dcscn"):
        upscale(pixels, method="segmentation-guided", model=write_superres(tmp_path / "2.onnx", guided=False))
    with pytest.raises(PictureError, match="of shape"):
        upscale(np.zeros((4, 4, 7), np.uint8), method="bicubic")
    with pytest.raises(PictureError, match="projection 'flat'"):
        upscale(pixels, method="bicubic", projection="flat")


def test_progress_is_told_and_may_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "drawn", partial(drawn, tile=8))
    told: list[tuple[int, int]] = []
    upscale(eight_bits(16, 24), method="bicubic", progress=lambda *now: told.append(now))
    assert told == [(i, 6) for i in range(1, 7)]

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upscale(eight_bits(16, 24), method="bicubic", progress=stop)
