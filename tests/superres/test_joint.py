"""One network that sees a picture whole, adds its detail, and finds its sky."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.errors import ModelError, OutputError, PictureError, StreamError
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import decode, encode, linear_from_srgb, srgb_from_linear
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.exr_write import write_channels
from skymatte.picture.luma import LOG_SHIFT, SPAN
from skymatte.picture.oiio import PNG, read_gray, write_rows
from skymatte.picture.oiio import decode as stored_samples
from skymatte.superres import arrays as module
from skymatte.superres import joint, upscale_with_sky
from skymatte.superres.arrays import upscale
from skymatte.superres.coding import DisplayLight
from skymatte.superres.drawing import drawn
from skymatte.superres.energy import block_means
from skymatte.superres.exr_file import upscale_exr
from skymatte.superres.joint import mask_of
from skymatte.superres.method import Method, open_method
from skymatte.superres.stored_file import upscale_stored
from skymatte.superres.video import upscale_video
from tests.superres.models import write_joint, write_superres
from tests.video.clips import write_clip

BYTES = np.random.default_rng(2).integers(20, 230, (14, 22, 3), np.uint8)
LIGHT = np.exp(np.random.default_rng(3).normal(0, 2, (14, 22, 3))).astype(np.float32)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_joint(tmp_path_factory.mktemp("m") / "both.onnx")


@pytest.fixture(scope="module")
def method(model: Path) -> Method:
    return open_method("joint", 4, model, "cpu")


def encoded(light: NDArray[np.float32]) -> NDArray[np.float32]:
    return encode("log", light * np.float32(exposure_scale(light))) + np.float32(LOG_SHIFT)


def large(pixels: NDArray[Any]) -> NDArray[Any]:
    return pixels.repeat(4, axis=0).repeat(4, axis=1)


def test_detail_is_added_to_light(model: Path) -> None:
    """To sRGB too, whose curve is another one than the network's."""
    light = linear_from_srgb(BYTES.astype(np.float32) / np.float32(255))
    small = encoded(light)
    residual = (large(small)[..., 0] - large(small)[..., 2]) / 10 / SPAN
    larger = bicubic(small, 56, 88) + residual[..., None].astype(np.float32)
    expected = srgb_from_linear(decode("log", larger - np.float32(LOG_SHIFT)) / np.float32(exposure_scale(light)))
    found, sky = upscale_with_sky(BYTES, model=model, runtime="cpu")
    assert found.dtype == np.uint8
    assert np.abs(found - np.clip(255 * expected, 0, 255)).max() < 0.51
    np.testing.assert_allclose(sky, np.clip(large(small)[..., 1], 0, 1), atol=1e-5)


def test_light_is_kept(model: Path) -> None:
    larger, sky = upscale_with_sky(LIGHT, model=model, runtime="cpu")
    np.testing.assert_allclose(block_means(larger, 4), LIGHT, rtol=3e-6)
    np.testing.assert_allclose(sky, np.clip(large(encoded(LIGHT))[..., 1], 0, 1), atol=1e-5)


@pytest.mark.parametrize("pixels", [BYTES, BYTES[..., :1], BYTES[..., [0, 1, 2, 0]], LIGHT, BYTES.astype(np.uint16)])
@pytest.mark.parametrize("projection", ["perspective", "equirectangular"])
def test_windows_leave_no_seam(
    method: Method, pixels: NDArray[Any], projection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = upscale(pixels, method=method, projection=projection)
    monkeypatch.setattr(module, "drawn", partial(drawn, tile=4))
    tiled = upscale(pixels, method=method, projection=projection)
    assert whole.shape == (56, 88, pixels.shape[2])
    np.testing.assert_allclose(tiled, whole, rtol=2e-5, atol=0 if pixels is LIGHT else 1)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("exposure", [0.3, 20.0])
def test_integers_survive_their_way_through_light(
    kind: type[np.uint8 | np.uint16], linear: bool, exposure: float
) -> None:
    coding = DisplayLight(np.dtype(kind), exposure, linear=linear)
    samples = np.arange(np.iinfo(kind).max + 1, dtype=kind)[None, :, None]
    assert np.abs(coding.decode(coding.encode(samples), samples).astype(int) - samples).max() <= (kind is np.uint16)


def test_the_mask_is_upright_and_detail_lies_as_the_file_is_stored(tmp_path: Path, method: Method) -> None:
    for name, turn in (("upright", 1), ("lying", 6)):
        pixels = np.ascontiguousarray(np.rot90(BYTES)) if turn == 6 else BYTES  # 6: to be turned clockwise
        path = tmp_path / f"{name}.png"
        write_rows(path, pixels.shape, np.uint8, {**PNG, "Orientation": turn}, pixels.__getitem__)
        assert upscale_stored(path, tmp_path / f"{name}.x4.png", method) == []
    upright, lying = (stored_samples(tmp_path / f"{name}.x4.png")[0] for name in ("upright", "lying"))
    assert np.abs(np.rot90(upright).astype(int) - lying).max() <= 1
    expected = large(encoded(linear_from_srgb(BYTES.astype(np.float32) / np.float32(255))))[..., 1] >= 0.5
    assert 0.1 < expected.mean() < 0.9
    for name in ("upright", "lying"):
        np.testing.assert_array_equal(read_gray(tmp_path / f"{name}.x4.mask.png"), 255 * expected)


def test_a_result_that_cannot_be_written_leaves_no_mask(tmp_path: Path, method: Method) -> None:
    write_channels(tmp_path / "x.exr", {name: LIGHT[..., index] for index, name in enumerate("RGB")})
    (tmp_path / "y.exr").mkdir()
    with pytest.raises(OutputError, match="a folder of that name is in the way"):
        upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", method)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.exr", "y.exr"]
    assert mask_of(tmp_path / "a.b.x4.exr").name == "a.b.x4.mask.png"


def test_what_cannot_be_seen_whole_is_refused(tmp_path: Path, method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StreamError, match="joint takes pictures only; use --method segmentation-guided"):
        upscale_video(write_clip(tmp_path / "v.mp4", 1), tmp_path / "w.mp4", method)
    monkeypatch.setattr(joint, "MOST_PIXELS", 14 * 22)
    assert upscale(BYTES, method=method).shape == (56, 88, 3)
    with pytest.raises(PictureError, match=r"array: 23×14 pixels are more than 640×480.*segmentation-guided"):
        upscale(np.pad(BYTES, ((0, 0), (0, 1), (0, 0))), method=method)


def test_models_of_another_kind_or_scale(tmp_path: Path, model: Path) -> None:
    with pytest.raises(ModelError, match="makes pictures 4 times larger, not 2; use --scale 4"):
        upscale(BYTES, method="joint", model=model)
    with pytest.raises(ModelError, match="is a model for 'superres', not for 'joint-sky'; use --method dcscn"):
        upscale(BYTES, method="joint", scale=4, model=write_superres(tmp_path / "sharp.onnx", 4))
    with pytest.raises(ModelError, match="is a model for 'joint-sky', not for 'superres'; use --method joint"):
        upscale(BYTES, scale=4, model=model)
