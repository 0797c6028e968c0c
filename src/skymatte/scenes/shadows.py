"""Sun shadows on the plain, as a map seen from above (they touch colours only, never the matte)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.ground import SHADOW_REACH
from skymatte.scenes.sampling import Floats
from skymatte.scenes.solids import Solid

SIZE = 1536
_SHIFT = 4  # fractional bits of cv2's fixed-point coordinates
Vectors = NDArray[np.float64]


def _to_map(points: Vectors, sun: NDArray[np.floating], eye: float) -> Vectors:
    """Map coordinates where the shadow of N×3 points falls."""
    fall = (points[:, 2] + eye) / max(float(sun[2]), 0.05)
    on_plain = points[:, :2] - np.asarray(sun[:2], np.float64) * fall[:, None]
    return np.asarray((on_plain / SHADOW_REACH + 1) * (SIZE / 2) - 0.5)


def _fixed(points: Vectors) -> NDArray[np.int32]:
    return np.clip(np.rint(points * (1 << _SHIFT)), -(2**24), 2**24).astype(np.int32)


def shadow_map(
    sun: NDArray[np.floating],
    eye: float,
    solids: list[Solid],
    segments: Vectors,
    widths: Vectors,
    blobs: Vectors,
    sizes: Vectors,
) -> Floats:
    """SIZE×SIZE float32, 1 = in shadow.

    Args:
        sun: unit vector to the sun.
        eye: height of the camera above the plain (metres).
        solids: what casts hard shadows.
        segments: N×2×3 ends of round segments with ``widths`` (N, metres).
        blobs: M×3 middles of clumps of leaves with radii ``sizes`` (M, metres), which let a third of the light through.
    """
    dark = np.zeros((SIZE, SIZE), np.uint8)
    if sun[2] < 0.03:
        return dark.astype(np.float32)
    texel = 2 * SHADOW_REACH / SIZE
    for p, r in zip(_to_map(blobs, sun, eye), sizes, strict=True):
        if -50 < p[0] < SIZE + 50 and -50 < p[1] < SIZE + 50:
            centre = _fixed(p[None])[0]
            cv2.circle(
                dark,
                (int(centre[0]), int(centre[1])),
                max(int(r / texel * (1 << _SHIFT)), 8),
                170,
                -1,
                cv2.LINE_AA,
                _SHIFT,
            )
    ends = _fixed(_to_map(segments.reshape(-1, 3), sun, eye)).reshape(-1, 2, 2)
    for (a, b), width in zip(ends.tolist(), widths, strict=True):
        cv2.line(dark, a, b, 255, max(round(width / texel), 1), cv2.LINE_AA, _SHIFT)
    for solid in solids:
        hull = cv2.convexHull(_to_map(solid.vertices, sun, eye).astype(np.float32))[:, 0]
        cv2.fillConvexPoly(dark, _fixed(hull.astype(np.float64)), 255, cv2.LINE_AA, _SHIFT)
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 0.8).astype(np.float32) / 255)
