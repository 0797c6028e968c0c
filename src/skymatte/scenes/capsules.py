"""Tapered round strokes on the sphere: branches, leaves, wires, poles, birds, the discs of sun and moon.

A capsule lies in the gnomonic plane that touches the sphere at its middle, where straight lines of the world stay
straight: a segment of half-length ``half`` on the axis ``u``, with radius going linearly from ``r0`` to ``r1``.  A
direction ``d`` maps to ``X = d·u / d·m``, ``Y = d·n / d·m`` and is inside when its distance to the segment is less than
the radius there.  This predicate is the definition; it knows no pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.canvas import Canvas
from skymatte.scenes.sampling import FULL, Bits, Block, Floats, Indices, pack, unit

_LONGEST = 0.3  # radians; longer strokes are split so that the gnomonic plane stays near the sphere
_PAIRS = 1_500_000  # capsule–pixel pairs handled at once, to bound memory


@dataclass(frozen=True)
class Capsules:
    """N strokes, arrays of N: middle ``m``, axis ``u``, normal ``n`` (unit vectors), sizes, distance, two colours.

    ``side0`` is the colour at ``Y = −r``, ``side1`` at ``Y = +r``; between them it goes linearly.
    """

    m: Floats
    u: Floats
    n: Floats
    half: Floats
    r0: Floats
    r1: Floats
    distance: Floats
    side0: Floats
    side1: Floats

    def __len__(self) -> int:
        return int(self.half.shape[0])

    def take(self, which: Indices | NDArray[np.bool_] | slice) -> Capsules:
        return Capsules(*(getattr(self, f.name)[which] for f in fields(self)))

    @staticmethod
    def join(parts: list[Capsules]) -> Capsules:
        return Capsules(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Capsules)))

    def radius_at(self, x: Floats) -> Floats:
        """Radius where the axis coordinate is ``x`` (N or N×64)."""
        shape = (-1,) + (1,) * (x.ndim - 1)
        half, r0, r1 = (a.reshape(shape) for a in (self.half, self.r0, self.r1))
        t = (x + half) / np.maximum(2.0 * half, np.float32(1e-9))
        return np.asarray(r0 + (r1 - r0) * np.clip(t, 0.0, 1.0))

    def excess(self, x: Floats, y: Floats) -> Floats:
        """Distance to the axis minus the radius there: negative inside (``x``, ``y`` gnomonic, N or N×64)."""
        half = self.half.reshape((-1,) + (1,) * (x.ndim - 1))
        beyond = np.maximum(np.abs(x) - half, 0.0)
        return np.asarray(np.sqrt(beyond * beyond + y * y) - self.radius_at(x))


def from_segments(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    radius0: NDArray[np.float64],
    radius1: NDArray[np.float64],
    side0: NDArray[np.floating],
    side1: NDArray[np.floating],
) -> Capsules:
    """Strokes of round world segments (N×3 metres, the camera at the origin; radii in metres; N×3 colours)."""
    keep = np.minimum((p0**2).sum(1), (p1**2).sum(1)) > 0.15
    p0, p1, radius0, radius1, side0, side1 = (a[keep] for a in (p0, p1, radius0, radius1, side0, side1))
    angle = np.arccos(np.clip((unit(p0) * unit(p1)).sum(1), -1.0, 1.0))
    pieces = np.maximum(np.ceil(angle / _LONGEST), 1).astype(np.int64)
    if (pieces > 1).any():
        owner = np.repeat(np.arange(len(p0)), pieces)
        k = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        t0, t1 = k / pieces[owner], (k + 1) / pieces[owner]
        q0, dq = p0[owner], (p1 - p0)[owner]
        s0, ds = radius0[owner], (radius1 - radius0)[owner]
        p0, p1 = q0 + dq * t0[:, None], q0 + dq * t1[:, None]
        radius0, radius1 = s0 + ds * t0, s0 + ds * t1
        side0, side1 = side0[owner], side1[owner]
    return _project(p0, p1, radius0, radius1, side0, side1)


def _project(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    radius0: NDArray[np.float64],
    radius1: NDArray[np.float64],
    side0: NDArray[np.floating],
    side1: NDArray[np.floating],
) -> Capsules:
    d0, d1 = unit(p0), unit(p1)
    m = unit(d0 + d1)
    along = d1 - d0
    length = np.sqrt((along**2).sum(1))
    other = np.where(np.abs(m[:, 2:]) < 0.9, np.array([[0.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.0]]))
    u = np.where(length[:, None] > 1e-9, along, np.cross(other, m))
    u = unit(u - m * (u * m).sum(1, keepdims=True))
    half = length / 2 / np.sqrt(np.maximum(1.0 - length**2 / 4, 1e-9))
    distance0, distance1 = np.sqrt((p0**2).sum(1)), np.sqrt((p1**2).sum(1))
    columns = (m, u, np.cross(m, u), half, radius0 / distance0, radius1 / distance1, (distance0 + distance1) / 2)
    return Capsules(*(np.asarray(c, np.float32) for c in (*columns, side0, side1)))


def empty() -> Capsules:
    three, one = np.zeros((0, 3), np.float32), np.zeros(0, np.float32)
    return Capsules(three, three, three, one, one, one, one, three, three)


def disc(direction: NDArray[np.float64], radius: float) -> Capsules:
    """One round disc of angular ``radius`` (radians)."""
    d = unit(direction)[None] * 1e6
    black = np.zeros((1, 3))
    size = np.array([np.tan(radius) * 1e6])
    return _project(d, d, size, size, black, black)


def _ranges(start: Indices, stop: Indices) -> tuple[Indices, Indices]:
    """All integers of N half-open ranges: (which range, which integer)."""
    count = np.maximum(stop - start, 0)
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - first[owner] + start[owner]


def _candidates(caps: Capsules, block: Block) -> tuple[Indices, Indices]:
    """Pairs (capsule, pixel of the block) that hold every pair that touches."""
    margin = block.pixel_radius
    reach = np.maximum(caps.r0, caps.r1).astype(np.float64) + margin
    pieces = np.ceil(caps.half / reach).astype(np.int64)
    owner, k = _ranges(np.zeros_like(pieces), np.maximum(pieces, 1))
    share = caps.half[owner] / np.maximum(pieces, 1)[owner]
    centre = unit(caps.m[owner] + caps.u[owner] * ((2 * k + 1) * share - caps.half[owner])[:, None])
    radius = np.minimum(np.hypot(share, reach[owner]) * 1.02, 3.0)
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


def _locate(caps: Capsules, d: Floats) -> tuple[Floats, Floats, Floats]:
    """Gnomonic X, Y (N) of directions ``d`` (N×3), and the cosine to the middle."""
    w = np.einsum("ij,ij->i", d, caps.m)
    safe = np.maximum(w, np.float32(1e-6))
    return np.einsum("ij,ij->i", d, caps.u) / safe, np.einsum("ij,ij->i", d, caps.n) / safe, w


def _sample_bits(caps: Capsules, index: Indices, block: Block) -> Bits:
    """The sample bits of N pairs (capsule, pixel)."""
    dx, dy, dz = block.sample_directions(index)

    def dot(v: Floats) -> Floats:
        return dx * v[:, :1] + dy * v[:, 1:2] + dz * v[:, 2:]

    w = np.maximum(dot(caps.m), np.float32(1e-6))
    return pack(caps.excess(dot(caps.u) / w, dot(caps.n) / w) < 0)


def _visible(caps: Capsules, block: Block) -> Indices:
    reach = np.maximum(caps.r0, caps.r1) + caps.half + np.float32(2 * block.pixel_radius)
    e = np.arcsin(np.clip(caps.m[:, 2], -1, 1))
    top = np.pi / 2 - block.row0 * np.pi / block.height
    bottom = np.pi / 2 - block.row1 * np.pi / block.height
    return np.flatnonzero((e + reach > bottom) & (e - reach < top))


def _batches(caps: Capsules, block: Block) -> list[slice]:
    """Runs of capsules, in order, that touch few enough pixels to be handled at once."""
    r = np.maximum(caps.r0, caps.r1) + np.float32(block.pixel_radius)
    cos_e = np.sqrt(np.maximum(1 - caps.m[:, 2] ** 2, 1e-3))
    pixels = 8.0 * (caps.half + r) * r / cos_e * (block.width * block.height / (2 * np.pi**2))
    batch = (np.cumsum(pixels.astype(np.float64)) // _PAIRS).astype(np.int64)
    edges = np.flatnonzero(np.diff(batch)) + 1
    bounds = [0, *edges.tolist(), len(caps)]
    return [slice(a, b) for a, b in zip(bounds[:-1], bounds[1:], strict=True) if b > a]


def _touching(caps: Capsules, block: Block, canvas: Canvas | None) -> tuple[Indices, Indices, Floats, Floats]:
    """Pairs that touch: (capsule, pixel, excess at the centre plus margin, side −1…1)."""
    which, index = _candidates(caps, block)
    if canvas is not None:
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
    caps = caps.take(_visible(caps, block))
    for batch in _batches(caps, block):
        _paint_batch(canvas, caps.take(batch))


def _paint_batch(canvas: Canvas, caps: Capsules) -> None:
    block = canvas.block
    which, index, worst, side = _touching(caps, block, canvas)
    # Front to back within each pixel: the k-th nearest capsule of every pixel is painted in the k-th pass.
    order = np.lexsort((which, index))
    pair = index[order] * len(caps) + which[order]
    order = order[np.concatenate(([True], pair[1:] != pair[:-1]))] if len(order) else order
    pixel = index[order]
    first = np.flatnonzero(np.concatenate(([True], pixel[1:] != pixel[:-1]))) if len(order) else order
    count = np.diff(np.append(first, len(order)))
    live = np.arange(len(first))
    for rank in range(int(count.max(initial=0))):
        live = live[count[live] > rank]
        live = live[canvas.is_open(pixel[first[live]])]
        now = order[first[live] + rank]
        _paint_pairs(canvas, caps.take(which[now]), index[now], worst[now], side[now])


def _paint_pairs(canvas: Canvas, caps: Capsules, index: Indices, worst: Floats, side: Floats) -> None:
    if not len(index):
        return
    bits = np.full(len(index), FULL)
    partial = np.flatnonzero(worst > 0)
    bits[partial] = _sample_bits(caps.take(partial), index[partial], canvas.block)
    blend = (side * 0.5 + 0.5)[:, None]
    canvas.paint(index, bits, caps.side0 + (caps.side1 - caps.side0) * blend)


def coverage(caps: Capsules, block: Block) -> tuple[Indices, Floats]:
    """Pixels that the union of a few capsules touches, and the fraction of each that it covers."""
    canvas = Canvas(block)
    paint(canvas, caps)
    index = np.flatnonzero(canvas.bits)
    return index, np.asarray(1.0 - canvas.matte()[index], np.float32)
