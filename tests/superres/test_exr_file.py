"""OpenEXR files made larger, read back with the official bindings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import HALF_MAX
from skymatte.picture.exr_bands import corners
from skymatte.picture.exr_layout import Attribute, read_layout
from skymatte.picture.exr_stream import write_rows
from skymatte.picture.exr_write import write_channels
from skymatte.picture.model import Window
from skymatte.runtime.model import Model
from skymatte.superres.energy import block_means
from skymatte.superres.exr_file import upscale_exr
from skymatte.superres.method import Method, open_method
from tests.models import write_model
from tests.picture.exr_files import write_by_hand
from tests.superres.models import write_superres

HEIGHT, WIDTH = 10, 14
RANDOM = np.random.default_rng(3)
LIGHT = np.exp(RANDOM.normal(0, 2, (HEIGHT, WIDTH, 3))).astype(np.float32)
SHARE = RANDOM.random((HEIGHT, WIDTH)).astype(np.float16)
BICUBIC = open_method("bicubic", 2)


@pytest.fixture(scope="module")
def method(tmp_path_factory: pytest.TempPathFactory) -> Method:
    return open_method("dcscn", 2, write_superres(tmp_path_factory.mktemp("m") / "m.onnx"), "cpu")


def planes(names: str = "RGB", kind: type[np.generic] = np.float16, light: Any = LIGHT) -> dict[str, NDArray[Any]]:
    return {name: light[..., index].astype(kind) for index, name in enumerate(names)}


def channels(path: Path) -> dict[str, NDArray[Any]]:
    return {name: each.pixels for name, each in OpenEXR.File(str(path), separate_channels=True).channels().items()}


def colours(path: Path, names: tuple[str, ...] = ("R", "G", "B")) -> NDArray[np.float32]:
    found = channels(path)
    return np.dstack([found[name] for name in names]).astype(np.float32)


def test_every_channel_keeps_its_type_and_meaning(tmp_path: Path, method: Method) -> None:
    identities = RANDOM.integers(0, 2**32, (HEIGHT, WIDTH), np.uint32)
    depth = LIGHT[..., 0] * 100
    source = {
        **planes(),
        "A": SHARE,
        "sky.A": SHARE,
        "Z": depth,
        "id": identities,
        "crypto00.r": depth,
        **{f"diffuse.{name}": plane for name, plane in planes(kind=np.float32).items()},
    }
    write_channels(tmp_path / "x.exr", source)
    assert upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", method) == []
    found = channels(tmp_path / "y.exr")
    assert {name: (plane.dtype, plane.shape) for name, plane in found.items()} == {
        name: (plane.dtype, (2 * HEIGHT, 2 * WIDTH)) for name, plane in source.items()
    }
    for name, exact in (("Z", depth), ("id", identities), ("crypto00.r", depth)):
        np.testing.assert_array_equal(found[name], exact.repeat(2, 0).repeat(2, 1))
    larger = np.clip(bicubic(SHARE.astype(np.float32), 2 * HEIGHT, 2 * WIDTH), 0, 1).astype(np.float16)
    np.testing.assert_array_equal(found["sky.A"], larger)
    np.testing.assert_array_equal(found["A"], larger)
    half = LIGHT.astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(block_means(colours(tmp_path / "y.exr"), 2), half, rtol=2**-11)
    diffuse = colours(tmp_path / "y.exr", ("diffuse.R", "diffuse.G", "diffuse.B"))
    np.testing.assert_allclose(block_means(diffuse, 2), LIGHT, rtol=1e-6)


def test_attributes_are_carried_to_the_byte_and_windows_grow(tmp_path: Path) -> None:
    mine = Attribute(b"mine", b"strangeType", bytes(range(40)))
    write_rows(
        tmp_path / "x.exr",
        {name: plane.dtype for name, plane in planes().items()},
        lambda rows: {name: plane[rows] for name, plane in planes().items()},
        data_window=Window(-3, 5, WIDTH - 4, HEIGHT + 4),
        display_window=Window(0, 0, 19, 19),
        compression=OpenEXR.PIZ_COMPRESSION,
        attributes={"chromaticities": (0.7, 0.29, 0.17, 0.8, 0.13, 0.05, 0.31, 0.33), "pixelAspectRatio": 2.0},
        carried=(mine,),
    )
    upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", BICUBIC)
    (before,), (after,) = (read_layout(tmp_path / name).parts for name in ("x.exr", "y.exr"))
    assert after.data_window == Window(-6, 10, 2 * WIDTH - 7, 2 * HEIGHT + 9)
    assert after.display_window == Window(0, 0, 39, 39)
    changed = (b"dataWindow", b"displayWindow")
    assert {a for a in after.attributes if a.name not in changed} == {
        a for a in before.attributes if a.name not in changed
    }
    assert mine in after.attributes


def test_a_panorama_has_no_seam_and_a_photograph_ends(tmp_path: Path, method: Method) -> None:
    for name, attributes in (("pano", {"envmap": OpenEXR.ENVMAP_LATLONG}), ("photo", {})):
        for turn in (0, 5):
            write_channels(tmp_path / "x.exr", planes(light=np.roll(LIGHT, turn, 1)), attributes=attributes)
            upscale_exr(tmp_path / "x.exr", tmp_path / f"{name}{turn}.exr", method)
    turned = np.roll(colours(tmp_path / "pano0.exr"), 10, axis=1)
    np.testing.assert_allclose(turned, colours(tmp_path / "pano5.exr"), rtol=2**-9)
    photo = np.roll(colours(tmp_path / "photo0.exr"), 10, axis=1)
    assert np.abs(photo - colours(tmp_path / "photo5.exr")).max() > 0.01


@pytest.mark.parametrize(("shape", "wraps"), [((8, 16), True), ((8, 15), False)])
def test_a_bare_aspect_of_two_to_one_is_taken_for_a_panorama(
    tmp_path: Path, shape: tuple[int, int], wraps: bool
) -> None:
    light = np.exp(RANDOM.normal(0, 2, (*shape, 3)))
    write_channels(tmp_path / "x.exr", planes(light=light))
    for projection in ("auto", "equirectangular", "perspective"):
        upscale_exr(tmp_path / "x.exr", tmp_path / f"{projection}.exr", BICUBIC, projection=projection)
    auto, ring, flat = (colours(tmp_path / f"{each}.exr") for each in ("auto", "equirectangular", "perspective"))
    assert (auto == (ring if wraps else flat)).all()
    assert (ring != flat).any()


def test_nothing_is_clipped_beside_the_brightest_half(tmp_path: Path, method: Method) -> None:
    light = np.full((9, 9, 3), 0.001, np.float32)
    light[4, 4] = HALF_MAX
    light[4, 5] = HALF_MAX / 2
    write_channels(tmp_path / "x.exr", planes(light=light))
    assert upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", method) == []
    larger = colours(tmp_path / "y.exr")
    assert larger.max() <= HALF_MAX
    np.testing.assert_allclose(block_means(larger, 2), light.astype(np.float16).astype(np.float32), rtol=2**-11)


def test_what_was_repaired_is_told(tmp_path: Path) -> None:
    light = LIGHT.copy()
    light[0, 0, 0], light[1, 1, 1], light[2, 2, :] = np.nan, np.inf, -1
    write_channels(tmp_path / "x.exr", planes(light=light))
    notes = upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", BICUBIC)
    assert notes == ["repaired samples: 1 NaN, 1 infinite, 3 negative"]
    assert np.isfinite(colours(tmp_path / "y.exr")).all()


def test_grey_pictures(tmp_path: Path, method: Method) -> None:
    write_channels(tmp_path / "x.exr", planes("Y", np.float32))
    upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", method)
    np.testing.assert_allclose(block_means(colours(tmp_path / "y.exr", ("Y",)), 2), LIGHT[..., :1], rtol=1e-6)


def test_parts_of_one_size_are_joined_and_others_left_out(tmp_path: Path) -> None:
    def part(name: str, given: dict[str, NDArray[Any]]) -> OpenEXR.Part:
        header = {
            "type": OpenEXR.scanlineimage,
            "compression": OpenEXR.ZIP_COMPRESSION,
            "displayWindow": corners(Window(0, 0, WIDTH - 1, HEIGHT - 1)),
        }
        return OpenEXR.Part(header, given, name)

    small = {"Z": np.zeros((3, 3), np.float32)}
    right = {name: 2 * plane for name, plane in planes().items()}
    parts = [part("left", planes()), part("depth", {"Z": LIGHT[..., 0]}), part("right", right), part("small", small)]
    OpenEXR.File(parts).write(str(tmp_path / "x.exr"))
    notes = upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", BICUBIC)
    assert notes == [
        "parts were joined into one: left, depth, right",
        "parts of another size or kind are left out: small",
    ]
    assert set(channels(tmp_path / "y.exr")) == {"R", "G", "B", "Z", "right.R", "right.G", "right.B"}


def test_lossy_compressions_become_zip(tmp_path: Path) -> None:
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.DWAA_COMPRESSION}
    OpenEXR.File(header, planes()).write(str(tmp_path / "x.exr"))
    notes = upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", BICUBIC)
    assert notes == ["DWAA loses quality: stored as ZIP instead"]
    assert OpenEXR.File(str(tmp_path / "y.exr")).header()["compression"] == OpenEXR.ZIP_COMPRESSION


def test_subsampled_chroma_is_refused(tmp_path: Path) -> None:
    samples = np.ones((4, 4), np.float16)
    chroma = {"Y": (samples, 1, 1), "RY": (samples[::2, ::2], 2, 2), "BY": (samples[::2, ::2], 2, 2)}
    write_by_hand(tmp_path / "x.exr", chroma, (0, 0, 3, 3))
    with pytest.raises(PictureError, match="has subsampled channels, which cannot be written again"):
        upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", BICUBIC)
    assert not (tmp_path / "y.exr").exists()


def test_the_sky_of_the_file_guides(tmp_path: Path, method: Method) -> None:
    light = np.full((64, 64, 3), 0.02, np.float32)
    light[:32] = 2
    write_channels(tmp_path / "x.exr", planes(kind=np.float32, light=light))
    guided = replace(method, finder=Model.load(write_model(tmp_path / "sky.onnx"), "cpu"))
    upscale_exr(tmp_path / "x.exr", tmp_path / "y.exr", guided)
    np.testing.assert_allclose(block_means(colours(tmp_path / "y.exr"), 2), light, rtol=1e-6)
