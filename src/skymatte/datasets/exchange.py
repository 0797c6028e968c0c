"""Skies exchanged between pictures in linear light, through the label."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.sources import Source
from skymatte.datasets.views import View
from skymatte.picture.exposure import luminance
from skymatte.picture.projection import panorama_coordinates, perspective_directions, rotation, sample_panorama

Array = NDArray[np.float32]

_LOWEST = np.radians(9.0)
_ENOUGH_SKY = 0.42


def sky_sources(sources: list[Source]) -> list[Source]:
    """Panoramas whose sky reaches far enough down to stand behind any other picture."""
    return [
        s
        for s in sources
        if s.stratum == "puresky" or (s.pixels.shape[1] == 2 * s.pixels.shape[0] and s.sky.mean() > _ENOUGH_SKY)
    ]


def _sky_directions(directions: Array, lowest: float) -> Array:
    """Bend directions into the part of the donor that is sky: elevation [−90°, 90°] → [lowest, 90°]."""
    elevation = np.abs(np.arcsin(np.clip(directions[..., 1], -1, 1)))
    bent = lowest + elevation * (np.pi / 2 - lowest) / (np.pi / 2)
    level = np.hypot(directions[..., 0], directions[..., 2])
    stretch = np.cos(bent) / np.maximum(level, 1e-6)
    return np.stack((directions[..., 0] * stretch, np.sin(bent), directions[..., 2] * stretch), -1).astype(np.float32)


def exchange_sky(view: View, donor: Source, rng: np.random.Generator) -> None:
    """Put the donor's sky behind the ground of ``view``, in place.

    Brightness follows the old sky's median up to a few stops, so that silhouettes stay plausible; half-covered pixels
    mix in linear light.  The old sky's edge is cut back by a pixel, so that its colour does not linger as a halo.
    """
    if not (view.sky > 0.5).any():
        return
    height, width = view.sky.shape
    directions = view.directions
    if directions is None:
        pitch = np.radians(rng.uniform(0, 30))
        directions = perspective_directions(width, height, np.radians(rng.uniform(40, 90))) @ rotation(0, pitch, 0).T
    turned = directions @ rotation(rng.uniform(-np.pi, np.pi), 0, 0).T
    bent = _sky_directions(turned, 0.0 if donor.stratum == "puresky" else _LOWEST)
    sky = sample_panorama(donor.pixels, panorama_coordinates(bent, donor.pixels.shape[1], donor.pixels.shape[0]))
    old, new = (float(np.median(luminance(x[view.sky > 0.5]))) for x in (view.pixels, sky))
    if new <= 0:
        return
    sky *= np.float32(old / new * 2 ** rng.normal(0, 1.0))
    cover = view.sky[..., None]
    if rng.random() < 0.5:
        grown = cv2.dilate(view.sky, np.ones((3, 3), np.uint8))
        cover = np.asarray(cv2.GaussianBlur(grown, (3, 3), 0.6), np.float32)[..., None]
    view.pixels = view.pixels * (1 - cover) + sky * cover
