"""Which pixels capsules cover, and painting them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from skymatte.scenes.canvas import Canvas
from skymatte.scenes.capsules import Capsules, Shapes
from skymatte.scenes.sampling import FULL, Bits, Block, Floats, Indices, pack, unit

_CHUNK = 4096  # pairs whose samples are tested at once, to stay in the cache
_PAIRS = 1_500_000  # capsule–pixel pairs handled at once, to bound memory


def _ranges(start: Indices, stop: Indices) -> tuple[Indices, Indices]:
    """All integers of N half-open ranges: (which range, which integer)."""
    count = np.maximum(stop - start, 0)
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - first[owner] + start[owner]


def _candidates(caps: Shapes, block: Block) -> tuple[Indices, Indices]:
    """Pairs (capsule, pixel of the block) that hold every pair that touches."""
    margin = block.pixel_radius
    reach = caps.widest.astype(np.float64) + margin
    # Circles that hold a rectangle around the stroke, its round ends included; short strokes fit into one circle.
    short = caps.half < 0.4 * reach
    extent = np.where(short, 0.0, caps.half + reach)
    pieces = np.maximum(np.ceil(extent / reach), 1).astype(np.int64)
    owner, k = _ranges(np.zeros_like(pieces), pieces)
    share = extent[owner] / pieces[owner]
    centre = unit(caps.m[owner] + caps.u[owner] * ((2 * k + 1) * share - extent[owner])[:, None])
    radius = np.where(short, caps.half + reach, np.hypot(extent / pieces, reach))[owner]
    radius = np.minimum(radius * 1.02, 3.0)
    e0 = np.arcsin(np.clip(centre[:, 2], -1, 1))
    a0 = np.arctan2(centre[:, 1], centre[:, 0])
    scale = block.height / np.pi
    first = np.floor((np.pi / 2 - e0 - radius) * scale).astype(np.int64)
    last = np.ceil((np.pi / 2 - e0 + radius) * scale).astype(np.int64)
    piece, row = _ranges(np.clip(first, block.row0, block.row1), np.clip(last, block.row0, block.row1))
    e = np.pi / 2 - (row + 0.5) / scale
    c = (np.cos(radius[piece]) - np.sin(e) * np.sin(e0[piece])) / np.maximum(np.cos(e) * np.cos(e0[piece]), 1e-12)
    spread = np.arccos(np.clip(c, -1, 1)) * (block.width / (2 * np.pi))
    middle = a0[piece] * (block.width / (2 * np.pi)) - 0.5
    left = np.ceil(middle - spread).astype(np.int64)
    right = np.minimum(np.floor(middle + spread).astype(np.int64) + 1, left + block.width)
    line, column = _ranges(left, right)
    return owner[piece[line]], (row[line] - block.row0) * block.width + column % block.width


def _locate(caps: Shapes, d: Floats) -> tuple[Floats, Floats, Floats]:
    """Gnomonic X, Y (N) of directions ``d`` (N×3), and the cosine to the middle."""
    w = np.einsum("ij,ij->i", d, caps.m)
    safe = np.maximum(w, np.float32(1e-6))
    return np.einsum("ij,ij->i", d, caps.u) / safe, np.einsum("ij,ij->i", d, caps.n) / safe, w


def _sample_bits(caps: Shapes, index: Indices, block: Block) -> Bits:
    """The sample bits of N pairs (capsule, pixel)."""
    out = np.empty(len(index), np.uint64)
    for start in range(0, len(index), _CHUNK):
        part = slice(start, start + _CHUNK)
        some = caps.take(part)
        d = block.sample_directions(index[part])
        w = np.maximum(_dot(d, some.m), np.float32(1e-6))
        x, y = np.divide(_dot(d, some.u), w), np.divide(_dot(d, some.n), w)
        out[part] = pack(some.contains(x, y))
    return out


def _dot(d: tuple[Floats, Floats, Floats], v: Floats) -> Floats:
    return np.asarray(d[0] * v[:, :1] + d[1] * v[:, 1:2] + d[2] * v[:, 2:])


def _visible(caps: Shapes, block: Block) -> Indices:
    reach = caps.widest + caps.half + np.float32(2 * block.pixel_radius)
    e = np.arcsin(np.clip(caps.m[:, 2], -1, 1))
    top = np.pi / 2 - block.row0 * np.pi / block.height
    bottom = np.pi / 2 - block.row1 * np.pi / block.height
    return np.flatnonzero((e + reach > bottom) & (e - reach < top))


def _batches(caps: Shapes, block: Block) -> list[slice]:
    """Runs of capsules, in order, that touch few enough pixels to be handled at once."""
    r = caps.widest + np.float32(block.pixel_radius)
    cos_e = np.sqrt(np.maximum(1 - caps.m[:, 2] ** 2, 1e-3))
    pixels = 8.0 * (caps.half + r) * r / cos_e * (block.width * block.height / (2 * np.pi**2))
    batch = (np.cumsum(pixels.astype(np.float64)) // _PAIRS).astype(np.int64)
    edges = np.flatnonzero(np.diff(batch)) + 1
    bounds = [0, *edges.tolist(), len(caps)]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a]


def _touching(caps: Shapes, canvas: Canvas) -> tuple[Indices, Indices, Floats, Floats]:
    """Pairs that touch: (capsule, pixel, excess at the centre plus margin, side −1…1)."""
    block = canvas.block
    which, index = _candidates(caps, block)
    still = canvas.is_open(index)
    which, index = which[still], index[still]
    pairs = caps.take(which)
    x, y, w = _locate(pairs, block.directions[index])
    taper = np.abs(pairs.r1 - pairs.r0) / np.maximum(2 * pairs.half, np.float32(1e-9))
    margin = np.float32(1.3 * block.pixel_radius) * (1 + np.minimum(taper, 1))
    excess = pairs.excess(x, y)
    near = (excess < margin) & (w > 0)
    side = np.clip(y / np.maximum(pairs.radius_at(x), np.float32(1e-6)), -1, 1)
    return which[near], index[near], (excess + margin)[near], side[near]


def paint(canvas: Canvas, caps: Capsules) -> None:
    """Paint capsules that are sorted front to back."""
    block = canvas.block
    visible = _visible(caps.shapes, block)
    if not len(visible):
        return
    caps = caps.take(visible)
    for batch in _batches(caps.shapes, block):
        _paint_batch(canvas, caps.take(batch))


def _paint_batch(canvas: Canvas, caps: Capsules) -> None:
    which, index, worst, side = _touching(caps.shapes, canvas)
    # Front to back within each pixel: the k-th nearest capsule of every pixel is painted in the k-th pass.
    pair, once = np.unique(index * len(caps) + which, return_index=True)
    pixel = pair // max(len(caps), 1)
    first = np.flatnonzero(np.diff(pixel, prepend=-1))
    count = np.diff(first, append=len(pixel))
    live = np.arange(len(first))
    for rank in range(int(count.max(initial=0))):
        live = live[count[live] > rank]
        live = live[canvas.is_open(pixel[first[live]])]
        now = once[first[live] + rank]
        _paint_pairs(canvas, caps, which[now], index[now], worst[now], side[now])


def _paint_pairs(canvas: Canvas, caps: Capsules, which: Indices, index: Indices, worst: Floats, side: Floats) -> None:
    bits = np.full(len(index), FULL)
    partial = np.flatnonzero(worst > 0)
    bits[partial] = _sample_bits(caps.shapes.take(which[partial]), index[partial], canvas.block)
    sides = caps.sides[which]
    blend = (side * 0.5 + 0.5)[:, None]
    canvas.paint(index, bits, sides[:, :3] + (sides[:, 3:] - sides[:, :3]) * blend)


def coverage(caps: Capsules, block: Block) -> tuple[Indices, Floats]:
    """Pixels that the union of a few capsules touches, and the fraction of each that it covers."""
    canvas = Canvas(block)
    paint(canvas, caps)
    index = np.flatnonzero(canvas.bits)
    return index, np.asarray(1.0 - canvas.matte()[index], np.float32)
