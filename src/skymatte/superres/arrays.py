"""Arrays made larger."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.model import Projection
from skymatte.picture.read import from_array
from skymatte.superres.drawing import Progress, drawn
from skymatte.superres.hints import NO_HINTS, Hints
from skymatte.superres.layers import Colours, Layer, Shares
from skymatte.superres.light import light_of
from skymatte.superres.method import Method, open_method

_ROWS: Final = 512


def upscale(
    pixels: NDArray[Any],
    *,
    scale: int = 2,
    method: str | Method = "dcscn",
    model: str | Path | None = None,
    projection: str = "perspective",
    runtime: str = "auto",
    progress: Progress | None = None,
) -> NDArray[Any]:
    """Make a picture two, three or four times larger.

    Args:
        pixels: H×W, H×W×1, H×W×3 or, with alpha, H×W×4.  uint8 and uint16 are worked on in their own encoding (alpha is
            straight); floating point is linear light of any range (colours are multiplied by alpha, as in OpenEXR),
            whose NaN, infinities and negatives are repaired.
        scale: 2, 3 or 4.
        method: ``dcscn``, ``bicubic``, ``segmentation-guided`` or ``joint`` (of which integers are taken for sRGB), or
            one that was opened, which has a scale of its own.
        model: a built-in name or an ONNX file; the built-in one of the scale without.
        projection: ``equirectangular`` wraps left–right.
        runtime: what executes the model.
        progress: told (windows done, windows in all); may raise to stop.

    Returns:
        An array of the same type and number of axes.  Of linear light the mean of each scale×scale block is its source
        pixel, to float32's rounding (float16: to 2⁻¹¹ of it), and nothing is clipped.

    Raises:
        PictureError: an array of another shape or type, or too large for the method.
        ModelError: the model cannot be used, or is of another scale.
        RuntimeUnavailable: the runtime is not on this machine.
        ValueError: there is no such method, scale or projection.
    """
    opened = method if isinstance(method, Method) else open_method(method, scale, model, runtime)
    return _upscaled(pixels, opened, projection, progress)[0]


def upscale_with_sky(
    pixels: NDArray[Any],
    *,
    scale: int = 4,
    model: str | Path | None = None,
    projection: str = "perspective",
    runtime: str = "auto",
    progress: Progress | None = None,
) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """:func:`upscale` by the method ``joint``, and what it finds of the sky.

    Returns:
        The larger picture, and of each of its pixels the probability of sky: (scale·H)×(scale·W) in [0, 1].

    Raises:
        PictureError, ModelError, RuntimeUnavailable, ValueError: as of :func:`upscale`.
    """
    larger, hints = _upscaled(pixels, open_method("joint", scale, model, runtime), projection, progress)
    assert hints.sky is not None  # noqa: S101 - a joint method finds it
    return larger, hints.sky


def _upscaled(
    pixels: NDArray[Any], method: Method, projection: str, progress: Progress | None
) -> tuple[NDArray[Any], Hints]:
    picture = from_array(pixels, projection=projection)  # refuses what is no picture
    ring = picture.projection is Projection.EQUIRECTANGULAR
    cube = pixels[..., None] if pixels.ndim == 2 else pixels
    hints = method.hints(picture)
    answer = enlarged(cube, method, hints, ring=ring, progress=progress)
    return answer[..., 0] if pixels.ndim == 2 else answer, hints


def enlarged(
    cube: NDArray[Any],
    method: Method,
    hints: Hints = NO_HINTS,
    *,
    ring: bool = False,
    progress: Progress | None = None,
) -> NDArray[Any]:
    """:func:`upscale` of an H×W×C array of which is known what the method must know."""
    size = (cube.shape[0], cube.shape[1])
    bands = drawn(_layers(cube, method, hints), size, method.scale, ring=ring, progress=progress)
    height, width = (method.scale * side for side in size)
    answer = np.empty((height, width, cube.shape[2]), np.float32 if cube.dtype == np.float64 else cube.dtype)
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        parts = bands.rows(rows)
        colours = parts["colour"].shape[2]
        answer[rows, :, :colours] = parts["colour"]
        if "alpha" in parts:
            answer[rows, :, colours] = parts["alpha"]
    return answer


def _layers(cube: NDArray[Any], method: Method, hints: Hints) -> dict[str, Layer]:
    count = 3 if cube.shape[2] >= 3 else 1
    colours, alpha = cube[..., :count], cube[..., count] if cube.shape[2] > count else None
    layers: dict[str, Layer]
    if cube.dtype.kind == "u":
        layers = {"colour": Colours(colours, hints.display(colours.dtype), method.enlarger, hints, alpha)}
    else:
        light, coding, _ = light_of(colours, method.scale)
        layers = {"colour": Colours(light, coding, method.enlarger, hints)}
    if alpha is not None:
        layers["alpha"] = Shares(alpha, method.scale)
    return layers
