"""Hard cases are made with the coverage and the light that they claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import drawn
from benchmarks.cases import Case
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.picture.exposure import luminance
from skymatte.picture.read import from_array

HEIGHT, WIDTH, SKYLINE = 60, 90, 40


def case() -> Case:
    rng = np.random.default_rng(3)
    pixels = rng.uniform(0.1, 0.2, (HEIGHT, WIDTH, 3)).astype(np.float32)
    pixels[:SKYLINE] *= 50
    label = np.full((HEIGHT, WIDTH), SKY, np.uint8)
    label[SKYLINE:] = NON_SKY
    label[SKYLINE, :9] = IGNORE
    return Case("field", "", from_array(pixels, projection="perspective"), label)


@given(st.floats(0.2, 4), st.floats(15, 25), st.floats(-8, 8))
def test_coverage_of_a_stroke_is_its_area(width: float, height: float, slope: float) -> None:
    drawing = drawn.Drawing((HEIGHT, WIDTH))
    ends = np.array([[10.0, height], [70.0, height + slope]])
    drawing.stroke(ends, width)
    cover = drawing.cover()
    across = width * np.hypot(60, slope) / 60
    assert cover[:, 20:60].sum() == pytest.approx(40 * across, rel=0.02)
    assert cover.max() <= 1
    assert not cover[:, :6].any()


def test_strokes_outside_the_picture_leave_nothing() -> None:
    drawing = drawn.Drawing((10, 10))
    drawing.stroke(np.array([[-30.0, -5.0], [-9.0, -20.0], [40.0, -3.0]]), 1.0)
    assert not drawing.cover().any()


@pytest.mark.parametrize("draw", [drawn.draw_wires, drawn.draw_branches, drawn.draw_birds, drawn.draw_hanging])
def test_what_covers_half_of_a_pixel_is_no_sky_and_light_mixes_by_coverage(draw: drawn.Draw) -> None:
    before = case()
    cover = draw(before, np.random.default_rng(1))
    assert 0 < cover.mean() < 0.5
    assert 0 <= cover.min() <= cover.max() <= 1
    colour = np.array([1.0, 2.0, 3.0], np.float32)
    after = drawn.covered(before, cover, colour)
    assert (after.label[cover > 0.5] == NON_SKY).all()
    assert (after.label[cover == 0] == before.label[cover == 0]).all()
    expected = before.picture.pixels * (1 - cover[..., None]) + colour * cover[..., None]
    np.testing.assert_allclose(after.picture.pixels, expected, rtol=1e-6)


def test_the_same_seed_draws_the_same() -> None:
    one, two = (drawn.draw_branches(case(), np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_haze_lifts_the_ground_most_at_the_skyline_and_leaves_the_sky_alone() -> None:
    before, after = case(), drawn.hazy(case(), 0.8)
    np.testing.assert_array_equal(after.picture.pixels[:SKYLINE], before.picture.pixels[:SKYLINE])
    rows = luminance(after.picture.pixels).mean(axis=1)
    assert rows[SKYLINE] > 0.6 * rows[SKYLINE - 1]
    assert rows[SKYLINE] > rows[SKYLINE + 5] > rows[HEIGHT - 1]


def test_white_walls_have_the_light_of_the_sky_and_no_colour() -> None:
    after = drawn.whitened(case())
    ground = after.picture.pixels[after.label != SKY]
    sky = luminance(after.picture.pixels[after.label == SKY][None])
    assert np.median(ground[:, 0]) == pytest.approx(float(np.median(sky)), rel=1e-4)
    assert (ground == ground[:, :1]).all()


def test_an_underexposed_picture_has_few_levels_and_is_not_linear() -> None:
    bright, dark = (drawn.underexposed(case(), stops).picture for stops in (0, 5))
    assert not dark.linear
    assert len(np.unique(dark.pixels)) < len(np.unique(bright.pixels)) / 3


def test_stains_dim_or_veil_a_part_of_the_picture_and_change_no_label() -> None:
    before, after = case(), drawn.dirty(case(), np.random.default_rng(2))
    np.testing.assert_array_equal(after.label, before.label)
    changed = np.abs(after.picture.pixels / before.picture.pixels - 1).max(axis=2) > 0.02
    assert 0.005 < changed.mean() < 0.7
