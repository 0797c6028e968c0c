"""A scene becomes a picture and its matte."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import skyline, solids, strokes
from skymatte.scenes.canvas import Canvas
from skymatte.scenes.sampling import Block, Floats
from skymatte.scenes.scene import Scene
from skymatte.scenes.solids import Solid

_PIXELS = 1_000_000  # pixels painted at once, to bound memory
_HALF_MAX = 65504.0


def _paint_solid(canvas: Canvas, solid: Solid, scene: Scene) -> None:
    index, bits = solids.cover(solid, canvas)
    if not len(index):
        return
    block = canvas.block
    d = block.directions[index]
    face, distance = solid.hits(d)
    normal = solid.normals[face].astype(np.float32)
    point = d * distance[:, None]
    pixel = np.pi / block.height
    colour = np.empty((len(index), 3), np.float32)
    roof = solid.roof
    upward = solid.normals[face, 2] > 0.2 if roof is not None else np.zeros(len(index), bool)
    for which, material in ((~upward, solid.facade), (upward, roof)):
        if material is not None and which.any():
            colour[which] = material.shade(scene.light, scene.texture, normal[which], point[which], d[which], pixel)
    canvas.paint(index, bits, colour)


def _paint_ground(canvas: Canvas, scene: Scene) -> None:
    block = canvas.block
    pixel = np.pi / block.height
    if block.elevation[-1] < 0.01:
        index, bits = skyline.cover(scene.plain, canvas)
        canvas.paint(index, bits, scene.ground.shade(scene.light, block.directions[index], pixel))
    for ridge in scene.ridges:
        if ridge.skyline.height.max() > block.elevation[-1] - np.pi / block.height:
            index, bits = skyline.cover(ridge.skyline, canvas)
            canvas.paint(index, bits, ridge.shade(scene.light, block.directions[index]))


def _paint(canvas: Canvas, scene: Scene) -> None:
    """Everything that is not sky, front to back."""
    start = 0
    for solid in scene.solids:
        stop = int(np.searchsorted(scene.strokes.distance, solid.distance))
        if stop > start:
            strokes.paint(canvas, scene.strokes.take(slice(start, stop)))
            start = stop
        _paint_solid(canvas, solid, scene)
    strokes.paint(canvas, scene.strokes.take(slice(start, None)))
    _paint_ground(canvas, scene)


def render_layers(scene: Scene, width: int, height: int, row0: int, row1: int) -> tuple[Floats, Floats, Floats]:
    """Sky and ground of rows ``row0 … row1−1`` apart (rows×W×3 each), and the matte (rows×W)."""
    block = Block(width, height, row0, row1)
    canvas = Canvas(block)
    _paint(canvas, scene)
    matte = canvas.matte()
    sky = np.zeros((len(matte), 3), np.float32)
    seen = np.flatnonzero(matte > 0)
    sky[seen] = scene.sky.radiance(block.directions[seen])
    scene.sky.add_lights(block, sky)
    shape = (block.rows, width)
    return sky.reshape(*shape, 3), canvas.ground().reshape(*shape, 3), matte.reshape(shape)


def render_rows(scene: Scene, width: int, height: int, row0: int, row1: int) -> tuple[Floats, Floats]:
    """Rows ``row0 <= y < row1`` of the equirectangular picture.

    Returns:
        pixels rows×W×3 float32, linear light, finite and ≥ 0: ``matte·sky + (1 − matte)·ground``;
        matte rows×W float32 in [0, 1], the fraction of each pixel that is sky (a multiple of 1/64).
    """
    sky, ground, matte = render_layers(scene, width, height, row0, row1)
    share = matte[..., None]
    return share * sky + (1 - share) * ground, matte


def blocks(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Row ranges that cover a picture, each small enough to be rendered at once."""
    rows = max(_PIXELS // width, 1)
    for row in range(0, height, rows):
        yield row, min(row + rows, height)


def render(width: int, height: int, seed: int) -> tuple[Floats, Floats]:
    """The scene of a seed as an H×W×3 float32 picture in linear light and its H×W float32 matte."""
    scene = Scene.from_seed(seed)
    pixels = np.empty((height, width, 3), np.float32)
    matte = np.empty((height, width), np.float32)
    for row0, row1 in blocks(width, height):
        pixels[row0:row1], matte[row0:row1] = render_rows(scene, width, height, row0, row1)
    return pixels, matte


def render_half(
    width: int, height: int, seed: int, on_rows: Callable[[int], object] = lambda _rows: None
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """The same as :func:`render` in half the memory: light 3×H×W float16, clamped to 65504, and matte H×W float16.

    ``on_rows`` hears how many rows have just been finished.
    """
    scene = Scene.from_seed(seed)
    light = np.empty((3, height, width), np.float16)
    matte = np.empty((height, width), np.float16)
    for row0, row1 in blocks(width, height):
        pixels, share = render_rows(scene, width, height, row0, row1)
        light[:, row0:row1] = np.moveaxis(np.minimum(pixels, np.float32(_HALF_MAX)), 2, 0)
        matte[row0:row1] = share
        on_rows(row1 - row0)
    return light, matte
