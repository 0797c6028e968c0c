"""The edge of the sky as fractions of pixels, from the picture's own colours in linear light.

The network says where sky and ground are; in the band where it is not sure, or where its answer changes, the colour of
each pixel between the sky's and the ground's around it says how much of the pixel is sky.  Where the two look alike
the network's answer stays.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.providers import thread_count
from skymatte.sky.colour_models import colour_model, fractions
from skymatte.sky.edge_blocks import Block, open_blocks

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Effort:
    """How carefully an edge is drawn.

    Attributes:
        step: colours of sky and ground are gathered from every ``step``-th pixel of every ``step``-th row.
        rounds: how often sky and ground are told apart; each round starts from the fractions of the last.
    """

    step: int
    rounds: int


_EFFORTS: Final = {"fast": _Effort(step=2, rounds=1), "fine": _Effort(step=2, rounds=2)}

EDGES: Final = tuple(_EFFORTS)
"""Ways to draw an edge."""

_SURE: Final = 0.05
"""The network's answer is open between this and one minus this."""

_CLASS: Final = 0.1
"""Colours are learnt from pixels whose answer is no farther than this from 0 or 1."""

_STEEP: Final = 0.1
_REACH: Final = 4
"""Within this many pixels of a change of the answer by so much, edges are looked for: the network may be that much off."""

_DOUBT: Final = 2.0
"""Distance of sky and ground, in units of their scatter, at which colour and network count the same."""

_MARGIN: Final = 64
"""Pixels around a block from which colours are learnt."""


def refine_edges(pixels: Array, scale: float, matte: Array, *, edge: str = "fast", wrap: bool) -> Array:
    """Draw the edges of a matte as fractions of pixels.

    Works on blocks of at most 256 px along the edge, as many at once as there are threads to compute with: time follows
    the length of the edge.  Beside the pictures, the blocks' answers and some 40 MB per thread are held.

    Args:
        pixels: H×W×3 float32 linear light, not exposed; suns of any brightness.
        scale: exposure factor of ``pixels``.
        matte: H×W float32 in [0, 1], the network's answer; drawn on, to save memory.
        edge: ``fast``, or ``fine``, which learns the colours again from its first fractions.
        wrap: left and right edges touch.

    Returns:
        ``matte``; unchanged away from edges.

    Raises:
        ValueError: ``edge`` is unknown.
    """
    if edge not in _EFFORTS:
        raise ValueError(f"unknown edge {edge!r}; choose one of {', '.join(EDGES)}")
    effort = _EFFORTS[edge]

    def draw(block: Block) -> Array:
        light = block.window(pixels, _MARGIN, wrap=wrap)
        light *= np.float32(scale)
        return _draw(light, block.window(matte, _MARGIN, wrap=wrap), effort)

    blocks = list(open_blocks(matte, _SURE, wrap=wrap))
    with ThreadPoolExecutor(thread_count(), thread_name_prefix="edge") as pool:
        drawn = list(pool.map(draw, blocks))
    for block, answer in zip(blocks, drawn, strict=True):
        matte[block.top : block.bottom, block.left : block.right] = answer
    return matte


def _draw(light: Array, answer: Array, effort: _Effort) -> Array:
    """Fractions of one window without its margin: H×W×3 exposed light, H×W answer."""
    step = effort.step
    inner = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    core, network, is_open = light[inner], answer[inner], _open(answer)[inner]
    height, width = network.shape
    samples = np.ascontiguousarray(light[::step, ::step])
    best = answer.copy()
    for _ in range(effort.rounds):
        known = best[::step, ::step]
        sky, ground = np.maximum(known - (1 - _CLASS), 0), np.maximum(_CLASS - known, 0)
        model = colour_model(samples, sky, ground, _MARGIN // step)
        model = np.asarray(cv2.resize(model, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        trust = model[..., 4] / (model[..., 4] + np.float32(_DOUBT**2))
        drawn = network + trust * (fractions(core, model) - network)
        best[inner] = np.where(is_open, drawn, network)
    return best[inner]


def _open(answer: Array) -> NDArray[np.bool_]:
    """Where the answer is undecided, or changes close by."""
    around = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)
    change = np.asarray(cv2.dilate(answer, around)) - np.asarray(cv2.erode(answer, around))
    return (change > _STEEP) | ((answer > _SURE) & (answer < 1 - _SURE))
