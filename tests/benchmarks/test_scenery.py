"""Scenes are rendered from seeds of their own, and their mattes stay exact in every view."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.scenery import FIRST_SEED, busiest, exact_case, make_scene, photographed, render_scene, shrunk
from skymatte.masks.labels import NON_SKY, SKY
from skymatte.picture.model import Projection


def test_a_scene_lies_on_the_ground_that_was_asked_for() -> None:
    assert make_scene("flat", "overcast", FIRST_SEED, "snow").ground.material == "snow"
    with pytest.raises(ValueError, match="no sea on paving"):
        make_scene("sea", "clear", FIRST_SEED, "paving")


def test_light_mixes_by_the_matte_in_the_photograph_and_in_the_smaller_panorama() -> None:
    """Sky of light 8 and ground of light 1: every mixture tells its own share of sky."""
    _, matte = render_scene(make_scene("plaza", "clear", FIRST_SEED), 128)
    pixels = np.repeat((1 + 7 * matte)[..., None], 3, 2)
    for light, truth in (shrunk(pixels, matte, 64), photographed(pixels, matte, (96, 64))):
        assert ((truth > 0) & (truth < 1)).any()
        np.testing.assert_allclose(light, np.repeat((1 + 7 * truth)[..., None], 3, 2), atol=1e-5)


def test_the_busiest_direction_is_the_one_with_mixed_pixels() -> None:
    matte = np.ones((20, 160), np.float32)
    matte[5:9, 80 + 38 : 80 + 42] = 0.5  # a quarter turn to the right of the middle
    assert busiest(matte, 8) == 2
    assert busiest(np.roll(matte, -40, axis=1), 8) == 0


def test_the_label_says_sky_from_one_half_on() -> None:
    truth = np.array([[0.4, 0.5, 1.0]], np.float32)
    case = exact_case("x", "g", np.ones((1, 3, 3), np.float32), truth, Projection.PERSPECTIVE)
    assert case.label.tolist() == [[NON_SKY, SKY, SKY]]
    assert case.picture.projection is Projection.PERSPECTIVE
