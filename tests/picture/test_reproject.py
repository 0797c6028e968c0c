"""Projected pictures against the directions they look in, there and back, and at wrap, poles and rims."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.errors import InputError
from skymatte.picture import reproject as module
from skymatte.picture.camera import Camera, Mapping
from skymatte.picture.projection import solid_angle_rows
from skymatte.picture.reproject import reproject, reproject_bands, reproject_label
from tests.picture.cameras import CAMERAS, PANORAMAS, dome, panorama, pinhole

Array = NDArray[np.float32]

few = settings(max_examples=20)
"""Whole pictures are made here: enough to find what is wrong, few enough to wait for."""


def of_directions(camera: Camera) -> Array:
    """What the camera sees where the light of a direction is (x, y, z) itself: no seam, no pole, negative light too."""
    directions, looks = camera.directions()
    return np.asarray(np.where(looks[..., None], directions, 0), np.float32)


def noise(camera: Camera, channels: int = 3, seed: int = 0) -> Array:
    return np.random.default_rng(seed).random((camera.height, camera.width, channels), np.float32)


def wholly_inside(camera: Camera) -> NDArray[np.bool_]:
    """Pixels that lie inside a fisheye's circle with all of their area."""
    fine = camera.directions(finer=8)[1]
    return np.asarray(fine.reshape(camera.height, 8, camera.width, 8).all((1, 3)))


@few
@given(CAMERAS, PANORAMAS)
def test_a_camera_sees_what_stands_there(target: Camera, source: Camera) -> None:
    source = replace(source, width=256, height=128)
    pixels, seen = reproject(of_directions(source), source, target)
    assert not pixels[~seen].any()
    inside = wholly_inside(target)
    assert seen[inside].all()
    fine = target.directions(finer=8)[0].reshape(target.height, 8, target.width, 8, 3).mean((1, 3))
    np.testing.assert_allclose(pixels[inside], fine[inside], atol=2e-3)


@few
@given(CAMERAS)
def test_the_same_camera_gives_the_same_picture(camera: Camera) -> None:
    light = noise(camera) * 60000
    pixels, seen = reproject(light, camera, camera)
    u, v, _ = camera.coordinates(camera.directions()[0])
    kept = seen & (np.abs(np.stack(camera.held(u, v)) - np.stack((u, v))).max(0) < 1e-2)
    assert kept.any()
    np.testing.assert_allclose(pixels[kept], light[kept], atol=60000 * 4e-3)


@pytest.mark.parametrize("mapping", Mapping)
def test_dome_to_panorama_and_back(mapping: Mapping) -> None:
    """The thesis' case, small: a fisheye looking up, enlarged to a panorama, and back."""
    camera, whole = dome(128, 180, mapping), panorama(512)
    light = of_directions(camera)
    wide, seen = reproject(light, camera, whole)
    np.testing.assert_allclose(seen.mean(1), [1.0] * 256 + [0.0] * 256, atol=2e-3)
    np.testing.assert_allclose(wide[:245], whole.directions()[0][:245], atol=2e-3)
    back, again = reproject(wide, whole, camera)
    assert again.mean() == pytest.approx(math.pi / 4, abs=2e-3)
    rows, columns = np.mgrid[:128, :128] - 63.5
    deep = np.hypot(rows, columns) < 61
    np.testing.assert_allclose(back[deep], light[deep], atol=3e-3)


def test_panorama_to_photograph_and_back() -> None:
    whole, camera = panorama(128), pinhole(300, 200, 80, yaw=0.7, pitch=0.3, roll=0.1)
    light = of_directions(whole)
    view, all_seen = reproject(light, whole, camera)
    assert all_seen.all()
    back, seen = reproject(view, camera, whole)
    assert 0.05 < seen.mean() < 0.2
    np.testing.assert_allclose(back[seen], light[seen], atol=0.02)


@few
@given(CAMERAS, CAMERAS, st.floats(1e-3, 1e6))
def test_light_is_never_invented(source: Camera, target: Camera, scale: float) -> None:
    """No ringing, no clipping: what comes out lies between the darkest and the brightest that went in."""
    light = (noise(source) - np.float32(0.3)) * np.float32(scale)
    pixels, seen = reproject(light, source, target)
    assert not pixels[~seen].any()
    if seen.any():
        assert pixels[seen].min() >= light.min() - 1e-5 * scale
        assert pixels[seen].max() <= light.max() + 1e-5 * scale


@few
@given(st.integers(0, 63), st.floats(-1.2, 1.2))
def test_light_goes_around_the_wrap_and_over_the_pole(step: int, pitch: float) -> None:
    """Turning the panorama by whole columns is turning the camera: the seam lies nowhere."""
    whole = panorama(32)
    light = noise(whole)
    yaw = step * 2 * math.pi / 64
    rolled, _ = reproject(np.roll(light, -step, axis=1), whole, pinhole(24, 20, 70, pitch=pitch))
    turned, _ = reproject(light, whole, pinhole(24, 20, 70, yaw=yaw, pitch=pitch))
    np.testing.assert_allclose(rolled, turned, atol=5e-3)


@pytest.mark.parametrize("up", [True, False])
def test_poles_are_exact(up: bool) -> None:
    """Where all meridians meet, a smooth picture stays smooth: z and x pass through nought, in a straight line."""
    whole = panorama(32)
    camera = pinhole(41, 41, 4, pitch=math.pi / 2 if up else -math.pi / 2, roll=0.4, yaw=1.1)
    pixels, _ = reproject(of_directions(whole), whole, camera)
    np.testing.assert_allclose(pixels, camera.directions()[0], atol=6e-3)  # holding the last row would be off by 0.05


