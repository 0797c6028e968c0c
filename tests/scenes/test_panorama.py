from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from skymatte.scenes import panorama, weather
from skymatte.scenes.panorama import render, render_half, render_layers, render_rows
from skymatte.scenes.sampling import Floats
from skymatte.scenes.scene import PLACES, Scene, compose

W, H = 128, 64


@pytest.fixture(scope="module", params=sorted(PLACES))
def scene(request: pytest.FixtureRequest) -> Scene:
    rng = np.random.default_rng(list(PLACES).index(request.param))
    return compose(rng, request.param, weather.draw(rng))


@pytest.fixture(scope="module")
def whole(scene: Scene) -> tuple[Floats, Floats]:
    """Pixels and matte of the scene at W×H."""
    return render_rows(scene, W, H, 0, H)


@pytest.fixture(scope="module")
def double(scene: Scene) -> tuple[Floats, Floats]:
    """Pixels and matte of the scene at 2W×2H."""
    return render_rows(scene, 2 * W, 2 * H, 0, 2 * H)


def test_a_seed_gives_one_scene() -> None:
    pixels, matte = render(W, H, 7)
    again, matte_again = render(W, H, 7)
    assert np.array_equal(pixels, again)
    assert np.array_equal(matte, matte_again)
    other, _ = render(W, H, 8)
    assert not np.array_equal(pixels, other)


def test_pixels_are_light_and_mattes_fractions(whole: tuple[Floats, Floats]) -> None:
    pixels, matte = whole
    assert pixels.dtype == matte.dtype == np.float32
    assert np.isfinite(pixels).all()
    assert pixels.min() >= 0
    assert pixels.max() > 0
    assert np.array_equal(matte * 64, np.rint(matte * 64))
    assert matte.min() >= 0
    assert matte.max() <= 1
    assert matte[-H // 8 :].max() == 0, "there is no sky at the feet"


def test_the_picture_is_sky_and_ground_mixed_by_the_matte(scene: Scene, whole: tuple[Floats, Floats]) -> None:
    sky, ground, matte = render_layers(scene, W, H, 0, H)
    pixels, same = whole
    assert np.array_equal(matte, same)
    mixed = matte[..., None].astype(np.float64) * sky + (1 - matte[..., None].astype(np.float64)) * ground
    assert np.allclose(pixels, mixed, rtol=1e-5, atol=1e-7)
    assert not ground[matte == 1].any(), "nothing but sky where the matte is 1"


def test_half_size_is_the_mean_of_full_size(whole: tuple[Floats, Floats], double: tuple[Floats, Floats]) -> None:
    _, small = whole
    _, large = double
    mean = large.reshape(H, 2, W, 2).mean((1, 3))
    assert np.abs(mean - small).mean() < 0.01
    assert np.abs(mean - small).max() < 0.16
    assert abs(mean.mean() - small.mean()) < 5e-4


def test_any_blocks_of_rows_give_the_same_picture(scene: Scene, whole: tuple[Floats, Floats]) -> None:
    pixels, matte = whole
    for row0, row1 in ((0, 1), (21, 40), (H - 1, H)):
        part, part_matte = render_rows(scene, W, H, row0, row1)
        assert np.array_equal(part_matte, matte[row0:row1])
        assert np.allclose(part, pixels[row0:row1], rtol=1e-4, atol=1e-6)


def test_there_is_no_seam_at_the_wrap(double: tuple[Floats, Floats]) -> None:
    """The step from the last to the first column is like the steps between other neighbours."""
    pixels, _ = double
    light = np.log(pixels.mean(-1) + 1e-4)
    steps = np.abs(np.diff(light, axis=1, append=light[:, :1])).mean(0)
    assert steps[-1] < np.quantile(steps, 0.98) * 1.5 + 1e-3


def test_the_default_scene_is_a_sunny_day() -> None:
    pixels, matte = render(512, 256, 0)
    assert pixels.max() > 1e4, "the sun"
    sky = pixels[matte == 1].mean(-1)
    assert 0.1 < np.median(sky) < 3
    assert 0.3 < matte.mean() < 0.45


def test_seeds_differ_in_kind() -> None:
    scenes = [Scene.from_seed(seed) for seed in range(1, 20)]
    assert len({s.place for s in scenes}) >= 8
    assert len({s.weather for s in scenes}) >= 6


def test_blocks_cover_every_row_once_however_wide() -> None:
    for width, height in ((64, 32), (2048, 1024), (16384, 8192)):
        rows = list(panorama.blocks(width, height))
        assert rows[0][0] == 0
        assert rows[-1][1] == height
        assert all(a[1] == b[0] for a, b in pairwise(rows))
        assert all((b - a) * width <= max(1_000_000, width) for a, b in rows)


def test_half_floats_are_clamped_to_the_largest_half() -> None:
    rows: list[int] = []
    light, matte = render_half(1024, 512, 0, rows.append)
    pixels, exact = render(1024, 512, 0)
    assert light.max() == np.float16(65504)
    assert np.isfinite(light).all()
    assert np.array_equal(light, np.moveaxis(np.minimum(pixels, 65504).astype(np.float16), 2, 0))
    assert np.array_equal(matte.astype(np.float32), exact), "64ths are exact in a half"
    assert sum(rows) == 512
