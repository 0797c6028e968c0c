from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from skymatte.scenes.atmosphere import SUN_IRRADIANCE, Atmosphere
from skymatte.scenes.sampling import Block
from skymatte.scenes.sky import Sky, direction


def test_sunlight_from_the_zenith_is_dimmed_as_beer_and_lambert_say() -> None:
    """The vertical optical depth by hand: coefficient × scale height above the eye at 200 m; ozone is a 15 km tent."""
    air = np.array([5.802e-6, 13.558e-6, 33.1e-6]) * 8000 * np.exp(-200 / 8000)
    ozone = np.array([0.650e-6, 1.881e-6, 0.085e-6]) * 15000
    aerosol = 2.0 * 4.440e-6 * 1200 * np.exp(-200 / 1200)
    want = SUN_IRRADIANCE * np.exp(-(air + ozone + aerosol))
    got = Atmosphere(direction(0.0, np.pi / 2), 2.0).direct
    assert got == pytest.approx(want, rel=0.005)


def test_a_clear_sky_is_blue_above_and_paler_at_the_horizon() -> None:
    air = Atmosphere(direction(0.0, np.radians(50)), 1.5)
    up, low = air.radiance(np.array([[-0.2, 0, 0.98], [-1, 0, 0.02]], np.float32))
    assert up[2] > 1.8 * up[0]
    assert low[2] / low[0] < 0.7 * up[2] / up[0]
    assert low.sum() > up.sum()


def test_a_low_sun_is_red_and_its_side_of_the_sky_the_brighter() -> None:
    air = Atmosphere(direction(0.0, np.radians(2)), 1.5)
    assert air.direct[0] > 5 * air.direct[2]
    towards, away = air.radiance(np.array([[0.99, 0, 0.1], [-0.99, 0, 0.1]], np.float32))
    assert towards[0] > 2 * away[0]


def test_light_fades_after_sunset() -> None:
    zenith = np.array([[0, 0, 1]], np.float32)
    light = [Atmosphere(direction(0.0, np.radians(e)), 1.5).radiance(zenith).sum() for e in (20, 5, -2, -5, -8)]
    assert all(a > b for a, b in pairwise(light))
    assert np.all(Atmosphere(direction(0.0, np.radians(-5)), 1.5).direct < 1e-3)


@pytest.mark.parametrize("width", [256, 1024])
def test_the_disc_in_the_picture_gives_the_direct_irradiance(width: int) -> None:
    sky = Sky(Atmosphere(direction(2.0, np.radians(40)), 1.5))
    block = Block(width, width // 2, 0, width // 2)
    picture = np.zeros((width * width // 2, 3), np.float32)
    sky.add_lights(block, picture)
    pixel = (2 * np.pi / width) ** 2 * np.repeat(np.cos(block.elevation), width)
    got = (picture * pixel[:, None]).sum(0)
    # The disc spans 1 to 2 pixels here; 64 samples see its area within a few percent.
    assert got == pytest.approx(sky.direct, rel=0.15)


def test_ambient_is_the_irradiance_of_the_upper_half() -> None:
    sky = Sky(Atmosphere(direction(2.0, np.radians(40)), 1.5), veil=1.0)
    block = Block(256, 128, 0, 64)
    cosine = np.repeat(np.sin(block.elevation), 256)
    pixel = (2 * np.pi / 256) ** 2 * np.repeat(np.cos(block.elevation), 256)
    want = (sky.radiance(block.directions) * (cosine * pixel)[:, None]).sum(0)
    assert sky.ambient == pytest.approx(want, rel=0.01)