@pytest.mark.parametrize("mapping", Mapping)
def test_what_surrounds_a_fisheye_does_not_leak_in(mapping: Mapping) -> None:
    camera = dome(64, 180, mapping)
    light = np.where(camera.directions()[1], np.float32(1), np.float32(-1e6))
    label = np.where(camera.directions()[1], np.uint8(255), np.uint8(7))
    for target in (panorama(128), panorama(16), dome(64, 150)):
        pixels, seen = reproject(light, camera, target)
        np.testing.assert_allclose(pixels[seen], 1, atol=1e-6)
        assert 7 not in reproject_label(label, camera, target)


@pytest.mark.parametrize(
    "target",
    [panorama(16), dome(16), dome(16, 200, Mapping.STEREOGRAPHIC), pinhole(12, 8, 100, pitch=1.0)],
    ids=["panorama", "equidistant", "stereographic", "perspective"],
)
def test_shrinking_averages(target: Camera) -> None:
    """A chequerboard finer than the target's pixels becomes grey, not a pattern."""
    whole = panorama(256)
    board = (np.indices((256, 512)).sum(0) % 2).astype(np.float32)
    pixels, seen = reproject(board, whole, target)
    np.testing.assert_allclose(pixels[seen], 0.5, atol=0.08)
    assert np.abs(pixels[seen] - 0.5).mean() < 0.02


def test_shrinking_a_panorama_is_the_mean_of_blocks() -> None:
    whole = panorama(64)
    light = noise(whole)
    pixels, _ = reproject(light, whole, panorama(16))
    np.testing.assert_allclose(pixels, light.reshape(16, 4, 32, 4, 3).mean((1, 3)), atol=1e-4)


def test_a_small_sun_keeps_its_light() -> None:
    """Light times solid angle stays the same when a panorama with one blinding pixel is turned and shrunk."""
    whole, small = panorama(256), panorama(32, yaw=0.5, pitch=0.4, roll=0.2)
    light = np.zeros((256, 512), np.float32)
    light[100, 300] = 60000
    pixels, _ = reproject(light, whole, small)
    before = float((light.sum(1) * solid_angle_rows(256, 512)).sum())
    after = float((pixels.sum(1) * solid_angle_rows(32, 64)).sum())
    assert after == pytest.approx(before, rel=0.05)


@few
@given(CAMERAS, CAMERAS, st.integers(50, 2000))
def test_bands_and_tiles_do_not_show(source: Camera, target: Camera, looks: int) -> None:
    light = noise(source)
    expected, seen = reproject(light, source, target)
    label = (light[..., 0] > 0.5).astype(np.uint8)
    expected_label = reproject_label(label, source, target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LOOKS", looks)
        patch.setattr(module, "_COLUMNS", 5 + looks % 17)
        bands = list(reproject_bands(light, source, target))
        np.testing.assert_array_equal(reproject_label(label, source, target), expected_label)
    assert [band.rows.start for band in bands] == [0, *(band.rows.stop for band in bands[:-1])]
    np.testing.assert_allclose(np.concatenate([band.pixels for band in bands]), expected, atol=1e-4)
    np.testing.assert_array_equal(np.concatenate([band.seen for band in bands]), seen)


@few
@given(CAMERAS, CAMERAS)
def test_labels_say_what_the_sphere_says(source: Camera, target: Camera) -> None:
    """Of sky above a tilted great circle, every target pixel clear of the edge must know on which side it looks."""
    axis = np.array([0.3, 0.9, -0.2], np.float32) / np.linalg.norm([0.3, 0.9, -0.2])
    label = np.where(source.directions()[0] @ axis > 0, np.uint8(255), np.uint8(0))
    out = reproject_label(label, source, target)
    directions, looks = target.directions()
    assert out.dtype == np.uint8
    assert not out[~looks].any()
    seen = looks & source.coordinates(directions)[2]
    np.testing.assert_array_equal(out[looks & ~seen], 128)
    height = directions @ axis
    clear = seen & (np.abs(height) > 2.5 * source.pixel_angle(source.directions()[0]).max())
    np.testing.assert_array_equal(out[clear], np.where(height > 0, 255, 0)[clear])


def test_a_label_keeps_its_values_and_its_picture() -> None:
    """Nearest: enlarged eight times, the middle of every pixel's square still is that pixel."""
    whole = panorama(16)
    label = np.random.default_rng(3).choice(np.array([0, 128, 255], np.uint8), (16, 32))
    np.testing.assert_array_equal(reproject_label(label, whole, panorama(128))[4::8, 4::8], label)


def test_single_channels_keep_their_shape() -> None:
    whole = panorama(16)
    light = noise(whole, 1)
    flat, _ = reproject(light[..., 0], whole, dome(8))
    cube, _ = reproject(light, whole, dome(8))
    assert flat.shape == (8, 8)
    assert cube.shape == (8, 8, 1)
    np.testing.assert_array_equal(cube[..., 0], flat)


def test_a_camera_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="a camera of 32×16 pixels for a picture of 31×16"):
        reproject(np.zeros((16, 31, 3), np.float32), panorama(16), dome(8))


def test_a_picture_that_opencv_cannot_take_is_refused() -> None:
    camera = pinhole(40000, 1)
    with pytest.raises(InputError, match="shrink to a side of 32766"):
        reproject(np.zeros((1, 40000), np.float32), camera, dome(8))


def test_targets_wider_than_opencv_can_take_are_made_in_pieces() -> None:
    whole = panorama(8)
    wide = Camera(projection=whole.projection, width=40000, height=2)
    label = np.full((8, 16), 255, np.uint8)
    assert reproject(of_directions(whole), whole, wide)[1].all()
    assert (reproject_label(label, whole, wide) == 255).all()
