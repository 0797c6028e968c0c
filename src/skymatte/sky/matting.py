"""The edge of the sky as fractions of pixels, from the picture's own colours in linear light.

The network says where sky and ground are; in the band where it is not sure, or where its answer changes, the colour of
each pixel between the sky's and the ground's around it says how much of the pixel is sky.  Where the two look alike
the network's answer stays.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.levels import turn_in_place
from skymatte.runtime.providers import thread_count
from skymatte.sky.colour_models import colour_model, fractions, luminance_of
from skymatte.sky.edge_blocks import Block, open_blocks

Array = NDArray[np.float32]


_ROUNDS: Final = {"fast": (2, 2), "fine": (2, 2, 2)}
"""How an edge is drawn: in rounds, each learning sky and ground from the fractions of the last, from every so many-th
pixel of every so many-th row."""

EDGES: Final = tuple(_ROUNDS)
"""Ways to draw an edge."""

_SURE: Final = 0.05
"""The network's answer is open between this and one minus this."""

_CLASS: Final = 0.1
"""Colours are learnt from pixels whose answer is no farther than this from 0 or 1."""

_STEEP: Final = 0.1
_REACH: Final = 4
"""Within this many pixels of a change of the answer by so much edges are looked for: it may be that much off."""

_DOUBT: Final = 3.0
"""Distance of sky and ground, in units of their scatter, at which colour and network count the same."""

_LINE: Final = 9
_LINE_DEPTH: Final = 0.2
_LINE_SEPARATION: Final = 16.0
_BESIDE: Final = 3
"""A line is narrower than 9 px and a fifth less sky than what is beside it, where sky and ground are so far apart; what
lies within 3 px of it is drawn as well."""

_MARGIN: Final = 64
"""Pixels around a block from which colours are learnt."""


def refine_edges(pixels: Array, scale: float, matte: Array, *, edge: str = "fast", wrap: bool, turn: int = 0) -> Array:
    """Draw the edges of a matte as fractions of pixels.

    Works on blocks of at most 256 px along the edge, as many at once as there are threads to compute with: time follows
    the length of the edge.  Beside the pictures, the blocks' answers and some 40 MB per thread are held.

    Args:
        pixels: H×W×3 float32 linear light, not exposed; suns of any brightness.
        scale: exposure factor of ``pixels``.
        matte: H×W float32 in [0, 1], the network's answer; drawn on, to save memory.
        edge: ``fast``, or ``fine``, which learns the colours once more.
        wrap: left and right edges touch.
        turn: the column of a panorama that blocks are counted from: its own heading, so that its matte does not
            depend on where its file begins.

    Returns:
        ``matte``; unchanged away from edges.

    Raises:
        ValueError: ``edge`` is unknown.
    """
    if edge not in _ROUNDS:
        raise ValueError(f"unknown edge {edge!r}; choose one of {', '.join(EDGES)}")
    steps = _ROUNDS[edge]

    turn_in_place(matte, turn)

    def draw(block: Block) -> Array:
        light = block.turned(turn).window(pixels, _MARGIN, wrap=wrap)
        light *= np.float32(scale)
        return _draw(light, block.window(matte, _MARGIN, wrap=wrap), steps)

    blocks = list(open_blocks(matte, _SURE, wrap=wrap))
    with ThreadPoolExecutor(thread_count(), thread_name_prefix="edge") as pool:
        drawn = list(pool.map(draw, blocks))
    for block, answer in zip(blocks, drawn, strict=True):
        part = block.part(matte)
        part[:] = answer[: part.shape[0], : part.shape[1]]
    turn_in_place(matte, -turn)
    return matte


def _draw(light: Array, answer: Array, steps: tuple[int, ...]) -> Array:
    """Fractions of one window without its margin: H×W×3 exposed light, H×W answer."""
    inner = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    planes: Array = np.stack(cv2.split(light)).astype(np.float32, copy=False)
    core, network, is_open = planes[:, *inner], answer[inner], _open(answer)[inner]
    best = answer.copy()
    for step in steps:
        known = best[::step, ::step]
        sky, ground = np.maximum(known - (1 - _CLASS), 0), np.maximum(_CLASS - known, 0)
        samples = np.ascontiguousarray(planes[:, ::step, ::step])
        model = _enlarged(colour_model(samples, sky, ground, step=step, margin=_MARGIN // step), step)
        seen = fractions(core, model)
        trust = model[4] / (model[4] + np.float32(_DOUBT**2))
        drawn = network + trust * (seen - network)
        # In a sky that is sure, what outshines it is a sun, a moon or a star, whatever its colour.
        shines = (network > 1 - _CLASS) & (luminance_of(core) > model[5])
        best[inner] = np.where((is_open | _beside_lines(network, seen, model[4])) & ~shines, drawn, network)
    return best[inner]


def _open(answer: Array) -> NDArray[np.bool_]:
    """Where the answer is undecided, or changes close by."""
    around = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)
    change = np.asarray(cv2.dilate(answer, around)) - np.asarray(cv2.erode(answer, around))
    return (change > _STEEP) | ((answer > _SURE) & (answer < 1 - _SURE))


def _beside_lines(network: Array, seen: Array, separation: Array) -> NDArray[np.bool_]:
    """Around lines that the network may have missed: thin in the fractions, of a colour that the sky hardly has."""
    wide = np.ones((_LINE, _LINE), np.uint8)
    filled = np.asarray(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, wide))
    sky = network > 1 - _CLASS
    lines = ((filled - seen) > _LINE_DEPTH) & (separation > _LINE_SEPARATION) & sky
    around = np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8)
    return sky & (np.asarray(cv2.dilate(lines.view(np.uint8), around)) > 0)


def _enlarged(model: Array, step: int) -> Array:
    """The model of samples for every pixel."""
    size = (model.shape[2] * step, model.shape[1] * step)
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in model])
