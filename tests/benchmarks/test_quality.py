"""Steadiness is measured on pictures that were exposed or turned, and turned back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.quality import EXPOSURES, YAWS, stability, stability_table
from skymatte.picture.model import Picture
from skymatte.picture.read import from_array


def cases() -> list[Case]:
    pixels = np.random.default_rng(5).uniform(0.1, 9, (32, 64, 3)).astype(np.float32)
    label = np.zeros((32, 64), np.uint8)
    return [
        Case(kind, "open", from_array(pixels, projection=kind), label) for kind in ("equirectangular", "perspective")
    ]


def relative(picture: Picture) -> NDArray[np.bool_]:
    """Knows neither exposure nor yaw."""
    return picture.pixels[..., 0] > np.median(picture.pixels)


def absolute(picture: Picture) -> NDArray[np.bool_]:
    """Takes light for what it is, and the left half for ground."""
    return (picture.pixels[..., 0] > 2) & (np.arange(picture.width) >= picture.width // 2)


def test_a_steady_mask_agrees_with_itself_and_an_unsteady_one_does_not() -> None:
    steady, unsteady = (stability(cases(), mask) for mask in (relative, absolute))
    assert all(one.iou == 1 for found in steady.values() for one in found)
    assert all(one.iou < 0.9 for found in unsteady.values() for one in found)


def test_every_exposure_of_all_and_every_yaw_of_panoramas_by_solid_angle() -> None:
    agreement = stability(cases(), relative)
    assert len(agreement) == len(EXPOSURES) + len(YAWS)
    turned = [found for found in agreement.values() if found[0].turned]
    assert len(turned) == len(YAWS)
    assert all(len(found) == 1 and found[0].sphere == 1 for found in turned)
    lines = stability_table(agreement).splitlines()
    assert "| -8 EV | 2 | 1.0000 | 1.0000 | equirectangular | 1.0000 | 1.0000 |" in lines
    assert any(line.startswith("| turned by 180° | 1 | 1.0000 |") for line in lines)
